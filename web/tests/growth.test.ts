import { describe, expect, it } from "vitest";
import type { CodeRun, Snapshot } from "@/api/code";
import { byQuestion, leftOf, linesOf, placeOf, since, titleOf } from "@/desk/review/growth";

function snapshot(question_id: string, revision: number, at: string, text = "x = 1"): Snapshot {
  const snapshot_id = `${question_id}-${revision}`;
  const created_at = `2026-03-01T10:${at}Z`;
  return { snapshot_id, question_id, revision, language: "python", text, late: false, created_at };
}

const SNAPSHOTS = [
  snapshot("free-slots", 1, "20:00"),
  snapshot("two-readings", 1, "01:00"),
  snapshot("two-readings", 2, "05:05"),
];
const RUN: CodeRun = { run_id: "r", question_id: "two-readings", revision: 2, tests: true, report: null };

describe("how code grew", () => {
  const growths = byQuestion({ snapshots: SNAPSHOTS, runs: [RUN, { ...RUN, question_id: "gone" }] });

  it("stands by question, in the order in which they were begun, with their runs", () => {
    expect(growths.map(({ questionId, snapshots, runs }) => [questionId, snapshots.length, runs.length])).toEqual([
      ["two-readings", 2, 1],
      ["free-slots", 1, 0],
    ]);
    expect(byQuestion({ snapshots: [], runs: [RUN] })).toEqual([]);
  });

  it("is told by the time since it was begun", () => {
    expect(since(SNAPSHOTS[1]!, SNAPSHOTS[2]!)).toBe("4:05");
    expect(titleOf("two-readings")).toBe("Two readings");
  });

  it("is looked at as it was left, though more came late", () => {
    const [first, ...rest] = [1, 2, 3].map((n) => snapshot("two-readings", n, "01:00"));
    const late = rest.map((one) => ({ ...one, late: true }));
    expect(leftOf([first!, ...rest])).toBe(2);
    expect(leftOf([first!, rest[0]!, late[1]!])).toBe(1);
    expect(leftOf([first!, ...late])).toBe(0);
    expect(leftOf(late)).toBe(1);
  });

  it("is found by a snapshot", () => {
    expect(placeOf(growths, "two-readings-2")).toEqual({ question: 0, version: 1 });
    expect(placeOf(growths, "free-slots-1")).toEqual({ question: 1, version: 0 });
    expect(placeOf(growths, "an utterance")).toBeNull();
  });
});

describe("what is new in a version", () => {
  const marked = (text: string, before: string | null) =>
    linesOf(text, before).map(({ text: line, isNew }) => (isNew ? `+${line}` : line));

  it("is what stands between the same beginning and the same end", () => {
    expect(marked("a\nb\nc", "a\nc")).toEqual(["a", "+b", "c"]);
    expect(marked("a\nB\nc", "a\nb\nc")).toEqual(["a", "+B", "c"]);
    expect(marked("a", "a\nb")).toEqual(["a"]);
    expect(marked("a\na", "a")).toEqual(["a", "+a"]);
    expect(marked("new", "old")).toEqual(["+new"]);
  });

  it("is nothing in the first one", () => {
    expect(marked("a\nb", null)).toEqual(["a", "b"]);
  });
});
