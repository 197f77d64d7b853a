// What the room says by itself.
import { PROTOCOL, type Snapshot, type TurnDiscarded } from "@/protocol/messages.gen";
import type { MicrophoneProblem, Notice, RoomState } from "./state";

export function resumedNotice(state: RoomState, snapshot: Snapshot | null): Notice {
  const place = snapshot?.question_number
    ? `We are at question ${snapshot.question_number} of ${snapshot.question_count}.`
    : "Nothing is lost.";
  const answer = state.answer;
  if (!answer) return { kind: "info", text: `Connected again. ${place}` };
  const doing = answer.recording
    ? "Keep talking: everything you said has been kept."
    : "Your answer has been sent.";
  return { kind: "info", text: `Connected again. ${doing}` };
}

export function reconnectingText(state: RoomState): string {
  if (state.answer?.recording) return "Your answer is saved, keep talking. Reconnecting…";
  if (state.answer) return "Your answer is saved. Reconnecting…";
  return "Everything so far is saved. Reconnecting…";
}

export function discardedNotice(reason: TurnDiscarded["reason"]): Notice | null {
  switch (reason) {
    case "cancelled":
      return null;
    case "no_speech":
      return {
        kind: "warning",
        text: "We heard no words in that. Hold the button while you speak, or type your answer.",
      };
    case "failed":
      return {
        kind: "warning",
        text: "We could not make out that recording. Please answer again, or type your answer.",
      };
  }
}

/** Each problem with its own fix. */
export const MICROPHONE_FIX: Record<MicrophoneProblem, { title: string; fix: string }> = {
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

export const REFUSED: Record<number, string> = {
  [PROTOCOL.CLOSE_NOT_FOUND]: "There is no interview at this address. Please check the link.",
  [PROTOCOL.CLOSE_UNAUTHENTICATED]:
    "You are not signed in, or not any more. Please open your invitation's link again.",
  [PROTOCOL.CLOSE_FORBIDDEN]: "Only the candidate may enter this room.",
  [PROTOCOL.CLOSE_VIOLATION]: "The connection broke down. Reload the page to go on.",
};

export const TOO_LONG: Notice = {
  kind: "warning",
  text: "That is as long as one answer can be. It has been sent; you can go on with another.",
};
