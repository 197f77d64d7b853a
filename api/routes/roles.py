"""Which interviews there are."""

from __future__ import annotations

from fastapi import APIRouter

from api.authorization import PUBLIC, requires
from interview.domain.roles import RoleSummary, list_roles

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["roles"])


@router.get("/roles", dependencies=[requires(PUBLIC)])
async def roles() -> tuple[RoleSummary, ...]:
    """The interviews a candidate can choose from."""
    return list_roles()
