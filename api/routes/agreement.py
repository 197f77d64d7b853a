"""How far people and the model agree, in an organization and in each of its roles."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import READING, limited
from interview.domain.content import ContentHash
from interview.persistence.agreements import Agreements

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/agreement", tags=["reviews"])


@router.get(
    "",
    dependencies=[requires("review.read"), limited(READING)],
    responses=responses(429),
)
async def read_agreement(
    services: ServicesDep,
    principal: PrincipalDep,
    role: Annotated[str | None, Query(pattern=r"^[a-z0-9-]{1,64}$")] = None,
    plan_hash: Annotated[ContentHash | None, Query()] = None,
) -> Agreements:
    """Over what was rated blindly, beside the newest scores."""
    return await services.agreements.of(principal.organization_id, role=role, plan_hash=plan_hash)
