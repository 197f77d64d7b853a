"""Scales, and the hashes by which plans and rubrics are known."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from interview.domain.content import Content, canonical_json, content_hash
from interview.domain.plan import Plan, plan_hash
from interview.domain.roles import get_plan, get_rubric, list_roles
from interview.domain.rubric import Rubric, rubric_hash
from tests.fakes.contents import a_competency, a_rubric, plans, rubrics

ANCHORS = a_competency().anchors
# Whole plans take a while to draw on a busy machine.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_a_score_has_its_anchor() -> None:
    competency = a_competency()
    assert [competency.anchor(score) for score in range(1, 6)] == list(ANCHORS)
    for score in (0, 6):
        with pytest.raises(AssertionError):
            competency.anchor(score)


def test_a_competency_is_found_by_its_id() -> None:
    assert a_rubric("care", "speed").competency("speed").name == "Speed"
    with pytest.raises(KeyError):
        a_rubric("care").competency("speed")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"anchors": ANCHORS[:4]}, "at least 5"),
        ({"anchors": (*ANCHORS, "And a sixth one.")}, "at most 5"),
        ({"anchors": (*ANCHORS[:4], ANCHORS[0].upper() + " ")}, "anchor of its own"),
        ({"anchors": ("", *ANCHORS[1:])}, "at least 10"),
        ({"evidence": ()}, "at least 1"),
        ({"weight": 0}, "greater than 0"),
        ({"name": "Ca\x00re"}, "control characters"),
        ({"notes": "to be rated low"}, "not permitted"),
    ],
)
def test_what_a_competency_may_not_be(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        a_competency(**changed)


def test_a_rubric_has_each_competency_once_and_never_changes() -> None:
    with pytest.raises(ValidationError, match="unique"):
        a_rubric("care", "care")
    with pytest.raises(ValidationError, match="frozen"):
        a_rubric().competencies = ()


def _shuffled(value: Any, order: random.Random) -> Any:
    """The same JSON value with the fields of every object in another order."""
    if isinstance(value, dict):
        items = list(cast("dict[str, Any]", value).items())
        order.shuffle(items)
        return {key: _shuffled(item, order) for key, item in items}
    if isinstance(value, list):
        return [_shuffled(item, order) for item in cast("list[Any]", value)]
    return value


@unhurried
@given(plans() | rubrics(), st.randoms(use_true_random=False))
def test_a_hash_survives_storage_and_the_order_of_fields(
    content: Plan | Rubric, order: random.Random
) -> None:
    whole = json.loads(content.model_dump_json())
    short = json.loads(canonical_json(content))
    for stored in (whole, short):
        again = type(content).model_validate(_shuffled(stored, order))
        assert again == content
        assert content_hash(again) == content_hash(content)


@unhurried
@given(rubrics(), rubrics())
def test_rubrics_hash_equal_only_if_they_are(one: Rubric, other: Rubric) -> None:
    assert (rubric_hash(one) == rubric_hash(other)) == (one == other)


@unhurried
@given(plans(), st.data())
def test_any_change_to_a_plan_is_another_plan(plan: Plan, data: st.DataObject) -> None:
    phases = list(plan.phases)
    where = data.draw(st.integers(0, len(phases) - 1))
    questions = list(phases[where].questions)
    which = data.draw(st.integers(0, len(questions) - 1))
    changed = data.draw(
        st.sampled_from(
            [
                {"text": questions[which].text + " Please."},
                {"probes": (*questions[which].probes, "And then?")},
                {"max_follow_ups": (questions[which].max_follow_ups + 1) % 6},
                {"time_limit_s": (questions[which].time_limit_s or 0) + 1},
            ]
        )
    )
    questions[which] = questions[which].model_copy(update=changed)
    phases[where] = phases[where].model_copy(update={"questions": tuple(questions)})
    assert plan_hash(plan.model_copy(update={"phases": tuple(phases)})) != plan_hash(plan)


def test_an_order_is_a_meaning() -> None:
    assert rubric_hash(a_rubric("care", "speed")) != rubric_hash(a_rubric("speed", "care"))


def test_a_field_added_later_changes_no_hash() -> None:
    class Before(Content):
        text: str

    class After(Before):
        note: str = ""

    assert content_hash(Before(text="Well?")) == content_hash(After(text="Well?", note=""))
    assert content_hash(Before(text="Well?")) != content_hash(After(text="Well?", note="!"))


def test_another_rubric_is_another_plan() -> None:
    plan, rubric = get_plan("sales"), get_rubric("sales")
    assert rubric is not None
    sales = rubric.competencies
    heavier = Rubric(competencies=(sales[0].model_copy(update={"weight": 2.0}), *sales[1:]))
    assert plan_hash(plan.model_copy(update={"rubric": heavier.reference()})) != plan_hash(plan)


def test_hashes_are_the_same_in_another_process() -> None:
    program = (
        "from interview.domain.plan import plan_hash\n"
        "from interview.domain.roles import get_plan, get_rubric, list_roles\n"
        "from interview.domain.rubric import rubric_hash\n"
        "for r in list_roles():\n"
        "    print(plan_hash(get_plan(r.role)), rubric_hash(get_rubric(r.role)))\n"
    )
    here: list[str] = []
    for summary in list_roles():
        rubric = get_rubric(summary.role)
        assert rubric is not None
        here.append(f"{plan_hash(get_plan(summary.role))} {rubric_hash(rubric)}")
    for seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout.split("\n")[:-1] == here


def test_a_known_content_has_a_known_hash() -> None:
    """Hashes are stored: how they are made must never change."""
    assert canonical_json(a_rubric().reference()) == (
        b'{"competencies":["care"],"rubric_hash":"' + rubric_hash(a_rubric()).encode() + b'"}'
    )
    assert plan_hash(get_plan("demo")) == (
        "3a806fae85a7e8a4bcabe17e98c2578e357ffd2fecf6b47b066acf323b35eb78"
    )
