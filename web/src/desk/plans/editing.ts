// A plan under a person's hands, as one reducer: every change keeps what is not asked to change.
import type { Competency, EditedPlan, Phase, PhaseName, Question } from "@/api/plans";

export interface Editing {
  plan: EditedPlan;
  /** As the server has it, at this revision. */
  saved: EditedPlan;
  revision: number;
  /** Before each change, newest last. */
  past: EditedPlan[];
  /** What was changed last: letters of one field are undone together. */
  touched: string;
}

export type Texts = Pick<EditedPlan, "title" | "language" | "greeting" | "closing">;

export type Edit =
  | { type: "texts"; change: Partial<Texts> }
  | { type: "phase"; phase: PhaseName; change: Partial<Pick<Phase, "budget_s" | "opening">> }
  | { type: "question"; id: string; change: Partial<Omit<Question, "question_id">> }
  | { type: "add"; phase: PhaseName }
  | { type: "remove"; id: string }
  /** Within its phase. */
  | { type: "move"; id: string; to: number }
  | { type: "lock"; id: string; locked: boolean }
  | { type: "competency"; id: string; change: Partial<Omit<Competency, "competency_id">> }
  | { type: "add-competency" }
  | { type: "remove-competency"; id: string }
  | { type: "undo" }
  | { type: "saved"; plan: EditedPlan; sent: EditedPlan; revision: number };

const UNDOABLE = 100;

export function begun(plan: EditedPlan, revision: number): Editing {
  return { plan, saved: plan, revision, past: [], touched: "" };
}

export function edited(state: Editing, edit: Edit): Editing {
  switch (edit.type) {
    case "undo": {
      const before = state.past.at(-1);
      return before ? { ...state, plan: before, past: state.past.slice(0, -1), touched: "" } : state;
    }
    case "saved": {
      // What was typed while it was being saved stays.
      const plan = state.plan === edit.sent ? edit.plan : state.plan;
      return { ...state, plan, saved: edit.plan, revision: edit.revision, touched: "" };
    }
    default: {
      const plan = changed(state.plan, edit);
      if (isSame(plan, state.plan)) return state;
      const touched = touchedBy(edit);
      const goesOn = touched !== "" && touched === state.touched;
      const past = goesOn ? state.past : [...state.past, state.plan].slice(-UNDOABLE);
      return { ...state, plan, past, touched };
    }
  }
}

export function isChanged(state: Editing): boolean {
  return !isSame(state.plan, state.saved);
}

function isSame(one: EditedPlan, other: EditedPlan): boolean {
  return one === other || JSON.stringify(contentOf(one)) === JSON.stringify(contentOf(other));
}

/** Of a plan that was read, what is edited of it. */
export function contentOf(plan: EditedPlan): EditedPlan {
  const { title, language, greeting, closing, phases, competencies, locked } = plan;
  return { title, language, greeting, closing, phases, competencies, locked };
}

type Change = Exclude<Edit, { type: "undo" | "saved" }>;

function changed(plan: EditedPlan, edit: Change): EditedPlan {
  switch (edit.type) {
    case "texts":
      return { ...plan, ...edit.change };
    case "phase":
      return inPhase(plan, edit.phase, (phase) => ({ ...phase, ...edit.change }));
    case "question":
      return inQuestions(plan, (question) => (question.question_id === edit.id ? ruled(question, edit.change) : question));
    case "add":
      return inPhase(plan, edit.phase, (phase) => ({ ...phase, questions: [...phase.questions, blank(plan)] }));
    case "remove":
      return {
        ...plan,
        phases: plan.phases.map((phase) =>
          // A phase without a question is none.
          phase.questions.length === 1
            ? phase
            : { ...phase, questions: phase.questions.filter((question) => question.question_id !== edit.id) },
        ),
        locked: plan.locked.filter((id) => id !== edit.id),
      };
    case "move":
      return { ...plan, phases: plan.phases.map((phase) => ({ ...phase, questions: moved(phase.questions, edit) })) };
    case "lock": {
      const others = plan.locked.filter((id) => id !== edit.id);
      return { ...plan, locked: edit.locked ? [...others, edit.id] : others };
    }
    case "competency":
      return {
        ...plan,
        competencies: plan.competencies.map((one) => (one.competency_id === edit.id ? { ...one, ...edit.change } : one)),
      };
    case "add-competency":
      return { ...plan, competencies: [...plan.competencies, blankCompetency(plan)] };
    case "remove-competency":
      return {
        ...inQuestions(plan, (question) =>
          ruled(question, { competencies: question.competencies.filter((id) => id !== edit.id) }),
        ),
        competencies: plan.competencies.filter((one) => one.competency_id !== edit.id),
      };
  }
}

/** A scored question is asked of everybody, and is scored for something. */
function ruled(question: Question, change: Partial<Question>): Question {
  const next = { ...question, ...change };
  if (change.competencies?.length === 0) next.scored = false;
  if (next.scored) next.optional = false;
  return next;
}

function moved(questions: Question[], { id, to }: { id: string; to: number }): Question[] {
  const question = questions.find((one) => one.question_id === id);
  if (!question || to < 0 || to >= questions.length) return questions;
  const others = questions.filter((one) => one !== question);
  return [...others.slice(0, to), question, ...others.slice(to)];
}

function inPhase(plan: EditedPlan, name: PhaseName, change: (phase: Phase) => Phase): EditedPlan {
  return { ...plan, phases: plan.phases.map((phase) => (phase.phase === name ? change(phase) : phase)) };
}

function inQuestions(plan: EditedPlan, change: (question: Question) => Question): EditedPlan {
  return { ...plan, phases: plan.phases.map((phase) => ({ ...phase, questions: phase.questions.map(change) })) };
}

export function questionsOf(plan: EditedPlan): Question[] {
  return plan.phases.flatMap((phase) => phase.questions);
}

/** Of the question that is added next. */
export function nextQuestionId(plan: EditedPlan): string {
  return free("question", questionsOf(plan).map((one) => one.question_id));
}

function blank(plan: EditedPlan): Question {
  return {
    question_id: nextQuestionId(plan),
    text: "",
    probes: [],
    max_follow_ups: 0,
    competencies: [],
    scored: false,
    optional: false,
    time_limit_s: null,
  };
}

function blankCompetency(plan: EditedPlan): Competency {
  const competency_id = free("competency", plan.competencies.map((one) => one.competency_id));
  return { competency_id, name: "", definition: "", evidence: [""], anchors: ["", "", "", "", ""], weight: 1 };
}

function free(name: string, taken: string[]): string {
  let number = 1;
  while (taken.includes(`${name}-${number}`)) number += 1;
  return `${name}-${number}`;
}

function touchedBy(edit: Change): string {
  switch (edit.type) {
    case "texts":
      return `texts ${Object.keys(edit.change).join()}`;
    case "phase":
      return `phase ${edit.phase} ${Object.keys(edit.change).join()}`;
    case "question":
    case "competency":
      return `${edit.type} ${edit.id} ${Object.keys(edit.change).join()}`;
    case "move":
      return `move ${edit.id}`;
    default:
      // Each of these is a change of its own.
      return "";
  }
}
