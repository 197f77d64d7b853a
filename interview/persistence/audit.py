"""The audit trail: who did what to what, in a chain of hashes an organization.

An event's hash is over its canonical JSON and the hash before it, so whatever is changed, removed,
moved or put in between is found by `verify`, and so is what was taken off the end. Whoever could
rewrite all of it, the head included, is found by a hash that was noted elsewhere (`anchor`).
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict
from sqlalchemy import DateTime, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.persistence.database import Database
from interview.persistence.models import AUDIT_EVENTS, AUDIT_HEADS
from interview.persistence.vocabulary import ActorKind, AuditAction
from interview.security.principal import Principal

__all__ = [
    "Actor",
    "AuditEvent",
    "AuditPage",
    "AuditTrail",
    "Details",
    "Fault",
    "Subject",
    "Verification",
]

Details = Mapping[str, str | int | bool | None]
Anchor = tuple[int, str]
"""A sequence, and the hash its event had."""

GENESIS = "0" * 64
_BATCH = 1_000
# A name, a sentence or an address has no place here.
_ID_LIKE = re.compile(r"[A-Za-z0-9_./:+-]{0,128}")


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever did it, in an organization. `actor_id` is a user's or an API key's."""

    organization_id: str
    kind: ActorKind
    actor_id: str | None = None

    @classmethod
    def of(cls, principal: Principal) -> Self:
        actor_id = principal.key_id if principal.kind == "api_key" else principal.user_id
        return cls(principal.organization_id, principal.kind, actor_id)

    @classmethod
    def user(cls, organization_id: str, user_id: str) -> Self:
        """Where there is no principal: whoever is just coming in, or shows a link of theirs."""
        return cls(organization_id, "user", user_id)

    @classmethod
    def anonymous(cls, organization_id: str) -> Self:
        """Somebody who has not shown who they are."""
        return cls(organization_id, "anonymous")

    @classmethod
    def system(cls, organization_id: str) -> Self:
        """We ourselves, by a timer or on a command line."""
        return cls(organization_id, "system")


@dataclass(frozen=True, slots=True)
class Subject:
    """What it was done to: `interview`, `organization`, `user`, `session`, …"""

    kind: str
    subject_id: str | None = None
    interview_id: str | None = None
    """Under which it is found too."""

    @classmethod
    def interview(cls, interview_id: str) -> Self:
        return cls("interview", interview_id, interview_id)

    @classmethod
    def user(cls, user_id: str) -> Self:
        return cls("user", user_id)

    @classmethod
    def session(cls, session_id: str, interview_id: str | None = None) -> Self:
        """`interview_id`: the one it is good for alone."""
        return cls("session", session_id, interview_id)


class AuditEvent(BaseModel):
    """Ids, never a name, an address or a word that was said."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    event_id: str
    organization_id: str
    sequence: int
    """From 1, without gaps, an organization."""
    at: datetime
    actor_kind: ActorKind
    actor_id: str | None
    action: str
    subject_kind: str
    subject_id: str | None
    interview_id: str | None
    details: dict[str, Any]
    previous_hash: str
    hash: str


class AuditPage(BaseModel):
    """Newest first. `next_cursor` is null on the last page."""

    items: tuple[AuditEvent, ...]
    next_cursor: int | None


@dataclass(frozen=True, slots=True)
class Fault:
    """`missing`: no event has this sequence. `changed`: it does not have the content its hash is
    of. `replaced`: it does not follow the one before it. `surplus`: behind the newest one that is
    known. `other`: not the one that was noted."""

    sequence: int
    kind: Literal["missing", "changed", "replaced", "surplus", "other"]


@dataclass(frozen=True, slots=True)
class Verification:
    """`head` is the newest event's hash: noted elsewhere, it is an anchor."""

    events: int
    head: str
    fault: Fault | None = None


def _told(event: AuditEvent) -> AuditEvent:
    """Events of earlier releases say what was decided, to people who are still to rate."""
    return event.model_copy(update={"details": {}}) if event.action == "decision.made" else event


class AuditTrail:
    """All methods raise `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @staticmethod
    async def append(
        connection: AsyncConnection,
        by: Principal | Actor,
        action: AuditAction,
        subject: Subject,
        details: Details | None = None,
    ) -> AuditEvent:
        """In the caller's transaction, and best as its last statement: until it ends nobody else
        of the organization can append. Values of `details` are ids, codes, counts."""
        actor = by if isinstance(by, Actor) else Actor.of(by)
        assert all(_ID_LIKE.fullmatch(str(v)) for v in (details or {}).values()), "ids alone"
        await connection.execute(_LOCK, {"key": f"audit/{actor.organization_id}"})
        # A statement of its own: this one sees what the one who held the lock before has written.
        row = (await connection.execute(_NEXT, {"organization": actor.organization_id})).one()
        content: dict[str, Any] = {
            "event_id": str(uuid.uuid4()),
            "organization_id": actor.organization_id,
            "sequence": (row.sequence or 0) + 1,
            "at": row.at,
            "actor_kind": actor.kind,
            "actor_id": actor.actor_id,
            "action": action,
            "subject_kind": subject.kind,
            "subject_id": subject.subject_id,
            "interview_id": subject.interview_id,
            "details": dict(details or {}),
            "previous_hash": row.hash or GENESIS,
        }
        event = AuditEvent(**content, hash=_hash(content))
        await connection.execute(_INSERT, event.model_dump())
        await connection.execute(
            _MOVE_HEAD, {name: getattr(event, name) for name in AUDIT_HEADS.c.keys()}
        )
        return event

    async def page(
        self,
        organization_id: str,
        *,
        limit: int = 50,
        before: int | None = None,
        interview_id: str | None = None,
        action: str | None = None,
        actor_id: str | None = None,
    ) -> AuditPage:
        """Of one organization, those with a sequence below `before`."""
        query = _EVENTS.where(_OF_ORGANIZATION).order_by(AUDIT_EVENTS.c.sequence.desc())
        wanted = {"interview_id": interview_id, "action": action, "actor_id": actor_id}
        for name, value in wanted.items():
            if value is not None:
                query = query.where(AUDIT_EVENTS.c[name] == value)
        if before is not None:
            query = query.where(AUDIT_EVENTS.c.sequence < before)
        async with self._database.transaction() as connection:
            found = await connection.execute(
                query.limit(limit + 1), {"organization": organization_id}
            )
            events = [_told(AuditEvent.model_validate(row)) for row in found]
        more = len(events) > limit
        return AuditPage(
            items=tuple(events[:limit]), next_cursor=events[limit - 1].sequence if more else None
        )

    async def organizations(self) -> list[str]:
        """Those that have a trail, or had one."""
        chains = select(AUDIT_EVENTS.c.organization_id).union(select(AUDIT_HEADS.c.organization_id))
        async with self._database.transaction() as connection:
            return sorted((await connection.scalars(chains)).all())

    async def verify(self, organization_id: str, *, anchor: Anchor | None = None) -> Verification:
        """Reads all of the chain, and names the first place where it does not hold."""
        sequence, previous = 0, GENESIS
        # The head first: what is appended meanwhile is checked as well, but is not asked for.
        head = await self._head(organization_id)
        while rows := await self._after(organization_id, sequence):
            for row in rows:
                kind = _fault(row, sequence + 1, previous, anchor)
                if kind is not None:
                    return Verification(sequence, previous, Fault(sequence + 1, kind))
                sequence, previous = row["sequence"], row["hash"]
                if sequence == head[0] and previous != head[1]:
                    return Verification(sequence, previous, Fault(sequence, "replaced"))
        if sequence < max(head[0], anchor[0] if anchor else 0):
            return Verification(sequence, previous, Fault(sequence + 1, "missing"))
        if sequence > head[0] and (await self._head(organization_id))[0] < sequence:
            return Verification(sequence, previous, Fault(head[0] + 1, "surplus"))
        return Verification(sequence, previous)

    async def _after(self, organization_id: str, sequence: int) -> list[dict[str, Any]]:
        query = (
            _EVENTS.where(_OF_ORGANIZATION, AUDIT_EVENTS.c.sequence > sequence)
            .order_by(AUDIT_EVENTS.c.sequence)
            .limit(_BATCH)
        )
        async with self._database.transaction() as connection:
            found = await connection.execute(query, {"organization": organization_id})
            return [dict(row) for row in found.mappings()]

    async def _head(self, organization_id: str) -> Anchor:
        async with self._database.transaction() as connection:
            found = await connection.execute(_HEAD, {"organization": organization_id})
            row = found.one_or_none()
        return (0, GENESIS) if row is None else (row.sequence, row.hash)


_OF_ORGANIZATION = AUDIT_EVENTS.c.organization_id == bindparam("organization")
_EVENTS = select(*AUDIT_EVENTS.c)
_LOCK = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("key"), 0)))
_HEAD = select(AUDIT_HEADS.c.sequence, AUDIT_HEADS.c.hash).where(
    AUDIT_HEADS.c.organization_id == bindparam("organization")
)
_NOW = select(func.clock_timestamp(type_=DateTime(timezone=True)).label("at")).subquery()
_NEXT = select(
    _NOW.c.at,
    AUDIT_HEADS.c.sequence,
    AUDIT_HEADS.c.hash,
).select_from(
    _NOW.outerjoin(AUDIT_HEADS, AUDIT_HEADS.c.organization_id == bindparam("organization"))
)
_INSERT = insert(AUDIT_EVENTS)
_FIRST_HEAD = insert(AUDIT_HEADS)
_MOVE_HEAD = _FIRST_HEAD.on_conflict_do_update(
    index_elements=["organization_id"],
    set_={"sequence": _FIRST_HEAD.excluded.sequence, "hash": _FIRST_HEAD.excluded.hash},
)


def _hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of all but the hash itself: sorted keys, no spaces, UTC to the microsecond."""
    plain = {name: value for name, value in content.items() if name != "hash"}
    plain["at"] = content["at"].astimezone(UTC).isoformat(timespec="microseconds")
    canonical = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _fault(
    row: dict[str, Any], expected: int, previous: str, anchor: Anchor | None
) -> Literal["missing", "changed", "replaced", "other"] | None:
    if row["sequence"] != expected:
        return "missing"
    if row["hash"] != _hash(row):
        return "changed"
    if row["previous_hash"] != previous:
        return "replaced"
    if anchor is not None and expected == anchor[0] and row["hash"] != anchor[1]:
        return "other"
    return None
