"""Sessions and their refresh tokens, which are known here by their hashes alone.

Whoever changes a session's tokens holds the session's row, so that there is one order of locks.
Times are PostgreSQL's, read while the lock is held.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Interval, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.persistence.accounts.rows import PresentedToken, SessionRow
from interview.persistence.models import AUTH_SESSIONS, REFRESH_TOKENS
from interview.persistence.rows import canonical_uuid
from interview.persistence.vocabulary import SignInMethod

__all__ = [
    "LockedSession",
    "add",
    "add_token",
    "good_for",
    "live",
    "lock",
    "of_user",
    "presented",
    "revoke",
    "see",
    "use_up",
]

_NOW = func.clock_timestamp()
_COLUMNS = [AUTH_SESSIONS.c[name] for name in SessionRow.model_fields]


class LockedSession(SessionRow):
    is_revoked: bool
    is_expired: bool


_LOCK = (
    select(
        *_COLUMNS,
        AUTH_SESSIONS.c.revoked_at.is_not(None).label("is_revoked"),
        (AUTH_SESSIONS.c.expires_at <= _NOW).label("is_expired"),
    )
    .where(
        AUTH_SESSIONS.c.session_id
        == select(REFRESH_TOKENS.c.session_id)
        .where(REFRESH_TOKENS.c.token_hash == bindparam("hash"))
        .scalar_subquery()
    )
    .with_for_update()
)
_PRESENTED = select(
    func.extract("epoch", _NOW - REFRESH_TOKENS.c.used_at).label("used_s"),
    (REFRESH_TOKENS.c.expires_at <= _NOW).label("is_expired"),
).where(REFRESH_TOKENS.c.token_hash == bindparam("hash"))
_USE_UP = (
    update(REFRESH_TOKENS)
    .where(REFRESH_TOKENS.c.session_id == bindparam("session"), REFRESH_TOKENS.c.used_at.is_(None))
    .values(used_at=_NOW)
)
_FORGET_OLD = delete(REFRESH_TOKENS).where(
    REFRESH_TOKENS.c.session_id == bindparam("session"), REFRESH_TOKENS.c.expires_at <= _NOW
)
_SEE = (
    update(AUTH_SESSIONS)
    .where(AUTH_SESSIONS.c.session_id == bindparam("session"))
    .values(
        last_seen_at=_NOW,
        expires_at=func.least(
            _NOW + bindparam("idle", type_=Interval()),
            AUTH_SESSIONS.c.created_at + bindparam("longest", type_=Interval()),
        ),
    )
    .returning(AUTH_SESSIONS.c.expires_at)
)


async def add(
    connection: AsyncConnection,
    *,
    session_id: str,
    user_id: str,
    method: SignInMethod,
    device: str,
    interview_id: str | None,
    lasts: timedelta,
) -> datetime:
    """Until when it lasts."""
    expires_at = await connection.scalar(
        insert(AUTH_SESSIONS)
        .values(
            session_id=session_id,
            user_id=user_id,
            method=method,
            device=device,
            interview_id=interview_id,
            # Not when the transaction began, which may have waited since for somebody's consent.
            created_at=_NOW,
            expires_at=_NOW + lasts,
        )
        .returning(AUTH_SESSIONS.c.expires_at)
    )
    assert expires_at is not None
    return expires_at


async def add_token(
    connection: AsyncConnection, token_hash: str, session_id: str, expires_at: datetime
) -> None:
    await connection.execute(
        insert(REFRESH_TOKENS).values(
            token_hash=token_hash, session_id=session_id, expires_at=expires_at
        )
    )


async def lock(connection: AsyncConnection, token_hash: str) -> LockedSession | None:
    """The session of this token, which nobody else changes before the transaction ends."""
    row = (await connection.execute(_LOCK, {"hash": token_hash})).one_or_none()
    return None if row is None else LockedSession.model_validate(row)


async def presented(connection: AsyncConnection, token_hash: str) -> PresentedToken | None:
    """As it is once the lock is had: a statement of its own, since the one that waited for the
    lock saw the token as it was before."""
    row = (await connection.execute(_PRESENTED, {"hash": token_hash})).one_or_none()
    return None if row is None else PresentedToken.model_validate(row)


async def use_up(connection: AsyncConnection, session_id: str) -> None:
    """Every token of the session that was not used yet counts as used."""
    await connection.execute(_USE_UP, {"session": session_id})


async def see(
    connection: AsyncConnection, session_id: str, *, idle: timedelta, longest: timedelta
) -> datetime:
    """It is in use, and lasts for `idle` from now, though not for longer than `longest` from its
    beginning. Tokens that have expired are forgotten."""
    await connection.execute(_FORGET_OLD, {"session": session_id})
    expires_at = await connection.scalar(
        _SEE, {"session": session_id, "idle": idle, "longest": longest}
    )
    assert expires_at is not None
    return expires_at


async def live(connection: AsyncConnection, user_id: str) -> list[SessionRow]:
    """Newest use first."""
    rows = await connection.execute(
        select(*_COLUMNS)
        .where(
            AUTH_SESSIONS.c.user_id == user_id,
            AUTH_SESSIONS.c.revoked_at.is_(None),
            AUTH_SESSIONS.c.expires_at > _NOW,
        )
        .order_by(AUTH_SESSIONS.c.last_seen_at.desc(), AUTH_SESSIONS.c.session_id)
    )
    return [SessionRow.model_validate(row) for row in rows]


async def of_user(connection: AsyncConnection, user_id: str) -> list[str]:
    """The ids of all that have not expired, the revoked too."""
    return list(
        await connection.scalars(
            select(AUTH_SESSIONS.c.session_id).where(
                AUTH_SESSIONS.c.user_id == user_id, AUTH_SESSIONS.c.expires_at > _NOW
            )
        )
    )


async def good_for(connection: AsyncConnection, session_id: str) -> str | None:
    """The only interview that the session is good for, where there is one."""
    return await connection.scalar(
        select(AUTH_SESSIONS.c.interview_id).where(AUTH_SESSIONS.c.session_id == session_id)
    )


async def revoke(
    connection: AsyncConnection,
    *,
    user_id: str,
    reason: str,
    session_id: str | None = None,
    but: str | None = None,
    interview_id: str | None = None,
) -> list[str]:
    """One session of the user, or all (`but` one), or those for one interview. The ids
    of those that were not revoked yet."""
    statement = update(AUTH_SESSIONS).where(
        AUTH_SESSIONS.c.user_id == user_id, AUTH_SESSIONS.c.revoked_at.is_(None)
    )
    if session_id is not None:
        if canonical_uuid(session_id) is None:
            return []
        statement = statement.where(AUTH_SESSIONS.c.session_id == session_id)
    if interview_id is not None:
        statement = statement.where(AUTH_SESSIONS.c.interview_id == interview_id)
    if but is not None:
        statement = statement.where(AUTH_SESSIONS.c.session_id != but)
    revoked = await connection.scalars(
        statement.values(revoked_at=_NOW, revoked_reason=reason).returning(
            AUTH_SESSIONS.c.session_id
        )
    )
    return list(revoked)
