// What the room says by itself, in whatever language it is read.
import { PROTOCOL, type Snapshot, type TurnDiscarded } from "@/protocol/messages.gen";
import type { Said } from "@/words/en";
import type { Notice, RoomState } from "./state";

export function resumedNotice(state: RoomState, snapshot: Snapshot | null): Notice {
  const { answer } = state;
  const text: Said = ({ notices }) => {
    if (answer) return notices.again(answer.recording ? notices.keepTalking : notices.answerSent);
    if (!snapshot?.question_number) return notices.again(notices.nothingLost);
    return notices.again(notices.atQuestion(snapshot.question_number, snapshot.question_count));
  };
  return { kind: "info", text };
}

export function reconnectingText(state: RoomState): Said {
  if (state.answer?.recording) return ({ notices }) => notices.savedKeepTalking;
  if (state.answer) return ({ notices }) => notices.savedReconnecting;
  return ({ notices }) => notices.allSavedReconnecting;
}

export function discardedNotice(reason: TurnDiscarded["reason"]): Notice | null {
  switch (reason) {
    case "cancelled":
      return null;
    case "no_speech":
      return { kind: "warning", text: ({ notices }) => notices.noSpeech };
    case "failed":
      return { kind: "warning", text: ({ notices }) => notices.unclear };
  }
}

const REFUSED: Record<number, Said> = {
  [PROTOCOL.CLOSE_NOT_FOUND]: ({ stopped }) => stopped.notFound,
  [PROTOCOL.CLOSE_UNAUTHENTICATED]: ({ stopped }) => stopped.signedOut,
  [PROTOCOL.CLOSE_FORBIDDEN]: ({ stopped }) => stopped.forbidden,
  [PROTOCOL.CLOSE_VIOLATION]: ({ stopped }) => stopped.violation,
};

export function refusedNotice(closeCode: number): Notice {
  return { kind: "error", text: REFUSED[closeCode] ?? (({ stopped }) => stopped.other) };
}

export const TOO_LONG: Notice = { kind: "warning", text: ({ notices }) => notices.tooLong };
export const MISSED: Notice = { kind: "warning", text: ({ notices }) => notices.missed };
