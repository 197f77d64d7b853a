"""Two evaluations of an interview beside each other: what changed between them, and by how much."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from interview.evaluation.scorecard import CompetencyView, Scorecard
from interview.persistence.vocabulary import EvaluationKind, EvaluationState, ScoreReason

__all__ = ["Changed", "CompetencyDrift", "Drift", "Side", "drift"]

METHOD = (
    "Scores are the models' own; what people said instead is left out of both sides. The delta is "
    "the new score less the old one, where there are both. It is told where no sample of the one "
    "side reaches the samples of the other; where they meet, it may be chance."
)

Changed = Literal["transcript", "plan", "rubric", "prompt", "model"]


class Side(BaseModel):
    """`total` and `coverage` are over the side's own rubric. `models`: who answered; of scores that
    were taken from another evaluation, who answered there."""

    number: int
    kind: EvaluationKind
    state: EvaluationState
    rubric_hash: str | None
    prompt: str | None
    models: tuple[str, ...]
    transcript_sha256: str | None
    total: float | None
    coverage: float
    created_at: datetime


class CompetencyDrift(BaseModel):
    """`old` and `new` are null where that side does not score it, with the reason; without a reason
    its rubric does not have it. `old_spread`, `new_spread`: between the samples. `is_told`: the
    samples do not touch."""

    competency_id: str
    name: str
    old: float | None
    new: float | None
    old_unscored: ScoreReason | None
    new_unscored: ScoreReason | None
    delta: float | None
    old_spread: int | None
    new_spread: int | None
    is_told: bool


class Drift(BaseModel):
    """`changed`: what is not the same on both sides; chance is what is left where nothing is.
    `total_delta` is between the totals, whose rubrics may differ; the means are over the `compared`
    competencies that both sides score."""

    interview_id: str
    old: Side
    new: Side
    changed: tuple[Changed, ...]
    competencies: tuple[CompetencyDrift, ...]
    compared: int
    total_delta: float | None
    mean_delta: float | None
    mean_absolute_delta: float | None
    largest_delta: float | None
    method: str = METHOD


def drift(old: Scorecard, new: Scorecard) -> Drift:
    """Of one interview."""
    assert old.interview_id == new.interview_id, "they are of one interview"
    before = {view.competency_id: view for view in old.competencies}
    after = {view.competency_id: view for view in new.competencies}
    competencies = tuple(_competency(before.get(name), after.get(name)) for name in before | after)
    deltas = [one.delta for one in competencies if one.delta is not None]
    return Drift(
        interview_id=old.interview_id,
        old=_side(old),
        new=_side(new),
        changed=_changed(old, new),
        competencies=competencies,
        compared=len(deltas),
        total_delta=_less(new.total, old.total),
        mean_delta=_mean(deltas),
        mean_absolute_delta=_mean([abs(delta) for delta in deltas]),
        largest_delta=max(deltas, key=abs, default=None),
    )


def _competency(old: CompetencyView | None, new: CompetencyView | None) -> CompetencyDrift:
    either = new or old
    assert either is not None, "one of them has it"
    before, after = old and old.score, new and new.score
    return CompetencyDrift(
        competency_id=either.competency_id,
        name=either.name,
        old=before,
        new=after,
        old_unscored=old and old.unscored,
        new_unscored=new and new.unscored,
        delta=_less(after, before),
        old_spread=old and old.spread,
        new_spread=new and new.spread,
        is_told=before is not None and after is not None and _apart(old, new),
    )


def _apart(old: CompetencyView | None, new: CompetencyView | None) -> bool:
    before = _scores(old)
    after = _scores(new)
    if not before or not after:
        return False
    return max(before) < min(after) or max(after) < min(before)


def _scores(view: CompetencyView | None) -> list[int]:
    return [] if view is None else [score for score in view.samples if score is not None]


def _side(card: Scorecard) -> Side:
    return Side(
        number=card.number,
        kind=card.kind,
        state=card.state,
        rubric_hash=card.rubric_hash,
        prompt=card.prompt,
        models=card.models,
        transcript_sha256=card.transcript_sha256,
        total=card.total,
        coverage=card.coverage,
        created_at=card.created_at,
    )


def _changed(old: Scorecard, new: Scorecard) -> tuple[Changed, ...]:
    pairs: dict[Changed, tuple[object, object]] = {
        "transcript": (old.transcript_sha256, new.transcript_sha256),
        "plan": (old.plan_hash, new.plan_hash),
        "rubric": (old.rubric_hash, new.rubric_hash),
        "prompt": (old.prompt, new.prompt),
        "model": (old.models, new.models),
    }
    return tuple(name for name, (before, after) in pairs.items() if before != after)


def _less(new: float | None, old: float | None) -> float | None:
    return None if new is None or old is None else new - old


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
