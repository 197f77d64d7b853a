// What the rules of a plan say of one that is being edited, before the server is asked.
import type { Competency, EditedPlan, Phase, Question } from "@/api/plans";
import { PHASE } from "./words";

export interface Finding {
  /** Of the question or competency in question, or `phase-…`, or `texts`. */
  at: string;
  text: string;
}

const MAX_TEXT = 600;

/** None at all: it can be saved. */
export function findings(plan: EditedPlan): Finding[] {
  return [...ofTexts(plan), ...plan.phases.flatMap(ofPhase), ...plan.competencies.flatMap((one) => ofCompetency(one, plan))];
}

function ofTexts({ title, greeting, closing, language }: EditedPlan): Finding[] {
  const found: Finding[] = [];
  const at = "texts";
  if (!title.trim()) found.push({ at, text: "The plan has no title." });
  if (!greeting.trim()) found.push({ at, text: "There is no greeting." });
  if (!closing.trim()) found.push({ at, text: "There is no farewell." });
  if (!/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(language)) found.push({ at, text: "The language is a code like en or pt-BR." });
  return found;
}

function ofPhase(phase: Phase): Finding[] {
  const { name } = PHASE[phase.phase];
  const found: Finding[] = phase.questions.flatMap((question, index) => ofQuestion(question, `${name}, question ${index + 1}`));
  if (!(phase.budget_s > 0)) found.push({ at: `phase-${phase.phase}`, text: `${name} has no time.` });
  else if (phase.budget_s > 4 * 3600) found.push({ at: `phase-${phase.phase}`, text: `${name} has more than four hours.` });
  const first = phase.questions[0];
  if (first?.optional) {
    found.push({ at: first.question_id, text: `${name} begins with a question that is always asked: the first one may not be left out.` });
  }
  return found;
}

function ofQuestion(question: Question, where: string): Finding[] {
  const at = question.question_id;
  const found: Finding[] = [];
  const tell = (text: string) => found.push({ at, text: `${where} ${text}` });
  if (!question.text.trim()) tell("has no words.");
  if (question.text.length > MAX_TEXT) tell(`is longer than ${MAX_TEXT} characters.`);
  if (question.probes.some((probe) => !probe.trim())) tell("has a follow-up question without words.");
  if (question.scored && question.competencies.length === 0) tell("is scored for nothing: choose a competency.");
  const limit = question.time_limit_s;
  if (limit !== null && !(limit > 0 && limit <= 3600)) tell("has a time that is not between a moment and an hour.");
  return found;
}

function ofCompetency(competency: Competency, plan: EditedPlan): Finding[] {
  const at = competency.competency_id;
  const found: Finding[] = [];
  const name = competency.name.trim() || "A competency";
  const tell = (text: string) => found.push({ at, text: `${name} ${text}` });
  if (!competency.name.trim()) tell("has no name.");
  if (!isSentence(competency.definition)) tell("is not defined: say in 10 to 400 characters what it is.");
  if (!competency.evidence.every(isSentence)) tell("has evidence that is not 10 to 400 characters long.");
  if (!competency.anchors.every(isSentence)) tell("has a level that is not described in 10 to 400 characters.");
  const anchors = competency.anchors.map((anchor) => anchor.toLowerCase().split(/\s+/).join(" ").trim());
  if (new Set(anchors.filter(Boolean)).size < anchors.filter(Boolean).length) tell("has two levels that say the same.");
  if (!(competency.weight > 0 && competency.weight <= 10)) tell("has a weight that is not above 0 and at most 10.");
  const scored = plan.phases.some((phase) =>
    phase.questions.some((question) => question.scored && question.competencies.includes(at)),
  );
  if (!scored) tell("has no scored question: choose it at one, or remove it.");
  return found;
}

function isSentence(text: string): boolean {
  return text.trim().length >= 10 && text.length <= 400;
}
