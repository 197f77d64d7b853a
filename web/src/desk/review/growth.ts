// The code of one question, version by version. Knows no React.
import type { CodeRun, Snapshot, Written } from "@/api/code";

export interface Growth {
  questionId: string;
  snapshots: Snapshot[];
  runs: CodeRun[];
}

export interface CodeLine {
  text: string;
  /** Not as it was in the version before. */
  isNew: boolean;
}

/** In the order in which they were begun. */
export function byQuestion({ snapshots, runs }: Written): Growth[] {
  const found = new Map<string, Growth>();
  for (const snapshot of snapshots) {
    const { question_id: questionId } = snapshot;
    const growth = found.get(questionId) ?? { questionId, snapshots: [], runs: [] };
    growth.snapshots.push(snapshot);
    found.set(questionId, growth);
  }
  for (const run of runs) found.get(run.question_id)?.runs.push(run);
  const begun = ({ snapshots: [first] }: Growth) => first?.created_at ?? "";
  return [...found.values()].sort((one, other) => begun(one).localeCompare(begun(other)));
}

/** Lines between what is the same at the beginning and at the end are new. */
export function linesOf(text: string, before: string | null): CodeLine[] {
  const now = text.split("\n");
  const was = before?.split("\n") ?? now;
  let head = 0;
  while (head < now.length && now[head] === was[head]) head += 1;
  let tail = 0;
  const most = Math.min(now.length, was.length) - head;
  while (tail < most && now.at(-1 - tail) === was.at(-1 - tail)) tail += 1;
  return now.map((line, index) => ({
    text: line,
    isNew: index >= head && index < now.length - tail,
  }));
}

/** The version that was left when the question was over. */
export function leftOf(snapshots: readonly Snapshot[]): number {
  const left = snapshots.map((one) => one.late).lastIndexOf(false);
  return left >= 0 ? left : snapshots.length - 1;
}

/** `two-readings` is "Two readings". */
export function titleOf(questionId: string): string {
  const words = questionId.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** After the first version, as `4:05`. */
export function since(first: Snapshot, now: Snapshot): string {
  const seconds = Math.max(0, Math.round((Date.parse(now.created_at) - Date.parse(first.created_at)) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Where a snapshot stands; null where there is no such one. */
export function placeOf(
  growths: readonly Growth[],
  snapshotId: string,
): { question: number; version: number } | null {
  for (const [question, { snapshots }] of growths.entries()) {
    const version = snapshots.findIndex((one) => one.snapshot_id === snapshotId);
    if (version >= 0) return { question, version };
  }
  return null;
}
