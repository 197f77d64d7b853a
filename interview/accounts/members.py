"""The recruiters and admins of an organization, as its admins manage them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from pydantic import BaseModel, Field
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.accounts import mails
from interview.accounts.digests import digest
from interview.accounts.gate import SessionGate
from interview.accounts.proof import require_proved, revoke_keys
from interview.errors import ConflictError, NotFoundError
from interview.mail import Mailer
from interview.persistence.accounts import resets, sessions, users
from interview.persistence.accounts.rows import UserRow
from interview.persistence.audit import AuditTrail, Details, Subject
from interview.persistence.database import Database
from interview.persistence.vocabulary import AuditAction, StaffRole
from interview.security.principal import Principal
from interview.security.tokens import new_secret

__all__ = ["Colleague", "Member", "MemberPage", "Members"]

INVITE_LASTS = timedelta(days=7)


class Member(BaseModel):
    """`is_invited`: they have no password yet."""

    user_id: str
    role: StaffRole
    email: str = Field(repr=False)
    name: str = Field(repr=False)
    is_invited: bool
    disabled_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, user: UserRow) -> Self:
        invited = user.password_hash is None
        return cls.model_validate(user.model_dump() | {"is_invited": invited})


class MemberPage(BaseModel):
    items: list[Member]
    next_cursor: str | None


class Colleague(BaseModel):
    """Somebody of one's organization, for those who see what they did. `name` may be empty."""

    user_id: str
    name: str = Field(repr=False)


class Members:
    """All methods raise `DatabaseUnavailable`, and `NotFoundError` (`member.not_found`) for
    whoever is not of the organization."""

    def __init__(
        self, database: Database, mailer: Mailer, gate: SessionGate, public_url: str
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._gate = gate
        self._public_url = public_url

    async def page(self, organization_id: str, *, limit: int, cursor: str | None) -> MemberPage:
        """Oldest first. Raises `InvalidInputError` (`page.invalid_cursor`)."""
        async with self._database.transaction() as connection:
            rows, following = await users.staff(
                connection, organization_id, limit=limit, cursor=cursor
            )
        return MemberPage(items=[Member.of(row) for row in rows], next_cursor=following)

    async def colleagues(self, organization_id: str) -> list[Colleague]:
        """By name. Nobody's address: that is for admins."""
        async with self._database.transaction() as connection:
            names = await users.staff_names(connection, organization_id)
        found = [Colleague(user_id=user_id, name=name) for user_id, name in names.items()]
        return sorted(found, key=lambda one: (one.name, one.user_id))

    async def add(self, by: Principal, email: str, name: str, role: StaffRole) -> Member:
        """They are mailed a link to choose a password by. Raises `ConflictError`
        (`account.address_taken`, and as `require_proved`), and `MailError`: the member is there
        then, and `mail_link` may be tried again."""
        async with self._database.transaction() as connection:
            await require_proved(connection, by)
            user_id = await users.add(
                connection,
                organization_id=by.organization_id,
                role=role,
                email=email,
                name=name,
                password_hash=None,
            )
            if user_id is None:
                raise ConflictError("account.address_taken", "this address has an account already")
            await AuditTrail.append(
                connection, by, "member.added", Subject.user(user_id), {"role": role}
            )
        await self.mail_link(by, user_id)
        return await self.get(by.organization_id, user_id)

    async def mail_link(self, by: Principal, user_id: str) -> None:
        """Again. Raises `MailError`, and `ConflictError` (`member.active`) for somebody who has a
        password or is disabled."""
        secret = new_secret()
        async with self._database.transaction() as connection:
            user = await self._get(connection, by.organization_id, user_id)
            if user.password_hash is not None or user.disabled_at is not None:
                raise ConflictError("member.active", "this member needs no link")
            await resets.add(connection, digest(secret), user_id, INVITE_LASTS)
            await AuditTrail.append(connection, by, "member.link_issued", Subject.user(user_id))
        assert user.email is not None, "the schema holds that of staff"
        await self._mailer.send(
            mails.welcome(user.email, self._public_url, secret, user.organization_name)
        )

    async def get(self, organization_id: str, user_id: str) -> Member:
        async with self._database.transaction() as connection:
            return Member.of(await self._get(connection, organization_id, user_id))

    async def change(
        self,
        by: Principal,
        user_id: str,
        *,
        role: StaffRole | None = None,
        disabled: bool | None = None,
    ) -> Member:
        """Who is disabled is signed out everywhere, and their links are good for nothing; the API
        keys of who is no admin any longer are revoked, as they may know them. Raises
        `ConflictError` (`member.last_admin`): there is always one who can come in."""
        async with self._database.transaction() as connection:
            await users.lock_organization(connection, by.organization_id)
            user = await self._get(connection, by.organization_id, user_id, lock=True)
            stays_admin = (role or user.role) == "admin" and not (
                disabled if disabled is not None else user.disabled_at is not None
            )
            admins = await users.enabled_admins(connection, by.organization_id)
            if admins == {user_id} and not stays_admin:
                raise ConflictError("member.last_admin", "an organization needs an admin")
            done: list[tuple[AuditAction, Details]] = []
            if role not in (None, user.role):
                await users.change(connection, user_id, role=role)
                done.append(("member.role_changed", {"role": role, "before": user.role}))
            if disabled is False and user.disabled_at is not None:
                await users.change(connection, user_id, disabled_at=None)
                done.append(("member.enabled", {}))
            if disabled and user.disabled_at is None:
                await users.change(connection, user_id, disabled_at=func.now())
                await resets.use_up(connection, user_id)
                ended = await sessions.revoke(connection, user_id=user_id, reason="disabled")
                done.append(("member.disabled", {"sessions": len(ended)}))
            if not stays_admin:
                await revoke_keys(connection, user, by)
            changed = await self._get(connection, by.organization_id, user_id)
            signed_in = await sessions.of_user(connection, user_id)
            for action, details in done:
                await AuditTrail.append(connection, by, action, Subject.user(user_id), details)
        self._gate.forget(*signed_in)
        return Member.of(changed)

    async def _get(
        self, connection: AsyncConnection, organization_id: str, user_id: str, *, lock: bool = False
    ) -> UserRow:
        user = await users.by_id(connection, user_id, lock=lock)
        if user is None or user.organization_id != organization_id or user.role == "candidate":
            raise NotFoundError("member.not_found", "no such member")
        return user
