// How plans and what becomes of them are called.
import type { PhaseName, PlanChanges, Plan, RoleSummary, Version } from "@/api/plans";
import type { Tone } from "../words";
import { questionsOf } from "./editing";

export const PHASE: Record<PhaseName, { name: string; about: string }> = {
  introduction: { name: "Introduction", about: "The house rules, and whether the sound is good. Nothing counts yet." },
  warmup: { name: "Warm-up", about: "Something easy to get talking." },
  main_questions: { name: "Main questions", about: "What the interview is about. Everybody is asked these in these words." },
  wrap_up: { name: "Wrap-up", about: "Room for the candidate's own questions." },
};

/** What a role has of a plan. */
export function planState(role: RoleSummary): { name: string; tone: Tone } {
  if (role.proposal_state === "running") return { name: "Being drafted", tone: "plain" };
  if (role.proposal_state === "failed" && role.draft_number === null) return { name: "Drafting failed", tone: "warn" };
  if (role.draft_number !== null && role.approved_number !== null) return { name: "Approved, new draft", tone: "good" };
  if (role.draft_number !== null) return { name: "Draft", tone: "warn" };
  if (role.approved_number !== null) return { name: "Approved", tone: "good" };
  return { name: "No plan yet", tone: "plain" };
}

const FAILED: Record<string, string> = {
  "provider.rejected":
    "The language model refuses to answer: its key, name or address is wrong. Ask whoever runs this server to look at its settings.",
  "provider.rate_limited": "The language model has too much to do. Try again in a few minutes.",
  "provider.unavailable": "The language model cannot be reached. Try again in a few minutes.",
  "provider.timeout": "The language model did not answer in time. Try again in a few minutes.",
  "provider.output_invalid": "What the language model answered makes no plan. Try again, or say more in the job description.",
  "plan.changed": "Somebody saved the draft meanwhile. Try again, and it goes out from what they saved.",
  "plan.invalid": "The questions that are kept and those that were drafted do not fit together. Keep fewer of them, or more time.",
  "role.archived": "The role was archived meanwhile. Restore it, then try again.",
  "planning.no_model": "No language model is configured here, so nothing can be proposed.",
  "interview.started": "The interview has begun meanwhile: nothing is added any more.",
  "planning.timeout": "It took too long. Try again: what was done is kept.",
};

export function failedBecause(reason: string | null): string {
  return FAILED[reason ?? ""] ?? "Something went wrong on the way. Try again: what was done is kept.";
}

export function madeBy({ source, based_on }: Pick<Version, "source" | "based_on">): string {
  if (source === "model") return "made from the job description";
  if (source === "builtin") return based_on ? `from the built-in “${spoken(based_on)}”` : "from a built-in interview";
  return "written by people";
}

/** "software-engineer" in words. */
export function spoken(role: string): string {
  return role.replaceAll("-", " ");
}

/** "4½ min" of seconds. */
export function minutes(seconds: number): string {
  const halves = Math.round(seconds / 30);
  const whole = Math.floor(halves / 2);
  return `${whole || !(halves % 2) ? whole : ""}${halves % 2 ? "½" : ""} min`;
}

const FIELDS: Record<string, string> = {
  text: "words",
  probes: "follow-up questions",
  max_follow_ups: "how often it is followed up",
  competencies: "competencies",
  scored: "whether it is scored",
  optional: "whether it may be left out",
  time_limit_s: "time",
  name: "name",
  definition: "definition",
  evidence: "evidence",
  anchors: "levels",
  weight: "weight",
};

const TEXTS: Record<string, string> = { budget_s: "time", opening: "opening" };

/** What differs from the version before, in sentences; `plan` is the newer one. */
export function changesInWords(found: PlanChanges, plan: Plan): string[] {
  const names = new Map([
    ...questionsOf(plan).map((one) => [one.question_id, `“${one.text}”`] as const),
    ...plan.competencies.map((one) => [one.competency_id, one.name] as const),
  ]);
  const texts = found.texts.map((text) => {
    const [phase, field] = text.split(".");
    if (field === undefined) return `The ${text === "closing" ? "farewell" : text} was changed.`;
    return `${PHASE[phase as PhaseName]?.name ?? phase}: its ${TEXTS[field] ?? field} was changed.`;
  });
  const items = [
    ...found.questions.map((change) => ({ change, gone: "A question" })),
    ...found.competencies.map((change) => ({ change, gone: "A competency" })),
  ].map(({ change, gone }) => {
    const name = names.get(change.item_id) ?? gone;
    const fields = change.fields.map((field) => FIELDS[field] ?? field).join(", ");
    return change.kind === "changed" ? `${name}: ${fields}.` : `${name} was ${change.kind}.`;
  });
  return [...texts, ...items];
}
