// What is in a candidate's way, and how it is put right.
import type { Refusal } from "@/join/outcome";
import type { MicrophoneProblem } from "@/session/state";

/** Each problem with its own fix. */
export const microphone: Record<MicrophoneProblem, { title: string; fix: string }> = {
  blocked: {
    title: "The microphone is blocked for this page",
    fix: "Open the site settings beside the address bar, allow the microphone, then try again.",
  },
  missing: {
    title: "No microphone was found",
    fix: "Plug one in, or choose one in your system's sound settings, then try again.",
  },
  busy: {
    title: "The microphone is in use by another program",
    fix: "Close other calls or recordings, then try again.",
  },
  insecure: {
    title: "This address cannot use the microphone",
    fix: "Browsers allow it only over https or on localhost. Open the page there, or type.",
  },
  lost: {
    title: "The microphone was disconnected",
    fix: "Plug it in again, then try again. What you had said is kept.",
  },
  failed: {
    title: "The microphone could not be started",
    fix: "Reload the page, or restart the browser if that does not help.",
  },
};

export const refusals: Record<Refusal, { title: string; text: string }> = {
  expired: {
    title: "This link has expired",
    text: "Please ask whoever invited you for a new one.",
  },
  used: {
    title: "This link has been used already",
    text: "It works once. To go on in another browser, ask whoever invited you for a new link: the interview continues where it was.",
  },
  revoked: {
    title: "This invitation was taken back",
    text: "Please ask whoever invited you.",
  },
  unknown: {
    title: "We do not know this link",
    text: "Please open it again from your mail, and check that it is complete.",
  },
  done: {
    title: "This interview is over",
    text: "There is nothing more to do. Thank you for your time.",
  },
  offline: {
    title: "The server cannot be reached",
    text: "Please check your connection. Your invitation is not used up.",
  },
  refused: {
    title: "That did not work",
    text: "Please try again in a moment.",
  },
};
