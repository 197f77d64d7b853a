import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Live } from "@/api/live";
import type { Line } from "@/api/evaluation";
import { NO_PAGES, turned, type Pages } from "@/account/pages";
import { afterOf, known, merged } from "@/desk/live/following";
import { Herald, REST_MS } from "@/desk/live/herald";
import { aloud, standingOf } from "@/desk/live/words";
import { aboutState, resumedIn, stateOf } from "@/desk/words";

function line(sequence: number, changes: Partial<Line> = {}): Line {
  return {
    sequence,
    speaker: sequence % 2 ? "interviewer" : "candidate",
    text: `line ${sequence}`,
    turn_id: `t${sequence}`,
    utterance_id: `u${sequence}`,
    phase: "warmup",
    question_id: "q",
    modality: "audio",
    confidence: null,
    duration_ms: 1_000,
    heard_ms: null,
    interrupted: false,
    sentences: [],
    recording_id: null,
    ...changes,
  };
}

const LIVE: Live = {
  interview_id: "i",
  status: "active",
  outcome: null,
  phase: "main_questions",
  question_number: 3,
  question_count: 7,
  total_turns: 2,
  resumes: 0,
  seen: { presence: "here", seen_at: null },
  lines: [],
};
const AWAY = { presence: "away", seen_at: "2026-11-26T14:03:00" } as const;

describe("lines as they come", () => {
  it("are asked for from a few before the last", () => {
    expect(afterOf([])).toBe(0);
    expect(afterOf([line(1), line(2)])).toBe(0);
    expect(afterOf([line(1), line(9)])).toBe(5);
  });

  it("take their place, and what was told twice is there once", () => {
    const before = [line(1), line(3)];
    const after = merged(before, [line(2), line(3), line(4)]);
    expect(after.map((one) => one.sequence)).toEqual([1, 2, 3, 4]);
    expect(after[2]).toBe(before[1]);
  });

  it("are the same while nothing is new, so that nothing is drawn again", () => {
    const before = [line(1), line(2)];
    expect(merged(before, [line(1), line(2)])).toBe(before);
  });

  it("change when they are interrupted", () => {
    const after = merged([line(1), line(2)], [line(1, { heard_ms: 400, interrupted: true })]);
    expect(after.map((one) => one.heard_ms)).toEqual([400, null]);
  });

  it("are not there for those who may not read them", () => {
    const first = known(null, { ...LIVE, lines: [line(1)] });
    expect(first.lines).toHaveLength(1);
    expect(known(first, { ...LIVE, lines: null }).lines).toBeNull();
  });
});

describe("how it stands", () => {
  it("says where it is, and no more while all goes its way", () => {
    expect(standingOf(LIVE, "Ada")).toEqual({
      badge: { name: "Under way", tone: "good" },
      place: "Main questions, question 3 of 7",
      more: "",
    });
    expect(standingOf({ ...LIVE, seen: null }, "Ada").more).toBe("");
  });

  it("says who is away, and since when", () => {
    const { badge, more } = standingOf({ ...LIVE, seen: AWAY }, "Ada");
    expect(badge).toEqual({ name: "Away", tone: "warn" });
    expect(more).toBe("Ada has not been in the room since 14:03. What was said is safe.");
    expect(standingOf({ ...LIVE, seen: { ...AWAY, seen_at: null } }, "Ada").more).toContain("in the room. What");
  });

  it("says that it is paused, even by one who has left", () => {
    expect(standingOf({ ...LIVE, status: "paused" }, "Ada")).toMatchObject({
      badge: { name: "Paused" },
      more: "It goes on when Ada wants it to.",
    });
    expect(standingOf({ ...LIVE, status: "paused", seen: AWAY }, "Ada").more).toContain("Ada is away since 14:03");
  });

  it.each([
    ["completed", "The interview has ended."],
    ["ended_by_candidate", "Ada has ended the interview."],
    ["expired", "The interview was paused for too long, and has ended."],
    ["withdrawn", "Ada has withdrawn their consent: the interview has ended, and is erased."],
  ] as const)("says how it ended: %s", (outcome, said) => {
    const over = { ...LIVE, status: outcome === "completed" ? "completed" : "abandoned", outcome } as const;
    expect(standingOf(over, "Ada")).toMatchObject({ place: "", more: said });
    expect(aloud(over, "Ada")).toBe(said);
  });

  it("is another sentence when it is read out only where something is other", () => {
    expect(aloud({ ...LIVE, total_turns: 9, resumes: 3 }, "Ada")).toBe(aloud(LIVE, "Ada"));
    expect(aloud({ ...LIVE, question_number: 4 }, "Ada")).toBe("Main questions, question 4 of 7.");
    expect(aloud({ ...LIVE, seen: AWAY }, "Ada")).toBe("Ada is away.");
  });
});

describe("what is said aloud", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const spoke = (by: string, count = 1) => ({ standing: "", by, count });

  it("is one sentence at once, and what comes meanwhile together after a rest", () => {
    const said: string[] = [];
    const herald = new Herald((text) => said.push(text));
    herald.tell(spoke("Ada"));
    expect(said).toEqual(["Ada spoke."]);
    for (let times = 0; times < 20; times++) herald.tell(spoke("The interviewer"));
    herald.tell({ standing: "The interview is paused.", by: "", count: 0 });
    herald.tell({ standing: "Ada is away.", by: "", count: 0 });
    expect(said).toHaveLength(1);
    vi.advanceTimersByTime(REST_MS);
    expect(said[1]).toBe("Ada is away. 20 new lines.");
    vi.advanceTimersByTime(60_000);
    expect(said).toHaveLength(2);
    herald.tell({ standing: "Wrap-up, question 4 of 4.", by: "Ada", count: 1 });
    expect(said[2]).toBe("Wrap-up, question 4 of 4. Ada spoke.");
  });

  it("is nothing where nothing happened", () => {
    const said: string[] = [];
    new Herald((text) => said.push(text)).tell(spoke("Ada", 0));
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual([]);
  });

  it("ends with the page", () => {
    const said: string[] = [];
    const herald = new Herald((text) => said.push(text));
    herald.tell(spoke("Ada"));
    herald.tell(spoke("Ada"));
    herald.stop();
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual(["Ada spoke."]);
  });
});

describe("a list that keeps itself fresh", () => {
  const there: Pages<string> = { ...NO_PAGES, items: ["a", "b"], next: "c", busy: false, asked: 1 };
  const page = { items: ["n", "a", "b"], next_cursor: null };

  it("changes in its place", () => {
    const after = turned(there, { type: "refreshed", request: 1, page });
    expect(after).toMatchObject({ items: ["n", "a", "b"], next: null, busy: false });
  });

  it("never gets in the way of what somebody asked for", () => {
    const asked = turned(there, { type: "asked", request: 2 });
    expect(turned(asked, { type: "refreshed", request: 2, page })).toBe(asked);
    const other = turned(asked, { type: "answered", request: 2, page: { items: ["x"], next_cursor: null }, more: false });
    expect(turned(other, { type: "refreshed", request: 1, page })).toBe(other);
  });

  it("says how each interview stands", () => {
    const base = { status: "active", phase: "wrap_up", seen: LIVE.seen, resumes: 2 } as const;
    const of = (changes: object) => ({ ...base, ...changes }) as Parameters<typeof aboutState>[0];
    expect(stateOf(of({})).name).toBe("Under way");
    expect(aboutState(of({}))).toBe("Wrap-up, resumed twice");
    expect(stateOf(of({ seen: AWAY })).name).toBe("Away");
    expect(aboutState(of({ status: "paused", seen: AWAY, resumes: 0 }))).toBe("Wrap-up, away");
    expect(aboutState(of({ status: "completed", resumes: 1, seen: null }))).toBe("Resumed once");
    expect(aboutState(of({ status: "created", resumes: null, seen: null }))).toBe("");
    expect(resumedIn(3)).toBe("resumed 3 times");
  });
});
