"""Devices that are signed in: a short-lived access token each, and a refresh token that is used
once.

A refresh token that comes back after it was used was stolen, from here or from there: its session
is revoked. But an honest browser does that too, when two of its tabs refresh at once, or when the
answer got lost on the way. So for `GRACE_S` after its first use it still gets a successor. Of the
tokens that a family may have then, the first one used makes the others count as used: whoever
took one along is found out at the next refresh but one.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from interview.accounts.digests import digest
from interview.accounts.gate import SessionGate
from interview.errors import AccessError, NotFoundError
from interview.persistence.accounts import sessions, users
from interview.persistence.accounts.rows import SessionRow, UserRow
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.vocabulary import SignInMethod
from interview.security.principal import Principal
from interview.security.tokens import AccessTokens, new_secret

__all__ = ["GRACE_S", "Sessions", "SignedIn"]

GRACE_S = 30.0

EndReason = Literal["logout", "by_user"]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a device gets. `expires_at` is the session's."""

    principal: Principal
    user: UserRow
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime


class Sessions:
    """All methods raise `DatabaseUnavailable`; what they do is done whole or not at all."""

    def __init__(
        self,
        database: Database,
        tokens: AccessTokens,
        gate: SessionGate,
        *,
        idle_s: float,
        max_s: float,
        invited_s: float = 0.0,
        grace_s: float = GRACE_S,
    ) -> None:
        """A session ends `idle_s` after its last refresh, and `max_s` after its beginning; one by
        invitation not before `invited_s`, so that a paused interview can be gone on with."""
        self._database = database
        self._tokens = tokens
        self._gate = gate
        self._idle = timedelta(seconds=min(idle_s, max_s))
        self._longest = timedelta(seconds=max_s)
        self._invited = timedelta(seconds=invited_s)
        self._grace_s = grace_s

    async def start(
        self,
        user_id: str,
        *,
        method: SignInMethod,
        device: str = "",
        password_hash: str | None = None,
    ) -> SignedIn:
        """Raises as `start_in`."""
        async with self._database.transaction() as connection:
            return await self.start_in(
                connection, user_id, method=method, device=device, password_hash=password_hash
            )

    async def start_in(
        self,
        connection: AsyncConnection,
        user_id: str,
        *,
        method: SignInMethod,
        device: str = "",
        interview_id: str | None = None,
        password_hash: str | None = None,
    ) -> SignedIn:
        """In the caller's transaction, so that a link is used up and a session begun together.

        `password_hash` is what the password was right for: where it was changed meanwhile, the
        session would outlive that. Raises `AccessError` (`auth.failed`), of disabled users too.
        """
        user = await users.by_id(connection, user_id, hold=True)
        if user is None or user.disabled_at is not None:
            raise AccessError("auth.failed", "this account cannot be signed in to")
        if method == "password" and user.password_hash != password_hash:
            raise AccessError("auth.failed", "the password has just been changed")
        session_id = str(uuid.uuid4())
        expires_at = await sessions.add(
            connection,
            session_id=session_id,
            user_id=user_id,
            method=method,
            device=device,
            interview_id=interview_id,
            lasts=self._lasts(method, self._idle),
        )
        signed_in = await self._signed_in(connection, user, session_id, interview_id, expires_at)
        by = Actor.user(user.organization_id, user_id)
        subject = Subject.session(session_id, interview_id)
        await AuditTrail.append(connection, by, "auth.signed_in", subject, {"method": method})
        return signed_in

    async def refresh(self, refresh_token: str) -> SignedIn:
        """Raises `AccessError`: `auth.invalid`, `auth.expired`, `auth.revoked`, and `auth.reused`,
        after which the session is revoked."""
        hashed = digest(refresh_token)
        async with self._database.transaction() as connection:
            signed_in = await self._refreshed(connection, hashed)
        # A revocation must be committed before it is told.
        if isinstance(signed_in, AccessError):
            raise signed_in
        return signed_in

    async def of_user(self, user_id: str) -> list[SessionRow]:
        """Those that hold, newest use first."""
        async with self._database.transaction() as connection:
            return await sessions.live(connection, user_id)

    async def revoke(self, user_id: str, session_id: str, reason: EndReason) -> None:
        """By the user themselves. Raises `NotFoundError` (`session.not_found`)."""
        async with self._database.transaction() as connection:
            revoked = await sessions.revoke(
                connection, user_id=user_id, session_id=session_id, reason=reason
            )
            if revoked:
                await self._note_end(connection, user_id, session_id, reason)
        self._gate.forget(*revoked)
        if not revoked:
            raise NotFoundError("session.not_found", "no such session")

    async def revoke_all(self, user_id: str, *, but: str | None = None) -> None:
        """By the user themselves."""
        async with self._database.transaction() as connection:
            revoked = await sessions.revoke(connection, user_id=user_id, reason="by_user", but=but)
            user = await users.by_id(connection, user_id) if revoked else None
            if user is not None:
                by = Actor.user(user.organization_id, user_id)
                details = {"sessions": len(revoked)}
                await AuditTrail.append(
                    connection, by, "session.revoked", Subject.user(user_id), details
                )
        self._gate.forget(*revoked)

    async def _refreshed(self, connection: AsyncConnection, hashed: str) -> SignedIn | AccessError:
        session = await sessions.lock(connection, hashed)
        token = await sessions.presented(connection, hashed) if session is not None else None
        if session is None or token is None:
            return AccessError("auth.invalid", "the refresh token is not valid")
        if session.is_revoked:
            return AccessError("auth.revoked", "this session has ended; sign in again")
        if session.is_expired or token.is_expired:
            return AccessError("auth.expired", "this session has expired; sign in again")
        user = await users.by_id(connection, session.user_id)
        if user is None or user.disabled_at is not None:
            return AccessError("auth.revoked", "this account has been disabled")
        if token.used_s is None:
            await sessions.use_up(connection, session.session_id)
        elif token.used_s > self._grace_s:
            revoked = await sessions.revoke(
                connection, user_id=user.user_id, session_id=session.session_id, reason="reused"
            )
            self._gate.forget(*revoked)
            # By the one it was given to, or by somebody else: that is what nobody knows.
            by = Actor.anonymous(user.organization_id)
            subject = Subject.session(session.session_id, session.interview_id)
            await AuditTrail.append(connection, by, "token.reused", subject)
            return AccessError("auth.reused", "this session was ended for safety; sign in again")
        expires_at = await sessions.see(
            connection,
            session.session_id,
            idle=self._lasts(session.method, self._idle),
            longest=self._lasts(session.method, self._longest),
        )
        return await self._signed_in(
            connection, user, session.session_id, session.interview_id, expires_at
        )

    async def _note_end(
        self, connection: AsyncConnection, user_id: str, session_id: str, reason: EndReason
    ) -> None:
        user = await users.by_id(connection, user_id)
        if user is None:
            return
        by = Actor.user(user.organization_id, user_id)
        subject = Subject.session(session_id, await sessions.good_for(connection, session_id))
        action = "auth.signed_out" if reason == "logout" else "session.revoked"
        await AuditTrail.append(connection, by, action, subject)

    def _lasts(self, method: SignInMethod, otherwise: timedelta) -> timedelta:
        return max(otherwise, self._invited) if method == "invitation" else otherwise

    async def _signed_in(
        self,
        connection: AsyncConnection,
        user: UserRow,
        session_id: str,
        interview_id: str | None,
        expires_at: datetime,
    ) -> SignedIn:
        refresh_token = new_secret()
        await sessions.add_token(connection, digest(refresh_token), session_id, expires_at)
        principal = Principal(
            "user",
            user.organization_id,
            role=user.role,
            user_id=user.user_id,
            session_id=session_id,
            interview_id=interview_id,
        )
        return SignedIn(principal, user, self._tokens.issue(principal), refresh_token, expires_at)
