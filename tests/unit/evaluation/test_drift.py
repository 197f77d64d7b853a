"""Two evaluations beside each other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from interview.evaluation.drift import drift
from interview.evaluation.scorecard import CompetencyView, Cost, Scorecard

_NOTHING = Cost(calls=0, models=(), input_tokens=0, output_tokens=0, duration_ms=0)


def view(name: str, samples: tuple[int | None, ...], **changes: Any) -> CompetencyView:
    scored = sorted(sample for sample in samples if sample is not None)
    values: dict[str, Any] = {
        "competency_id": name,
        "name": name.title(),
        "definition": "",
        "anchors": (),
        "weight": 1.0,
        "score": float(scored[len(scored) // 2]) if scored else None,
        "unscored": None if scored else "no_evidence",
        "spread": scored[-1] - scored[0] if scored else 0,
        "samples": samples,
        "human": (),
        "evidence": (),
        "reason": "",
    }
    return CompetencyView(**values | changes)


def card(number: int, *views: CompetencyView, **changes: Any) -> Scorecard:
    values: dict[str, Any] = {
        "interview_id": "i",
        "number": number,
        "state": "done",
        "reason": None,
        "total": 3.0,
        "coverage": 1.0,
        "needs_human": False,
        "competencies": views,
        "rubric_hash": "r",
        "plan_hash": "p",
        "prompt": "1-a",
        "transcript_sha256": "t",
        "models": ("openai/one",),
        "cost": _NOTHING,
        "requested_by": None,
        "created_at": datetime(2026, 5, 1, tzinfo=UTC),
        "finished_at": None,
    }
    return Scorecard(**values | changes)


def test_deltas_are_new_less_old_and_told_where_samples_do_not_touch() -> None:
    old = card(1, view("care", (2, 2, 3)), view("haste", (3, 3, 4)), view("same", (3, 3, 3)))
    new = card(
        2,
        view("care", (4, 5, 5)),
        view("haste", (2, 2, 3)),
        view("same", (3, 3, 3)),
        total=3.5,
        models=("anthropic/two",),
    )
    found = drift(old, new)
    told = {one.competency_id: (one.delta, one.is_told) for one in found.competencies}
    assert told == {"care": (3, True), "haste": (-1, False), "same": (0, False)}
    spreads = {one.competency_id: (one.old_spread, one.new_spread) for one in found.competencies}
    assert spreads["care"] == (1, 1)
    assert (found.compared, found.total_delta) == (3, 0.5)
    assert (found.mean_delta, found.largest_delta) == (2 / 3, 3)
    assert found.mean_absolute_delta == 4 / 3
    assert found.changed == ("model",)
    assert (found.old.number, found.new.models) == (1, ("anthropic/two",))


def test_what_one_side_does_not_score_has_no_delta() -> None:
    old = card(1, view("gone", (3, 3, 3)), view("mute", (4, 4, 4)), view("silent", (None, None)))
    new = card(
        2,
        view("mute", (None, None, None)),
        view("silent", (2, 2, 2)),
        view("fresh", (2, 2, 2)),
        rubric_hash="other",
        prompt="2-b",
        total=None,
    )
    found = drift(old, new)
    by_name = {one.competency_id: one for one in found.competencies}
    assert list(by_name) == ["gone", "mute", "silent", "fresh"]
    assert not any(one.is_told or one.delta is not None for one in found.competencies)
    assert (by_name["gone"].new, by_name["gone"].new_unscored) == (None, None)
    assert (by_name["mute"].old, by_name["mute"].new_unscored) == (4, "no_evidence")
    assert by_name["fresh"].old_spread is None
    assert (found.compared, found.total_delta, found.mean_delta) == (0, None, None)
    assert found.largest_delta is None
    assert found.changed == ("rubric", "prompt")


def test_nothing_changed_and_nothing_moved() -> None:
    found = drift(card(1, view("care", (3, 3, 3))), card(2, view("care", (3, 3, 3))))
    assert (found.changed, found.mean_absolute_delta) == ((), 0)


def test_a_larger_fall_is_the_largest_delta() -> None:
    old = card(1, view("a", (5, 5, 5)), view("b", (3, 3, 3)))
    new = card(2, view("a", (1, 1, 1)), view("b", (5, 5, 5)))
    assert drift(old, new).largest_delta == -4
