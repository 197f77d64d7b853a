"""Whether somebody reads the mail of the address that they go by.

Whoever registers says whose address it is, and anybody can say so. Until it is proved nothing is
handed out that would outlast its owner's coming: no API keys, and no further members.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from interview.accounts import mails
from interview.accounts.digests import digest
from interview.errors import ConflictError, InvalidInputError
from interview.mail import Mailer
from interview.persistence.accounts import api_keys, resets, users
from interview.persistence.accounts.rows import UserRow
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database
from interview.security.principal import Principal
from interview.security.tokens import new_secret

__all__ = ["PROOF_LASTS", "Proof", "require_proved", "revoke_keys"]

PROOF_LASTS = timedelta(days=2)


async def require_proved(connection: AsyncConnection, by: Principal) -> None:
    """Holds the user until the transaction ends: who is disabled or demoted meanwhile waits.
    Raises `ConflictError` (`account.address_unproved`)."""
    if by.user_id is None:
        return  # an API key, and there is none of an unproved address
    user = await users.by_id(connection, by.user_id, hold=True)
    if user is None or user.address_proved_at is None:
        raise ConflictError(
            "account.address_unproved", "open the link that was mailed to your address first"
        )
    if user.disabled_at is not None or user.role != by.role:
        raise ConflictError("account.changed", "what you may do has just been changed")


class Proof:
    """All methods raise `DatabaseUnavailable`."""

    def __init__(self, database: Database, mailer: Mailer, public_url: str) -> None:
        self._database = database
        self._mailer = mailer
        self._public_url = public_url

    async def mail_link(self, user_id: str) -> None:
        """Nothing to one who needs none. Raises `MailError`."""
        secret = new_secret()
        async with self._database.transaction() as connection:
            user = await users.by_id(connection, user_id)
            if user is None or user.email is None or user.address_proved_at is not None:
                return
            # As good as a link to set a password by, and mailed to the same place.
            await resets.add(connection, digest(secret), user_id, PROOF_LASTS)
        await self._mailer.send(mails.address_proof(user.email, self._public_url, secret))

    async def prove(self, user_id: str, secret: str) -> None:
        """Of a mailed link, by whoever is signed in: opening it must not vouch for an account that
        somebody else has made. May be repeated once it is proved. Raises `InvalidInputError`
        (`proof.invalid`)."""
        async with self._database.transaction() as connection:
            user = await users.by_id(connection, user_id, lock=True)
            if user is None:
                raise _invalid()
            if user.address_proved_at is not None:
                return
            if await resets.find(connection, digest(secret)) != user_id:
                raise _invalid()
            await resets.use(connection, digest(secret))
            await users.prove_address(connection, user_id)
            await AuditTrail.append(
                connection,
                Actor.user(user.organization_id, user_id),
                "account.address_proved",
                Subject.user(user_id),
            )


async def revoke_keys(
    connection: AsyncConnection, user: UserRow, by: Principal | None = None
) -> None:
    """API keys that this user made, who may still know them. Without `by` the system does it."""
    actor = by or Actor.system(user.organization_id)
    for key_id in await api_keys.revoke_all_by(connection, user.user_id):
        await AuditTrail.append(connection, actor, "api_key.revoked", Subject("api_key", key_id))


def _invalid() -> InvalidInputError:
    return InvalidInputError(
        "proof.invalid", "this link was used, is too old, or is of another account"
    )
