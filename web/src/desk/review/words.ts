// How scores, and what they lack, are called.
import type {
  CompetencyScore,
  Correction,
  DecisionKind,
  Evaluation,
  HumanReason,
  Line,
  Quote,
  Scorecard,
  ScoreReason,
} from "@/api/evaluation";
import type { Tone } from "../words";

export const UNSCORED: Record<ScoreReason, string> = {
  not_asked: "Not scored: none of its questions was reached.",
  no_answer: "Not scored: hardly anything was answered.",
  weak_transcript: "Not scored: what was said could not be recognized well enough. Listen to it.",
  no_evidence: "Not scored: the answers hold no evidence for or against it.",
  pending: "Not scored yet: the scoring model could not be reached.",
};

export const HUMAN: Record<HumanReason, string> = {
  spread: "The samples are far apart.",
  unsure: "Some samples found nothing to go by.",
  suspicious: "Words in an answer speak to the scorer. They were left out.",
  moved: "With those words the score would have been another one.",
};

export const DECISION: Record<DecisionKind, { name: string; tone: Tone }> = {
  advance: { name: "Goes on", tone: "good" },
  hold: { name: "On hold", tone: "warn" },
  reject: { name: "Does not go on", tone: "plain" },
};

/** What is to be said instead of scores, or beside them; null where they speak for themselves. */
export function standingOf(evaluation: Evaluation | null, hasEnded: boolean): { title: string; text: string } | null {
  if (!evaluation) {
    return hasEnded
      ? { title: "Not scored yet", text: "The interview has ended, and nobody has asked for its scores." }
      : { title: "Not over yet", text: "It is scored when the interview has ended." };
  }
  if (evaluation.state === "running") {
    return { title: "Being scored", text: "Each competency by itself, several times. This takes a minute or two." };
  }
  if (evaluation.state === "pending") {
    return {
      title: "Some scores are missing",
      text: "The scoring model could not be reached. What it has answered is kept; only the rest is asked for again.",
    };
  }
  if (evaluation.reason === "no_model") {
    return { title: "Nothing is scored", text: "No language model is configured here. People can rate it all the same." };
  }
  if (evaluation.reason === "no_rubric") {
    return { title: "Nothing is scored", text: "The plan of this interview names nothing to score it by." };
  }
  return null;
}

/** The score that counts in the end: a person's where there is one. */
export function holds(score: CompetencyScore): number | null {
  return score.override?.score ?? score.score;
}

/** Whether a person has to look at it, and has said nothing yet. */
export function needsHuman(score: CompetencyScore): boolean {
  return score.override === null && (score.human.length > 0 || score.unscored === "pending");
}

/** "3", "3.5"; totals to one place. */
export function number(score: number): string {
  return String(Math.round(score * 10) / 10);
}

export function totalOf(card: Scorecard): { score: number; coverage: number; isReviewed: boolean } | null {
  const isReviewed = card.competencies.some((one) => one.override !== null);
  const score = isReviewed ? card.reviewed_total : card.total;
  const coverage = isReviewed ? card.reviewed_coverage : card.coverage;
  return score === null ? null : { score, coverage, isReviewed };
}

/** What to know of a line before believing its words. */
export function marksOf(line: Line, isCorrected = false): string[] {
  const marks: string[] = [];
  if (line.modality === "typed") marks.push("Typed");
  if (line.modality === "shown") marks.push("Shown on the screen");
  if (line.interrupted) {
    marks.push(line.heard_ms === null ? "Interrupted" : `Interrupted after ${Math.round(line.heard_ms / 1000)} s`);
  }
  if (isCorrected) marks.push("Corrected");
  else if (line.speaker === "candidate" && line.confidence !== null && line.confidence < 0.5) {
    marks.push(`Hard to understand (${Math.round(line.confidence * 100)} %)`);
  }
  return marks;
}

/** What was misheard in a quote; null where these very words were heard right. */
export function mishearing(quote: Quote): { heard: string; now: string } | null {
  const { correction } = quote;
  if (!correction || correction.recognized === correction.now) return null;
  return { heard: correction.recognized, now: correction.now };
}

/** Corrections after which an answer reads otherwise than it was recognized: one may be taken back. */
export function misheard(
  lines: readonly Line[],
  corrections: ReadonlyMap<string, Correction>,
): ReadonlyMap<string, Correction> {
  const recognized = new Map(lines.map((line) => [line.utterance_id, line.text]));
  return new Map([...corrections].filter(([utteranceId, { text }]) => recognized.get(utteranceId) !== text));
}
