// What is shown, derived from the state.
import type { Words } from "@/words/en";
import type { Caption, RoomState, Utterance } from "./state";

export type OrbState =
  | "connecting"
  | "listening"
  | "thinking"
  | "speaking"
  | "paused"
  | "reconnecting"
  | "ended"
  | "superseded"
  | "refused";

/** What is being said; what was said last when nothing is. */
export function currentUtterance(state: RoomState): Utterance | null {
  const unheard = state.utterances.find((utterance) => !utterance.finished);
  return unheard ?? state.utterances.at(-1) ?? null;
}

export function orbState(state: RoomState): OrbState {
  const utterance = currentUtterance(state);
  if (state.ended && !closingWords(state)) return "ended";
  if (state.link === "superseded" || state.link === "refused") return state.link;
  if (state.link === "idle" || state.link === "connecting") return "connecting";
  if (state.link === "reconnecting") return "reconnecting";
  if (state.answer?.recording) return "listening";
  if (state.pause || (state.pauseRequested && !state.answer)) return "paused";
  const isWorking = state.stage === "processing_stt" || state.stage === "generating";
  // Its first words may have been said before the others are made.
  if (utterance?.playing && !(utterance.drained && isWorking)) return "speaking";
  if (state.answer || isWorking) return "thinking";
  if (state.stage === "speaking" && !utterance?.finished) return "thinking";
  return "listening";
}

/** The interview is over, but the interviewer's goodbye is still to be heard. */
export function closingWords(state: RoomState): boolean {
  return state.ended !== null && state.utterances.some((utterance) => !utterance.finished);
}

/** Sentences whose sound has begun. One not yet begun is not shown, or it would be read ahead. */
export function heardCaptions(utterance: Utterance): Caption[] {
  return utterance.captions.filter(
    (caption) =>
      caption.startMs < utterance.heardMs ||
      (caption.startMs === 0 && utterance.playing) ||
      (utterance.finished && caption.startMs <= utterance.heardMs),
  );
}

export function canTalk(state: RoomState): boolean {
  return state.microphone.state === "ready" && canAnswer(state);
}

/** A voice would be an answer, now or as soon as the one before is safe. */
export function canListen(state: RoomState): boolean {
  return state.microphone.state === "ready" && takesAnswers(state);
}

/** One answer at a time: the last one must be safe on the server first. */
export function canAnswer(state: RoomState): boolean {
  return !state.answer && takesAnswers(state);
}

/** The question may be asked for again: nobody speaks, and nothing is under way. */
export function canRepeat(state: RoomState): boolean {
  const isTheirs = orbState(state) === "listening" && canAnswer(state);
  return isTheirs && state.link === "open" && (state.question?.number ?? 0) > 0;
}

function takesAnswers(state: RoomState): boolean {
  if (state.ended || state.endRequested || state.pause || state.pauseRequested) return false;
  return state.entered && (state.link === "open" || state.link === "reconnecting");
}

export function progressLabel(state: RoomState, words: Words): string {
  if (!state.phase) return "";
  const { number = 0, count = 0 } = state.question ?? {};
  const phase = words.phases[state.phase];
  return number > 0 ? words.room.progress(phase, number, count) : phase;
}
