import type { ClientMessageV2, ServerMessage } from "./messages.gen";

/** Every message of a version 2 connection carries `seq`. */
export type Received = ServerMessage & { seq: number };

// A record, so that a new message type fails to compile until it is listed.
const KNOWN: Record<ServerMessage["type"], true> = {
  session_started: true,
  status: true,
  transcript: true,
  audio_response: true,
  error: true,
  session_ended: true,
  turn_accepted: true,
  partial_transcript: true,
  turn_committed: true,
  turn_discarded: true,
  turn_resend: true,
  utterance_start: true,
  sentence: true,
  utterance_end: true,
  phase: true,
  endpointing: true,
  paused: true,
  resumed: true,
  code_pad: true,
  code_saved: true,
  code_output: true,
  code_result: true,
  pong: true,
  superseded: true,
};

/** Null for text that is no message of this version: a newer server may send more. */
export function decode(text: string): Received | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || !("type" in value)) return null;
  if (typeof value.type !== "string" || !Object.hasOwn(KNOWN, value.type)) return null;
  const seq = "seq" in value && typeof value.seq === "number" ? value.seq : 0;
  // The server builds messages from the models these types are generated from.
  return { ...(value as ServerMessage), seq };
}

export function encode(message: ClientMessageV2): string {
  return JSON.stringify(message);
}
