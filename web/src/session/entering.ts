// The room as a snapshot shows it: on entering, and again after every reconnect.
import type { SessionStarted, Snapshot } from "@/protocol/messages.gen";
import type { RoomState } from "./state";
import { resumedNotice } from "./wording";

export function enter(state: RoomState, message: SessionStarted): RoomState {
  const next: RoomState = { ...state, link: "open", entered: true };
  if (state.link === "reconnecting") next.notice = resumedNotice(state, message.snapshot);
  const snapshot = message.snapshot;
  if (!snapshot) return next;
  const afresh = message.resumed_from_seq === null;
  const spoken = snapshot.transcript.filter((entry) => entry.role === "interviewer");
  const isNews = afresh && newest(state.utterances) <= newest(spoken);
  const known = new Set(snapshot.transcript.map((entry) => entry.sequence));
  const later = state.transcript.filter((entry) => !known.has(entry.sequence));
  const safe = state.answer !== null && snapshot.committed_turns.includes(state.answer.turnId);
  return {
    ...next,
    endpointingMs: snapshot.endpointing_ms,
    title: snapshot.title,
    candidateName: snapshot.candidate_name,
    language: snapshot.language,
    // The page has been told of the question being asked at this moment; the snapshot knows it
    // only once it has been spoken.
    phase: isNews ? snapshot.phase : state.phase,
    question: isNews
      ? {
          id: snapshot.question_id,
          text: snapshot.question_text,
          number: snapshot.question_number,
          count: snapshot.question_count,
        }
      : state.question,
    stage: afresh ? stageFrom(snapshot) : state.stage,
    pause: snapshot.status === "paused" ? (state.pause ?? "candidate") : null,
    pauseRequested: state.pauseRequested && snapshot.status !== "paused",
    transcript: [...snapshot.transcript, ...later].sort((a, b) => a.sequence - b.sequence),
    answer: safe ? null : state.answer,
    ended: state.ended ?? endedFrom(snapshot.status),
  };
}

function newest(entries: readonly { sequence: number }[]): number {
  return Math.max(0, ...entries.map((entry) => entry.sequence));
}

function stageFrom(snapshot: Snapshot): RoomState["stage"] {
  if (snapshot.pending_turn?.ended) return "processing_stt";
  // Nothing has been said yet: the greeting is on its way.
  return snapshot.transcript.length === 0 ? "generating" : "ready";
}

function endedFrom(status: Snapshot["status"]): RoomState["ended"] {
  if (status === "completed") return { outcome: "completed", totalTurns: null };
  if (status === "abandoned") return { outcome: "expired", totalTurns: null };
  return null;
}
