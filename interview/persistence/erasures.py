"""Erasing an interview from the tables, and the receipt that is left of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Table, and_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.contracts.erasure import Due
from interview.domain.plan import Plan
from interview.errors import NotFoundError
from interview.persistence import data_keys, retention, webhooks
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.interviews import no_interview
from interview.persistence.models import (
    ACCOMMODATIONS,
    AUTH_SESSIONS,
    CODE_RUNS,
    CODE_SNAPSHOTS,
    CONSENTS,
    DATA_KEYS,
    DECISIONS,
    DOCUMENTS,
    ERASURE_RECEIPTS,
    EVALUATIONS,
    INTERVIEWS,
    INVITATIONS,
    RECORDINGS,
    REEVALUATION_ITEMS,
    REVIEWS,
    SCORE_OVERRIDES,
    TAILORINGS,
    TRANSCRIPT_CORRECTIONS,
    TURNS,
    USERS,
    UTTERANCES,
    WEBHOOK_DELIVERIES,
)
from interview.persistence.rows import canonical_uuid
from interview.persistence.vocabulary import ActorKind, AuditAction, ErasureReason
from interview.security.principal import Principal

__all__ = ["ErasureRecords", "Receipt", "WhatWasSaid", "is_requested", "note_request", "request"]


class Receipt(BaseModel):
    """What is left of an erased interview. `erased` counts by kind; `completed_at` is null while
    it is being erased."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    receipt_id: str
    organization_id: str
    interview_id: str
    reason: ErasureReason
    actor_kind: ActorKind
    actor_id: str | None
    requested_at: datetime
    completed_at: datetime | None
    erased: dict[str, int]


class WhatWasSaid(BaseModel):
    """What names the sound of lines that hold the candidate's name."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    plan: Plan
    candidate_name: str


_COUNTED = (
    *(TURNS, UTTERANCES, TRANSCRIPT_CORRECTIONS, RECORDINGS, DOCUMENTS, TAILORINGS, EVALUATIONS),
    *(REEVALUATION_ITEMS, REVIEWS, SCORE_OVERRIDES, DECISIONS),
    *(CODE_SNAPSHOTS, CODE_RUNS),
    *(CONSENTS, INVITATIONS, ACCOMMODATIONS, WEBHOOK_DELIVERIES),
)
_OF = {
    table: table.c.interview_id == bindparam("of_interview")
    for table in (*_COUNTED, DATA_KEYS, ERASURE_RECEIPTS, INTERVIEWS)
}

_RECEIPT = select(*(ERASURE_RECEIPTS.c[name] for name in Receipt.model_fields)).where(
    _OF[ERASURE_RECEIPTS]
)
_LOCK_INTERVIEW = (
    select(
        INTERVIEWS.c.organization_id,
        INTERVIEWS.c.candidate_id,
    )
    .where(_OF[INTERVIEWS])
    # Turns may still be written; nobody else asks for, or begins, its erasure meanwhile.
    .with_for_update(key_share=True)
)
_ADDRESS = func.lower(INVITATIONS.c.candidate_email)
_OTHERS = INVITATIONS.alias("others")
_ONLY_ADDRESSES = select(_ADDRESS).where(
    _OF[INVITATIONS],
    INVITATIONS.c.candidate_email.is_not(None),
    ~exists().where(
        func.lower(_OTHERS.c.candidate_email) == _ADDRESS,
        _OTHERS.c.interview_id != INVITATIONS.c.interview_id,
    ),
    ~exists().where(func.lower(USERS.c.email) == _ADDRESS),
)
_ISSUE = insert(ERASURE_RECEIPTS)
_BEGIN = (
    update(ERASURE_RECEIPTS)
    .where(_OF[ERASURE_RECEIPTS], ERASURE_RECEIPTS.c.begun_at.is_(None))
    .values(begun_at=func.now())
)
_COMPLETE = (
    update(ERASURE_RECEIPTS)
    .where(_OF[ERASURE_RECEIPTS], ERASURE_RECEIPTS.c.completed_at.is_(None))
    .values(completed_at=func.now())
    .returning(*(ERASURE_RECEIPTS.c[name] for name in Receipt.model_fields))
)


async def request(
    connection: AsyncConnection,
    interview_id: str,
    reason: ErasureReason,
    by: Principal | Actor | None = None,
) -> tuple[Receipt, bool]:
    """The receipt, and whether this is the first request. The interview's row is locked, so that
    `ErasureRecords.look` waits for the end of the transaction. Without `by` its candidate asks.

    Raises `NotFoundError` (`interview.not_found`) where there never was such an interview.
    """
    this = {"of_interview": interview_id}
    row = (await connection.execute(_LOCK_INTERVIEW, this)).one_or_none()
    if (receipt := await _receipt(connection, interview_id)) is not None:
        return receipt, False
    if row is None:
        raise no_interview()
    actor = _candidate(row) if by is None else by if isinstance(by, Actor) else Actor.of(by)
    values = {
        "receipt_id": str(uuid.uuid4()),
        "organization_id": row.organization_id,
        "interview_id": interview_id,
        "reason": reason,
        "actor_kind": actor.kind,
        "actor_id": actor.actor_id,
    }
    await connection.execute(_ISSUE, values)
    receipt = await _receipt(connection, interview_id)
    assert receipt is not None, "it was just issued"
    return receipt, True


async def note_request(connection: AsyncConnection, receipt: Receipt) -> None:
    """On the trail."""
    await AuditTrail.append(
        connection,
        Actor(receipt.organization_id, receipt.actor_kind, receipt.actor_id),
        "erasure.requested",
        Subject.interview(receipt.interview_id),
        {"reason": receipt.reason},
    )


async def is_requested(connection: AsyncConnection, interview_id: str) -> bool:
    return await _receipt(connection, interview_id) is not None


class ErasureRecords:
    """Every method may be repeated, and raises `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, interview_id: str) -> Receipt | None:
        if canonical_uuid(interview_id) is None:
            return None
        async with self._database.transaction() as connection:
            return await _receipt(connection, interview_id)

    async def get(self, interview_id: str) -> Receipt:
        """Raises `NotFoundError` (`erasure.not_found`)."""
        if (receipt := await self.find(interview_id)) is None:
            raise NotFoundError("erasure.not_found", "nobody asked for its erasure")
        return receipt

    async def look(self, interview_id: str, at: datetime, *, is_running: bool = False) -> Due:
        """Whether it is to be erased at this time. Where its retention has run out, that counts
        as a request of ours, unless it `is_running`: then it is timed when it ends."""
        this = {"of_interview": interview_id}
        async with self._database.transaction() as connection:
            # First of all: who asks for it holds the row until the receipt is there.
            row = (await connection.execute(_LOCK_INTERVIEW, this)).one_or_none()
            if (receipt := await _receipt(connection, interview_id)) is not None:
                await connection.execute(_BEGIN, this)
                return Due(state="now" if receipt.completed_at is None else "never")
            if row is None:
                return Due(state="never")
            days = await retention.hold(connection, row.organization_id)
            kept_since = await retention.kept_since(connection, interview_id)
            if is_running and not await _has_ended(connection, interview_id):
                kept_since = None
            erase_at = retention.erase_at(kept_since, days)
            await connection.execute(
                update(INTERVIEWS).where(_OF[INTERVIEWS]).values(erase_at=erase_at), this
            )
            if erase_at is None:
                return Due(state="never")
            if erase_at > at:
                return Due(state="later", erase_at=erase_at)
            by = Actor.system(row.organization_id)
            receipt, _ = await request(connection, interview_id, "retention", by)
            await note_request(connection, receipt)
            await connection.execute(_BEGIN, this)
            return Due(state="now", erase_at=erase_at)

    async def what_was_said(self, interview_id: str) -> WhatWasSaid | None:
        query = select(INTERVIEWS.c.plan, INTERVIEWS.c.candidate_name).where(_OF[INTERVIEWS])
        async with self._database.transaction() as connection:
            found = await connection.execute(query, {"of_interview": interview_id})
            row = found.one_or_none()
        return None if row is None else WhatWasSaid.model_validate(row)

    async def only_addresses(self, interview_id: str) -> set[str]:
        """To which the candidate was written about this interview, and which nobody else has:
        neither another interview nor an account that stays."""
        this = {"of_interview": interview_id}
        async with self._database.transaction() as connection:
            return set(await connection.scalars(_ONLY_ADDRESSES, this))

    async def delete_rows(self, interview_id: str) -> None:
        """The candidate goes too, when this was their only interview."""
        this = {"of_interview": interview_id}
        async with self._database.transaction() as connection:
            row = (await connection.execute(_LOCK_INTERVIEW, this)).one_or_none()
            if row is None:
                return
            counts = {table.name: await _count(connection, table, this) for table in _COUNTED}
            counts |= {"interviews": 1, **await _delete_people(connection, interview_id, row)}
            await _add(connection, interview_id, counts)

    async def count(self, interview_id: str, counts: dict[str, int]) -> None:
        """Of what is about to be erased. A second try finds less, and changes nothing."""
        async with self._database.transaction() as connection:
            await _add(connection, interview_id, counts)

    async def destroy_key(self, interview_id: str) -> None:
        async with self._database.transaction() as connection:
            there = select(exists().where(_OF[DATA_KEYS], DATA_KEYS.c.wrapped.is_not(None)))
            existed = await connection.scalar(there, {"of_interview": interview_id})
            # Where there was none, none may be made any more.
            if not await data_keys.destroy(connection, interview_id) or not existed:
                return
            await _add(connection, interview_id, {"data_keys": 1})
            await self._append(connection, interview_id, "key.destroyed")

    async def finish(self, interview_id: str) -> None:
        async with self._database.transaction() as connection:
            done = await connection.execute(_COMPLETE, {"of_interview": interview_id})
            if (row := done.one_or_none()) is not None:
                receipt = Receipt.model_validate(row)
                counts = receipt.erased
                data = {
                    "interview_id": interview_id,
                    "receipt_id": receipt.receipt_id,
                    "reason": receipt.reason,
                    "state": "erased",
                }
                await webhooks.tell(
                    *(connection, receipt.organization_id, "interview.erased", interview_id, data),
                    interview_id=interview_id,
                )
                await self._append(connection, interview_id, "interview.erased", counts)

    async def _append(
        self,
        connection: AsyncConnection,
        interview_id: str,
        action: AuditAction,
        details: dict[str, int] | None = None,
    ) -> None:
        receipt = await _receipt(connection, interview_id)
        assert receipt is not None, "only what was asked for is erased"
        by = Actor.system(receipt.organization_id)
        await AuditTrail.append(connection, by, action, Subject.interview(interview_id), details)


async def _receipt(connection: AsyncConnection, interview_id: str) -> Receipt | None:
    row = (await connection.execute(_RECEIPT, {"of_interview": interview_id})).one_or_none()
    return None if row is None else Receipt.model_validate(row)


async def _has_ended(connection: AsyncConnection, interview_id: str) -> bool:
    ended = select(INTERVIEWS.c.ended_at.is_not(None)).where(_OF[INTERVIEWS])
    return bool(await connection.scalar(ended, {"of_interview": interview_id}))


def _candidate(interview: Any) -> Actor:
    kind: ActorKind = "anonymous" if interview.candidate_id is None else "user"
    return Actor(interview.organization_id, kind, interview.candidate_id)


async def _delete_people(
    connection: AsyncConnection, interview_id: str, interview: Any
) -> dict[str, int]:
    """And the interview, with all that is of it."""
    user = USERS.c.user_id == interview.candidate_id
    # Of two erasures at once the second finds that no interview is left.
    await connection.execute(select(USERS.c.user_id).where(user).with_for_update())
    other = exists().where(
        INTERVIEWS.c.candidate_id == interview.candidate_id,
        INTERVIEWS.c.interview_id != interview_id,
    )
    leaves = and_(user, USERS.c.role == "candidate", ~other)
    sessions = or_(
        AUTH_SESSIONS.c.interview_id == interview_id,
        AUTH_SESSIONS.c.user_id.in_(select(USERS.c.user_id).where(leaves)),
    )
    deleted = await connection.execute(delete(AUTH_SESSIONS).where(sessions))
    this = {"of_interview": interview_id}
    await connection.execute(delete(INTERVIEWS).where(_OF[INTERVIEWS]), this)
    # Without a foreign key, for what is told when the interview is gone.
    await connection.execute(delete(WEBHOOK_DELIVERIES).where(_OF[WEBHOOK_DELIVERIES]), this)
    users = await connection.execute(delete(USERS).where(leaves))
    return {"auth_sessions": deleted.rowcount, "users": users.rowcount}


async def _count(connection: AsyncConnection, table: Table, this: dict[str, str]) -> int:
    counted = select(func.count()).select_from(table).where(_OF[table])
    return await connection.scalar(counted, this) or 0


async def _add(connection: AsyncConnection, interview_id: str, counts: dict[str, int]) -> None:
    this = and_(
        ERASURE_RECEIPTS.c.interview_id == interview_id,
        # What is swept up afterwards is on no receipt.
        ERASURE_RECEIPTS.c.completed_at.is_(None),
    )
    lock = select(ERASURE_RECEIPTS.c.erased).where(this).with_for_update(key_share=True)
    before: dict[str, int] = await connection.scalar(lock) or {}
    most = {kind: max(number, before.get(kind, 0)) for kind, number in counts.items()}
    await connection.execute(update(ERASURE_RECEIPTS).where(this).values(erased=before | most))
