"""Accounts: registering, proving who one is, and passwords."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.accounts import mails
from interview.accounts.digests import digest
from interview.accounts.gate import SessionGate
from interview.accounts.passwords import MAX_LENGTH, Passwords, check_password
from interview.accounts.proof import revoke_keys
from interview.errors import (
    AccessError,
    ConflictError,
    InterviewError,
    InvalidInputError,
    MailError,
    NotFoundError,
)
from interview.mail import Mailer
from interview.persistence.accounts import resets, sessions, users
from interview.persistence.accounts.rows import UserRow
from interview.persistence.audit import Actor, AuditTrail, Details, Subject
from interview.persistence.database import Database
from interview.persistence.vocabulary import AuditAction
from interview.security.tokens import new_secret

__all__ = ["RESET_LASTS", "People"]

log = structlog.stdlib.get_logger(__name__)

RESET_LASTS = timedelta(hours=1)


class People:
    """All methods raise `DatabaseUnavailable`. Addresses come in their one spelling."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        mailer: Mailer,
        gate: SessionGate,
        public_url: str,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._mailer = mailer
        self._gate = gate
        self._public_url = public_url

    async def register(self, email: str, password: str, name: str, organization: str) -> UserRow:
        """A new organization and its first admin. Raises `InvalidInputError` (`password.weak`)
        and `ConflictError` (`account.address_taken`), and has made nothing then."""
        check_password(password, email)
        password_hash = await self._passwords.hash(password)
        async with self._database.transaction() as connection:
            organization_id = await users.add_organization(connection, organization)
            user_id = await users.add(
                connection,
                organization_id=organization_id,
                role="admin",
                email=email,
                name=name,
                password_hash=password_hash,
            )
            if user_id is None:
                raise ConflictError("account.address_taken", "this address has an account already")
            user = await self._get(connection, user_id)
            await AuditTrail.append(
                connection,
                Actor.user(organization_id, user_id),
                "organization.created",
                Subject("organization", organization_id),
            )
            return user

    async def prove(self, email: str, password: str) -> UserRow:
        """Raises `AccessError` (`auth.failed`) whatever of it is wrong, after the same time."""
        async with self._database.transaction() as connection:
            user = await users.by_email(connection, email)
        right, renewed = await self._verify(user, password)
        if user is None or not right or user.disabled_at is not None:
            raise AccessError("auth.failed", "the address or the password is wrong")
        if renewed is None:
            return user
        async with self._database.transaction() as connection:
            held = await users.by_id(connection, user.user_id, lock=True)
            if held is not None and held.password_hash == user.password_hash:
                await users.change(connection, user.user_id, password_hash=renewed)
        return user.model_copy(update={"password_hash": renewed})

    async def note_failure(self, email: str) -> None:
        """A sign-in that failed, on the trail of the organization that has an account by this
        address. Nobody waits for this, so that nobody learns who has an account. It raises nothing
        of ours."""
        try:
            async with self._database.transaction() as connection:
                user = await users.by_email(connection, email)
                if user is not None:
                    await AuditTrail.append(
                        connection,
                        Actor.anonymous(user.organization_id),
                        "auth.failed",
                        Subject.user(user.user_id),
                        {"method": "password", "disabled": user.disabled_at is not None},
                    )
        except InterviewError as error:
            log.warning("auth.failure_not_noted", code=error.code)

    async def get(self, user_id: str) -> UserRow:
        """Raises `NotFoundError` (`account.not_found`)."""
        async with self._database.transaction() as connection:
            return await self._get(connection, user_id)

    async def change_password(
        self, user_id: str, current: str, new: str, *, keep_session_id: str | None
    ) -> None:
        """Ends the user's other sessions. Raises `AccessError` (`auth.failed`) and
        `InvalidInputError` (`password.weak`)."""
        user = await self.get(user_id)
        right, _ = await self._verify(user, current)
        if not right:
            raise AccessError("auth.failed", "the current password is wrong")
        check_password(new, user.email or "")
        password_hash = await self._passwords.hash(new)
        async with self._database.transaction() as connection:
            held = await users.by_id(connection, user_id, lock=True)
            if held is None or held.password_hash != user.password_hash:
                raise AccessError("auth.failed", "the password has just been changed")
            ended = await self._set_password(
                connection, user_id, password_hash, "password_changed", but=keep_session_id
            )
            await _note(connection, user, "password.changed", {"sessions": ended})

    async def request_reset(self, email: str) -> None:
        """Nobody waits for this, so that nobody learns who has an account. Failures are logged."""
        secret = new_secret()
        async with self._database.transaction() as connection:
            user = await users.by_email(connection, email)
            if user is None or user.disabled_at is not None:
                return
            await resets.add(connection, digest(secret), user.user_id, RESET_LASTS)
            await AuditTrail.append(
                connection,
                Actor.anonymous(user.organization_id),
                "password.reset_requested",
                Subject.user(user.user_id),
            )
        try:
            await self._mailer.send(mails.password_reset(email, self._public_url, secret))
        except MailError as error:
            log.warning("mail.failed", code=error.code, user_id=user.user_id)

    async def reset_password(self, secret: str, new: str) -> None:
        """By the secret of a link, which is used up; all of the user's sessions end. Raises
        `InvalidInputError` (`reset.invalid`, `password.weak`); after the latter the link is
        still good."""
        hashed = digest(secret)
        async with self._database.transaction() as connection:
            user_id = await resets.find(connection, hashed)
            user = await users.by_id(connection, user_id) if user_id is not None else None
        if user is None:
            raise _used_up()
        check_password(new, user.email or "")
        password_hash = await self._passwords.hash(new)
        async with self._database.transaction() as connection:
            # First the user: links of one user are used one after the other.
            held = await users.by_id(connection, user.user_id, lock=True)
            if held is None or held.disabled_at is not None:
                raise _used_up()
            if await resets.use(connection, hashed) is None:
                raise _used_up()
            if held.address_proved_at is None:
                # Whoever registered may have been somebody else, and know keys made before
                # addresses were asked to be proved.
                await revoke_keys(connection, held)
                await users.prove_address(connection, user.user_id)
            ended = await self._set_password(
                connection, user.user_id, password_hash, "password_reset"
            )
            await _note(connection, user, "password.reset", {"sessions": ended})

    async def _set_password(
        self,
        connection: AsyncConnection,
        user_id: str,
        password_hash: str,
        reason: str,
        but: str | None = None,
    ) -> int:
        """How many sessions that ended."""
        await users.change(connection, user_id, password_hash=password_hash)
        await resets.use_up(connection, user_id)
        revoked = await sessions.revoke(connection, user_id=user_id, reason=reason, but=but)
        self._gate.forget(*revoked)
        return len(revoked)

    async def _verify(self, user: UserRow | None, password: str) -> tuple[bool, str | None]:
        if len(password) > MAX_LENGTH:
            return False, None
        return await self._passwords.verify(password, user.password_hash if user else None)

    async def _get(self, connection: AsyncConnection, user_id: str) -> UserRow:
        user = await users.by_id(connection, user_id)
        if user is None:
            raise NotFoundError("account.not_found", "no such account")
        return user


async def _note(
    connection: AsyncConnection, user: UserRow, action: AuditAction, details: Details
) -> None:
    by = Actor.user(user.organization_id, user.user_id)
    await AuditTrail.append(connection, by, action, Subject.user(user.user_id), details)


def _used_up() -> InvalidInputError:
    return InvalidInputError("reset.invalid", "this link was used, is too old or is not whole")
