"""The candidate's consent to an interview: given to a version of the notice, and withdrawn."""

from __future__ import annotations

import uuid
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.erasing import Erasing
from interview.errors import ConflictError
from interview.notices import notice_in_force
from interview.persistence import erasures, interviews
from interview.persistence.access import GIVEN_IN_SESSION, live_sessions, refusal
from interview.persistence.accounts import invitations
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database, within
from interview.persistence.erasures import Receipt
from interview.persistence.models import CONSENTS
from interview.persistence.vocabulary import AuditAction, ErasureReason
from interview.security.principal import Principal

__all__ = ["ConsentRow", "Consents"]


class ConsentRow(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)

    consent_id: str
    notice_version: str
    notice_sha256: str
    given_at: datetime
    withdrawn_at: datetime | None


class Consents:
    """All methods raise `DatabaseUnavailable`, and may be repeated."""

    def __init__(self, database: Database, erasing: Erasing) -> None:
        self._database = database
        self._erasing = erasing

    async def newest(self, interview_id: str, to: Principal) -> ConsentRow | None:
        """To whoever came by a link, what was given before is no consent of theirs."""
        async with self._database.transaction() as connection:
            return await _newest(connection, interview_id, to)

    async def give(self, interview_id: str, notice_version: str, by: Principal) -> ConsentRow:
        """To the notice in the language that was read. Raises `ConflictError`: `consent.outdated`
        to another one than today's, and `consent.withdrawn` once the interview is being erased.
        Raises `AccessError` (`auth.revoked`) where another link has been used since."""
        notice = notice_in_force(notice_version)
        if notice is None:
            raise ConflictError("consent.outdated", "the notice has changed; read it again")
        async with self._database.transaction() as connection:
            await invitations.lock_interview(connection, interview_id)
            await interviews.require(connection, interview_id)
            await _require_live(connection, by)
            found = await _newest(connection, interview_id)
            is_withdrawn = found is not None and found.withdrawn_at is not None
            if is_withdrawn or await erasures.is_requested(connection, interview_id):
                raise ConflictError("consent.withdrawn", "the interview is being erased")
            mine = await _newest(connection, interview_id, by)
            if mine is not None and mine.notice_sha256 == notice.sha256:
                return mine
            await connection.execute(
                insert(CONSENTS).values(
                    consent_id=str(uuid.uuid4()),
                    interview_id=interview_id,
                    user_id=by.user_id,
                    notice_version=notice.version,
                    notice_sha256=notice.sha256,
                    given_at=func.clock_timestamp(),
                )
            )
            given = await _newest(connection, interview_id)
            assert given is not None
            await _note(connection, interview_id, by, "consent.given", notice.version)
        return given

    async def withdraw(self, interview_id: str, by: Principal) -> Receipt:
        """Whoever is in the room leaves it, the interview ends, and all of it is erased, also where
        no consent was ever given: what is known of the candidate came from others. Both are done
        or neither is, and the erasure need not be asked for again. Raises `NotFoundError`
        (`interview.not_found`)."""
        async with self._database.transaction() as connection:
            await invitations.lock_interview(connection, interview_id)
            reason: ErasureReason = (
                "request" if await _newest(connection, interview_id) is None else "withdrawal"
            )
            withdrawn = await connection.execute(
                update(CONSENTS)
                .where(CONSENTS.c.interview_id == interview_id, CONSENTS.c.withdrawn_at.is_(None))
                .values(withdrawn_at=func.clock_timestamp())
            )
            if withdrawn.rowcount:
                await _note(connection, interview_id, by, "consent.withdrawn")
            receipt = await self._erasing.promise(connection, interview_id, reason, by)
        # It asks the workflow to stop, with the update `withdraw_consent`.
        await self._erasing.begin(receipt)
        return receipt


async def _require_live(connection: AsyncConnection, by: Principal) -> None:
    """The caller holds the interview, as whoever comes in by a link does: what the gate remembers
    may be older."""
    if by.session_id is not None:
        found = await live_sessions(connection, {by.session_id})
        if (refused := refusal(by, found.get(by.session_id))) is not None:
            raise refused


async def _newest(
    connection: AsyncConnection, interview_id: str, to: Principal | None = None
) -> ConsentRow | None:
    """Of all, or of those that are good for whoever came by a link."""
    query = (
        select(*(CONSENTS.c[name] for name in ConsentRow.model_fields))
        .where(CONSENTS.c.interview_id == interview_id)
        .order_by(CONSENTS.c.given_at.desc(), CONSENTS.c.consent_id)
        .limit(1)
    )
    if to is not None and to.interview_id is not None and to.session_id is not None:
        query = query.where(GIVEN_IN_SESSION).params(in_session=to.session_id)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else ConsentRow.model_validate(row)


async def _note(
    connection: AsyncConnection,
    interview_id: str,
    by: Principal,
    action: AuditAction,
    version: str = "",
) -> None:
    owner = await interviews.owner(within(connection), interview_id)
    who = Actor.of(by)
    actor = Actor(owner.organization_id, who.kind, who.actor_id)
    details = {"notice": version} if version else None
    await AuditTrail.append(connection, actor, action, Subject.interview(interview_id), details)
