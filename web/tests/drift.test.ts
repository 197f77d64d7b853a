import { describe, expect, it } from "vitest";
import type { MovedInterview, Reevaluation } from "@/api/reevaluation";
import { change, endOf, missingIn, notesOf, stateOf, sumUp } from "@/desk/drift/words";

const MOVED: MovedInterview = {
  interview_id: "i",
  number: 2,
  state: "done",
  skipped: null,
  old_total: 3,
  new_total: 3.5,
  largest_change: 0.5,
  largest_in: "care",
  crossed_band: false,
  now_needs_human: false,
};
const ASKED = { state: "done", interviews: 3, over: 3, pending: 0, skipped: 0 } as Reevaluation;

describe("what scoring once more has changed", () => {
  it("is told with its sign, and none for what rounds to nothing", () => {
    expect([0.5, -1, 0, 0.04, -0.04, null].map(change)).toEqual(["+0.5", "−1.0", "0.0", "0.0", "0.0", "–"]);
  });

  it("is told of each interview, or why nothing is", () => {
    expect(notesOf(MOVED)).toBe("");
    expect(notesOf({ ...MOVED, now_needs_human: true, crossed_band: true })).toBe("Needs a person now. Went over a line.");
    expect(notesOf({ ...MOVED, state: null })).toBe("Not begun yet.");
    expect(notesOf({ ...MOVED, state: null, skipped: "erased" })).toBe("It is being erased.");
  });

  it("says little of little", () => {
    expect(sumUp(0, null, null)).toContain("Nothing");
    expect(sumUp(29, 1, 0.1)).toContain("Too few");
    expect(sumUp(30, 0.3, 0.9)).toContain("up");
    expect(sumUp(30, -0.3, 0.9)).toContain("down");
    expect(sumUp(30, 0.1, 0.3)).toContain("changed places");
    expect(sumUp(30, 0.1, 0.9)).toContain("Little");
    expect(sumUp(30, 0.1, null)).toContain("Little");
  });

  it("shows how far it is", () => {
    expect(stateOf({ ...ASKED, state: "running", over: 1 }).name).toBe("1 of 3");
    expect(stateOf({ ...ASKED, pending: 2 }).tone).toBe("warn");
    expect(stateOf(ASKED).name).toBe("Done");
  });

  it("says why it did not come to its end, and what is missing then", () => {
    const stopped = { ...ASKED, state: "stopped", reason: "asked", over: 2, pending: 1 } as Reevaluation;
    expect(stateOf(stopped)).toEqual({ name: "Stopped at 1 of 3", tone: "warn" });
    expect(endOf(stopped)).toBe("It was stopped. What was scored until then is kept.");
    expect(endOf({ ...stopped, reason: "too_long" })).toContain("longer than a day");
    expect(endOf({ ...ASKED, reason: null })).toBe("");
    expect(missingIn(stopped)).toBe(2);
    expect(missingIn({ ...stopped, over: 3, pending: 0 })).toBe(0);
    expect(missingIn({ ...stopped, state: "running" })).toBe(0);
    expect(missingIn({ ...ASKED, pending: 2 })).toBe(2);
  });
});
