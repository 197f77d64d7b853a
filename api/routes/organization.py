"""One's own organization, and how long it keeps its interviews."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import READING, limited
from interview.accounts.organization import change_sight
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
    """What is left out stays as it is. `retention_days`: interviews are erased so long after their
    end, or when nobody ever began them, after their invitation expired; null: never by themselves.
    `blind_review`: nobody sees the scores of an interview before they have handed in their own
    rating. `candidate_feedback`: candidates may read theirs."""

    model_config = ConfigDict(extra="forbid")

    retention_days: Annotated[int, Field(strict=True, ge=1, le=3650)] | None = None
    blind_review: Annotated[bool, Field(strict=True)] | None = None
    candidate_feedback: Annotated[bool, Field(strict=True)] | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("nothing is to be changed")
        return self


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
    changed = await change_sight(
        *(services.database, principal),
        blind_review=request.blind_review,
        candidate_feedback=request.candidate_feedback,
    )
    if "retention_days" not in request.model_fields_set:
        return changed
    return await services.erasing.keep_for(
        principal.organization_id, request.retention_days, principal
    )
