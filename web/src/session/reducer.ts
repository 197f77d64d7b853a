// The one reducer over everything that changes the room.
import type {
  ErrorMessage,
  ServerMessage,
  TurnDiscarded,
} from "@/protocol/messages.gen";
import { enter } from "./entering";
import { errorNotice, fateOf } from "./failures";
import type { RoomEvent, RoomState, Utterance } from "./state";
import { discardedNotice } from "./wording";

export function reduce(state: RoomState, event: RoomEvent): RoomState {
  switch (event.kind) {
    case "server":
      return onMessage(state, event.message);
    case "link":
      return {
        ...state,
        link: state.ended ? state.link : event.link,
        notice: event.notice ?? state.notice,
      };
    case "microphone":
      return { ...state, microphone: event.microphone };
    case "hands_free":
      return { ...state, handsFree: event.handsFree };
    case "answer_started":
      return {
        ...state,
        answer: { turnId: event.turnId, input: event.input, recording: event.input === "voice" },
        ownWords: { turnId: event.turnId, text: event.text, final: false },
        notice: null,
      };
    case "answer_finished":
      if (!state.answer) return state;
      return {
        ...state,
        answer: { ...state.answer, recording: false },
        stage: "processing_stt",
        notice: state.notice?.kind === "info" ? null : state.notice,
      };
    case "answer_dropped":
      return { ...state, answer: null, ownWords: null };
    case "pause_requested":
      return { ...state, pauseRequested: event.wanted };
    case "end_requested":
      return { ...state, endRequested: true };
    case "playback":
      return onPlayback(state, event);
    case "notice":
      return { ...state, notice: event.notice };
    default:
      return unreachable(event);
  }
}

function onMessage(state: RoomState, message: ServerMessage): RoomState {
  switch (message.type) {
    case "session_started":
      return enter(state, message);
    case "status":
      return { ...state, stage: message.state };
    case "phase":
      return {
        ...state,
        phase: message.phase,
        endpointingMs: message.endpointing_ms,
        question: {
          id: message.question_id,
          text: message.question_text,
          number: message.question_number,
          count: message.question_count,
        },
      };
    case "transcript": {
      const others = state.transcript.filter((entry) => entry.sequence !== message.sequence);
      const transcript = [...others, message].sort((a, b) => a.sequence - b.sequence);
      const own = message.role === "candidate" && message.turn_id === state.ownWords?.turnId;
      const ownWords = own
        ? { turnId: message.turn_id, text: message.text, final: true }
        : state.ownWords;
      return { ...state, transcript, ownWords };
    }
    case "turn_accepted":
      return goingOn(state);
    case "turn_resend":
    case "endpointing":
    case "pong":
    case "audio_response":
    case "code_pad":
    case "code_saved":
    case "code_output":
    case "code_result":
      return state;
    case "partial_transcript":
      if (state.ownWords?.turnId === message.turn_id && state.ownWords.final) return state;
      return {
        ...goingOn(state),
        ownWords: { turnId: message.turn_id, text: message.text, final: false },
      };
    case "turn_committed":
      if (state.answer?.turnId !== message.turn_id) return state;
      // A reply follows, even where its status has not come yet.
      return {
        ...goingOn(state),
        answer: null,
        stage: state.stage === "speaking" ? "speaking" : "generating",
      };
    case "turn_discarded":
      return onDiscarded(state, message);
    case "utterance_start":
      return onUtteranceStart(goingOn(state), message.utterance_id, message.sequence);
    case "sentence":
      return withUtterance(state, message.utterance_id, (utterance) => ({
        ...utterance,
        captions: [
          ...utterance.captions.filter((caption) => caption.index !== message.index),
          { index: message.index, text: message.text, startMs: message.start_ms },
        ].sort((a, b) => a.index - b.index),
      }));
    case "utterance_end":
      return withUtterance(state, message.utterance_id, (utterance) => ({
        ...utterance,
        durationMs: message.duration_ms,
      }));
    case "paused":
      return { ...state, pause: message.reason, pauseRequested: false };
    case "resumed":
      return { ...state, pause: null, pauseRequested: false };
    case "error":
      return onError(state, message);
    case "superseded":
      return { ...state, link: "superseded" };
    case "session_ended":
      return {
        ...state,
        ended: { outcome: message.outcome, totalTurns: message.total_turns },
        answer: null,
        pause: null,
        pauseRequested: false,
      };
    default:
      return unreachable(message);
  }
}

function onDiscarded(state: RoomState, message: TurnDiscarded): RoomState {
  if (state.answer?.turnId !== message.turn_id) return state;
  return {
    ...state,
    answer: null,
    ownWords: null,
    // After a cough the interviewer goes on.
    stage: message.resume ? "speaking" : "ready",
    notice: (message.resume ? null : discardedNotice(message.reason)) ?? state.notice,
  };
}

function onError(state: RoomState, error: ErrorMessage): RoomState {
  const next = { ...state, notice: errorNotice(state, error) ?? state.notice };
  if (error.turn_id === null || error.turn_id !== state.answer?.turnId) return next;
  if (fateOf(error.code) !== "over") return next;
  return { ...next, answer: null, ownWords: null, stage: "ready" };
}

/** It goes on: a notice of delay has done its work. */
function goingOn(state: RoomState): RoomState {
  return state.notice?.kind === "delay" ? { ...state, notice: null } : state;
}

function onUtteranceStart(state: RoomState, utteranceId: string, sequence: number): RoomState {
  if (state.utterances.some((known) => known.sequence === sequence)) {
    // A stage that runs again goes on with the same utterance.
    const utterances = state.utterances.map((known) =>
      known.sequence === sequence ? { ...known, utteranceId } : known,
    );
    return { ...state, utterances };
  }
  if (state.utterances.some((known) => known.sequence > sequence)) return state;
  const unheard = state.utterances.filter((known) => !known.finished);
  return { ...state, utterances: [...unheard, newUtterance(utteranceId, sequence)] };
}

function onPlayback(state: RoomState, event: Extract<RoomEvent, { kind: "playback" }>): RoomState {
  const next = withUtterance(state, event.utteranceId, (utterance) => ({
    ...utterance,
    heardMs: event.heardMs,
    playing: event.playing,
    drained: event.drained,
    finished: event.finished,
  }));
  // Once the reply has been heard, the answer stands in the conversation; left where it was, it
  // would seem to answer the next question.
  return event.finished && next.ownWords?.final ? { ...next, ownWords: null } : next;
}

function newUtterance(utteranceId: string, sequence: number): Utterance {
  return {
    utteranceId,
    sequence,
    captions: [],
    durationMs: null,
    heardMs: 0,
    playing: false,
    drained: false,
    finished: false,
  };
}

function withUtterance(
  state: RoomState,
  utteranceId: string,
  change: (utterance: Utterance) => Utterance,
): RoomState {
  if (!state.utterances.some((utterance) => utterance.utteranceId === utteranceId)) return state;
  const utterances = state.utterances.map((utterance) =>
    utterance.utteranceId === utteranceId ? change(utterance) : utterance,
  );
  return { ...state, utterances };
}

function unreachable(value: never): never {
  throw new Error(`unhandled ${JSON.stringify(value)}`);
}
