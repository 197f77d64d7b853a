// An interview while it runs.
import type { InterviewStatus, Seen } from "./desk";
import type { Line } from "./evaluation";
import { requestChanged, type Named } from "./request";

export interface Live {
  interview_id: string;
  status: InterviewStatus;
  outcome: "completed" | "ended_by_candidate" | "expired" | "withdrawn" | null;
  phase: string;
  /** From 1, over the whole interview; 0 when all was asked. */
  question_number: number;
  question_count: number;
  total_turns: number;
  resumes: number;
  seen: Seen | null;
  /** Null where the transcript is not for whoever asks. */
  lines: Line[] | null;
}

/** With the lines after a sequence. Null where it still is what `etag` names. */
export function readLive(
  interviewId: string,
  after: number,
  etag: string | null,
  signal: AbortSignal,
): Promise<Named<Live> | null> {
  return requestChanged(`/api/v1/interviews/${encodeURIComponent(interviewId)}/live?after=${after}`, etag, signal);
}
