"""How an interview was scored: for those who decide, not for the candidate."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import EVALUATING, READING, limited
from interview.domain.evaluation.scores import HumanReason, total
from interview.domain.rubric import Competency
from interview.persistence.evaluations import (
    EvaluationDetail,
    EvaluationRow,
    SampleRow,
    ScoreRow,
)
from interview.persistence.vocabulary import EvaluationReason, EvaluationState, ScoreReason

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/interviews/{interview_id}/evaluations",
    tags=["evaluations"],
    dependencies=[limited(READING)],
    responses=responses(429),
)

EvaluationNumber = Annotated[int, Path(ge=1, le=1_000_000)]


class EvaluationList(BaseModel):
    """Newest first."""

    items: list[EvaluationRow]


class Quote(BaseModel):
    """What the candidate said in that utterance, characters `start` to `end`."""

    utterance_id: str
    turn_id: str
    start: int
    end: int
    quote: str


class CompetencyView(BaseModel):
    """`score` is the median of the samples, from 1 to 5; null with the reason `unscored`.
    `spread` is between them. `human`: why a person has to look. `anchors`: what is seen at each
    score."""

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


class Cost(BaseModel):
    """Of all calls. `models`: who was asked. `duration_ms` is summed; calls run side by side."""

    calls: int
    models: tuple[str, ...]
    input_tokens: int
    output_tokens: int
    duration_ms: int


class Evaluation(BaseModel):
    """`total`: the mean of the scores there are, weighted; null where there are none. `coverage`:
    the part of all weight that is scored, 0 to 1. `needs_human`: a person has to look before
    anything is made of it."""

    interview_id: str
    number: int
    state: EvaluationState
    reason: EvaluationReason | None
    total: float | None
    coverage: float
    needs_human: bool
    competencies: tuple[CompetencyView, ...]
    rubric_hash: str | None
    plan_hash: str | None
    prompt: str | None
    transcript_sha256: str | None
    cost: Cost
    requested_by: str | None
    created_at: datetime
    finished_at: datetime | None


@router.get("", dependencies=[requires("evaluation.read")], responses=responses(404))
async def list_evaluations(interview_id: str, services: ServicesDep) -> EvaluationList:
    """The first one is made when the interview has ended, where its plan has a rubric."""
    return EvaluationList(items=await services.evaluations.all(interview_id))


@router.post(
    "",
    status_code=202,
    dependencies=[requires("evaluation.run"), limited(EVALUATING)],
    responses=responses(404, 409),
)
async def evaluate_anew(
    interview_id: str, services: ServicesDep, principal: PrincipalDep
) -> EvaluationRow:
    """By today's model and prompt; those before stay. Errors: `interview.not_ended`,
    `evaluation.running`, `evaluation.too_many`; `temporal.unavailable`, when it waits for
    `retry`."""
    return await services.evaluating.anew(interview_id, principal)


@router.get("/{number}", dependencies=[requires("evaluation.read")], responses=responses(404))
async def read_evaluation(
    interview_id: str, number: EvaluationNumber, services: ServicesDep
) -> Evaluation:
    """Errors: `evaluation.not_found`."""
    return _shown(await services.evaluations.detail(interview_id, number))


@router.post(
    "/{number}/retry",
    status_code=202,
    dependencies=[requires("evaluation.run"), limited(EVALUATING)],
    responses=responses(404, 409),
)
async def retry_evaluation(
    interview_id: str, number: EvaluationNumber, services: ServicesDep, principal: PrincipalDep
) -> EvaluationRow:
    """For what is missing; what was answered is not asked for again. Errors:
    `evaluation.not_found`, `evaluation.done`, `evaluation.running`, `temporal.unavailable`."""
    return await services.evaluating.retry(interview_id, number, principal)


def _shown(detail: EvaluationDetail) -> Evaluation:
    competencies = detail.rubric.competencies if detail.rubric is not None else ()
    scores = {score.competency_id: score for score in detail.scores}
    views = tuple(
        _competency(competency, scores[competency.competency_id], detail.samples)
        for competency in competencies
        if competency.competency_id in scores
    )
    summed = None
    if detail.rubric is not None:
        summed = total(detail.rubric, {view.competency_id: view.score for view in views})
    return Evaluation(
        **detail.row.model_dump(exclude={"samples"}),
        total=None if summed is None else summed.score,
        coverage=0.0 if summed is None else summed.coverage,
        needs_human=any(view.human or view.unscored == "pending" for view in views),
        competencies=views,
        cost=_cost(detail.samples),
    )


def _competency(
    competency: Competency, score: ScoreRow, samples: tuple[SampleRow, ...]
) -> CompetencyView:
    found = score.model_dump(exclude={"samples"})
    counted = (s for s in samples if s.competency_id == score.competency_id)
    return CompetencyView(
        **found,
        name=competency.name,
        definition=competency.definition,
        anchors=competency.anchors,
        weight=competency.weight,
        samples=tuple(s.content.score for s in counted if not s.shows_suspicious),
    )


def _cost(samples: tuple[SampleRow, ...]) -> Cost:
    return Cost(
        calls=len(samples),
        models=tuple(sorted({sample.provider for sample in samples})),
        input_tokens=sum(sample.input_tokens for sample in samples),
        output_tokens=sum(sample.output_tokens for sample in samples),
        duration_ms=sum(sample.duration_ms for sample in samples),
    )
