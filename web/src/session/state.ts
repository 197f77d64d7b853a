// What the room knows. Changed by the reducer alone.
import type { Phase, ServerMessage, SessionEnded, Status, Transcript } from "@/protocol/messages.gen";
import type { Said } from "@/words/en";

export type Link =
  /** Not joined yet. */
  | "idle"
  | "connecting"
  | "open"
  | "reconnecting"
  /** Another window has taken over. */
  | "superseded"
  /** The server will not have this connection; `notice` says why. */
  | "refused";

export type MicrophoneProblem = "blocked" | "missing" | "busy" | "insecure" | "lost" | "failed";
export type Microphone =
  | { state: "off" }
  | { state: "asking" }
  | { state: "ready" }
  | { state: "problem"; problem: MicrophoneProblem };

/** Answers without a button. */
export type HandsFreeState = "off" | "loading" | "on" | "failed";

export interface Caption {
  index: number;
  text: string;
  startMs: number;
}

/** What the interviewer is saying, or said last. */
export interface Utterance {
  utteranceId: string;
  sequence: number;
  captions: Caption[];
  /** Null until its end is known. */
  durationMs: number | null;
  /** How far the sound has come; captions follow it. */
  heardMs: number;
  playing: boolean;
  /** All that has come of it was heard, and it goes on. */
  drained: boolean;
  /** Played to the end, or cut off by the candidate. */
  finished: boolean;
}

/** An answer that is not safe on the server yet. */
export interface PendingAnswer {
  turnId: string;
  input: "voice" | "text";
  recording: boolean;
}

/** The candidate's words, as recognized so far or as committed. */
export interface OwnWords {
  turnId: string;
  text: string;
  final: boolean;
}

export interface Question {
  id: string | null;
  text: string;
  /** From 1, over the whole interview; 0 when it is over. */
  number: number;
  count: number;
}

export interface Notice {
  /** `delay` goes away as soon as the interview goes on, `info` after a while. */
  kind: "info" | "delay" | "warning" | "error";
  text: Said;
}

export interface RoomState {
  interviewId: string;
  link: Link;
  /** The room has been drawn from a snapshot at least once. */
  entered: boolean;
  title: string;
  candidateName: string;
  /** Of what is asked and answered. */
  language: string;
  phase: Phase | null;
  question: Question | null;
  stage: Status["state"];
  pause: "candidate" | "silence" | null;
  /** Asked for; it takes effect once a running turn is over. */
  pauseRequested: boolean;
  endRequested: boolean;
  transcript: Transcript[];
  /** In order; what has been heard is dropped when something newer begins. */
  utterances: Utterance[];
  answer: PendingAnswer | null;
  ownWords: OwnWords | null;
  microphone: Microphone;
  handsFree: HandsFreeState;
  /** Silence that ends a hands-free answer. */
  endpointingMs: number;
  notice: Notice | null;
  ended: { outcome: SessionEnded["outcome"]; totalTurns: number | null } | null;
}

export type RoomEvent =
  | { kind: "server"; message: ServerMessage }
  | { kind: "link"; link: Link; notice?: Notice }
  | { kind: "microphone"; microphone: Microphone }
  | { kind: "hands_free"; handsFree: HandsFreeState }
  | { kind: "answer_started"; turnId: string; input: PendingAnswer["input"]; text: string }
  | { kind: "answer_finished" }
  | { kind: "answer_dropped" }
  | { kind: "pause_requested"; wanted: boolean }
  | { kind: "end_requested" }
  | {
      kind: "playback";
      utteranceId: string;
      heardMs: number;
      playing: boolean;
      drained: boolean;
      finished: boolean;
    }
  | { kind: "notice"; notice: Notice | null };

export function initialState(interviewId: string): RoomState {
  return {
    interviewId,
    link: "idle",
    entered: false,
    title: "",
    candidateName: "",
    language: "en",
    phase: null,
    question: null,
    stage: "ready",
    pause: null,
    pauseRequested: false,
    endRequested: false,
    transcript: [],
    utterances: [],
    answer: null,
    ownWords: null,
    microphone: { state: "off" },
    handsFree: "off",
    endpointingMs: 1_200,
    notice: null,
    ended: null,
  };
}
