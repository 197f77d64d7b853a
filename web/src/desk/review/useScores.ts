"use client";

import { useCallback, useState } from "react";
import {
  listEvaluations,
  readReview,
  readScorecard,
  type Evaluation,
  type ReviewStanding,
  type Scorecard,
} from "@/api/evaluation";
import { useLoaded, type Loaded } from "@/account/useLoaded";
import { useAgain } from "../useAgain";

const AGAIN_MS = 2_500;

export interface Scores {
  review: ReviewStanding;
  evaluations: Evaluation[];
  card: Scorecard | null;
  chosen: number | null;
}

/** The evaluation that is shown first, as in reports: the newest that is over, else the one that runs. */
export function firstShown(evaluations: readonly Evaluation[]): number | null {
  const counted = evaluations.filter((one) => one.kind !== "reevaluated");
  return (counted.find((one) => one.state !== "running") ?? counted[0])?.number ?? null;
}

/** Ratings and scores of an interview, as far as they are for whoever asks. Asked again by itself
 * while something is being scored. */
export function useScores(interviewId: string): Loaded<Scores> & { choose: (number: number) => void } {
  const [wanted, choose] = useState<number | null>(null);
  const load = useCallback(async (): Promise<Scores> => {
    const [review, evaluations] = await Promise.all([readReview(interviewId), listEvaluations(interviewId)]);
    const chosen = wanted ?? firstShown(evaluations);
    // Whoever is to rate first is not even asked for scores.
    const card = chosen === null || review.hidden ? null : await readScorecard(interviewId, chosen);
    return { review, evaluations, card, chosen };
  }, [interviewId, wanted]);
  const loaded = useLoaded(load);
  const { data, reload } = loaded;

  const isScoring = data?.evaluations.some((one) => one.state === "running") ?? false;
  useAgain(isScoring, AGAIN_MS, reload);

  return { ...loaded, choose };
}
