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
  /** It came when the question was over, and was not scored. */
  late: boolean;
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

interface Runs {
  items: CodeRun[];
  next_cursor: string | null;
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
  const [snapshots, runs] = await Promise.all([readSnapshots(path), readRuns(`${path}/runs`)]);
  return { snapshots, runs };
}

async function readSnapshots(path: string): Promise<Snapshot[]> {
  const snapshots: Snapshot[] = [];
  let after: string | null = null;
  do {
    const query: string = after === null ? "" : `?${new URLSearchParams({ after })}`;
    const page: Snapshots = await request<Snapshots>(path + query);
    snapshots.push(...page.items);
    after = page.next_after;
  } while (after !== null);
  return snapshots;
}

async function readRuns(path: string): Promise<CodeRun[]> {
  const runs: CodeRun[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? "" : `?${new URLSearchParams({ cursor })}`;
    const page: Runs = await request<Runs>(path + query);
    runs.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return runs;
}
