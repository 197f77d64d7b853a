"""What a plan may be, what it covers, and that a stored one stays readable."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from pydantic import ValidationError

from interview.contracts.interview import InterviewInput
from interview.domain.phases import Phase
from interview.domain.plan import PhasePlan, Plan, Question, plan_hash
from interview.domain.roles import get_plan
from tests.fakes.contents import a_plan, a_rubric
from tests.replay.record import HISTORIES

RUBRIC = a_rubric("care", "speed")


def _scored(question_id: str, *competencies: str) -> Question:
    return Question(question_id=question_id, text="Well?", competencies=competencies, scored=True)


def test_a_plan_says_which_questions_give_evidence_for_what() -> None:
    plan = a_plan(
        _scored("one", "care", "speed"),
        Question(question_id="tailored", text="Well?", competencies=("care",)),
        _scored("two", "speed"),
        rubric=RUBRIC,
    )
    assert [q.question_id for q in plan.scored_for("speed")] == ["one", "two"]
    assert [q.question_id for q in plan.scored_for("care")] == ["one"]
    assert RUBRIC.measures(plan)
    assert not a_rubric("care").measures(plan)


def test_questions_do_not_count_unless_that_is_said() -> None:
    assert not Question(question_id="resume-1", text="Why Ghent?").scored


@pytest.mark.parametrize(
    "main",
    [
        (_scored("one", "care"),),
        (_scored("one", "care", "speed", "charm"),),
        (_scored("one", "care"), Question(question_id="two", text="?", competencies=("speed",))),
        (
            _scored("one", "care", "speed"),
            Question(question_id="two", text="?", competencies=("charm",)),
        ),
    ],
    ids=["uncovered", "unknown", "covered by an unscored one", "unknown in an unscored one"],
)
def test_a_rubric_is_covered_by_scored_questions_and_nothing_else(
    main: tuple[Question, ...],
) -> None:
    with pytest.raises(ValidationError, match="competency"):
        a_plan(*main, rubric=RUBRIC)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"scored": True}, "names a competency"),
        ({"scored": True, "competencies": ["care"], "optional": True}, "asked of everybody"),
        ({"competencies": ["care", "care"]}, "once"),
        ({"competencies": ["Care!"]}, "pattern"),
        ({"competency": "care", "competencies": ["care"]}, "not permitted"),
        ({"time_limit_s": 0}, "greater than 0"),
        ({"probes": ["What\x00?"]}, "control characters"),
        ({"anchors": ["Does it."]}, "not permitted"),
    ],
)
def test_what_a_question_may_not_be(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Question.model_validate({"question_id": "one", "text": "Well?"} | fields)


def test_a_phase_begins_with_a_question_that_is_always_asked() -> None:
    optional = Question(question_id="one", text="Well?", optional=True)
    with pytest.raises(ValidationError, match="always asked"):
        PhasePlan(phase=Phase.WARMUP, budget_s=60, questions=(optional,))


def test_what_the_first_release_stored_of_a_question_is_read() -> None:
    stored: dict[str, Any] = {"question_id": "one", "text": "Well?", "probes": ["How?"]}
    stored |= {"max_follow_ups": 1}
    counted = Question.model_validate(stored | {"competency": "drive"})
    assert (counted.competencies, counted.scored) == (("drive",), True)
    easy = Question.model_validate(stored | {"competency": None})
    assert (easy.competencies, easy.scored, easy.optional) == ((), False, False)
    assert Question.model_validate_json(counted.model_dump_json()) == counted


@pytest.mark.parametrize("name", ["plain", "redis-killed", "worker-killed"])
def test_plans_of_the_first_release_are_read_and_hash_as_they_would_today(name: str) -> None:
    started = json.loads((HISTORIES / f"{name}.json").read_text())["events"][0][
        "workflowExecutionStartedEventAttributes"
    ]
    payload = base64.b64decode(started["input"]["payloads"][0]["data"])
    plan = InterviewInput.model_validate_json(payload).plan
    assert plan.rubric is None
    assert b'"competency"' in payload
    assert plan_hash(plan) == plan_hash(get_plan("demo"))
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
