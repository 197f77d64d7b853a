"""What scoring a role's interviews once more has changed."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.reevaluation import table_of
from interview.domain.evaluation.agreement import quadratic_weighted_kappa
from interview.domain.evaluation.moves import band, level, moves
from interview.domain.roles import get_rubric
from interview.domain.rubric import rubric_hash
from interview.evaluation.role_drift import RoleDrift, role_drift
from interview.persistence.drifts import Scored, Side, Sides, Twice
from interview.persistence.reevaluations import ReevaluationRow
from interview.persistence.vocabulary import EvaluationState
from interview.reports.drift_table import drift_as_csv

_found = get_rubric("sales")
assert _found is not None
RUBRIC = _found
HASH = rubric_hash(RUBRIC)
FIRST, SECOND, *_ = [one.competency_id for one in RUBRIC.competencies]
SCORES = st.sampled_from([1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0])


def row(**changes: Any) -> ReevaluationRow:
    values: dict[str, Any] = {
        "reevaluation_id": "r",
        "role": "sales",
        "plan_hash": None,
        "rubric_hash": None,
        "model": "openai/new",
        "state": "done",
        "reason": None,
        "interviews": 3,
        "over": 3,
        "pending": 0,
        "skipped": 0,
        "requested_by": None,
        "created_at": datetime(2026, 5, 1, tzinfo=UTC),
        "finished_at": None,
    }
    return ReevaluationRow(**values | changes)


def side(
    number: int, scores: dict[str, Scored | float | None], state: EvaluationState = "done"
) -> Side:
    found = {
        name: one if isinstance(one, Scored) else Scored(one, _unscored(one), False)
        for name, one in scores.items()
    }
    return Side(number, state, HASH, "1-a", found)


def _unscored(score: float | None) -> Any:
    return "no_evidence" if score is None else None


def told(*interviews: Twice, open_ids: Iterable[str] | None = None) -> RoleDrift:
    sides = Sides(interviews, {HASH: RUBRIC}, (("openai/old",), ("openai/new",)))
    names = {one.interview_id for one in interviews} if open_ids is None else set(open_ids)
    return role_drift(row(), sides, names)


def test_what_moved_in_each_competency_and_in_all() -> None:
    found = told(
        Twice("a", None, side(1, {FIRST: 2, SECOND: 3}), side(2, {FIRST: 4, SECOND: 3})),
        Twice("b", None, side(1, {FIRST: 3, SECOND: 3}), side(2, {FIRST: 2.5, SECOND: 4})),
        Twice("c", None, side(3, {FIRST: 5, SECOND: 1}), side(4, {FIRST: 4, SECOND: 2})),
    )
    first, second = found.competencies
    assert (first.competency_id, first.name) == (FIRST, RUBRIC.competency(FIRST).name)
    assert first.count == 3
    assert first.mean_change == pytest.approx(0.5 / 3)
    assert first.mean_absolute_change == pytest.approx(3.5 / 3)
    assert first.largest_change == 2
    # 2 → 4 goes over the middle; 3 → 2.5 stays at it, as 5 → 4 stays above.
    assert first.crossed_band == pytest.approx(1 / 3)
    assert first.kappa == pytest.approx(quadratic_weighted_kappa([(2, 4), (3, 3), (5, 4)]))
    assert second.crossed_band == pytest.approx(1 / 3)
    assert (found.compared, found.hidden) == (3, 0)
    assert found.overall.count == 6
    assert found.overall.mean_change == pytest.approx(2.5 / 6)
    assert [one.interview_id for one in found.interviews] == ["a", "b", "c"]
    assert [(one.largest_change, one.largest_in) for one in found.interviews] == [
        *((2, FIRST), (1, SECOND), (-1, FIRST)),
    ]
    assert (found.old_models, found.new_models) == (("openai/old",), ("openai/new",))
    assert found.old_prompts == ("1-a",)


def test_what_needs_a_person_now_and_did_not_before() -> None:
    unsure = Scored(3, None, True)
    pending = Scored(None, "pending", False)
    found = told(
        Twice("now", None, side(1, {FIRST: 3}), side(2, {FIRST: unsure})),
        Twice("always", None, side(1, {FIRST: unsure}), side(2, {FIRST: unsure})),
        Twice("before", None, side(1, {FIRST: unsure}), side(2, {FIRST: 3})),
        Twice("lacks", None, side(1, {FIRST: 3}), side(2, {FIRST: pending}, state="pending")),
    )
    needing = {one.interview_id for one in found.interviews if one.now_needs_human}
    assert needing == {"now", "lacks"}
    assert found.overall.now_needs_human == found.competencies[0].now_needs_human == 2
    assert (found.overall.count, found.overall.no_longer_scored) == (3, 1)


def test_what_has_one_side_alone_is_counted_and_not_compared() -> None:
    found = told(
        Twice("gained", None, side(1, {FIRST: None}), side(2, {FIRST: 4})),
        Twice("skipped", "too_many", side(1, {FIRST: 3})),
        Twice("runs", None, side(1, {FIRST: 3}), side(2, {}, state="running")),
    )
    assert (found.compared, found.overall.count, found.overall.now_scored) == (1, 0, 1)
    assert found.overall.mean_change is found.overall.kappa is found.overall.crossed_band is None
    states = {one.interview_id: (one.state, one.skipped) for one in found.interviews}
    assert states == {
        "gained": ("done", None),
        "skipped": (None, "too_many"),
        "runs": ("running", None),
    }


def test_what_is_hidden_is_in_no_figure() -> None:
    moved = Twice("hidden", None, side(1, {FIRST: 1}), side(2, {FIRST: 5}))
    same = Twice("open", None, side(1, {FIRST: 3}), side(2, {FIRST: 3}))
    found = told(moved, same, open_ids=["open"])
    assert (found.hidden, found.overall.count, found.overall.largest_change) == (1, 1, 0)
    assert [one.interview_id for one in found.interviews] == ["open"]


def test_as_a_table() -> None:
    found = told(Twice("a", None, side(1, {FIRST: 2}), side(2, {FIRST: 3.5})))
    found = found.model_copy(update={"new_models": ("=HYPERLINK(1)",)})
    data = drift_as_csv(found)
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [line["competency_id"] for line in lines] == [FIRST, ""]
    for line in lines:
        assert line["new_models"] == "'=HYPERLINK(1)"
        assert (line["count"], line["mean_change"], line["largest_change"]) == ("1", "1.5", "1.5")
        assert line["crossed_band"] == "1"
    assert lines[1]["competency"] == "all"


def test_as_text() -> None:
    stopped = row(state="stopped", reason="too_long", over=2, pending=1)
    nothing = list(table_of(role_drift(stopped, Sides((), {}, ((), ())), set())))
    assert nothing[:3] == [
        "sales: 0 of 3 interviews, by nobody and by nobody",
        "Stopped (too_long).",
        "1 lack scores: the model could not be had.",
    ]
    assert nothing[-1].split() == ["all", "0", "-", "-", "-", "-", "0"]


def test_bands() -> None:
    bands = {score: band(score) for score in (1, 2, 2.25, 2.5, 3, 3.25, 3.5, 5)}
    assert bands == {
        **dict.fromkeys((1, 2, 2.25), "below"),
        **dict.fromkeys((2.5, 3, 3.25), "meets"),
        **dict.fromkeys((3.5, 5), "above"),
    }


@given(st.lists(st.tuples(SCORES, SCORES), min_size=1, max_size=30))
def test_figures_keep_their_bounds_and_turn_with_their_sides(
    pairs: list[tuple[float, float]],
) -> None:
    found, back = moves(pairs), moves([(new, old) for old, new in pairs])
    assert found.mean is not None
    assert found.mean_absolute is not None
    assert found.largest is not None
    assert back.mean is not None
    assert math.isclose(found.mean, -back.mean, abs_tol=1e-9)
    assert abs(found.mean) <= found.mean_absolute + 1e-9 <= abs(found.largest) + 2e-9
    assert found.crossed == back.crossed
    if all(level(old) == level(new) for old, new in pairs):
        assert found.crossed == 0
        assert found.kappa in (None, 1)
    if found.kappa is not None:
        assert back.kappa is not None
        assert -1 - 1e-9 <= found.kappa <= 1 + 1e-9
        assert math.isclose(found.kappa, back.kappa, abs_tol=1e-9)
