"""Every built-in role is answered by somebody who has done that work."""

from __future__ import annotations

import re

import pytest

from demo.answers import answer_for, candidate_of
from interview.domain.phases import Phase
from interview.domain.plan import Plan, Question
from interview.domain.roles import get_plan, list_roles
from interview.domain.wording import topics_not_asked

ROLES = [role.role for role in list_roles()]


def _asked(plan: Plan) -> list[tuple[Phase, Question]]:
    return [(phase.phase, question) for phase in plan.phases for question in phase.questions]


@pytest.mark.parametrize("role", ROLES)
def test_each_question_has_an_answer_of_its_own(role: str) -> None:
    plan = get_plan(role)
    first = [answer_for(role, phase, q.question_id, 0, 0) for phase, q in _asked(plan)]
    assert len(set(first)) == len(first)
    scored = [q for q in plan.questions if q.scored]
    for question in scored:
        words = " ".join(
            dict.fromkeys(
                answer_for(role, Phase.MAIN_QUESTIONS, question.question_id, given, 0)
                for given in range(1 + question.max_follow_ups)
            )
        ).split()
        assert 50 < len(words) < 200, question.question_id


@pytest.mark.parametrize("role", ROLES)
def test_nobody_answers_for_somebody_else(role: str) -> None:
    others = [other for other in ROLES if other != role]
    mine = {
        answer_for(role, phase, q.question_id, 0, 0)
        for phase, q in _asked(get_plan(role))
        if q.scored
    }
    for other in others:
        theirs = {
            answer_for(other, phase, q.question_id, 0, 0) for phase, q in _asked(get_plan(other))
        }
        assert not mine & theirs
        assert candidate_of(role) != candidate_of(other)


@pytest.mark.parametrize("role", ROLES)
def test_answers_are_plain_words(role: str) -> None:
    for phase, question in _asked(get_plan(role)):
        for given in range(4):
            answer = answer_for(role, phase, question.question_id, given, 0)
            assert not re.search(r"[\d*_#<>{}()\[\]]", answer), answer
            assert answer.endswith((".", "?"))
            assert not set(topics_not_asked(answer)) & {"religion", "origin", "politics"}


def test_a_plan_that_nobody_knows_is_answered_all_the_same() -> None:
    given = [answer_for("unheard-of", Phase.MAIN_QUESTIONS, "one", 0, n) for n in range(3)]
    assert all(given)
    assert len(set(given)) == 3
    assert answer_for("unheard-of", Phase.INTRODUCTION, "two", 0, 0).startswith("Yes")
