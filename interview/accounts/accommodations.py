"""What a candidate needs to take the interview fairly: more time, or writing.

Whoever needs captions has them: the room shows them to all.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import bindparam, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import ConflictError, NotFoundError
from interview.persistence import interviews
from interview.persistence.accounts import invitations
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database, within
from interview.persistence.models import ACCOMMODATIONS, INTERVIEWS
from interview.persistence.rows import canonical_uuid, storable
from interview.persistence.vocabulary import AuditAction
from interview.security.principal import Principal

__all__ = ["GRANTED_AT_ONCE", "AccommodationAsked", "AccommodationRow", "Accommodations"]

MAX_REQUESTS = 20
"""Of one interview."""
GRANTED_AT_ONCE = 1.5
"""More time than this is for the organization's people to grant."""


class AccommodationRow(BaseModel):
    """`extra_time_factor` holds once it was granted; the rest at once."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    accommodation_id: str
    extra_time_factor: float
    text_only: bool
    note: str = Field(repr=False)
    requested_at: datetime
    granted_at: datetime | None
    granted_by: str | None
    declined_at: datetime | None


class AccommodationAsked(BaseModel):
    """One that waits for an answer."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    accommodation_id: str
    interview_id: str
    candidate_name: str = Field(repr=False)
    title: str
    extra_time_factor: float
    text_only: bool
    note: str = Field(repr=False)
    requested_at: datetime


class Accommodations:
    """All methods raise `DatabaseUnavailable`, and may be repeated."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_interview(self, interview_id: str) -> list[AccommodationRow]:
        """Newest first."""
        async with self._database.transaction() as connection:
            return await _all(connection, interview_id)

    async def waiting(self, organization_id: str) -> list[AccommodationAsked]:
        """The last request of each interview that has not ended, where nobody has answered it;
        oldest first, at most 200."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(_WAITING, {"organization": organization_id})
            return [AccommodationAsked.model_validate(row) for row in rows]

    async def request(
        self,
        interview_id: str,
        by: Principal,
        *,
        extra_time_factor: float,
        text_only: bool,
        note: str,
    ) -> AccommodationRow:
        """What is asked for twice in a row is one request. It takes away nothing of the time that
        was granted before. Raises `ConflictError` (`accommodation.too_many`)."""
        wanted: dict[str, Any] = {
            "extra_time_factor": extra_time_factor,
            "text_only": text_only,
            "note": storable(note),
        }
        async with self._database.transaction() as connection:
            await invitations.lock_interview(connection, interview_id)
            owner = await interviews.owner(within(connection), interview_id)
            before = await _all(connection, interview_id)
            granted = _granted(before)
            wanted["extra_time_factor"] = max(extra_time_factor, granted)
            if before and before[0].model_dump(include=set(wanted)) == wanted:
                return before[0]
            if len(before) >= MAX_REQUESTS:
                raise ConflictError(
                    "accommodation.too_many", "that was asked for too often; write to them"
                )
            at_once = wanted["extra_time_factor"] <= max(GRANTED_AT_ONCE, granted)
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
                    .values(
                        granted_at=func.clock_timestamp(),
                        granted_by=by.user_id,
                        declined_at=None,
                    )
                )
            found = await _one(connection, interview_id, accommodation_id)
            if granted is not None and granted.rowcount:
                await _note(
                    *(connection, by.organization_id, interview_id, by),
                    *("accommodation.granted", found),
                )
        return found

    async def decline(
        self, interview_id: str, accommodation_id: str, by: Principal
    ) -> AccommodationRow:
        """It may be granted afterwards all the same. Raises `NotFoundError`
        (`accommodation.not_found`), `ConflictError` (`accommodation.granted`)."""
        async with self._database.transaction() as connection:
            await invitations.lock_interview(connection, interview_id)
            found = await _one(connection, interview_id, accommodation_id)
            if found.granted_at is not None:
                raise ConflictError("accommodation.granted", "it was granted already")
            if found.declined_at is None:
                await connection.execute(
                    update(ACCOMMODATIONS)
                    .where(ACCOMMODATIONS.c.accommodation_id == accommodation_id)
                    .values(declined_at=func.clock_timestamp())
                )
                found = await _one(connection, interview_id, accommodation_id)
                await _note(
                    *(connection, by.organization_id, interview_id, by),
                    *("accommodation.declined", found),
                )
        return found


_LATER = ACCOMMODATIONS.alias("later")
_WAITING = (
    select(
        *(
            ACCOMMODATIONS.c[name]
            for name in AccommodationAsked.model_fields
            if name not in ("candidate_name", "title")
        ),
        INTERVIEWS.c.candidate_name,
        INTERVIEWS.c.title,
    )
    .join(INTERVIEWS, INTERVIEWS.c.interview_id == ACCOMMODATIONS.c.interview_id)
    .where(
        INTERVIEWS.c.organization_id == bindparam("organization"),
        INTERVIEWS.c.ended_at.is_(None),
        ACCOMMODATIONS.c.granted_at.is_(None),
        ACCOMMODATIONS.c.declined_at.is_(None),
        ~exists().where(
            _LATER.c.interview_id == ACCOMMODATIONS.c.interview_id,
            _LATER.c.requested_at > ACCOMMODATIONS.c.requested_at,
        ),
    )
    .order_by(ACCOMMODATIONS.c.requested_at, ACCOMMODATIONS.c.accommodation_id)
    .limit(200)
)


def _granted(rows: Sequence[AccommodationRow]) -> float:
    """The time that holds: of the last one that was granted."""
    granted = [(row.granted_at, row) for row in rows if row.granted_at is not None]
    return max(granted, key=lambda one: one[0])[1].extra_time_factor if granted else 1.0


async def _one(
    connection: AsyncConnection, interview_id: str, accommodation_id: str
) -> AccommodationRow:
    for row in await _all(connection, interview_id):
        if row.accommodation_id == accommodation_id:
            return row
    raise NotFoundError("accommodation.not_found", "no such accommodation")


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
