"""How an interview was scored: for those who decide, not for the candidate."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import EVALUATING, READING, limited
from interview.evaluation.scorecard import Scorecard, scorecard
from interview.persistence.evaluations import EvaluationRow

__all__ = ["EvaluationNumber", "router"]

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
    interview_id: str, number: EvaluationNumber, services: ServicesDep, principal: PrincipalDep
) -> Scorecard:
    """Errors: `evaluation.not_found`; `review.first`, where reviews are blind and one's own is not
    handed in."""
    found = scorecard(await services.evaluations.detail(interview_id, number))
    if found.competencies:
        await services.reviews.see_scores(interview_id, principal)
    return found


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
