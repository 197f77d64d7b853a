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
    brief_for,
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
ONCE_EACH = 2
"""Confirming, and returning to the question."""


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
    once = {Directive.CONFIRM, Directive.RETURN}
    assert set(brief(PLAN, position, used_s, "").allowed) == allowed | once


@pytest.mark.parametrize("directive", [Directive.CONFIRM, Directive.RETURN])
def test_some_things_are_done_once_a_question(directive: Directive) -> None:
    once = apply_directive(PLAN, ONE, directive)
    assert directive not in brief(PLAN, once, 0, "").allowed
    assert current_question(PLAN, once) == current_question(PLAN, ONE)
    after = apply_directive(PLAN, once, Directive.NEXT_QUESTION)
    assert directive in brief(PLAN, after, 0, "").allowed


@pytest.mark.parametrize(
    ("confidence", "is_open"), [(None, False), (0.5, False), (0.49, True), (0.0, True)]
)
def test_only_what_was_hardly_recognized_is_asked_about(
    confidence: float | None, is_open: bool
) -> None:
    made = brief_for(brief(PLAN, ONE, 0, ""), confidence)
    assert (Directive.CONFIRM in made.allowed) is is_open
    assert made.onward.directive in made.allowed


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
        assert steps <= 5 * (1 + 2 + MAX_REPROMPTS + ONCE_EACH)
    assert asked == [q.question_id for p in SPOKEN_PHASES for q in PLAN.phase(p).questions]


def _hurried(*, budget_s: float = 300, limit_s: float = 100) -> Plan:
    """Between two questions that are always asked stand two that are not."""
    main = PhasePlan(
        phase=Phase.MAIN_QUESTIONS,
        budget_s=budget_s,
        questions=(
            Question(
                question_id="one",
                text="One?",
                probes=("Why?",),
                max_follow_ups=1,
                time_limit_s=limit_s,
            ),
            Question(question_id="extra", text="Extra?", optional=True),
            Question(question_id="more", text="More?", optional=True),
            Question(question_id="two", text="Two?", time_limit_s=limit_s),
            Question(question_id="late", text="Late?", optional=True),
        ),
    )
    phases = tuple(main if p.phase is Phase.MAIN_QUESTIONS else p for p in PLAN.phases)
    return PLAN.model_copy(update={"phases": phases})


@pytest.mark.parametrize(
    ("index", "used_s", "follows"),
    [
        (0, 0, "extra"),
        (0, 199, "extra"),
        (0, 200, "two"),
        (0, 1000, "two"),
        (1, 199, "more"),
        (1, 200, "two"),
        (2, 1000, "two"),
        (3, 299, "late"),
        (3, 300, "last"),
    ],
)
def test_optional_questions_are_left_out_when_the_others_need_the_time(
    index: int, used_s: float, follows: str
) -> None:
    plan = _hurried()
    here = Position(phase=Phase.MAIN_QUESTIONS, question_index=index)
    made = brief(plan, here, used_s, "")
    assert made.onward.standing.question_id == follows
    there = apply_directive(plan, here, made.onward.directive, made.standing.budget_left_s)
    after = current_question(plan, there)
    assert after is not None
    assert after.question_id == follows


@pytest.mark.parametrize(("spent_s", "open_"), [(0, True), (99, True), (100, False), (500, False)])
def test_a_question_is_followed_up_within_its_own_time(spent_s: float, open_: bool) -> None:
    made = brief(_hurried(budget_s=3600), ONE, spent_s, "", spent_s)
    assert (Directive.FOLLOW_UP in made.allowed) is open_
    assert made.onward.directive in made.allowed
