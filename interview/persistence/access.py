"""Whether what somebody presents still holds: their session, their key, the candidate's consent.

An access token says who somebody was when it was issued. These rows say whether that is still so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import AccessError
from interview.persistence.database import Database
from interview.persistence.models import API_KEYS, AUTH_SESSIONS, CONSENTS, USERS
from interview.persistence.rows import canonical_uuid
from interview.persistence.vocabulary import UserRole
from interview.security.principal import Principal

__all__ = [
    "API_KEY_PREFIX",
    "GIVEN_IN_SESSION",
    "AccessRecords",
    "Standing",
    "consent_withdrawn",
    "live_sessions",
    "refusal",
]

API_KEY_PREFIX = "ivk_"
"""Of every API key, so that one is told from an access token, and found where it leaked."""

_LIVE = (
    select(
        AUTH_SESSIONS.c.session_id,
        AUTH_SESSIONS.c.interview_id,
        USERS.c.user_id,
        USERS.c.organization_id,
        USERS.c.role,
    )
    .join(USERS, USERS.c.user_id == AUTH_SESSIONS.c.user_id)
    .where(
        AUTH_SESSIONS.c.session_id.in_(bindparam("session_ids", expanding=True)),
        AUTH_SESSIONS.c.revoked_at.is_(None),
        AUTH_SESSIONS.c.expires_at > func.now(),
        USERS.c.disabled_at.is_(None),
    )
)
_WITHDRAWN = (
    # Those with a consent that was withdrawn, and none in force.
    select(CONSENTS.c.interview_id)
    .where(CONSENTS.c.interview_id.in_(bindparam("interview_ids", expanding=True)))
    .group_by(CONSENTS.c.interview_id)
    .having(func.bool_and(CONSENTS.c.withdrawn_at.is_not(None)))
)
_IN_FORCE = select(CONSENTS.c.consent_id).where(
    CONSENTS.c.interview_id == bindparam("of_interview"), CONSENTS.c.withdrawn_at.is_(None)
)
GIVEN_IN_SESSION = (
    CONSENTS.c.given_at
    >= select(AUTH_SESSIONS.c.created_at)
    .where(AUTH_SESSIONS.c.session_id == bindparam("in_session"))
    .scalar_subquery()
)
"""Of whoever came by a link (`Principal.interview_id`): before their session began, it may have
been somebody else who had the link."""
_KEY = select(
    API_KEYS.c.key_id,
    API_KEYS.c.organization_id,
    API_KEYS.c.scopes,
    API_KEYS.c.revoked_at.is_not(None).label("revoked"),
    func.coalesce(API_KEYS.c.expires_at <= func.now(), False).label("expired"),
).where(API_KEYS.c.secret_hash == bindparam("hash"))


@dataclass(frozen=True, slots=True)
class Standing:
    """What a session may do as of now."""

    user_id: str
    organization_id: str
    role: UserRole
    interview_id: str | None

    def is_of(self, principal: Principal) -> bool:
        told = (
            principal.user_id,
            principal.organization_id,
            principal.role,
            principal.interview_id,
        )
        return told == astuple(self)


class AccessRecords:
    """All methods raise `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def require_live(self, principal: Principal) -> None:
        """Raises `AccessError`: `auth.revoked` when the session has ended or its user is
        disabled, `auth.expired` when it may do something else by now than the token says."""
        if principal.session_id is None:
            return
        refused = refusal(principal, await self.standing(principal.session_id))
        if refused is not None:
            raise refused

    async def standing(self, session_id: str) -> Standing | None:
        """None of a session that does not hold."""
        async with self._database.transaction() as connection:
            return (await live_sessions(connection, {session_id})).get(session_id)

    async def principal_of_key(self, secret: str) -> Principal:
        """Raises `AccessError` (`auth.invalid`, `auth.expired`, `auth.revoked`)."""
        digest = hashlib.sha256(secret.encode()).hexdigest()
        async with self._database.transaction() as connection:
            row = (await connection.execute(_KEY, {"hash": digest})).one_or_none()
        if row is None:
            raise AccessError("auth.invalid", "the API key is not valid")
        if row.revoked:
            raise AccessError("auth.revoked", "the API key has been revoked")
        if row.expired:
            raise AccessError("auth.expired", "the API key has expired")
        return Principal(
            "api_key", row.organization_id, key_id=row.key_id, scopes=frozenset(row.scopes)
        )

    async def is_withdrawn(self, interview_id: str) -> bool:
        """The candidate has withdrawn their consent and not given it again."""
        async with self._database.transaction() as connection:
            return bool(await _withdrawn(connection, {interview_id}))

    async def has_consent(self, interview_id: str, by: Principal) -> bool:
        """One is in force, and of whoever came by a link, `GIVEN_IN_SESSION`."""
        query, values = _IN_FORCE, {"of_interview": interview_id}
        if by.interview_id is not None and by.session_id is not None:
            query, values = (
                _IN_FORCE.where(GIVEN_IN_SESSION),
                values | {"in_session": by.session_id},
            )
        async with self._database.transaction() as connection:
            return (await connection.execute(query, values)).first() is not None

    async def refusals(
        self, present: Collection[tuple[Principal, str]]
    ) -> Mapping[tuple[Principal, str], AccessError]:
        """Who of them, each in the room of an interview, may stay no longer, and why. Two
        statements, however many they are."""
        sessions = {p.session_id for p, _ in present if p.session_id is not None}
        async with self._database.transaction() as connection:
            found = await live_sessions(connection, sessions)
            withdrawn = await _withdrawn(connection, {interview for _, interview in present})
        refused: dict[tuple[Principal, str], AccessError] = {}
        for principal, interview_id in present:
            reason = None
            if principal.session_id is not None:
                reason = refusal(principal, found.get(principal.session_id))
            if interview_id in withdrawn:
                reason = consent_withdrawn()
            if reason is not None:
                refused[principal, interview_id] = reason
        return refused


async def live_sessions(
    connection: AsyncConnection, session_ids: Collection[str]
) -> Mapping[str, Standing]:
    """Of these sessions, those that are neither revoked nor expired and whose user is not
    disabled."""
    wanted = [session_id for session_id in session_ids if canonical_uuid(session_id)]
    if not wanted:
        return {}
    rows = await connection.execute(_LIVE, {"session_ids": wanted})
    return {
        row.session_id: Standing(row.user_id, row.organization_id, row.role, row.interview_id)
        for row in rows
    }


def consent_withdrawn() -> AccessError:
    return AccessError("auth.revoked", "the consent to this interview has been withdrawn")


def refusal(principal: Principal, standing: Standing | None) -> AccessError | None:
    """`standing`: of the principal's session."""
    if standing is None:
        return AccessError("auth.revoked", "this session has ended; sign in again")
    if not standing.is_of(principal):
        return AccessError("auth.expired", "what this session may do has changed")
    return None


async def _withdrawn(connection: AsyncConnection, interview_ids: Collection[str]) -> set[str]:
    rows = await connection.scalars(_WITHDRAWN, {"interview_ids": list(interview_ids)})
    return set(rows)
