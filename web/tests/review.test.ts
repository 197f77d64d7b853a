import { describe, expect, it } from "vitest";
import type { Candidate } from "@/api/comparison";
import type { CompetencyScore, Evaluation, Line, Scorecard } from "@/api/evaluation";
import type { Competency } from "@/api/plans";
import { agreementIn, called, placeOf as standing, tiedWith } from "@/desk/compare/words";
import { around, clock, lengthOf, placeOf, sentenceAt, soundOf, tracksOf } from "@/desk/review/playing";
import { complete, missing, NOT_SHOWN } from "@/desk/review/rating";
import { firstShown } from "@/desk/review/useScores";
import { holds, marksOf, needsHuman, standingOf, totalOf } from "@/desk/review/words";
import { failure, stateOf } from "@/desk/webhooks/words";

function line(utterance_id: string, more: Partial<Line> = {}): Line {
  return {
    sequence: 1,
    speaker: "candidate",
    text: "I wrote it down.",
    turn_id: "t",
    utterance_id,
    phase: "main_questions",
    question_id: null,
    modality: "audio",
    confidence: 0.9,
    duration_ms: 2_000,
    heard_ms: null,
    interrupted: false,
    sentences: [],
    recording_id: `sound of ${utterance_id}`,
    ...more,
  };
}

const LINES = [line("a"), line("typed", { recording_id: null }), line("b"), line("c")];
const RECORDINGS = [
  { recording_id: "sound of a", utterance_id: "a", duration_ms: 3_000 },
  { recording_id: "sound of b", utterance_id: "b", duration_ms: 1_000 },
];

describe("an interview as one long sound", () => {
  const tracks = tracksOf(LINES, RECORDINGS);

  it("goes from recording to recording, past what was typed", () => {
    expect(tracks.map(({ utterance_id, from_ms }) => [utterance_id, from_ms])).toEqual([
      ["a", 0],
      ["b", 3_000],
      ["c", 4_000],
    ]);
    expect(lengthOf(tracks)).toBe(6_000);
    expect(lengthOf([])).toBe(0);
  });

  it("knows which one sounds at any time", () => {
    expect(placeOf(tracks, 0)).toEqual({ index: 0, within_ms: 0 });
    expect(placeOf(tracks, 2_999)).toEqual({ index: 0, within_ms: 2_999 });
    expect(placeOf(tracks, 3_000)).toEqual({ index: 1, within_ms: 0 });
    expect(placeOf(tracks, 99_999)).toEqual({ index: 2, within_ms: 2_000 });
    expect(placeOf([], 10)).toEqual({ index: 0, within_ms: 0 });
  });

  it("is heard from shortly before a quote, and never before the beginning", () => {
    const long = line("long", { text: "x".repeat(100), duration_ms: 60_000 });
    expect(soundOf(long, { start: 50 })).toBe(28_500);
    expect(soundOf(long, { start: 1 })).toBe(0);
    expect(soundOf(line("none", { text: "" }), { start: 0 })).toBe(0);
  });

  it("is in step with the sentences that have times", () => {
    const timed = line("t", {
      sentences: [
        { text: "One.", start_ms: 0, end_ms: 1_000 },
        { text: "Two.", start_ms: 1_000, end_ms: 2_000 },
      ],
    });
    expect([0, 999, 1_000, 5_000].map((ms) => sentenceAt(timed, ms))).toEqual([0, 0, 1, 1]);
    const shown = line("s", { sentences: [{ text: "One.", start_ms: 0, end_ms: 0 }] });
    expect(sentenceAt(shown, 0)).toBe(-1);
    expect(sentenceAt(LINES[0] as Line, 0)).toBe(-1);
  });

  it("counts a quote's characters as the server does", () => {
    expect(around("😀 I did it.", { start: 2, end: 7 })).toEqual(["😀 ", "I did", " it."]);
  });

  it("tells time", () => {
    expect([0, 65_000, 3_725_999].map(clock)).toEqual(["0:00", "1:05", "1:02:05"]);
  });
});

describe("a line of the transcript", () => {
  it("says what to know before its words are believed", () => {
    expect(marksOf(line("a"))).toEqual([]);
    expect(marksOf(line("a", { modality: "typed" }))).toEqual(["Typed"]);
    expect(marksOf(line("a", { confidence: 0.41 }))).toEqual(["Hard to understand (41 %)"]);
    expect(marksOf(line("a", { confidence: 0.41 }), true)).toEqual(["Corrected"]);
    expect(marksOf(line("a", { speaker: "interviewer", interrupted: true, heard_ms: 2_400 }))).toEqual([
      "Interrupted after 2 s",
    ]);
  });
});

const COMPETENCIES = [{ competency_id: "care" }, { competency_id: "calm" }] as Competency[];

describe("a rating while it is given", () => {
  it("is open until every competency has one", () => {
    const given = { care: { level: "4", reason: " So. " } };
    expect(missing(COMPETENCIES, given).map((one) => one.competency_id)).toEqual(["calm"]);
    const all = { ...given, calm: { level: NOT_SHOWN.value, reason: "" } };
    expect(missing(COMPETENCIES, all)).toEqual([]);
    expect(complete(COMPETENCIES, all)).toEqual([
      { competency_id: "care", rating: 4, reason: "So." },
      { competency_id: "calm", rating: null, reason: "" },
    ]);
  });
});

function score(more: Partial<CompetencyScore> = {}): CompetencyScore {
  return {
    competency_id: "care",
    name: "Care",
    definition: "",
    anchors: [],
    weight: 1,
    score: 3,
    unscored: null,
    spread: 0,
    samples: [3, 3, 3],
    human: [],
    evidence: [],
    reason: "",
    override: null,
    ...more,
  };
}

const BY_HAND = { competency_id: "care", score: 5, reason: "So.", overridden_by: "u", created_at: "" };

describe("a score", () => {
  it("is a person's where there is one, who then has looked", () => {
    expect(holds(score())).toBe(3);
    expect(holds(score({ override: BY_HAND }))).toBe(5);
    expect(holds(score({ score: null, unscored: "no_evidence" }))).toBe(null);
    expect(needsHuman(score({ human: ["spread"] }))).toBe(true);
    expect(needsHuman(score({ score: null, unscored: "pending" }))).toBe(true);
    expect(needsHuman(score({ human: ["spread"], override: BY_HAND }))).toBe(false);
    expect(needsHuman(score({ score: null, unscored: "no_answer" }))).toBe(false);
  });

  it("adds up to the total that holds", () => {
    const card = { total: 3, coverage: 0.5, reviewed_total: 5, reviewed_coverage: 1, competencies: [score()] };
    expect(totalOf(card as Scorecard)).toEqual({ score: 3, coverage: 0.5, isReviewed: false });
    const reviewed = { ...card, competencies: [score({ override: BY_HAND })] };
    expect(totalOf(reviewed as Scorecard)).toEqual({ score: 5, coverage: 1, isReviewed: true });
    expect(totalOf({ ...card, total: null } as Scorecard)).toBe(null);
  });
});

function evaluation(number: number, state: Evaluation["state"], reason: Evaluation["reason"] = null): Evaluation {
  return { number, state, reason, kind: "anew", requested_by: null, created_at: "", finished_at: null };
}

describe("what there is of scores", () => {
  it("is said wherever they do not speak for themselves", () => {
    expect(standingOf(null, false)?.title).toBe("Not over yet");
    expect(standingOf(null, true)?.title).toBe("Not scored yet");
    expect(standingOf(evaluation(1, "running"), true)?.title).toBe("Being scored");
    expect(standingOf(evaluation(1, "pending"), true)?.title).toBe("Some scores are missing");
    expect(standingOf(evaluation(1, "unscored", "no_model"), true)?.text).toContain("language model");
    expect(standingOf(evaluation(1, "unscored", "no_rubric"), true)?.text).toContain("plan");
    expect(standingOf(evaluation(1, "done"), true)).toBe(null);
  });

  it("is shown of the newest that is over", () => {
    expect(firstShown([])).toBe(null);
    expect(firstShown([evaluation(2, "running"), evaluation(1, "done")])).toBe(1);
    expect(firstShown([evaluation(1, "running")])).toBe(1);
    const compared: Evaluation = { ...evaluation(2, "done"), kind: "reevaluated" };
    expect(firstShown([compared, evaluation(1, "done")])).toBe(1);
    expect(firstShown([{ ...compared, kind: "corrected" }, evaluation(1, "done")])).toBe(2);
  });
});

describe("candidates beside each other", () => {
  const at = (interview_id: string, low: number | null, high: number | null) =>
    ({ interview_id, low, high, best_place: 1, worst_place: 1 }) as Candidate;

  it("are tied where their ranges touch", () => {
    const all = [at("a", 3.5, 4.2), at("b", 3, 3.5), at("c", 1, 2), at("hidden", null, null)];
    const ties = (index: number) => tiedWith(all[index] as Candidate, all).map((one) => one.interview_id);
    expect(ties(0)).toEqual(["b"]);
    expect(ties(2)).toEqual([]);
    expect(ties(3)).toEqual([]);
  });

  it("stand in a place, or between two", () => {
    expect(standing({ best_place: 1, worst_place: 3 })).toBe("1–3");
    expect(standing({ best_place: 2, worst_place: 2 })).toBe("2");
    expect(standing({ best_place: null, worst_place: null })).toBe("–");
  });
});

describe("agreement", () => {
  const figures = (pairs: number, kappa: number | null) => ({ reviews: 1, pairs, exact: 1, within_one: 1, kappa });

  it("says nothing that the figures do not", () => {
    expect(agreementIn(figures(0, null))).toContain("Nobody has rated");
    expect(agreementIn(figures(40, null))).toContain("chance says nothing");
    expect(agreementIn(figures(5, 0.9))).toContain("Too few");
    expect(agreementIn(figures(40, 0.7))).toBe("Substantial.");
    expect(agreementIn(figures(40, -0.2))).toContain("chance");
  });
});

describe("webhooks in words", () => {
  it("tell why a try has failed, and why nothing is sent", () => {
    expect(failure({ last_error: null, last_status: null })).toBe("");
    expect(failure({ last_error: "webhook.refused", last_status: 500 })).toBe("It answered 500.");
    expect(failure({ last_error: "key.unknown", last_status: null })).toContain("secret");
    expect(stateOf({ disabled: "gone" }).tone).toBe("warn");
    expect(stateOf({ disabled: null }).name).toBe("On");
  });
});

describe("plans that candidates are compared by", () => {
  it("are called by their version, and say how many interviews there were", () => {
    const held = { plan_hash: "a", title: "Engineer", number: 2, interviews: 3 };
    expect(called(held)).toBe("Engineer, version 2 (3 interviews)");
    expect(called({ ...held, number: null, interviews: 1 })).toBe("Engineer (1 interview)");
  });
});
