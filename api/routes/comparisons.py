"""The candidates of one plan beside each other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import EXPORTING, READING, limited
from interview.domain.content import ContentHash
from interview.evaluation.comparison import Comparison, compare
from interview.persistence.held_plans import HeldPlan

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/comparisons", tags=["reports"])


class HeldPlanList(BaseModel):
    """By which an interview has ended; those of the newest first."""

    items: list[HeldPlan]


@router.get(
    "/plans",
    dependencies=[requires("evaluation.compare"), limited(READING)],
    responses=responses(429),
)
async def list_held_plans(services: ServicesDep, principal: PrincipalDep) -> HeldPlanList:
    """The plans whose candidates can be compared, with how many interviews by each have ended."""
    return HeldPlanList(items=await services.held_plans.all(principal.organization_id))


@router.get(
    "",
    dependencies=[requires("evaluation.compare"), limited(EXPORTING)],
    responses=responses(429),
)
async def compare_candidates(
    plan_hash: Annotated[ContentHash, Query()], services: ServicesDep, principal: PrincipalDep
) -> Comparison:
    """Those whose interviews have ended. Where reviews are blind, those that one has not rated yet
    are named and no more."""
    compared = await services.comparisons.of(principal.organization_id, plan_hash)
    scored = {one.interview_id for one in compared.interviews if one.scores}
    others = {one.interview_id for one in compared.interviews} - scored
    open_ids = await services.reviews.see_what_is_open(scored, principal)
    open_ids |= await services.reviews.open_to(others, principal)
    return compare(plan_hash, compared, open_ids)
