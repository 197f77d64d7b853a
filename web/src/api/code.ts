// How the code on a candidate's pads grew, and how it ran.
import type { CodePad, CodeReport } from "@/protocol/messages.gen";
import { request } from "./request";

/** A whole pad at one moment. */
export interface Snapshot {
  snapshot_id: string;
  question_id: string;
  /** From 1, within the question. */
  revision: number;
  language: CodePad["language"];
  text: string;
  created_at: string;
}

export interface CodeRun {
  run_id: string;
  question_id: string;
  revision: number;
  tests: boolean;
  /** Null while it runs. */
  report: CodeReport | null;
}

interface Snapshots {
  items: Snapshot[];
  next_after: string | null;
}

export interface Written {
  /** By question and revision. */
  snapshots: Snapshot[];
  runs: CodeRun[];
}

export async function hasCode(interviewId: string): Promise<boolean> {
  const path = `/api/v1/interviews/${encodeURIComponent(interviewId)}/code?limit=1`;
  return (await request<Snapshots>(path)).items.length > 0;
}

/** All of it, page by page. */
export async function readCode(interviewId: string): Promise<Written> {
  const path = `/api/v1/interviews/${encodeURIComponent(interviewId)}/code`;
  const runs = request<{ items: CodeRun[] }>(`${path}/runs`);
  const snapshots: Snapshot[] = [];
  let after: string | null = null;
  do {
    const query: string = after === null ? "" : `?${new URLSearchParams({ after })}`;
    const page: Snapshots = await request<Snapshots>(path + query);
    snapshots.push(...page.items);
    after = page.next_after;
  } while (after !== null);
  return { snapshots, runs: (await runs).items };
}
