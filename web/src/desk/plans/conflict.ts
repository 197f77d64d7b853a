// Two people saved the same draft: what is other in theirs.
import type { EditedPlan } from "@/api/plans";
import { questionsOf } from "./editing";
import { PHASE } from "./words";

/** In sentences, of what somebody else has saved beside `mine`. */
export function differences(mine: EditedPlan, theirs: EditedPlan): string[] {
  const found: string[] = [];
  if (mine.title !== theirs.title) found.push(`The title is “${theirs.title}”.`);
  if (mine.greeting !== theirs.greeting) found.push("The greeting has other words.");
  if (mine.closing !== theirs.closing) found.push("The farewell has other words.");
  const own = new Map(questionsOf(mine).map((question) => [question.question_id, question]));
  const other = new Map(questionsOf(theirs).map((question) => [question.question_id, question]));
  for (const [id, question] of other) {
    const before = own.get(id);
    if (!before) found.push(`“${short(question.text)}” is asked as well.`);
    else if (before.text !== question.text) found.push(`“${short(before.text)}” reads “${short(question.text)}”.`);
    else if (JSON.stringify(before) !== JSON.stringify(question)) found.push(`“${short(question.text)}” has other settings.`);
  }
  for (const [id, question] of own) if (!other.has(id)) found.push(`“${short(question.text)}” is not asked.`);
  for (const [index, phase] of theirs.phases.entries()) {
    const before = mine.phases[index];
    const { name } = PHASE[phase.phase];
    if (before && before.budget_s !== phase.budget_s) found.push(`${name} has another time.`);
    if (before && before.opening !== phase.opening) found.push(`${name} has another opening.`);
    const stayed = (from: typeof phase) =>
      from.questions.map((question) => question.question_id).filter((id) => own.has(id) && other.has(id)).join();
    if (before && stayed(before) !== stayed(phase)) found.push(`${name} has another order.`);
  }
  if (JSON.stringify(mine.competencies) !== JSON.stringify(theirs.competencies)) found.push("Competencies were changed.");
  return found;
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57).trimEnd()}…` : text;
}
