"""An evaluation as it is read: scores, quotes and what it took, of one rubric."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from interview.domain.evaluation.scores import HumanReason, total
from interview.domain.rubric import Competency
from interview.evaluation.quotes import Quote, quoted
from interview.persistence.evaluations import EvaluationDetail, SampleRow, ScoreRow
from interview.persistence.overrides import OverrideRow
from interview.persistence.vocabulary import (
    EvaluationKind,
    EvaluationReason,
    EvaluationState,
    ScoreReason,
)

__all__ = ["CompetencyView", "Cost", "Quote", "Scorecard", "scorecard"]


class CompetencyView(BaseModel):
    """`score` is the median of the samples, from 1 to 5; null with the reason `unscored`.
    `spread` is between them. `human`: why a person has to look. `anchors`: what is seen at each
    score. `override`: what a person said instead."""

    competency_id: str
    name: str
    definition: str
    anchors: tuple[str, ...]
    weight: float
    score: float | None
    unscored: ScoreReason | None
    spread: int
    samples: tuple[int | None, ...]
    human: tuple[HumanReason, ...]
    evidence: tuple[Quote, ...]
    reason: str
    taken_from: int | None = None
    override: OverrideRow | None = None

    @property
    def holds(self) -> float | None:
        """The score that counts in the end."""
        return self.score if self.override is None else self.override.score


class Cost(BaseModel):
    """Of all calls. `models`: who was asked. `duration_ms` is summed; calls run side by side."""

    calls: int
    models: tuple[str, ...]
    input_tokens: int
    output_tokens: int
    duration_ms: int


class Scorecard(BaseModel):
    """`total`: the mean of the scores there are, weighted; null where there are none. `coverage`:
    the part of all weight that is scored, 0 to 1. `reviewed_total` and `reviewed_coverage`: the
    same with what people said instead. `needs_human`: a person has to look before anything is made
    of it, and has said nothing yet. `models`: who answered, also for scores that were taken from
    another evaluation; `cost` is of this one alone."""

    interview_id: str
    number: int
    state: EvaluationState
    reason: EvaluationReason | None
    total: float | None
    coverage: float
    reviewed_total: float | None = None
    reviewed_coverage: float = 0.0
    needs_human: bool
    competencies: tuple[CompetencyView, ...]
    rubric_hash: str | None
    plan_hash: str | None
    prompt: str | None
    transcript_sha256: str | None
    kind: EvaluationKind = "anew"
    based_on: int | None = None
    corrections: int = 0
    model: str | None = None
    models: tuple[str, ...] = ()
    cost: Cost
    requested_by: str | None
    created_at: datetime
    finished_at: datetime | None


def scorecard(detail: EvaluationDetail) -> Scorecard:
    competencies = detail.rubric.competencies if detail.rubric is not None else ()
    scores = {score.competency_id: score for score in detail.scores}
    views = tuple(
        _competency(competency, scores[competency.competency_id], detail)
        for competency in competencies
        if competency.competency_id in scores
    )
    summed = reviewed = None
    if detail.rubric is not None:
        summed = total(detail.rubric, {view.competency_id: view.score for view in views})
        reviewed = total(detail.rubric, {view.competency_id: view.holds for view in views})
    return Scorecard(
        **detail.row.model_dump(exclude={"samples"}),
        total=None if summed is None else summed.score,
        coverage=0.0 if summed is None else summed.coverage,
        reviewed_total=None if reviewed is None else reviewed.score,
        reviewed_coverage=0.0 if reviewed is None else reviewed.coverage,
        needs_human=any(
            (view.human or view.unscored == "pending") and view.override is None for view in views
        ),
        competencies=views,
        models=_models((*detail.samples, *detail.taken_samples)),
        cost=_cost(detail.samples),
    )


def _competency(
    competency: Competency, score: ScoreRow, detail: EvaluationDetail
) -> CompetencyView:
    found = score.model_dump(exclude={"samples", "evidence"})
    these = detail.samples if score.taken_from is None else detail.taken_samples
    counted = (s for s in these if s.competency_id == score.competency_id)
    return CompetencyView(
        **found,
        name=competency.name,
        definition=competency.definition,
        anchors=competency.anchors,
        weight=competency.weight,
        samples=tuple(s.content.score for s in counted if not s.shows_suspicious),
        evidence=tuple(quoted(one, detail.reworded) for one in score.evidence),
        override=detail.overrides.get(score.competency_id),
    )


def _cost(samples: tuple[SampleRow, ...]) -> Cost:
    return Cost(
        calls=len(samples),
        models=_models(samples),
        input_tokens=sum(sample.input_tokens for sample in samples),
        output_tokens=sum(sample.output_tokens for sample in samples),
        duration_ms=sum(sample.duration_ms for sample in samples),
    )


def _models(samples: tuple[SampleRow, ...]) -> tuple[str, ...]:
    return tuple(sorted({sample.provider for sample in samples}))
