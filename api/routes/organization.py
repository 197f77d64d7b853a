"""One's own organization, and how long it keeps its interviews."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import READING, limited
from interview.persistence import retention
from interview.persistence.retention import OrganizationRow

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/organization",
    tags=["organization"],
    dependencies=[limited(READING)],
    responses=responses(429),
)


class ChangeOrganization(BaseModel):
    """`retention_days`: interviews are erased so long after their end, or when nobody ever began
    them, after their invitation expired; null: never by themselves."""

    model_config = ConfigDict(extra="forbid")

    retention_days: Annotated[int, Field(strict=True, ge=1, le=3650)] | None


@router.get("", dependencies=[requires("organization.read")])
async def read_organization(services: ServicesDep, principal: PrincipalDep) -> OrganizationRow:
    async with services.database.transaction() as connection:
        return await retention.get(connection, principal.organization_id)


@router.patch("", dependencies=[requires("organization.manage")])
async def change_organization(
    request: ChangeOrganization, services: ServicesDep, principal: PrincipalDep
) -> OrganizationRow:
    """Holds for interviews of before too: those for which a new period has run out are erased at
    once, or when Temporal is back."""
    return await services.erasing.keep_for(
        principal.organization_id, request.retention_days, principal
    )
