"""How long an organization keeps its interviews. Statements inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Integer, bindparam, case, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import NotFoundError
from interview.persistence.models import INTERVIEWS, INVITATIONS, ORGANIZATIONS

__all__ = [
    "KEPT_SINCE",
    "OrganizationRow",
    "change",
    "erase_at",
    "get",
    "hold",
    "kept_since",
    "later",
    "lock",
    "note_retimed",
    "retime",
]

_LAST_LINK = (
    select(func.max(INVITATIONS.c.expires_at))
    .where(INVITATIONS.c.interview_id == INTERVIEWS.c.interview_id)
    .correlate(INTERVIEWS)
    .scalar_subquery()
)
KEPT_SINCE: ColumnElement[datetime | None] = case(
    (INTERVIEWS.c.status == "created", func.coalesce(_LAST_LINK, INTERVIEWS.c.created_at)),
    else_=INTERVIEWS.c.ended_at,
)
"""From when an interview's retention counts: its end, or of one that nobody ever began, the time
until which its last link was good, or its making. Null while it is held, pauses included."""

_THIS = ORGANIZATIONS.c.organization_id == bindparam("organization")


class OrganizationRow(BaseModel):
    """`retention_days`: how long an interview is kept after its end, or when nobody ever began it,
    after its invitation expired; null: until somebody erases it. `blind_review`: nobody sees the
    scores of an interview before they have handed in their own rating. `candidate_feedback`:
    candidates may read theirs."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    organization_id: str
    name: str
    retention_days: int | None
    blind_review: bool
    candidate_feedback: bool
    created_at: datetime


_DAYS = cast(bindparam("days"), Integer)
_GET = select(*(ORGANIZATIONS.c[name] for name in OrganizationRow.model_fields)).where(_THIS)
_FOR_CHANGE = _GET.with_for_update(key_share=True)
_HOLD = select(ORGANIZATIONS.c.retention_days).where(_THIS).with_for_update(read=True)
_CHANGE = (
    update(ORGANIZATIONS)
    .where(_THIS)
    .values(
        retention_days=_DAYS,
        retimed_to=case(
            (ORGANIZATIONS.c.retention_days.is_distinct_from(_DAYS), ""),
            else_=ORGANIZATIONS.c.retimed_to,
        ),
    )
    .returning(*(ORGANIZATIONS.c[name] for name in OrganizationRow.model_fields))
)


async def get(connection: AsyncConnection, organization_id: str) -> OrganizationRow:
    """Raises `NotFoundError` (`organization.not_found`)."""
    return await _one(connection, _GET, {"organization": organization_id})


async def lock(connection: AsyncConnection, organization_id: str) -> OrganizationRow:
    """As `get`. Nobody else changes it until the transaction ends."""
    return await _one(connection, _FOR_CHANGE, {"organization": organization_id})


async def change(
    connection: AsyncConnection, organization_id: str, days: int | None
) -> tuple[OrganizationRow, int | None]:
    """The organization as it is now, and the days before. Until the transaction ends nobody else
    can `hold` what was decided."""
    this = {"organization": organization_id}
    before = await _one(connection, _FOR_CHANGE, this)
    return await _one(connection, _CHANGE, this | {"days": days}), before.retention_days


async def hold(connection: AsyncConnection, organization_id: str) -> int | None:
    """Days of retention, which stay so until the transaction ends."""
    return await connection.scalar(_HOLD, {"organization": organization_id})


async def kept_since(connection: AsyncConnection, interview_id: str) -> datetime | None:
    """As `KEPT_SINCE`."""
    of = select(KEPT_SINCE).where(INTERVIEWS.c.interview_id == interview_id)
    return await connection.scalar(of)


def erase_at(kept_since: datetime | None, days: int | None) -> datetime | None:
    return None if kept_since is None or days is None else kept_since + timedelta(days=days)


def later(at: ColumnElement[Any], days: ColumnElement[Any] | int) -> ColumnElement[Any]:
    """By days of 24 hours, as `erase_at` counts, whatever the session's time zone."""
    return at + func.make_interval(0, 0, 0, 0, days * 24)


async def retime(
    connection: AsyncConnection, organization_id: str, *, after: str, limit: int
) -> tuple[list[str], int | None]:
    """The next interviews after this id that nobody holds, which have the days of today now, and
    those days."""
    days = await hold(connection, organization_id)
    page = (
        select(INTERVIEWS.c.interview_id)
        .where(
            INTERVIEWS.c.organization_id == organization_id,
            KEPT_SINCE.is_not(None),
            *([INTERVIEWS.c.interview_id > after] if after else []),
        )
        .order_by(INTERVIEWS.c.interview_id)
        .limit(limit)
    )
    found = list((await connection.scalars(page)).all())
    changed = (
        update(INTERVIEWS)
        .where(INTERVIEWS.c.interview_id.in_(found), KEPT_SINCE.is_not(None))
        .values(erase_at=None if days is None else later(KEPT_SINCE, days))
    )
    await connection.execute(changed)
    return found, days


async def note_retimed(
    connection: AsyncConnection,
    organization_id: str,
    *,
    after: str,
    up_to: str | None,
    days: int | None,
) -> None:
    """That the interviews after this id have these days, `up_to` that one, or all: unless they were
    changed meanwhile, and it begins anew. In a transaction of its own: who holds an interview waits
    for the organization."""
    changed = update(ORGANIZATIONS).where(
        ORGANIZATIONS.c.organization_id == organization_id,
        ORGANIZATIONS.c.retention_days.is_not_distinct_from(days),
        ORGANIZATIONS.c.retimed_to >= after,
    )
    await connection.execute(changed.values(retimed_to=up_to))


async def _one(connection: AsyncConnection, query: Any, values: dict[str, Any]) -> OrganizationRow:
    row = (await connection.execute(query, values)).one_or_none()
    if row is None:
        raise NotFoundError("organization.not_found", "no such organization")
    return OrganizationRow.model_validate(row)
