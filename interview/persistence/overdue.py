"""What was promised about erasing, and may have nobody who works on it. Statements inside the
caller's transaction; pages are read by `after`, the id of the last one before."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict
from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.persistence import retention
from interview.persistence.models import ERASURE_RECEIPTS, INTERVIEWS, ORGANIZATIONS

__all__ = ["PAGE", "Unfinished", "changed_organizations", "due", "unfinished"]

PAGE = 100


class Unfinished(BaseModel):
    """`begun`: its workflow knew of it once."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    interview_id: str
    begun: bool


_UNFINISHED = (
    select(
        ERASURE_RECEIPTS.c.interview_id,
        ERASURE_RECEIPTS.c.begun_at.is_not(None).label("begun"),
    )
    .where(ERASURE_RECEIPTS.c.completed_at.is_(None))
    .order_by(ERASURE_RECEIPTS.c.interview_id)
    .limit(PAGE)
)
_REQUESTED = exists().where(ERASURE_RECEIPTS.c.interview_id == INTERVIEWS.c.interview_id)
_IS_KEPT_FOR = ORGANIZATIONS.c.organization_id == INTERVIEWS.c.organization_id
_KEPT_UNTIL = retention.later(retention.KEPT_SINCE, ORGANIZATIONS.c.retention_days)
_DUE = (
    select(INTERVIEWS.c.interview_id)
    .join(ORGANIZATIONS, _IS_KEPT_FOR)
    .where(_KEPT_UNTIL <= func.now(), ~_REQUESTED)
    .order_by(INTERVIEWS.c.interview_id)
    .limit(PAGE)
)
_ENDED_UNTIL = retention.later(INTERVIEWS.c.ended_at, ORGANIZATIONS.c.retention_days)
_CHANGED = (
    select(ORGANIZATIONS.c.organization_id)
    .where(
        exists().where(
            _IS_KEPT_FOR,
            INTERVIEWS.c.ended_at.is_not(None),
            INTERVIEWS.c.erase_at.is_distinct_from(_ENDED_UNTIL),
        )
    )
    .order_by(ORGANIZATIONS.c.organization_id)
)


async def unfinished(connection: AsyncConnection, after: str) -> Sequence[Unfinished]:
    """Requests that are not completed."""
    query = _UNFINISHED.where(ERASURE_RECEIPTS.c.interview_id > after) if after else _UNFINISHED
    return [Unfinished.model_validate(row) for row in await connection.execute(query)]


async def due(connection: AsyncConnection, after: str) -> Sequence[str]:
    """Interviews whose retention has run out, and which nobody has asked to erase."""
    query = _DUE.where(INTERVIEWS.c.interview_id > after) if after else _DUE
    return (await connection.scalars(query)).all()


async def changed_organizations(connection: AsyncConnection) -> Sequence[str]:
    """Organizations that have ended interviews which are timed by other days than today's."""
    return (await connection.scalars(_CHANGED)).all()
