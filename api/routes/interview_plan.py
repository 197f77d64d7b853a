"""What one interview goes by."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import READING, limited
from interview.domain.plan import PhasePlan
from interview.domain.rubric import Competency

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/interviews/{interview_id}/plan", tags=["plans"])


class InterviewPlan(BaseModel):
    """The plan that the interview was bound to, and what was added for its candidate alone.
    `number`: the version of the role `role_id` that it is; both are null where it is a built-in
    one, or its role is not there any more."""

    interview_id: str
    role_id: str | None
    number: int | None
    title: str
    language: str
    minutes: int
    """What its phases may take."""
    phases: tuple[PhasePlan, ...]
    competencies: tuple[Competency, ...]


@router.get(
    "", dependencies=[requires("plan.read"), limited(READING)], responses=responses(404, 429)
)
async def read_interview_plan(interview_id: str, services: ServicesDep) -> InterviewPlan:
    """Errors: `interview.not_found`."""
    bound = await services.held_plans.of(interview_id)
    return InterviewPlan(
        interview_id=interview_id,
        role_id=bound.role_id,
        number=bound.number,
        title=bound.plan.title,
        language=bound.plan.language,
        minutes=bound.plan.minutes,
        phases=bound.plan.phases,
        competencies=bound.rubric.competencies if bound.rubric else (),
    )
