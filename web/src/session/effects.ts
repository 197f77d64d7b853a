// What a server message makes the room do, beyond what it shows.
import type { Playback } from "@/audio/playback";
import type { LatePad } from "@/pad/late";
import type { EndpointingChanged, ErrorMessage, ServerMessage } from "@/protocol/messages.gen";
import { fateOf } from "./failures";
import type { Outbox } from "./outbox";

const AGAIN_MS = 2_000;

export interface Room {
  outbox: Outbox;
  playback: Playback;
  pad: LatePad;
  /** The interview stands on this connection: what waited for it can go. */
  entered(): void;
  /** The running answer is over on the server's side. */
  answerOver(turnId: string): void;
  /** Another silence than usual ends it. */
  endpointing(message: EndpointingChanged): void;
  ended(): void;
}

export function act(room: Room, message: ServerMessage): void {
  switch (message.type) {
    case "session_started": {
      room.outbox.connected(message.snapshot);
      room.entered();
      const status = message.snapshot?.status;
      if (status === "completed" || status === "abandoned") room.ended();
      return;
    }
    case "turn_committed":
      return room.answerOver(message.turn_id);
    case "turn_discarded":
      room.answerOver(message.turn_id);
      if (message.resume) room.playback.playOn(message.resume);
      return;
    case "endpointing":
      return room.endpointing(message);
    case "turn_resend":
      return room.outbox.resend(message.turn_id, message.from_chunk);
    case "utterance_start":
      return room.playback.start(message.utterance_id, message.sequence);
    case "sentence":
      return room.playback.sentence(message.utterance_id, message.index, message.start_ms);
    case "utterance_end":
      return room.playback.end(message.utterance_id, message.duration_ms);
    case "error":
      return onError(room, message);
    case "code_pad":
    case "code_saved":
    case "code_output":
    case "code_result":
      return room.pad.receive(message);
    case "phase":
      return room.pad.at(message.question_id);
    case "session_ended":
      return room.ended();
    case "status":
    case "transcript":
    case "partial_transcript":
    case "turn_accepted":
    case "paused":
    case "resumed":
    case "pong":
    case "superseded":
    case "audio_response":
      return;
    default:
      return unreachable(message);
  }
}

function onError(room: Room, error: ErrorMessage): void {
  const { code, turn_id: turnId } = error;
  room.pad.receive(error);
  if (turnId === null) return;
  const fate = fateOf(code);
  if (fate === "over") room.answerOver(turnId);
  if (fate === "again") setTimeout(() => room.outbox.resend(turnId, 0), AGAIN_MS);
}

function unreachable(message: never): never {
  throw new Error(`unhandled ${JSON.stringify(message)}`);
}
