import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { StageRun, Step, Timeline, TurnTrack } from "@/api/timeline";
import { Shown } from "@/desk/timeline/Timeline";
import { barOf, lengthOf, runIn, span, stepIn } from "@/desk/timeline/words";

const STEP: Step = { at: "2026-11-26T02:00:00Z", kind: "task", name: "", took_ms: null, attempts: 1, ending: "completed", error: "" };
const RUN: StageRun = {
  stage: "speak",
  rerun: 0,
  after_ms: 1_000,
  waited_ms: 500,
  ran_ms: 2_500,
  attempts: 1,
  ending: "completed",
  outcome: "spoken",
  error: "",
  provider: "local/espeak-ng",
  worker: "12@host",
};
const TURN: TurnTrack = {
  turn_id: "t",
  turn_number: 3,
  kind: "audio",
  phase: "main_questions",
  question_id: "q",
  status: "committed",
  began_at: "2026-11-26T02:00:00Z",
  took_ms: 5_000,
  committed_after_ms: 2_000,
  retries: 0,
  recoveries: 0,
  stages: [RUN],
};

describe("the waterfall of a turn", () => {
  it("is drawn to the turn's own length", () => {
    expect(barOf(RUN, 5_000)).toEqual({ from: 20, waited: 10, ran: 50 });
    expect(lengthOf(TURN)).toBe(5_000);
  });

  it("lets what still runs reach to the end", () => {
    const running = { ...RUN, waited_ms: null, ran_ms: null, ending: "running" as const };
    const turn = { ...TURN, took_ms: null, stages: [{ ...RUN, after_ms: 0 }, running] };
    expect(lengthOf(turn)).toBeGreaterThan(3_000);
    const bar = barOf(running, lengthOf(turn));
    expect(bar.from + bar.ran).toBeCloseTo(100);
  });

  it("says in words what a bar alone does not", () => {
    expect(runIn(RUN)).toBe("waited 500 ms, local/espeak-ng");
    const again = { ...RUN, waited_ms: 10, rerun: 1, attempts: 2, error: "timeout.heartbeat" };
    expect(runIn(again)).toBe("run again, at the second try (timeout.heartbeat), local/espeak-ng");
    expect(runIn({ ...RUN, waited_ms: 0, provider: "", ending: "cancelled" })).toBe("given up");
  });
});

describe("steps in words", () => {
  it("tells times as people do", () => {
    expect([span(840), span(3_440), span(59_960), span(125_000)]).toEqual(["840 ms", "3.4 s", "1 min 0 s", "2 min 5 s"]);
  });

  it("knows each kind, and those of another release as well", () => {
    const close = { ...STEP, name: "records.close", took_ms: 20 };
    expect(stepIn(close)).toBe("The interview was closed in 20 ms.");
    expect(stepIn({ ...close, attempts: 2, ending: "failed", error: "database.unavailable" })).toBe(
      "The interview was closed in 20 ms at the second try: failed (database.unavailable).",
    );
    expect(stepIn({ ...STEP, kind: "asked", name: "pause" })).toBe("A pause was asked for.");
    expect(stepIn({ ...STEP, kind: "asked", name: "sing" })).toBe("Asked for: sing.");
    expect(stepIn({ ...STEP, kind: "timer", name: "budget" })).toBe("The time of the phase was up.");
  });
});

describe("the timeline on the page", () => {
  const timeline: Timeline = {
    interview_id: "i",
    complete: true,
    runs: 1,
    steps: [{ ...STEP, kind: "began" }, { ...STEP, kind: "recovery", name: "recover_turn" }],
    turns: [{ ...TURN, recoveries: 1, retries: 2 }],
  };

  it("marks turns that were recovered", () => {
    const page = renderToStaticMarkup(<Shown timeline={timeline} />);
    expect(page).toMatch(/Turn 3.*main questions, spoken answer, 5\.0 s, safe after 2\.0 s/);
    expect(page).toContain("Recovered");
    expect(page).toContain("2 retries");
    expect(page).toContain('data-kind="recovery"');
    expect(page).not.toContain("too long");
  });

  it("shows the newest first of one that runs, and turns before steps", () => {
    const turns = [TURN, { ...TURN, turn_id: "u", turn_number: 4, took_ms: null }];
    const page = renderToStaticMarkup(<Shown timeline={{ ...timeline, turns }} isLive />);
    expect(page.indexOf("Turn 4")).toBeLessThan(page.indexOf("Turn 3"));
    expect(page.indexOf("Turn 3")).toBeLessThan(page.indexOf("A worker was gone"));
    expect(page.indexOf("A worker was gone")).toBeLessThan(page.indexOf("The interview began"));
  });

  it("says so where there is nothing, or not all", () => {
    expect(renderToStaticMarkup(<Shown timeline={{ ...timeline, runs: 0 }} />)).toContain("Nothing is kept");
    expect(renderToStaticMarkup(<Shown timeline={{ ...timeline, complete: false }} />)).toContain("too long");
  });
});
