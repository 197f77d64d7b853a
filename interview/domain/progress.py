"""The interview's rules: where it stands, what is allowed now, where each directive leads.

Pure functions over a `Plan`. The workflow and the pipeline both use them, so what is said
and what happens cannot part ways.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from interview.domain.directives import Brief, Destination, Directive, Standing
from interview.domain.evaluation.answers import LOWEST_CONFIDENCE
from interview.domain.phases import Phase, next_phase
from interview.domain.plan import Plan, Question
from interview.domain.sentences import SentenceSplitter

__all__ = [
    "MAX_REPROMPTS",
    "MAX_STAYS",
    "Position",
    "apply_directive",
    "brief",
    "brief_for",
    "current_question",
    "first_position",
    "greeting_lines",
    "position_at",
    "probe_asked",
    "standing",
]

MAX_REPROMPTS = 3
"""Times one question may be repeated or rephrased before the interview moves on."""
MAX_STAYS = 60
"""Remarks while one piece of code is written, before the interview moves on."""


class Position(BaseModel):
    """A place in the plan. `question_index` counts within the phase."""

    model_config = ConfigDict(frozen=True)

    phase: Phase
    question_index: int = 0
    follow_ups_used: int = 0
    reprompts_used: int = 0
    confirmed: bool = False
    """What was understood of a poorly recognized answer was asked about."""
    returned: bool = False
    """The interviewer came back to the question from something else."""
    stays_used: int = 0


def first_position(plan: Plan) -> Position:
    return Position(phase=plan.phases[0].phase)


def current_question(plan: Plan, position: Position) -> Question | None:
    """The question being answered; None once the interview is completed."""
    if position.phase is Phase.COMPLETED:
        return None
    return plan.phase(position.phase).questions[position.question_index]


def position_at(plan: Plan, phase: Phase, question_id: str | None) -> Position:
    """Of a question that is known by its id; the phase's first one where the plan has none such."""
    if phase is Phase.COMPLETED or question_id is None:
        return Position(phase=Phase.COMPLETED)
    ids = [question.question_id for question in plan.phase(phase).questions]
    index = ids.index(question_id) if question_id in ids else 0
    return Position(phase=phase, question_index=index)


def standing(plan: Plan, position: Position, phase_time_used_s: float) -> Standing:
    """`phase_time_used_s` is the active time spent in the position's phase."""
    count = sum(len(p.questions) for p in plan.phases)
    question = current_question(plan, position)
    if question is None:
        return Standing(phase=Phase.COMPLETED, question_count=count)
    before = 0
    for phase_plan in plan.phases:
        if phase_plan.phase is position.phase:
            break
        before += len(phase_plan.questions)
    budget_s = plan.phase(position.phase).budget_s
    return Standing(
        phase=position.phase,
        question_id=question.question_id,
        question_text=question.text,
        question_number=before + position.question_index + 1,
        question_count=count,
        budget_left_s=max(0.0, round(budget_s - phase_time_used_s, 1)),
    )


def greeting_lines(plan: Plan, candidate_name: str) -> tuple[str, ...]:
    """What is said before the first answer, its last line being the first question."""
    opening = plan.phases[0].opening
    lines = (_named(plan.greeting, candidate_name), opening, plan.phases[0].questions[0].text)
    return tuple(line for line in lines if line)


def brief(
    plan: Plan,
    position: Position,
    phase_time_used_s: float,
    candidate_name: str,
    question_time_used_s: float = 0.0,
) -> Brief:
    """What the interviewer is told for the reply to an answer given at `position`.

    Both times are active time: in the phase, and since the question was asked.
    """
    question = current_question(plan, position)
    assert question is not None, "no reply is made once the interview is completed"
    here = standing(plan, position, phase_time_used_s)
    onward = _onward(plan, position, candidate_name, here.budget_left_s)
    follow_ups_left = max(0, question.max_follow_ups - position.follow_ups_used)
    limit_s = math.inf if question.time_limit_s is None else question.time_limit_s
    allowed = [onward.directive]
    if follow_ups_left and here.budget_left_s > 0 and question_time_used_s < limit_s:
        allowed.append(Directive.FOLLOW_UP)
    if position.reprompts_used < MAX_REPROMPTS:
        allowed.append(Directive.REPROMPT)
    if not position.confirmed:
        allowed.append(Directive.CONFIRM)
    if not position.returned:
        allowed.append(Directive.RETURN)
    if question.coding is not None and position.stays_used < MAX_STAYS:
        # While there is time to write, what is said does not end it.
        if here.budget_left_s > 0 and question_time_used_s < limit_s:
            allowed.append(Directive.CONTINUE)
    return Brief(
        role_title=plan.title,
        candidate_name=candidate_name,
        language=plan.language,
        standing=here,
        question=question.shown(),
        onward=onward,
        allowed=tuple(allowed),
        follow_ups_used=position.follow_ups_used,
        follow_ups_left=follow_ups_left,
    )


def brief_for(made: Brief, confidence: float | None) -> Brief:
    """`made` before the answer was known, for one recognized with `confidence` (0..1, None where
    there is none). Only what may well have been misheard is asked about."""
    if confidence is not None and confidence < LOWEST_CONFIDENCE:
        return made
    allowed = tuple(d for d in made.allowed if d is not Directive.CONFIRM)
    return made.model_copy(update={"allowed": allowed})


def apply_directive(
    plan: Plan, position: Position, directive: Directive, budget_left_s: float = math.inf
) -> Position:
    """The position after `directive`, which must be one the brief allowed. `budget_left_s` is
    the brief's, so that the interview goes where the brief said it would."""
    match directive:
        case Directive.REPROMPT:
            return position.model_copy(update={"reprompts_used": position.reprompts_used + 1})
        case Directive.CONFIRM:
            return position.model_copy(update={"confirmed": True})
        case Directive.RETURN:
            return position.model_copy(update={"returned": True})
        case Directive.FOLLOW_UP:
            return position.model_copy(update={"follow_ups_used": position.follow_ups_used + 1})
        case Directive.CONTINUE:
            return position.model_copy(update={"stays_used": position.stays_used + 1})
        case Directive.NEXT_QUESTION | Directive.ADVANCE_PHASE | Directive.CLOSE:
            return _next_position(plan, position, budget_left_s)


def probe_asked(directive: Directive, sentences: Sequence[str]) -> str:
    """What a reply under `directive` asks beside the plan: empty where it asked the plan's
    question."""
    if directive is not Directive.FOLLOW_UP:
        return ""
    splitter = SentenceSplitter()
    whole = [*splitter.feed(" ".join(sentences)), *splitter.finish()]
    questions = [sentence for sentence in whole if sentence.endswith("?")]
    return " ".join(questions or whole[-1:])


def _next_position(plan: Plan, position: Position, budget_left_s: float) -> Position:
    """Past the optional questions there is no time for; never past another."""
    questions = plan.phase(position.phase).questions
    for index in range(position.question_index + 1, len(questions)):
        if not questions[index].optional or _time_for(questions[index:], budget_left_s):
            return Position(phase=position.phase, question_index=index)
    return Position(phase=next_phase(position.phase))


def _time_for(questions: Sequence[Question], budget_left_s: float) -> bool:
    """For the first of `questions`, which is optional, when the others need what they may
    take."""
    return budget_left_s > sum(q.time_limit_s or 0.0 for q in questions if not q.optional)


def _onward(
    plan: Plan, position: Position, candidate_name: str, budget_left_s: float
) -> Destination:
    target = _next_position(plan, position, budget_left_s)
    question = current_question(plan, target)
    there = standing(plan, target, 0.0)
    if question is None:
        closing = _named(plan.closing, candidate_name)
        return Destination(directive=Directive.CLOSE, standing=there, lines=(closing,))
    if target.phase is position.phase:
        return Destination(
            directive=Directive.NEXT_QUESTION, standing=there, lines=(question.text,)
        )
    opening = plan.phase(target.phase).opening
    lines = tuple(line for line in (opening, question.text) if line)
    return Destination(directive=Directive.ADVANCE_PHASE, standing=there, lines=lines)


def _named(text: str, candidate_name: str) -> str:
    return text.replace("{name}", f", {candidate_name}" if candidate_name else "")
