"""Webhooks' secrets, sealed by the master key."""

from __future__ import annotations

from dataclasses import dataclass

from interview.persistence import webhooks
from interview.persistence.database import Database
from interview.security.data_keys import DataKeys
from interview.security.seal import EncryptionError

__all__ = ["Sealed", "WebhookSecrets"]


@dataclass(frozen=True, slots=True)
class Sealed:
    """`key_id` is None where `ENCRYPTION` was off."""

    data: bytes
    key_id: str | None


class WebhookSecrets:
    """`keys` is None when `ENCRYPTION` is off."""

    def __init__(self, keys: DataKeys | None) -> None:
        self._keys = keys

    def seal(self, webhook_id: str, secret: str) -> Sealed:
        if self._keys is None:
            return Sealed(secret.encode(), None)
        cipher = self._keys.deployment
        return Sealed(cipher.seal(secret.encode(), _bound(webhook_id)), cipher.key_id)

    def open(self, webhook_id: str, sealed: Sealed) -> str:
        """Raises `EncryptionError` (`key.unknown`, `sealed.invalid`)."""
        if sealed.key_id is None:
            return sealed.data.decode()
        if self._keys is None:
            raise EncryptionError("key.unknown", "ENCRYPTION is off, and was on")
        cipher = self._keys.deployment_key(sealed.key_id)
        return cipher.open(sealed.data, _bound(webhook_id)).decode()

    async def rotate(self, database: Database) -> tuple[int, int]:
        """Seals with the current master key what is not: how many were, and how many cannot be
        opened. Raises `DatabaseUnavailable`."""
        assert self._keys is not None, "there is a key"
        resealed = unreadable = 0
        async with database.transaction() as connection:
            for row in await webhooks.sealed_elsewhere(connection, self._keys.deployment.key_id):
                try:
                    secret = self._again(row.webhook_id, Sealed(row.secret, row.secret_key_id))
                    old = row.old_secret and self._again(
                        row.webhook_id, Sealed(row.old_secret, row.old_secret_key_id)
                    )
                except EncryptionError:
                    unreadable += 1
                    continue
                changed = {"secret": secret.data, "secret_key_id": secret.key_id}
                if old:
                    changed |= {"old_secret": old.data, "old_secret_key_id": old.key_id}
                await webhooks.reseal(connection, row.model_copy(update=changed))
                resealed += 1
        return resealed, unreadable

    def _again(self, webhook_id: str, sealed: Sealed) -> Sealed:
        return self.seal(webhook_id, self.open(webhook_id, sealed))


def _bound(webhook_id: str) -> bytes:
    return f"webhook/{webhook_id}".encode()
