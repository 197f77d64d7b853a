// What candidates' pages say. The other languages have the same shape, so that no key is missing.
import type { Phase, SessionEnded } from "@/protocol/messages.gen";
import type { HandsFreeState } from "@/session/state";
import type { OrbState } from "@/session/view";
import { check } from "./en-check";
import { microphone, refusals } from "./en-trouble";

const phases: Record<Phase, string> = {
  introduction: "Introduction",
  warmup: "Warm-up",
  main_questions: "Main questions",
  wrap_up: "Wrap-up",
  completed: "Finished",
};

const orb: Record<OrbState, string> = {
  connecting: "Connecting",
  listening: "Your turn",
  thinking: "Thinking",
  speaking: "Speaking",
  paused: "Paused",
  reconnecting: "Reconnecting",
  ended: "Finished",
  superseded: "Open elsewhere",
  refused: "Closed",
};

const handsFreeHint: Record<HandsFreeState, string> = {
  off: "",
  loading: "Getting ready…",
  on: "Just talk. Your answer is sent when you fall silent.",
  failed: "Hands-free does not work in this browser. The button does.",
};

const outcome: Record<SessionEnded["outcome"], string> = {
  completed: "You have answered every question.",
  ended_by_candidate: "You ended the interview here.",
  expired: "The interview was closed because it was paused for a long time.",
  withdrawn: "You withdrew your consent. Your recordings are being erased.",
};

export const en = {
  language: "Language",
  tryAgain: "Try again",
  toStart: "Go to the start page",
  somethingWrong: "Something went wrong. Please try again.",
  offline: "The server cannot be reached. Is it running?",
  /** The server's own words are English. */
  fromServer: (message: string) => message,
  titles: {
    start: "Intervue",
    interview: "Interview · Intervue",
    join: "Your invitation · Intervue",
    check: "Check sound and connection · Intervue",
  },
  phases,
  start: {
    title: "A spoken interview, at your own pace.",
    lead: "You hear each question and answer in your own words, by voice or by typing. Take the time you need. You can pause whenever you like and come back later.",
    hire: { before: "Do you hire? ", signIn: "Sign in", after: " to invite candidates." },
    loading: "Looking up the interviews…",
    none: "There is no interview to take yet.",
    which: "Which interview?",
    minutes: (minutes: number) => `${minutes} min`,
    name: "Your name",
    before: "Before you start:",
    consent: "the interviewer is an AI. What you say is recorded and written down, so that nothing is lost if the connection drops.",
    starting: "Starting…",
    start: "Start interview",
    willAsk: "Your browser will ask to use the microphone.",
    check: "Check sound and connection first",
  },
  join: {
    opening: "Opening your invitation…",
    invites: (organization: string) => `${organization} invites you to an interview`,
    about: (minutes: number) => `About ${minutes} minutes.`,
    asks: "An AI asks the questions; you may pause and come back whenever you like.",
    notice: "Notice",
    version: (version: string) => `Version ${version}`,
    needs: "What would help you?",
    textOnly: "I would rather type than speak",
    time: "Time to answer",
    times: {
      "1": "As planned",
      "1.25": "A quarter more",
      "1.5": "Half as much again",
      "2": "Twice as much (somebody has to agree)",
    },
    note: "Anything else we should know (you need not say)",
    moment: "One moment…",
    consent: "I have read this and consent",
    withdraw: "You can withdraw at any time. If you do not agree, simply close this page.",
    refusals,
  },
  gate: {
    opening: "Opening your interview…",
    noInterview: "This link names no interview",
    startNew: "Start a new one",
    allow: "Please allow the microphone",
    asking: "Your browser is asking whether this page may use it. The interview starts right after.",
    typeInstead: "Type my answers instead",
    ready: "Your interview is ready when you are",
    lead: "If you have been here before, you continue at the same question. The interviewer is an AI; what you say is recorded and written down.",
    join: "Join interview",
  },
  room: {
    opening: "Opening the room…",
    interview: "Interview",
    interviewer: "Interviewer",
    you: "You",
    listening: "Listening",
    orb,
    progress: (phase: string, number: number, count: number) => `${phase} · ${number} of ${count}`,
    sections: "Sections of the interview",
    repeat: "Hear the question again",
    pause: "Pause",
    resume: "Resume",
    end: "End",
    ending: "Ending…",
    finish: "Finish",
    discard: "Discard",
    hold: "Hold to talk",
    release: "Release to send",
    send: "Send",
    sendAnswer: "Send answer",
    space: "Space",
    type: "Type your answer",
    typePlaceholder: "Or type your answer",
    writingDown: "Writing down what you said…",
    handsFree: "Hands-free",
    handsFreeHint,
    said: "What was said",
    soFar: "Conversation so far",
    dismiss: "Dismiss",
    pausedBySilence: "It was quiet for a while, so the interview has paused. Press Resume when you are back.",
    paused: "Paused. Take all the time you need; you can even close this page and come back.",
    pausing: "Pausing as soon as your answer is saved…",
    typeMeanwhile: "You can type your answers meanwhile.",
    endTitle: "End the interview for good?",
    endYes: "End interview",
    endNo: "Keep going",
    endText: "All your answers so far are kept, but you cannot come back to the remaining questions. If you only need a break, pause instead.",
  },
  stopped: {
    elsewhere: "The interview goes on in another window",
    elsewhereText: "It was opened there later, so this window has let go. Nothing is lost.",
    takeBack: "Continue here instead",
    refused: "This interview cannot be opened",
    notFound: "There is no interview at this address. Please check the link.",
    signedOut: "You are not signed in, or not any more. Please open your invitation's link again.",
    forbidden: "Only the candidate may enter this room.",
    violation: "The connection broke down. Reload the page to go on.",
    other: "The connection was refused.",
  },
  done: {
    thanks: (name: string) => (name ? `Thank you, ${name}.` : "Thank you."),
    outcome,
    saved: (answers: number) => (answers === 1 ? "Your answer is saved." : `Your ${answers} answers are saved.`),
    another: "Start another interview",
  },
  notices: {
    atQuestion: (number: number, count: number) => `We are at question ${number} of ${count}.`,
    nothingLost: "Nothing is lost.",
    again: (more: string) => `Connected again. ${more}`,
    keepTalking: "Keep talking: everything you said has been kept.",
    answerSent: "Your answer has been sent.",
    savedKeepTalking: "Your answer is saved, keep talking. Reconnecting…",
    savedReconnecting: "Your answer is saved. Reconnecting…",
    allSavedReconnecting: "Everything so far is saved. Reconnecting…",
    noSpeech: "We heard no words in that. Hold the button while you speak, or type your answer.",
    unclear: "We could not make out that recording. Please answer again, or type your answer.",
    answerSaved: "Your answer is saved.",
    allSaved: "Everything so far is saved.",
    goesOn: (saved: string) => `${saved} The interview goes on in a moment, by itself.`,
    tooLong: "That is as long as one answer can be. It has been sent; you can go on with another.",
    missed: "Your last words were not taken down: the answer before them is still on its way. Say them again in a moment.",
    /** The server's own words are English. */
    fromServer: (message: string) => message,
  },
  microphone,
  check,
};

export type Words = typeof en;

/** What is said by whoever knows what happened, in the reader's language. */
export type Said = (words: Words) => string;
