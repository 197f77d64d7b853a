// The interviews of a role scored once more, and what that changes.
import type { EvaluationState } from "./evaluation";
import { API_URL, post, request } from "./request";

export interface Reevaluation {
  reevaluation_id: string;
  role: string;
  plan_hash: string | null;
  rubric_hash: string | null;
  /** Null: whoever is configured. */
  model: string | null;
  state: "running" | "done" | "stopped";
  /** Why it was stopped. */
  reason: "asked" | "too_long" | "failed" | null;
  interviews: number;
  /** Of them, those that are scored again or skipped. */
  over: number;
  /** Of those, the ones that lack scores: the model could not be had. */
  pending: number;
  skipped: number;
  created_at: string;
  finished_at: string | null;
}

export interface Moves {
  count: number;
  mean_change: number | null;
  mean_absolute_change: number | null;
  largest_change: number | null;
  /** A part, 0 to 1. */
  crossed_band: number | null;
  kappa: number | null;
  now_scored: number;
  no_longer_scored: number;
  now_needs_human: number;
}

export interface MovedInterview {
  interview_id: string;
  number: number | null;
  state: EvaluationState | null;
  skipped: "erased" | "other_rubric" | "too_many" | null;
  old_total: number | null;
  new_total: number | null;
  largest_change: number | null;
  largest_in: string | null;
  crossed_band: boolean;
  now_needs_human: boolean;
}

export interface Drift {
  reevaluation: Reevaluation;
  old_models: string[];
  new_models: string[];
  compared: number;
  /** Whoever asks is to rate them first. */
  hidden: number;
  overall: Moves;
  competencies: (Moves & { competency_id: string; name: string })[];
  /** Those that moved furthest first. */
  interviews: MovedInterview[];
  method: string;
}

const HERE = "/api/v1/reevaluations";
const of = (id: string) => `${HERE}/${encodeURIComponent(id)}`;

/** Newest first, and the models that may be named. */
export function listReevaluations(): Promise<{ items: Reevaluation[]; models: string[] }> {
  return request(HERE);
}

export function reevaluate(role: string, model: string | null): Promise<Reevaluation> {
  return post(HERE, { role, model });
}

export function retryReevaluation(id: string): Promise<Reevaluation> {
  return post(`${of(id)}/retry`);
}

/** What was scored stays. */
export function stopReevaluation(id: string): Promise<Reevaluation> {
  return post(`${of(id)}/stop`);
}

export function readDrift(id: string): Promise<Drift> {
  return request(`${of(id)}/drift`);
}

export function driftUrl(id: string): string {
  return `${API_URL}${of(id)}/drift.csv`;
}
