"""Whether this process has every master key that is in use, found before it serves."""

from __future__ import annotations

import asyncio

import structlog

from interview.errors import ConfigError, DatabaseUnavailable
from interview.security.data_keys import DataKeys
from interview.security.seal import EncryptionError

__all__ = ["require_master_keys"]

log = structlog.stdlib.get_logger(__name__)

_TIMEOUT_S = 5.0


async def require_master_keys(keys: DataKeys | None) -> None:
    """A database that is away, or not migrated yet, holds nobody up: readiness asks again. Raises
    `ConfigError`."""
    if keys is None:
        return
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            await keys.check()
    except EncryptionError as error:
        raise ConfigError(error.message) from None
    except (DatabaseUnavailable, TimeoutError):
        log.warning("keys.not_checked")
