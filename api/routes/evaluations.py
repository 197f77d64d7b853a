"""How an interview was scored: for those who decide, not for the candidate."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import EVALUATING, READING, limited
from api.routes.reevaluations import ModelName, check_model
from interview.domain.content import ContentHash
from interview.errors import ConflictError
from interview.evaluation.drift import Drift, drift
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


class Reevaluate(BaseModel):
    """`rubric_hash`: another version of the rubric that is kept; null: the same. `model`: that
    alone is asked, of those that are configured; null: whoever is asked today."""

    model_config = ConfigDict(extra="forbid")

    rubric_hash: ContentHash | None = None
    model: ModelName | None = None


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


@router.post(
    "/{number}/reevaluation",
    status_code=202,
    dependencies=[requires("evaluation.run"), limited(EVALUATING)],
    responses=responses(400, 404, 409),
)
async def reevaluate(
    interview_id: str,
    number: EvaluationNumber,
    body: Reevaluate,
    services: ServicesDep,
    principal: PrincipalDep,
) -> EvaluationRow:
    """What that evaluation went by, word for word, once more, to see what changes: `GET …/drift` of
    the new one. No report goes by it. Errors: `evaluation.not_found`, `evaluation.not_done`,
    `rubric.not_found`, `rubric.other`, `model.not_configured`, `evaluation.running`,
    `evaluation.too_many`."""
    check_model(services, body.model)
    return await services.evaluating.reevaluate(
        *(interview_id, number, principal),
        rubric_hash=body.rubric_hash,
        model=body.model,
    )


@router.get(
    "/{number}/drift", dependencies=[requires("evaluation.read")], responses=responses(404, 409)
)
async def read_drift(
    interview_id: str,
    number: EvaluationNumber,
    services: ServicesDep,
    principal: PrincipalDep,
    against: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> Drift:
    """That evaluation beside the one it is based on, or the one that `against` names. Errors:
    `evaluation.not_found`, `evaluation.not_based` (say against which one),
    `evaluation.not_done` (one of them has no scores yet); `review.first`, where reviews are blind
    and one's own is not handed in."""
    new = scorecard(await services.evaluations.detail(interview_id, number))
    other = against or new.based_on
    if other is None:
        raise ConflictError("evaluation.not_based", "say against which one")
    old = scorecard(await services.evaluations.detail(interview_id, other))
    if not {old.state, new.state} <= {"done", "pending"}:
        raise ConflictError("evaluation.not_done", "one of them has no scores")
    await services.reviews.see_scores(interview_id, principal)
    return drift(old, new)


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
