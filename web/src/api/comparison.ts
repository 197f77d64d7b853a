// Candidates of one plan beside each other, and how far people and the model agree.
import type { DecisionKind, ScoreReason } from "./evaluation";
import { request } from "./request";

export interface CandidateScore {
  competency_id: string;
  score: number | null;
  unscored: ScoreReason | null;
  low: number;
  high: number;
  is_overridden: boolean;
}

export interface Candidate {
  interview_id: string;
  candidate_name: string;
  ended_at: string;
  /** `hidden`: whoever asks is to rate it first. */
  state: "scored" | "unscored" | "hidden";
  total: number | null;
  coverage: number;
  low: number | null;
  high: number | null;
  best_place: number | null;
  worst_place: number | null;
  needs_human: boolean;
  decision: DecisionKind | null;
  scores: CandidateScore[];
}

export interface Comparison {
  plan_hash: string;
  title: string;
  competencies: { competency_id: string; name: string; weight: number }[];
  /** Highest total first. */
  items: Candidate[];
  /** Not all were scored by one prompt and the same models. */
  is_mixed: boolean;
  more: boolean;
  method: string;
}

export interface Figures {
  reviews: number;
  pairs: number;
  exact: number | null;
  within_one: number | null;
  kappa: number | null;
}

export interface Agreements {
  overall: Figures;
  roles: (Figures & { role: string })[];
  not_blind: number;
}

export function readComparison(planHash: string): Promise<Comparison> {
  return request(`/api/v1/comparisons?plan_hash=${encodeURIComponent(planHash)}`);
}

/** A plan by which interviews have ended. */
export interface HeldPlan {
  plan_hash: string;
  title: string;
  /** Null where it is a built-in one. */
  number: number | null;
  interviews: number;
}

/** Those of the newest first. */
export async function listHeldPlans(): Promise<HeldPlan[]> {
  return (await request<{ items: HeldPlan[] }>("/api/v1/comparisons/plans")).items;
}

export function readAgreement(): Promise<Agreements> {
  return request("/api/v1/agreement");
}
