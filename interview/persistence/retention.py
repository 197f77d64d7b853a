"""How long an organization keeps its interviews. Statements inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Integer, bindparam, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import NotFoundError
from interview.persistence.models import INTERVIEWS, ORGANIZATIONS

__all__ = ["OrganizationRow", "change", "erase_at", "get", "hold", "retime"]

_THIS = ORGANIZATIONS.c.organization_id == bindparam("organization")


class OrganizationRow(BaseModel):
    """`retention_days`: how long an interview is kept after its end; null: until somebody erases
    it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    organization_id: str
    name: str
    retention_days: int | None
    created_at: datetime


_GET = select(*(ORGANIZATIONS.c[name] for name in OrganizationRow.model_fields)).where(_THIS)
_FOR_CHANGE = _GET.with_for_update(key_share=True)
_HOLD = select(ORGANIZATIONS.c.retention_days).where(_THIS).with_for_update(read=True)
_CHANGE = (
    update(ORGANIZATIONS)
    .where(_THIS)
    .values(retention_days=cast(bindparam("days"), Integer))
    .returning(*(ORGANIZATIONS.c[name] for name in OrganizationRow.model_fields))
)


async def get(connection: AsyncConnection, organization_id: str) -> OrganizationRow:
    """Raises `NotFoundError` (`organization.not_found`)."""
    return await _one(connection, _GET, {"organization": organization_id})


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


def erase_at(ended_at: datetime | None, days: int | None) -> datetime | None:
    return None if ended_at is None or days is None else ended_at + timedelta(days=days)


async def retime(
    connection: AsyncConnection, organization_id: str, *, after: str, limit: int
) -> tuple[list[str], list[str]]:
    """The next ended interviews after this id, with the days of today: all of them, and those
    that are to be erased some day."""
    days = await hold(connection, organization_id)
    page = (
        select(INTERVIEWS.c.interview_id)
        .where(
            INTERVIEWS.c.organization_id == organization_id,
            INTERVIEWS.c.ended_at.is_not(None),
            *([INTERVIEWS.c.interview_id > after] if after else []),
        )
        .order_by(INTERVIEWS.c.interview_id)
        .limit(limit)
    )
    found = list((await connection.scalars(page)).all())
    changed = (
        update(INTERVIEWS)
        .where(INTERVIEWS.c.interview_id.in_(found), INTERVIEWS.c.ended_at.is_not(None))
        .values(erase_at=None if days is None else _later(INTERVIEWS.c.ended_at, days))
    )
    await connection.execute(changed)
    return found, [] if days is None else found


def _later(at: ColumnElement[Any], days: int) -> ColumnElement[Any]:
    return at + func.make_interval(0, 0, 0, days)


async def _one(connection: AsyncConnection, query: Any, values: dict[str, Any]) -> OrganizationRow:
    row = (await connection.execute(query, values)).one_or_none()
    if row is None:
        raise NotFoundError("organization.not_found", "no such organization")
    return OrganizationRow.model_validate(row)
