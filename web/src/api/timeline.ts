// How an interview ran: what its workflow has stored of it.
import { request, requestChanged, type Named } from "./request";

export type Stage = "transcribe" | "converse" | "speak";
export type Ending = "completed" | "failed" | "timed_out" | "cancelled" | "running";
export type StepKind =
  | "began"
  | "continued"
  | "asked"
  | "timer"
  | "task"
  | "child"
  | "recovery"
  | "worker_lost"
  | "decision_failed"
  | "ended";

export interface Step {
  at: string;
  kind: StepKind;
  name: string;
  took_ms: number | null;
  attempts: number;
  ending: Ending;
  error: string;
}

/** A bar of the waterfall; `after_ms` counts from the turn's beginning. */
export interface StageRun {
  stage: Stage;
  rerun: number;
  after_ms: number;
  waited_ms: number | null;
  ran_ms: number | null;
  attempts: number;
  ending: Ending;
  outcome: string;
  error: string;
  provider: string;
  worker: string;
}

export interface TurnTrack {
  turn_id: string;
  turn_number: number;
  kind: "audio" | "typed" | "proactive";
  phase: string;
  question_id: string | null;
  status: string | null;
  began_at: string;
  took_ms: number | null;
  committed_after_ms: number | null;
  retries: number;
  recoveries: number;
  stages: StageRun[];
}

export interface Timeline {
  interview_id: string;
  complete: boolean;
  runs: number;
  steps: Step[];
  turns: TurnTrack[];
}

const of = (interviewId: string) => `/api/v1/interviews/${encodeURIComponent(interviewId)}/timeline`;

export function readTimeline(interviewId: string): Promise<Timeline> {
  return request(of(interviewId));
}

/** Null where it has not grown since. */
export function readGrownTimeline(interviewId: string, etag: string | null, signal: AbortSignal): Promise<Named<Timeline> | null> {
  return requestChanged(of(interviewId), etag, signal);
}
