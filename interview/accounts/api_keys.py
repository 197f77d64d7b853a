"""Keys for integrations: each acts for its organization, within its scopes."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from interview.accounts.digests import digest
from interview.accounts.proof import require_proved
from interview.errors import InterviewError, NotFoundError
from interview.persistence.access import API_KEY_PREFIX
from interview.persistence.accounts import api_keys
from interview.persistence.accounts.rows import ApiKeyRow
from interview.persistence.audit import AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.vocabulary import ApiScope
from interview.security.principal import Principal
from interview.security.tokens import new_secret

__all__ = ["MAX_LISTED", "ApiKeys"]

log = structlog.stdlib.get_logger(__name__)

MAX_LISTED = 200
TOUCH_EVERY_S = 60.0
_MOST_REMEMBERED = 10_000


class ApiKeys:
    """All methods raise `DatabaseUnavailable`, unless they say otherwise."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._touched: OrderedDict[str, float] = OrderedDict()

    async def create(
        self,
        by: Principal,
        name: str,
        scopes: Sequence[ApiScope],
        lasts: timedelta | None,
    ) -> tuple[ApiKeyRow, str]:
        """The key and its secret, which is known to nobody afterwards. Raises `ConflictError`, as
        `require_proved`."""
        secret = f"{API_KEY_PREFIX}{new_secret()}"
        async with self._database.transaction() as connection:
            await require_proved(connection, by)
            row = await api_keys.add(
                connection,
                organization_id=by.organization_id,
                created_by=by.user_id,
                name=name,
                secret_hash=digest(secret),
                scopes=sorted(set(scopes)),
                lasts=lasts,
            )
            # No scope is in two words.
            details = {"scopes": "+".join(row.scopes)}
            await AuditTrail.append(
                connection, by, "api_key.created", Subject("api_key", row.key_id), details
            )
        return row, secret

    async def of_organization(self, organization_id: str) -> list[ApiKeyRow]:
        """Newest first, at most `MAX_LISTED`."""
        async with self._database.transaction() as connection:
            return await api_keys.of_organization(connection, organization_id, limit=MAX_LISTED)

    async def revoke(self, by: Principal, key_id: str) -> None:
        """May be repeated. Raises `NotFoundError` (`api_key.not_found`)."""
        async with self._database.transaction() as connection:
            revoked = await api_keys.revoke(connection, by.organization_id, key_id)
            if revoked:
                await AuditTrail.append(
                    connection, by, "api_key.revoked", Subject("api_key", key_id)
                )
        if revoked is None:
            raise NotFoundError("api_key.not_found", "no such API key")

    def is_due(self, key_id: str) -> bool:
        """Its use is not on record for a minute past: `touch` it."""
        now = self._clock()
        if now - self._touched.get(key_id, -TOUCH_EVERY_S) < TOUCH_EVERY_S:
            return False
        self._touched[key_id] = now
        self._touched.move_to_end(key_id)
        while len(self._touched) > _MOST_REMEMBERED:
            self._touched.popitem(last=False)
        return True

    async def touch(self, key_id: str) -> None:
        """Records its use, to the minute. Nobody waits for this: it raises nothing of ours."""
        try:
            async with self._database.transaction() as connection:
                await api_keys.touch(connection, key_id, every=timedelta(seconds=TOUCH_EVERY_S / 2))
        except InterviewError as error:
            log.warning("api_key.not_touched", code=error.code, key_id=key_id)
