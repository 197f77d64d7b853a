"""What was promised about erasing, and may have nobody who works on it. Statements inside the
caller's transaction; pages are read by `after`, the id of the last one before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlalchemy import exists, func, literal, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.persistence import retention
from interview.persistence.models import ERASURE_RECEIPTS, INTERVIEWS, ORGANIZATIONS, UUID_TEXT

__all__ = [
    "PAGE",
    "Due",
    "Unfinished",
    "changed_organizations",
    "due",
    "organizations_due",
    "unfinished",
]

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
_KEPT_UNTIL = retention.later(retention.KEPT_SINCE, ORGANIZATIONS.c.retention_days)
# Nothing is kept from before it was made: what is younger is not looked at.
_MADE_BY = retention.later(func.now(), -ORGANIZATIONS.c.retention_days)
_DUE = (
    select(INTERVIEWS.c.interview_id, INTERVIEWS.c.created_at)
    .where(
        INTERVIEWS.c.organization_id == ORGANIZATIONS.c.organization_id,
        INTERVIEWS.c.created_at <= _MADE_BY,
        _KEPT_UNTIL <= func.now(),
        ~_REQUESTED,
    )
    # As an index has them: whatever the planner believes of a time that it cannot know.
    .order_by(INTERVIEWS.c.created_at, INTERVIEWS.c.interview_id)
    .correlate(ORGANIZATIONS)
)
_ANY_DUE = _DUE.limit(1).lateral("due")
_ORGANIZATIONS_DUE = (
    select(ORGANIZATIONS.c.organization_id)
    .select_from(ORGANIZATIONS.join(_ANY_DUE, true()))
    .where(ORGANIZATIONS.c.retention_days.is_not(None))
    .order_by(ORGANIZATIONS.c.organization_id)
)
_PLACE = tuple_(INTERVIEWS.c.created_at, INTERVIEWS.c.interview_id)
_CHANGED = (
    select(ORGANIZATIONS.c.organization_id)
    .where(ORGANIZATIONS.c.retimed_to.is_not(None))
    .order_by(ORGANIZATIONS.c.organization_id)
)


class Due(NamedTuple):
    """Whose retention has run out."""

    interview_id: str
    created_at: datetime


async def unfinished(connection: AsyncConnection, after: str) -> Sequence[Unfinished]:
    """Requests that are not completed."""
    query = _UNFINISHED.where(ERASURE_RECEIPTS.c.interview_id > after) if after else _UNFINISHED
    return [Unfinished.model_validate(row) for row in await connection.execute(query)]


async def organizations_due(connection: AsyncConnection) -> Sequence[str]:
    """Organizations with interviews that are `due`."""
    return (await connection.scalars(_ORGANIZATIONS_DUE)).all()


async def due(connection: AsyncConnection, organization_id: str, after: Due | None) -> list[Due]:
    """Interviews whose retention has run out, and which nobody has asked to erase: the oldest
    first."""
    wanted = _DUE
    if after is not None:
        place = tuple_(literal(after.created_at), literal(after.interview_id, UUID_TEXT))
        wanted = _DUE.where(_PLACE > place)
    page = wanted.limit(PAGE).lateral("due")
    query = (
        select(page.c.interview_id, page.c.created_at)
        .select_from(ORGANIZATIONS.join(page, true()))
        .where(ORGANIZATIONS.c.organization_id == organization_id)
    )
    return [Due(*row) for row in await connection.execute(query)]


async def changed_organizations(connection: AsyncConnection) -> Sequence[str]:
    """Organizations some of whose interviews may be timed by other days than today's."""
    return (await connection.scalars(_CHANGED)).all()
