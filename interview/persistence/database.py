"""The connection to PostgreSQL: one pool a process, bounded in every wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol, Self

from sqlalchemy import URL, Executable, Row, event, make_url, text
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    create_async_engine,
)
from sqlalchemy.util import greenlet_spawn

from interview.config import Settings
from interview.errors import ConfigError
from interview.persistence.failures import DATABASE_FAILURES, translated

__all__ = ["Database", "Read", "engine_url", "within"]

_CLOSE_TIMEOUT_S = 5.0


class Database:
    """Transactions and reads on a pool of at most `pool_size` connections.

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
        # On the same pool. asyncpg only leaves out BEGIN and COMMIT: nothing is sent for it.
        self._reader = self._engine.sync_engine.execution_options(isolation_level="AUTOCOMMIT")

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
        async with self._bounded(), self._engine.begin() as connection:
            yield connection

    async def read(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """The rows of one statement that only reads, without a transaction: one round trip in
        place of three. Raises as `transaction`."""

        def rows() -> Sequence[Row[*tuple[Any, ...]]]:
            with self._reader.connect() as connection:
                return connection.execute(statement, parameters).all()

        async with self._bounded():
            # An `AsyncConnection` would cost as much again as all else of a short statement.
            return await greenlet_spawn(rows)

    async def check(self) -> None:
        """Raises `DatabaseUnavailable` unless PostgreSQL answers and was migrated."""
        await self.read(text("SELECT 1 FROM interviews LIMIT 0"))

    @asynccontextmanager
    async def _bounded(self) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(self._transaction_timeout_s):
                yield
        except DATABASE_FAILURES as error:  # TimeoutError is an OSError
            raise translated(error, self._server) from None

    async def close(self) -> None:
        """Closes the pool; a server that does not answer is not waited for."""
        try:
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._engine.dispose()
        except TimeoutError:
            pass


class Read(Protocol):
    """`Database.read`, or the same `within` a transaction."""

    async def __call__(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[Row[*tuple[Any, ...]]]: ...


def within(connection: AsyncConnection) -> Read:
    async def read(
        statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        return (await connection.execute(statement, parameters)).all()

    return read


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
