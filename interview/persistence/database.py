"""The connection to PostgreSQL: one pool a process, bounded in every wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Self

from sqlalchemy import URL, event, make_url, text
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    create_async_engine,
)

from interview.config import Settings
from interview.errors import ConfigError
from interview.persistence.failures import DATABASE_FAILURES, translated

__all__ = ["Database", "engine_url"]

_CLOSE_TIMEOUT_S = 5.0


class Database:
    """Transactions on a pool of at most `pool_size` connections.

    A connection that PostgreSQL closed while it lay in the pool is replaced when it is taken,
    so the first call after a restart works. Whatever cannot be had in time fails with
    `DatabaseUnavailable`: a free connection within `pool_timeout_s`, a new one within
    `connect_timeout_s`, a statement within `command_timeout_s`, a transaction within
    `transaction_timeout_s`.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        pool_timeout_s: float = 5.0,
        connect_timeout_s: float = 5.0,
        command_timeout_s: float = 10.0,
        transaction_timeout_s: float = 20.0,
    ) -> None:
        parsed = engine_url(url)
        self._server = f"{parsed.host}:{parsed.port or 5432}"
        self._transaction_timeout_s = transaction_timeout_s
        self._engine = create_async_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout_s,
            hide_parameters=True,
            connect_args={
                "timeout": connect_timeout_s,
                "command_timeout": command_timeout_s,
                "server_settings": {
                    "application_name": "intervue",
                    # A process that froze in a transaction must not keep its locks.
                    "idle_in_transaction_session_timeout": "30s",
                },
            },
        )
        event.listen(self._engine.sync_engine, "checkout", _refuse_closed)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(settings.database_url, pool_size=settings.database_pool_size)

    @property
    def engine(self) -> AsyncEngine:
        return self._engine

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncConnection]:
        """One transaction: committed on leaving, rolled back on any exception.

        Raises `DatabaseUnavailable`; whether the transaction was committed is then unknown.
        Raises `DatabaseRejected` for a statement against the schema's rules.
        """
        try:
            async with (
                asyncio.timeout(self._transaction_timeout_s),
                self._engine.begin() as connection,
            ):
                yield connection
        except DATABASE_FAILURES as error:  # TimeoutError is an OSError
            raise translated(error, self._server) from None

    async def check(self) -> None:
        """Raises `DatabaseUnavailable` unless PostgreSQL answers and was migrated."""
        async with self.transaction() as connection:
            await connection.execute(text("SELECT 1 FROM interviews LIMIT 0"))

    async def close(self) -> None:
        """Closes the pool; a server that does not answer is not waited for."""
        try:
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._engine.dispose()
        except TimeoutError:
            pass


def engine_url(url: str) -> URL:
    """`url` with asyncpg as its driver. Takes `postgresql://` and `postgres://` as well, and
    libpq's `sslmode`. Raises `ConfigError`, which never quotes the URL."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigError("DATABASE_URL: not a database address") from None
    if parsed.drivername not in ("postgresql+asyncpg", "postgresql", "postgres"):
        raise ConfigError("DATABASE_URL: begins with postgresql+asyncpg://")
    if "sslmode" in parsed.query:
        sslmode = parsed.query["sslmode"]
        parsed = parsed.difference_update_query(["sslmode"]).update_query_dict({"ssl": sslmode})
    return parsed.set(drivername="postgresql+asyncpg")


def _refuse_closed(dbapi_connection: Any, _record: object, _proxy: object) -> None:
    # The socket's end has been seen by the event loop by now. This costs nothing, where a
    # ping costs three round trips on asyncpg.
    if dbapi_connection.driver_connection.is_closed():
        raise DisconnectionError
