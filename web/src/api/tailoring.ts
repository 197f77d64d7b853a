// Before an interview begins: its résumé, and questions for this candidate from it.
import type { ProposalState } from "./plans";
import { ApiError, post, request, send } from "./request";

export interface Document {
  document_id: string;
  kind: "resume" | "job_description";
  status: "ready" | "refused";
  error_code: string | null;
  /** What a reader does not see; none of it is used. */
  hidden: { page: number | null }[];
  characters: number;
  created_at: string;
}

export interface Probe {
  /** Id of the main question that it follows. */
  after: string;
  text: string;
  /** What in the résumé it is about. */
  because: string;
}

export interface Tailoring {
  state: ProposalState;
  reason: string | null;
  revision: number;
  probes: Probe[];
}

const of = (interviewId: string) => `/api/v1/interviews/${encodeURIComponent(interviewId)}`;

export async function listResumes(interviewId: string): Promise<Document[]> {
  const { items } = await request<{ items: Document[] }>(`${of(interviewId)}/documents`);
  return items.filter(({ kind }) => kind === "resume");
}

export function addResume(interviewId: string, file: Blob): Promise<Document> {
  const headers = { "Content-Type": "application/octet-stream" };
  return request(`${of(interviewId)}/documents?kind=resume`, { method: "POST", headers, body: file });
}

/** Null where nobody has asked for any. */
export async function readTailoring(interviewId: string): Promise<Tailoring | null> {
  try {
    return await request(`${of(interviewId)}/tailoring`);
  } catch (error) {
    if (error instanceof ApiError && error.code === "tailoring.not_found") return null;
    throw error;
  }
}

/** From the newest résumé. */
export function askForProbes(interviewId: string): Promise<Tailoring> {
  return post(`${of(interviewId)}/tailoring`, {});
}

export function saveProbes(interviewId: string, revision: number, probes: Probe[]): Promise<Tailoring> {
  return send("PUT", `${of(interviewId)}/tailoring`, { revision, probes });
}
