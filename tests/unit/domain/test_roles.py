"""The built-in interviews keep to what makes a good interviewer."""

from __future__ import annotations

import re

import pytest

from interview.domain.phases import Phase
from interview.domain.plan import Plan, Question
from interview.domain.progress import greeting_lines
from interview.domain.roles import DEFAULT_ROLE, get_plan, list_roles
from interview.errors import NotFoundError

PUBLIC = [summary.role for summary in list_roles()]
NEVER_ASKED = re.compile(
    r"\b(salary|pay|married|children|family|pregnan|age|old are you|religio|nationality"
    r"|born|health|disab)",
    re.IGNORECASE,
)


def _questions(plan: Plan) -> list[Question]:
    return [question for phase in plan.phases for question in phase.questions]


def test_the_public_list_holds_the_two_roles_and_not_the_demonstration() -> None:
    assert PUBLIC == ["software-engineer", "general-behavioural"]
    assert DEFAULT_ROLE in PUBLIC
    assert get_plan("demo").role == "demo"


def test_an_unknown_role_is_not_found() -> None:
    with pytest.raises(NotFoundError) as caught:
        get_plan("astronaut")
    assert caught.value.code == "role.not_found"


@pytest.mark.parametrize("role", [*PUBLIC, "demo"])
def test_every_line_that_asks_is_one_question_in_few_words(role: str) -> None:
    for question in _questions(get_plan(role)):
        for line in (question.text, *question.probes):
            assert len(line.split()) <= 40, line
            assert line.count("?") <= 1, line
            assert not NEVER_ASKED.search(line), line
        assert len(question.probes) >= question.max_follow_ups


@pytest.mark.parametrize("role", PUBLIC)
def test_the_first_words_say_who_speaks_how_long_it_takes_and_what_is_fine(role: str) -> None:
    plan = get_plan(role)
    minutes = next(s.minutes for s in list_roles() if s.role == role)
    said = " ".join(greeting_lines(plan, "Sam"))
    assert said.startswith("Hello, Sam, ")
    for part in ("AI interviewer", f"about {minutes} minutes", "pause", "repeat", "type", "think"):
        assert part in said
    assert greeting_lines(plan, "Sam")[-1] == plan.phases[0].questions[0].text
    assert "sound" in greeting_lines(plan, "Sam")[-1]
    assert "{" not in said
    assert minutes * 60 == sum(phase.budget_s for phase in plan.phases)


@pytest.mark.parametrize("role", PUBLIC)
def test_main_questions_are_scored_and_probed_within_limits(role: str) -> None:
    questions = get_plan(role).phase(Phase.MAIN_QUESTIONS).questions
    assert 4 <= len(questions) <= 6
    for question in questions:
        assert 1 <= question.max_follow_ups <= 2
        assert question.competency
    for phase in (Phase.INTRODUCTION, Phase.WARMUP, Phase.WRAP_UP):
        assert all(q.competency is None for q in get_plan(role).phase(phase).questions)


@pytest.mark.parametrize("role", PUBLIC)
def test_the_end_leaves_room_for_the_candidate_and_says_what_happens_next(role: str) -> None:
    plan = get_plan(role)
    assert "ask me" in plan.phase(Phase.WRAP_UP).questions[0].text
    assert "a person decides" in plan.closing
    assert "Goodbye" in plan.closing
