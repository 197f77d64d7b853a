"""The audit trail of one's own organization."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Query

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import READING, limited
from interview.persistence.audit import AuditPage
from interview.persistence.records import MAX_PAGE

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/audit",
    tags=["audit"],
    dependencies=[limited(READING)],
    responses=responses(429),
)


@router.get("", dependencies=[requires("audit.read")])
async def read_audit(
    services: ServicesDep,
    principal: PrincipalDep,
    interview_id: uuid.UUID | None = None,
    action: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z_.]+$")] = None,
    actor_id: uuid.UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    cursor: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> AuditPage:
    """Newest first; `next_cursor` is null on the last page. `actor_id` is a user's or an API
    key's."""
    return await services.trail.page(
        principal.organization_id,
        limit=limit,
        before=cursor,
        interview_id=interview_id and str(interview_id),
        action=action,
        actor_id=actor_id and str(actor_id),
    )
