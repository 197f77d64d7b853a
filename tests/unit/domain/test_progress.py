"""Where the interview stands, what is allowed, and where each directive leads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.domain.directives import Directive
from interview.domain.phases import SPOKEN_PHASES, Phase
from interview.domain.plan import PhasePlan, Plan, Question
from interview.domain.progress import (
    MAX_REPROMPTS,
    Position,
    apply_directive,
    brief,
    current_question,
    first_position,
    greeting_lines,
    standing,
)


def _phase(phase: Phase, *questions: Question, opening: str = "") -> PhasePlan:
    return PhasePlan(phase=phase, budget_s=60, opening=opening, questions=questions)


PLAN = Plan(
    role="tester",
    title="Tester",
    greeting="Hello{name}.",
    closing="Goodbye{name}.",
    phases=(
        _phase(Phase.INTRODUCTION, Question(question_id="sound", text="Is it loud?")),
        _phase(Phase.WARMUP, Question(question_id="warm", text="How are you?"), opening="First,"),
        _phase(
            Phase.MAIN_QUESTIONS,
            Question(question_id="one", text="One?", probes=("Why?", "How?"), max_follow_ups=2),
            Question(question_id="two", text="Two?"),
        ),
        _phase(Phase.WRAP_UP, Question(question_id="last", text="Anything else?")),
    ),
)
ONE = Position(phase=Phase.MAIN_QUESTIONS)
TWO = Position(phase=Phase.MAIN_QUESTIONS, question_index=1)
LAST = Position(phase=Phase.WRAP_UP)
OVER = Position(phase=Phase.COMPLETED)


def test_greeting_is_followed_by_the_first_question() -> None:
    assert greeting_lines(PLAN, "Ada") == ("Hello, Ada.", "Is it loud?")
    assert greeting_lines(PLAN, "") == ("Hello.", "Is it loud?")


def test_standing_counts_over_the_whole_interview() -> None:
    here = standing(PLAN, TWO, 12.34)
    assert (here.question_id, here.question_number, here.question_count) == ("two", 4, 5)
    assert here.budget_left_s == 47.7
    assert standing(PLAN, TWO, 1000).budget_left_s == 0


def test_nothing_is_asked_once_the_interview_is_over() -> None:
    here = standing(PLAN, OVER, 0)
    assert (here.question_id, here.question_number, here.question_count) == (None, 0, 5)
    assert current_question(PLAN, OVER) is None


@pytest.mark.parametrize(
    ("position", "directive", "lines"),
    [
        (first_position(PLAN), Directive.ADVANCE_PHASE, ("First,", "How are you?")),
        (Position(phase=Phase.WARMUP), Directive.ADVANCE_PHASE, ("One?",)),
        (ONE, Directive.NEXT_QUESTION, ("Two?",)),
        (TWO, Directive.ADVANCE_PHASE, ("Anything else?",)),
        (LAST, Directive.CLOSE, ("Goodbye, Ada.",)),
    ],
)
def test_exactly_one_way_leads_on(
    position: Position, directive: Directive, lines: tuple[str, ...]
) -> None:
    onward = brief(PLAN, position, 0, "Ada").onward
    assert onward.directive is directive
    assert onward.lines == lines
    after = apply_directive(PLAN, position, directive)
    assert onward.standing == standing(PLAN, after, 0)


@pytest.mark.parametrize(
    ("position", "used_s", "allowed"),
    [
        (ONE, 0, {Directive.NEXT_QUESTION, Directive.FOLLOW_UP, Directive.REPROMPT}),
        (ONE, 61, {Directive.NEXT_QUESTION, Directive.REPROMPT}),
        (
            ONE.model_copy(update={"follow_ups_used": 2}),
            0,
            {Directive.NEXT_QUESTION, Directive.REPROMPT},
        ),
        (
            ONE.model_copy(update={"reprompts_used": MAX_REPROMPTS}),
            0,
            {Directive.NEXT_QUESTION, Directive.FOLLOW_UP},
        ),
        (TWO, 0, {Directive.ADVANCE_PHASE, Directive.REPROMPT}),
    ],
)
def test_what_is_open_depends_on_the_plans_limits_and_the_clock(
    position: Position, used_s: float, allowed: set[Directive]
) -> None:
    assert set(brief(PLAN, position, used_s, "").allowed) == allowed


def test_staying_counts_and_moving_on_starts_afresh() -> None:
    probed = apply_directive(PLAN, ONE, Directive.FOLLOW_UP)
    again = apply_directive(PLAN, probed, Directive.REPROMPT)
    assert (again.follow_ups_used, again.reprompts_used) == (1, 1)
    assert brief(PLAN, again, 0, "").follow_ups_left == 1
    assert apply_directive(PLAN, again, Directive.NEXT_QUESTION) == TWO


@given(st.data())
def test_every_allowed_path_ends_and_asks_each_question_in_order(data: st.DataObject) -> None:
    position, asked, steps = first_position(PLAN), ["sound"], 0
    while position.phase is not Phase.COMPLETED:
        options = brief(PLAN, position, 0, "").allowed
        position = apply_directive(PLAN, position, data.draw(st.sampled_from(options)))
        question = current_question(PLAN, position)
        if question is not None and question.question_id != asked[-1]:
            asked.append(question.question_id)
        steps += 1
        assert steps <= 5 * (1 + 2 + MAX_REPROMPTS)
    assert asked == [q.question_id for p in SPOKEN_PHASES for q in PLAN.phase(p).questions]
