// One interview as those see it who decide: what was said, how it was scored, what people made of it.
import type { Interview, Page } from "./desk";
import type { Competency } from "./plans";
import { API_URL, post, request, send } from "./request";

export interface Sentence {
  text: string;
  start_ms: number;
  end_ms: number;
}

export interface Line {
  sequence: number;
  speaker: "candidate" | "interviewer";
  text: string;
  turn_id: string;
  utterance_id: string;
  phase: string;
  question_id: string | null;
  modality: "audio" | "typed" | "shown";
  confidence: number | null;
  duration_ms: number;
  heard_ms: number | null;
  interrupted: boolean;
  sentences: Sentence[];
  recording_id: string | null;
}

export interface Recording {
  recording_id: string;
  utterance_id: string | null;
  duration_ms: number;
}

export type EvaluationState = "running" | "pending" | "done" | "unscored";
export type ScoreReason = "not_asked" | "no_answer" | "weak_transcript" | "no_evidence" | "pending";
export type HumanReason = "spread" | "unsure" | "suspicious" | "moved";
export type DecisionKind = "advance" | "hold" | "reject";

export interface Evaluation {
  number: number;
  state: EvaluationState;
  reason: "no_model" | "no_rubric" | null;
  /** `reevaluated`: made to be compared; no report goes by it. */
  kind: "anew" | "corrected" | "reevaluated";
  requested_by: string | null;
  created_at: string;
  finished_at: string | null;
}

export interface Quote {
  utterance_id: string;
  /** Characters of what was said, as it was scored. */
  start: number;
  end: number;
  quote: string;
  /** Of code, the utterance is a snapshot of a pad. */
  source: "speech" | "code";
  /** Where the answer was set right, before it was scored or since. */
  correction: QuoteCorrection | null;
}

export interface QuoteCorrection {
  /** What stood there at first. */
  recognized: string;
  /** What should, characters `start` to `end` of the corrected answer; empty where nothing does. */
  now: string;
  start: number;
  end: number;
  /** The answer was scored as it reads now. */
  is_scored: boolean;
  corrected_by: string | null;
  corrected_at: string;
}

/** All of an answer, as it should read. Of each utterance the highest version holds. */
export interface Correction {
  utterance_id: string;
  version: number;
  text: string;
  reason: string;
  corrected_by: string | null;
  created_at: string;
}

export interface Override {
  competency_id: string;
  /** Null where the model's holds again. */
  score: number | null;
  reason: string;
  overridden_by: string | null;
  created_at: string;
}

export interface CompetencyScore {
  competency_id: string;
  name: string;
  definition: string;
  anchors: string[];
  weight: number;
  score: number | null;
  unscored: ScoreReason | null;
  spread: number;
  samples: (number | null)[];
  human: HumanReason[];
  evidence: Quote[];
  reason: string;
  override: Override | null;
}

export interface Scorecard extends Evaluation {
  total: number | null;
  /** Part of all weight that is scored. */
  coverage: number;
  reviewed_total: number | null;
  reviewed_coverage: number;
  needs_human: boolean;
  competencies: CompetencyScore[];
  cost: { calls: number; models: string[]; input_tokens: number; output_tokens: number };
}

export interface Rating {
  competency_id: string;
  rating: number | null;
  reason: string;
}

export interface Review {
  review_id: string;
  reviewer_id: string | null;
  blind: boolean;
  note: string;
  created_at: string;
  ratings: Rating[];
}

export interface Decision {
  decision: DecisionKind;
  reason: string;
  decided_by: string | null;
  created_at: string;
}

/** While `hidden`, until one's own rating is handed in, nothing is told of others. */
export interface ReviewStanding {
  competencies: Competency[];
  has_ended: boolean;
  hidden: boolean;
  own: Review | null;
  others: Review[];
  decision: Decision | null;
}

const of = (interviewId: string) => `/api/v1/interviews/${encodeURIComponent(interviewId)}`;

export function readInterview(interviewId: string): Promise<Interview> {
  return request(of(interviewId));
}

export async function readTranscript(interviewId: string): Promise<Line[]> {
  return (await request<{ items: Line[] }>(`${of(interviewId)}/transcript`)).items;
}

/** By utterance, the corrections that hold. */
export async function readCorrections(interviewId: string): Promise<Map<string, Correction>> {
  const { items } = await request<{ items: Correction[] }>(`${of(interviewId)}/corrections`);
  const held = new Map<string, Correction>();
  for (const one of items) {
    if (one.version > (held.get(one.utterance_id)?.version ?? 0)) held.set(one.utterance_id, one);
  }
  return held;
}

export async function listRecordings(interviewId: string): Promise<Recording[]> {
  return (await request<{ items: Recording[] }>(`${of(interviewId)}/recordings`)).items;
}

export function recordingUrl(interviewId: string, recordingId: string): string {
  return `${API_URL}${of(interviewId)}/recordings/${encodeURIComponent(recordingId)}`;
}

export async function listEvaluations(interviewId: string): Promise<Evaluation[]> {
  return (await request<{ items: Evaluation[] }>(`${of(interviewId)}/evaluations`)).items;
}

/** Raises `review.first` where one has to rate before. */
export function readScorecard(interviewId: string, number: number): Promise<Scorecard> {
  return request(`${of(interviewId)}/evaluations/${number}`);
}

export function evaluateAnew(interviewId: string): Promise<Evaluation> {
  return post(`${of(interviewId)}/evaluations`);
}

export function retryEvaluation(interviewId: string, number: number): Promise<Evaluation> {
  return post(`${of(interviewId)}/evaluations/${number}/retry`);
}

export function readReview(interviewId: string): Promise<ReviewStanding> {
  return request(`${of(interviewId)}/review`);
}

export function handInReview(interviewId: string, ratings: Rating[], note: string): Promise<Review> {
  return send("PUT", `${of(interviewId)}/review`, { ratings, note });
}

export function overrideScore(
  interviewId: string,
  number: number,
  competencyId: string,
  said: { score: number | null; reason: string },
): Promise<Override> {
  return send("PUT", `${of(interviewId)}/evaluations/${number}/scores/${encodeURIComponent(competencyId)}`, said);
}

export function decide(interviewId: string, said: { decision: DecisionKind; reason: string }): Promise<Decision> {
  return send("PUT", `${of(interviewId)}/decision`, said);
}

export type ReportFormat = "json" | "pdf" | "csv";

export function reportUrl(interviewId: string, format: ReportFormat): string {
  return `${API_URL}${of(interviewId)}/report${format === "json" ? "" : `.${format}`}`;
}

/** Ids, never a name or a word that was said. */
export interface AuditEvent {
  event_id: string;
  at: string;
  actor_kind: "user" | "api_key" | "system" | "anonymous";
  actor_id: string | null;
  action: string;
}

export async function listEvents(interviewId: string, cursor: string | null): Promise<Page<AuditEvent>> {
  const asked = new URLSearchParams({ interview_id: interviewId, limit: "50", ...(cursor && { cursor }) });
  const page = await request<{ items: AuditEvent[]; next_cursor: number | null }>(`/api/v1/audit?${asked}`);
  return { items: page.items, next_cursor: page.next_cursor === null ? null : String(page.next_cursor) };
}
