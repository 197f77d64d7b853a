"""Whose account it is that an OpenID provider vouches for."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.accounts.addresses import EmailAddress
from interview.accounts.gate import SessionGate
from interview.accounts.openid import ExternalIdentity
from interview.accounts.proof import revoke_keys
from interview.errors import AccessError
from interview.persistence.accounts import resets, sessions, users
from interview.persistence.accounts.rows import UserRow
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database

__all__ = ["ExternalPeople"]

_ADDRESS: TypeAdapter[str] = TypeAdapter(EmailAddress)


class ExternalPeople:
    """`organization_id`: whoever comes for the first time joins it as a recruiter, and nobody of
    another organization comes in so. Empty: only who has an account already."""

    def __init__(self, database: Database, gate: SessionGate, organization_id: str) -> None:
        self._database = database
        self._gate = gate
        self._organization_id = organization_id

    async def user(self, identity: ExternalIdentity) -> UserRow:
        """Several at once find, link or make one and the same. Raises `AccessError`
        (`oidc.no_account`) and `DatabaseUnavailable`."""
        async with self._database.transaction() as connection:
            user = await users.by_identity(connection, identity.issuer, identity.subject)
            if user is None:
                user = await self._linked(connection, identity)
            if user is not None and not self._may(user):
                await AuditTrail.append(
                    connection,
                    Actor.user(user.organization_id, user.user_id),
                    "auth.failed",
                    Subject.user(user.user_id),
                    {"method": "oidc", "disabled": user.disabled_at is not None},
                )
        if user is None or not self._may(user):
            raise AccessError("oidc.no_account", "nobody here goes by this address")
        return user

    async def _linked(
        self, connection: AsyncConnection, identity: ExternalIdentity
    ) -> UserRow | None:
        email = _canonical(identity.email)
        if email is None:
            return None
        joined = None
        user = await users.by_email(connection, email)
        if user is None:
            if not await users.has_organization(connection, self._organization_id):
                return None
            joined = await users.add(
                connection,
                organization_id=self._organization_id,
                role="recruiter",
                email=email,
                name="".join(letter for letter in identity.name if letter.isprintable())[:120],
                password_hash=None,
            )
            user = await users.by_email(connection, email)
        if user is None or not self._may(user):
            return user
        added = await users.add_identity(
            connection, identity.issuer, identity.subject, user.user_id
        )
        if added:
            if user.address_proved_at is None:
                await revoke_keys(connection, user)
                await users.prove_address(connection, user.user_id)
            if user.password_hash is not None:
                await self._forget_password(connection, user.user_id)
        by, subject = Actor.user(user.organization_id, user.user_id), Subject.user(user.user_id)
        if joined is not None:
            await AuditTrail.append(connection, by, "member.added", subject, {"role": user.role})
        if added:
            await AuditTrail.append(connection, by, "identity.linked", subject)
        return await users.by_id(connection, user.user_id)

    async def _forget_password(self, connection: AsyncConnection, user_id: str) -> None:
        """Whoever registered this address need not have been the one who receives its mail. Now
        that one is known, what the other may know is good for nothing. Who forgot nothing may set
        a password anew, by mail."""
        await users.change(connection, user_id, password_hash=None)
        await resets.use_up(connection, user_id)
        revoked = await sessions.revoke(connection, user_id=user_id, reason="linked")
        self._gate.forget(*revoked)

    def _may(self, user: UserRow) -> bool:
        return (
            user.role != "candidate"
            and user.disabled_at is None
            and self._organization_id in ("", user.organization_id)
        )


def _canonical(email: str | None) -> str | None:
    try:
        return None if email is None else _ADDRESS.validate_python(email)
    except ValidationError:
        return None
