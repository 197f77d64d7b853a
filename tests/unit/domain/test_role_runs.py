"""Whole interviews by every built-in plan, whatever the interviewer decides and however time
goes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interview.domain.directives import STAYING, Brief, Directive
from interview.domain.phases import SPOKEN_PHASES, Phase
from interview.domain.plan import PhasePlan, Plan, Question
from interview.domain.progress import (
    MAX_REPROMPTS,
    MAX_STAYS,
    Position,
    apply_directive,
    brief,
    brief_for,
    current_question,
    first_position,
    greeting_lines,
)
from interview.domain.roles import get_plan, list_roles
from interview.ports import DirectiveChosen, Line, ReplyRequest, TextDelta
from interview.providers.scripted_llm import ScriptedLanguageModel

PUBLIC = [summary.role for summary in list_roles()]


class _Run:
    """An interview's position and clock, moved as the workflow moves them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.position = first_position(plan)
        self.said = [greeting_lines(plan, "Sam")[-1]]
        """Planned questions in the order they were read out."""
        self.follow_ups: dict[str, int] = {}
        self._phase_s = 0.0
        self._began_s = 0.0

    def answer(self, took_s: float) -> Brief:
        self._phase_s += took_s
        spent_s = self._phase_s - self._began_s
        made = brief(self.plan, self.position, self._phase_s, "Sam", spent_s)
        return brief_for(made, None)

    def go(self, made: Brief, directive: Directive) -> None:
        assert directive in made.allowed
        before = self.position
        if directive is Directive.FOLLOW_UP:
            asked = made.question.question_id
            self.follow_ups[asked] = self.follow_ups.get(asked, 0) + 1
        if directive is made.onward.directive:
            self.said.append(made.onward.lines[-1])
        left_s = made.standing.budget_left_s
        self.position = apply_directive(self.plan, before, directive, left_s)
        here = current_question(self.plan, self.position)
        if directive is made.onward.directive:
            assert made.onward.standing.question_id == (here.question_id if here else None)
        if self.position.phase is not before.phase:
            self._phase_s = 0.0
        if directive not in STAYING:
            self._began_s = self._phase_s

    @property
    def over(self) -> bool:
        return self.position.phase is Phase.COMPLETED


def _longest(plan: Plan) -> int:
    return sum(
        1 + q.max_follow_ups + MAX_REPROMPTS + 2 + (MAX_STAYS if q.coding else 0)
        for q in plan.questions
    )


def _with_tailored(plan: Plan) -> Plan:
    """As planned for one candidate: an optional question after each that is scored."""

    def tailored(question: Question) -> tuple[Question, ...]:
        extra = Question(
            question_id=f"resume-{question.question_id}",
            text="How was that in Ghent?",
            optional=True,
            time_limit_s=120,
        )
        return (question, extra) if question.scored else (question,)

    phases = tuple(
        PhasePlan(
            phase=p.phase,
            budget_s=p.budget_s,
            opening=p.opening,
            questions=tuple(q for question in p.questions for q in tailored(question)),
        )
        for p in plan.phases
    )
    return plan.model_copy(update={"phases": phases})


@pytest.mark.parametrize("role", PUBLIC)
@given(data=st.data(), tailored=st.booleans())
@settings(max_examples=40, deadline=None)  # whole interviews, on whatever machine
def test_every_scored_question_is_asked_once_and_the_end_is_reached(
    role: str, data: st.DataObject, tailored: bool
) -> None:
    plan = _with_tailored(get_plan(role)) if tailored else get_plan(role)
    run, phases, steps = _Run(plan), [Phase.INTRODUCTION], 0
    while not run.over:
        made = run.answer(data.draw(st.floats(0, 900)))
        run.go(made, data.draw(st.sampled_from(made.allowed)))
        if phases[-1] is not run.position.phase:
            phases.append(run.position.phase)
        steps += 1
        assert steps <= _longest(plan)
    assert phases == [*SPOKEN_PHASES, Phase.COMPLETED]
    assert run.said[-1].startswith("Thank you, Sam")
    asked = run.said[:-1]
    assert [text for text in asked if text != "How was that in Ghent?"] == [
        q.text for q in get_plan(role).questions
    ]
    for question in plan.questions:
        assert run.follow_ups.get(question.question_id, 0) <= question.max_follow_ups


@pytest.mark.parametrize("role", PUBLIC)
def test_short_time_costs_probes_and_what_is_optional_and_no_scored_question(role: str) -> None:
    plan = _with_tailored(get_plan(role))
    run = _Run(plan)
    while not run.over:
        made = run.answer(plan.phase(run.position.phase).budget_s)
        assert Directive.FOLLOW_UP not in made.allowed
        run.go(made, made.onward.directive)
    assert run.said[:-1] == [q.text for q in get_plan(role).questions]


@pytest.mark.parametrize("role", PUBLIC)
def test_one_long_answer_takes_no_probe_from_the_next(role: str) -> None:
    plan = get_plan(role)
    here = Position(phase=Phase.MAIN_QUESTIONS)
    question = current_question(plan, here)
    assert question is not None
    assert question.time_limit_s is not None
    long = brief(plan, here, question.time_limit_s, "Sam", question.time_limit_s)
    assert Directive.FOLLOW_UP not in long.allowed
    there = apply_directive(plan, here, long.onward.directive, long.standing.budget_left_s)
    after = brief(plan, there, question.time_limit_s + 60, "Sam", 60)
    assert Directive.FOLLOW_UP in after.allowed


_SHORT = "We did it together."
_WHOLE = (
    "In March the nightly run failed for 40 customers. I read what it had written down, found "
    "the step that was slow, and split it in two, because the other way would have taken a month "
    "and nobody had the time for that. It took me three days. Since then it has run every night, "
    "and I wrote down for the others how to tell early that it gets slow again."
)


async def _replied(run: _Run, conversation: list[Line], answer: str) -> Directive:
    conversation.append(Line("candidate", answer))
    made = run.answer(30.0)
    request = ReplyRequest(brief=made, conversation=tuple(conversation))
    chosen, words = None, ""
    async for event in ScriptedLanguageModel().reply(request, timeout_s=1):
        match event:
            case DirectiveChosen():
                chosen = event.directive
            case TextDelta():
                words += event.text
    assert chosen is not None
    assert words.count("?") <= 1
    planned = " ".join(made.onward.lines) if chosen is made.onward.directive else ""
    conversation.append(Line("interviewer", f"{words} {planned}".strip()))
    run.go(made, chosen)
    return chosen


@pytest.mark.parametrize("role", PUBLIC)
@pytest.mark.parametrize("answer", [_SHORT, _WHOLE, "I don't know.", "Could you repeat that?", ""])
async def test_the_interviewer_without_a_model_holds_each_of_them(role: str, answer: str) -> None:
    plan = get_plan(role)
    run, conversation = _Run(plan), list[Line]()
    while not run.over:
        await _replied(run, conversation, answer)
        assert len(conversation) <= 2 * _longest(plan)
    assert run.said[:-1] == [q.text for q in plan.questions]
    # While code is written, a hint is for whoever asks for one.
    probed = [q for q in plan.questions if q.max_follow_ups and q.coding is None]
    expected = {q.question_id: q.max_follow_ups for q in probed}
    assert run.follow_ups == (expected if answer == _SHORT else {})
