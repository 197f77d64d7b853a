import type { ServerMessage, SessionStarted, Snapshot, Transcript } from "@/protocol/messages.gen";
import { reduce } from "@/session/reducer";
import { initialState, type RoomEvent, type RoomState } from "@/session/state";

export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    status: "active",
    role: "engineer",
    title: "Software engineer",
    candidate_name: "Sam",
    phase: "main_questions",
    question_id: "q3",
    question_text: "Tell me about a service you own.",
    question_number: 3,
    question_count: 8,
    transcript: [line(1, "interviewer", "Welcome.")],
    pending_turn: null,
    committed_turns: [],
    language: "en",
    endpointing_ms: 700,
    ...changes,
  };
}

export function line(
  sequence: number,
  role: Transcript["role"],
  text: string,
  turnId = "",
): Transcript {
  return { type: "transcript", role, text, sequence, turn_id: turnId, utterance_id: "" };
}

export function started(
  changes: Partial<Snapshot> = {},
  resumedFrom: number | null = null,
): SessionStarted {
  return {
    type: "session_started",
    session_id: "i1",
    version: 2,
    resumed_from_seq: resumedFrom,
    snapshot: snapshot(changes),
  };
}

export function from(message: ServerMessage): RoomEvent {
  return { kind: "server", message };
}

export function after(...events: RoomEvent[]): RoomState {
  return events.reduce(reduce, initialState("i1"));
}

export const greeting: RoomEvent[] = [
  from({ type: "utterance_start", utterance_id: "u1", turn_id: "", sequence: 1 }),
  from({ type: "sentence", utterance_id: "u1", index: 0, text: "Hello.", start_ms: 0 }),
  from({ type: "sentence", utterance_id: "u1", index: 1, text: "How are you?", start_ms: 900 }),
];

export function playback(
  heardMs: number,
  finished = false,
  utteranceId = "u1",
  drained = false,
): RoomEvent {
  return { kind: "playback", utteranceId, heardMs, playing: !finished, drained, finished };
}
