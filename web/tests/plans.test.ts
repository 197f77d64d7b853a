import { describe, expect, it } from "vitest";
import type { EditedPlan, Question } from "@/api/plans";
import { findings } from "@/desk/plans/checks";
import { differences } from "@/desk/plans/conflict";
import { begun, edited, isChanged, questionsOf, type Edit, type Editing } from "@/desk/plans/editing";
import { placeAt } from "@/desk/plans/reordering";
import { changesInWords, failedBecause, minutes, planState } from "@/desk/plans/words";

function question(question_id: string, more: Partial<Question> = {}): Question {
  return {
    question_id,
    text: `What about ${question_id}?`,
    probes: [],
    max_follow_ups: 0,
    competencies: [],
    scored: false,
    optional: false,
    time_limit_s: null,
    ...more,
  };
}

const CARE = {
  competency_id: "care",
  name: "Care",
  definition: "Looks after what others rely on.",
  evidence: ["Tells what was checked, and when."],
  anchors: [1, 2, 3, 4, 5].map((level) => `Behaviour of level ${level}.`),
  weight: 1,
};

const PLAN: EditedPlan = {
  title: "Nurse",
  language: "en",
  greeting: "Hello{name}.",
  closing: "Goodbye{name}.",
  phases: [
    { phase: "introduction", budget_s: 90, opening: "", questions: [question("sound")] },
    { phase: "warmup", budget_s: 150, opening: "", questions: [question("first")] },
    {
      phase: "main_questions",
      budget_s: 600,
      opening: "",
      questions: [question("a", { scored: true, competencies: ["care"] }), question("b"), question("c")],
    },
    { phase: "wrap_up", budget_s: 210, opening: "", questions: [question("last")] },
  ],
  competencies: [CARE],
  locked: [],
};

const after = (...edits: Edit[]): Editing => edits.reduce(edited, begun(PLAN, 3));
const order = (state: Editing) => state.plan.phases[2]?.questions.map((one) => one.question_id).join("");
const texts = (plan: EditedPlan) => findings(plan).map(({ text }) => text);

describe("a plan under a person's hands", () => {
  it("is whole, and not changed, from the start", () => {
    expect(findings(PLAN)).toEqual([]);
    expect(isChanged(begun(PLAN, 1))).toBe(false);
    // What a field says when it appears.
    expect(isChanged(after({ type: "texts", change: { title: "Nurse" } }))).toBe(false);
  });

  it("moves a question within its part alone", () => {
    expect(order(after({ type: "move", id: "c", to: 0 }))).toBe("cab");
    expect(order(after({ type: "move", id: "a", to: 2 }))).toBe("bca");
    for (const to of [-1, 3]) expect(order(after({ type: "move", id: "a", to }))).toBe("abc");
    expect(order(after({ type: "move", id: "last", to: 0 }))).toBe("abc");
  });

  it("gives a new question an id that is free, and keeps one in each part", () => {
    const state = after({ type: "add", phase: "wrap_up" }, { type: "add", phase: "warmup" });
    const ids = questionsOf(state.plan).map((one) => one.question_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(questionsOf(after({ type: "remove", id: "sound" }).plan)).toHaveLength(6);
    const gone = after({ type: "lock", id: "b", locked: true }, { type: "remove", id: "b" });
    expect(order(gone)).toBe("ac");
    expect(gone.plan.locked).toEqual([]);
  });

  it("leaves no scored question out, and scores none for nothing", () => {
    const optional = after({ type: "question", id: "b", change: { optional: true } });
    const scored = edited(optional, { type: "question", id: "b", change: { scored: true, competencies: ["care"] } });
    expect(questionsOf(scored.plan)[3]).toMatchObject({ scored: true, optional: false });
    const without = edited(scored, { type: "remove-competency", id: "care" });
    expect(questionsOf(without.plan).some((one) => one.scored || one.competencies.length > 0)).toBe(false);
    expect(findings(without.plan)).toEqual([]);
  });

  it("takes back letters of one field together, and other changes one by one", () => {
    const typed = (text: string): Edit => ({ type: "question", id: "a", change: { text } });
    const state = after(typed("W"), typed("Wh"), { type: "move", id: "c", to: 0 }, typed("Why"));
    const once = edited(state, { type: "undo" });
    expect(questionsOf(once.plan)[3]?.text).toBe("Wh");
    const thrice = edited(edited(once, { type: "undo" }), { type: "undo" });
    expect(thrice.plan).toEqual(PLAN);
    expect(edited(thrice, { type: "undo" })).toBe(thrice);
  });

  it("keeps what was typed while it was being saved", () => {
    const sent = after({ type: "texts", change: { title: "Sister" } });
    const typing = edited(sent, { type: "texts", change: { title: "Sister on duty" } });
    const saved = edited(typing, { type: "saved", plan: sent.plan, sent: sent.plan, revision: 4 });
    expect(saved).toMatchObject({ revision: 4, plan: { title: "Sister on duty" } });
    expect(isChanged(saved)).toBe(true);
    expect(isChanged(edited(sent, { type: "saved", plan: sent.plan, sent: sent.plan, revision: 4 }))).toBe(false);
  });
});

describe("what keeps a plan from being saved", () => {
  it("is told with where it is", () => {
    const broken = (edit: Edit) => texts(after(edit).plan);
    expect(broken({ type: "question", id: "b", change: { text: " " } })).toEqual(["Main questions, question 2 has no words."]);
    expect(broken({ type: "question", id: "a", change: { scored: false } })[0]).toContain("Care has no scored question");
    expect(broken({ type: "question", id: "sound", change: { optional: true } })[0]).toContain("the first one may not be left out");
    expect(broken({ type: "phase", phase: "warmup", change: { budget_s: Number.NaN } })).toEqual(["Warm-up has no time."]);
    expect(broken({ type: "question", id: "b", change: { time_limit_s: 0 } })[0]).toContain("time");
    expect(broken({ type: "question", id: "b", change: { probes: [""] } })[0]).toContain("follow-up");
    expect(broken({ type: "competency", id: "care", change: { anchors: Array<string>(5).fill("All the same here.") } })[0]).toContain(
      "two levels that say the same",
    );
    expect(broken({ type: "add-competency" }).length).toBeGreaterThan(3);
    expect(broken({ type: "texts", change: { language: "english!" } })).toHaveLength(1);
  });
});

describe("a draft that two people saved", () => {
  it("names what is other in theirs, and nothing where nothing is", () => {
    expect(differences(PLAN, PLAN)).toEqual([]);
    const theirs = after(
      { type: "question", id: "b", change: { text: "Why?" } },
      { type: "move", id: "c", to: 0 },
      { type: "add", phase: "wrap_up" },
    ).plan;
    const found = differences(PLAN, theirs);
    expect(found).toContain("“What about b?” reads “Why?”.");
    expect(found).toContain("Main questions has another order.");
    expect(found).toHaveLength(3);
    expect(differences(theirs, PLAN).some((line) => line.includes("is not asked"))).toBe(true);
  });
});

describe("something that is dragged", () => {
  // A tall one between two low ones.
  const boxes = [{ top: 0, height: 40 }, { top: 40, height: 200 }, { top: 240, height: 40 }];

  it("passes another at its middle, and does not jump back", () => {
    expect(placeAt(130, boxes, 0)).toBe(0);
    expect(placeAt(150, boxes, 0)).toBe(1);
    const passed = [{ top: 0, height: 200 }, { top: 200, height: 40 }, { top: 240, height: 40 }];
    expect(placeAt(150, passed, 1)).toBe(1);
    expect(placeAt(-50, boxes, 2)).toBe(0);
    expect(placeAt(999, boxes, 0)).toBe(2);
  });
});

describe("plans in words", () => {
  it("tells minutes by halves", () => {
    expect([270, 60, 30, 90, 0].map(minutes)).toEqual(["4½ min", "1 min", "½ min", "1½ min", "0 min"]);
  });

  it("tells what a role has of a plan", () => {
    const role = { role_id: "r", title: "", updated_at: "", archived_at: null, approved_hash: null, proposal_id: null };
    const of = (draft_number: number | null, approved_number: number | null, proposal_state: "running" | "failed" | null = null) =>
      planState({ ...role, draft_number, approved_number, proposal_state }).name;
    expect(of(null, null)).toBe("No plan yet");
    expect(of(1, null)).toBe("Draft");
    expect(of(2, 1)).toBe("Approved, new draft");
    expect(of(null, 1, "running")).toBe("Being drafted");
    // What failed is no news where there is a draft again.
    expect(of(1, null, "failed")).toBe("Draft");
  });

  it("says why a draft failed, also where it is not known", () => {
    expect(failedBecause("provider.rejected")).toContain("settings");
    for (const reason of [null, "something.new"]) expect(failedBecause(reason)).toContain("Try again");
  });

  it("names what a version changed", () => {
    const version = { ...PLAN, number: 2 } as unknown as Parameters<typeof changesInWords>[1];
    const lines = changesInWords(
      {
        texts: ["closing", "warmup.budget_s"],
        questions: [
          { item_id: "a", kind: "changed", fields: ["text", "time_limit_s"] },
          { item_id: "gone", kind: "removed", fields: [] },
        ],
        competencies: [{ item_id: "care", kind: "moved", fields: [] }],
      },
      version,
    );
    expect(lines).toEqual([
      "The farewell was changed.",
      "Warm-up: its time was changed.",
      "“What about a?”: words, time.",
      "A question was removed.",
      "Care was moved.",
    ]);
  });
});
