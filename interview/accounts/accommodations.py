"""What a candidate needs to take the interview fairly: more time, writing, captions."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import NotFoundError
from interview.persistence import interviews
from interview.persistence.accounts import invitations
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.models import ACCOMMODATIONS
from interview.persistence.rows import canonical_uuid, storable
from interview.persistence.vocabulary import AuditAction
from interview.security.principal import Principal

__all__ = ["GRANTED_AT_ONCE", "AccommodationRow", "Accommodations"]

GRANTED_AT_ONCE = 1.5
"""More time than this is for the organization's people to grant."""


class AccommodationRow(BaseModel):
    """`extra_time_factor` holds once it was granted; the rest at once."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    accommodation_id: str
    extra_time_factor: float
    text_only: bool
    captions: bool
    note: str = Field(repr=False)
    requested_at: datetime
    granted_at: datetime | None
    granted_by: str | None


class Accommodations:
    """All methods raise `DatabaseUnavailable`, and may be repeated."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_interview(self, interview_id: str) -> list[AccommodationRow]:
        """Newest first."""
        async with self._database.transaction() as connection:
            return await _all(connection, interview_id)

    async def request(
        self,
        interview_id: str,
        by: Principal,
        *,
        extra_time_factor: float,
        text_only: bool,
        captions: bool,
        note: str,
    ) -> AccommodationRow:
        """What is asked for twice in a row is one request."""
        wanted: dict[str, Any] = {
            "extra_time_factor": extra_time_factor,
            "text_only": text_only,
            "captions": captions,
            "note": storable(note),
        }
        async with self._database.transaction() as connection:
            await invitations.lock_interview(connection, interview_id)
            owner = await interviews.owner(connection, interview_id)
            newest = (await _all(connection, interview_id))[:1]
            if newest and newest[0].model_dump(include=set(wanted)) == wanted:
                return newest[0]
            at_once = extra_time_factor <= GRANTED_AT_ONCE
            await connection.execute(
                insert(ACCOMMODATIONS).values(
                    accommodation_id=str(uuid.uuid4()),
                    interview_id=interview_id,
                    requested_at=func.clock_timestamp(),
                    granted_at=func.clock_timestamp() if at_once else None,
                    **wanted,
                )
            )
            made = (await _all(connection, interview_id))[0]
            await _note(
                connection, owner.organization_id, interview_id, by, "accommodation.requested", made
            )
        return made

    async def grant(
        self, interview_id: str, accommodation_id: str, by: Principal
    ) -> AccommodationRow:
        """Raises `NotFoundError` (`accommodation.not_found`)."""
        async with self._database.transaction() as connection:
            await invitations.lock_interview(connection, interview_id)
            granted = None
            if canonical_uuid(accommodation_id) is not None:
                granted = await connection.execute(
                    update(ACCOMMODATIONS)
                    .where(
                        ACCOMMODATIONS.c.accommodation_id == accommodation_id,
                        ACCOMMODATIONS.c.interview_id == interview_id,
                        ACCOMMODATIONS.c.granted_at.is_(None),
                    )
                    .values(granted_at=func.clock_timestamp(), granted_by=by.user_id)
                )
            rows = {row.accommodation_id: row for row in await _all(connection, interview_id)}
            if accommodation_id not in rows:
                raise NotFoundError("accommodation.not_found", "no such accommodation")
            found = rows[accommodation_id]
            if granted is not None and granted.rowcount:
                await _note(
                    *(connection, by.organization_id, interview_id, by),
                    *("accommodation.granted", found),
                )
        return found


async def _all(connection: AsyncConnection, interview_id: str) -> list[AccommodationRow]:
    query = (
        select(*(ACCOMMODATIONS.c[name] for name in AccommodationRow.model_fields))
        .where(ACCOMMODATIONS.c.interview_id == interview_id)
        .order_by(ACCOMMODATIONS.c.requested_at.desc(), ACCOMMODATIONS.c.accommodation_id)
    )
    return [AccommodationRow.model_validate(row) for row in await connection.execute(query)]


async def _note(
    connection: AsyncConnection,
    organization_id: str,
    interview_id: str,
    by: Principal,
    action: AuditAction,
    row: AccommodationRow,
) -> None:
    """Neither what was noted, nor which need it is."""
    who = Actor.of(by)
    actor = Actor(organization_id, who.kind, who.actor_id)
    subject = Subject("accommodation", row.accommodation_id, interview_id)
    await AuditTrail.append(connection, actor, action, subject)
