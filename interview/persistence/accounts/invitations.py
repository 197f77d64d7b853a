"""Links to one interview each, which are known here by their hashes alone.

Whoever uses or replaces a link holds the interview's row first, as its erasure does.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import DateTime, Select, case, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.persistence import cursors
from interview.persistence.models import INTERVIEWS, INVITATIONS, ORGANIZATIONS, UUID_TEXT
from interview.persistence.rows import canonical_uuid

__all__ = [
    "InvitationRow",
    "InvitationState",
    "add",
    "by_hash",
    "by_id",
    "claim",
    "lock_interview",
    "page",
    "revoke",
    "use",
]

InvitationState = Literal["open", "used", "expired", "revoked"]

_NOW = func.clock_timestamp()
_STATE = case(
    (INVITATIONS.c.revoked_at.is_not(None), "revoked"),
    (INVITATIONS.c.used_at.is_not(None), "used"),
    (INVITATIONS.c.expires_at <= _NOW, "expired"),
    else_="open",
)


class InvitationRow(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)

    invitation_id: str
    organization_id: str
    organization_name: str
    interview_id: str
    candidate_id: str | None
    candidate_name: str = Field(repr=False)
    candidate_email: str | None = Field(repr=False)
    role: str
    title: str
    language: str
    """Of the interview: a tag such as `de-CH`."""
    interview_ended: bool
    state: InvitationState
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_by: str | None


_INVITATION: Select[Any] = (
    select(
        *(
            INVITATIONS.c[name]
            for name in (
                *("invitation_id", "organization_id", "interview_id", "candidate_email"),
                *("created_at", "expires_at", "used_at", "used_by"),
            )
        ),
        *(
            INTERVIEWS.c[name]
            for name in ("candidate_id", "candidate_name", "role", "title", "language")
        ),
        INTERVIEWS.c.ended_at.is_not(None).label("interview_ended"),
        ORGANIZATIONS.c.name.label("organization_name"),
        _STATE.label("state"),
    )
    .join(INTERVIEWS, INTERVIEWS.c.interview_id == INVITATIONS.c.interview_id)
    .join(ORGANIZATIONS, ORGANIZATIONS.c.organization_id == INVITATIONS.c.organization_id)
)


async def add(
    connection: AsyncConnection,
    *,
    organization_id: str,
    interview_id: str,
    token_hash: str,
    candidate_email: str | None,
    created_by: str | None,
    lasts: timedelta,
) -> InvitationRow:
    invitation_id = str(uuid.uuid4())
    await connection.execute(
        insert(INVITATIONS).values(
            invitation_id=invitation_id,
            organization_id=organization_id,
            interview_id=interview_id,
            token_hash=token_hash,
            candidate_email=candidate_email,
            created_by=created_by,
            expires_at=_NOW + lasts,
        )
    )
    added = await by_id(connection, organization_id, invitation_id)
    assert added is not None
    return added


async def by_hash(
    connection: AsyncConnection, token_hash: str, *, lock: bool = False
) -> InvitationRow | None:
    """`lock`: nobody else uses or revokes it before the transaction ends."""
    statement = _INVITATION.where(INVITATIONS.c.token_hash == token_hash)
    if lock:
        statement = statement.with_for_update(of=INVITATIONS)
    return await _one(connection, statement)


async def by_id(
    connection: AsyncConnection, organization_id: str, invitation_id: str
) -> InvitationRow | None:
    if canonical_uuid(invitation_id) is None:
        return None
    return await _one(
        connection,
        _INVITATION.where(
            INVITATIONS.c.invitation_id == invitation_id,
            INVITATIONS.c.organization_id == organization_id,
        ),
    )


async def lock_interview(connection: AsyncConnection, interview_id: str) -> None:
    await connection.execute(
        select(INTERVIEWS.c.interview_id)
        .where(INTERVIEWS.c.interview_id == interview_id)
        .with_for_update(key_share=True)
    )


async def use(connection: AsyncConnection, invitation_id: str, user_id: str) -> None:
    await connection.execute(
        update(INVITATIONS)
        .where(INVITATIONS.c.invitation_id == invitation_id)
        .values(used_at=_NOW, used_by=user_id)
    )


async def claim(connection: AsyncConnection, interview_id: str, candidate_id: str) -> None:
    """The interview is theirs."""
    await connection.execute(
        update(INTERVIEWS)
        .where(INTERVIEWS.c.interview_id == interview_id, INTERVIEWS.c.candidate_id.is_(None))
        .values(candidate_id=candidate_id, unclaimed=False)
    )


async def revoke(connection: AsyncConnection, interview_id: str, only: str | None = None) -> bool:
    """All links of the interview that nobody has used, or `only` one; whether there was one."""
    statement = update(INVITATIONS).where(
        INVITATIONS.c.interview_id == interview_id,
        INVITATIONS.c.used_at.is_(None),
        INVITATIONS.c.revoked_at.is_(None),
    )
    if only is not None:
        statement = statement.where(INVITATIONS.c.invitation_id == only)
    revoked = await connection.execute(statement.values(revoked_at=_NOW))
    return revoked.rowcount > 0


async def page(
    connection: AsyncConnection, organization_id: str, *, limit: int, cursor: str | None
) -> tuple[Sequence[InvitationRow], str | None]:
    """Newest first. Raises `InvalidInputError` (`page.invalid_cursor`)."""
    statement = (
        _INVITATION.where(INVITATIONS.c.organization_id == organization_id)
        .order_by(INVITATIONS.c.created_at.desc(), INVITATIONS.c.invitation_id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        created_at, invitation_id = cursors.decode(cursor)
        before = tuple_(
            literal(created_at, DateTime(timezone=True)), literal(invitation_id, UUID_TEXT)
        )
        statement = statement.where(
            tuple_(INVITATIONS.c.created_at, INVITATIONS.c.invitation_id) < before
        )
    rows = [InvitationRow.model_validate(row) for row in await connection.execute(statement)]
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], cursors.encode(last.created_at, last.invitation_id) if last else None


async def _one(connection: AsyncConnection, statement: Select[Any]) -> InvitationRow | None:
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else InvitationRow.model_validate(row)
