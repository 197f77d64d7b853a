// What an `error` message means for the answer it is about, and for the candidate.
import type { ErrorMessage } from "@/protocol/messages.gen";
import type { Notice, RoomState } from "./state";

/** What happens to the answer that an error names. */
type Fate =
  /** The server is late; the answer goes on by itself. */
  | "delayed"
  /** The server let go of it, and takes it when it is sent again. */
  | "again"
  /** The server has it, damaged; what becomes of it is said on its own. */
  | "kept"
  /** The server will not take it. */
  | "over";

const FATE: Record<string, Fate> = {
  "temporal.unavailable": "delayed",
  "temporal.refused": "again",
  "rate.exceeded": "again",
  "audio.truncated": "kept",
};

/** Trouble behind the server: it passes by itself, and its words are not for candidates. */
const BEHIND = ["stream.", "temporal.", "database.", "storage.", "rate.", "connection."];
/** Trouble between this page and the server, which a candidate can do nothing about. */
const BETWEEN = ["protocol.", "message."];

export function fateOf(code: string): Fate {
  return FATE[code] ?? "over";
}

/** Null where there is nothing to be told. */
export function errorNotice(state: RoomState, error: ErrorMessage): Notice | null {
  const mine = [state.answer?.turnId, state.ownWords?.turnId];
  if (error.turn_id !== null && !mine.includes(error.turn_id)) return null;
  const passes =
    error.turn_id === null
      ? starts(error.code, BEHIND)
      : ["delayed", "again"].includes(fateOf(error.code));
  if (passes) {
    const hasAnswer = state.answer !== null;
    return {
      kind: "delay",
      text: ({ notices }) => notices.goesOn(hasAnswer ? notices.answerSaved : notices.allSaved),
    };
  }
  if (error.turn_id === null && starts(error.code, BETWEEN)) return null;
  return {
    kind: error.recoverable ? "warning" : "error",
    text: ({ notices }) => notices.fromServer(error.message),
  };
}

function starts(code: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => code.startsWith(prefix));
}
