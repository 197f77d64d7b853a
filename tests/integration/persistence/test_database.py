"""What a broken, full, frozen or restarted PostgreSQL looks like from here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol

import asyncpg
import pytest
from sqlalchemy import make_url, text

from interview.errors import DatabaseUnavailable
from interview.persistence.database import Database
from interview.persistence.failures import DatabaseRejected
from launcher.ports import free_port
from tests.integration.persistence.conftest import execute
from tests.integration.persistence.own_postgres import OwnPostgres

pytestmark = pytest.mark.integration


@asynccontextmanager
async def opened(url: str, **options: float) -> AsyncGenerator[Database]:
    values: dict[str, float] = {
        "pool_timeout_s": 0.3,
        "connect_timeout_s": 2.0,
        "command_timeout_s": 0.3,
        "transaction_timeout_s": 1.0,
    }
    size = int(options.pop("pool_size", 2))
    database = Database(url, pool_size=size, **values | options)
    try:
        yield database
    finally:
        await database.close()


class Ask(Protocol):
    async def __call__(self, database: Database, statement: str = "SELECT 1") -> object: ...


async def ask(database: Database, statement: str = "SELECT 1") -> object:
    async with database.transaction() as connection:
        return await connection.scalar(text(statement))


async def read(database: Database, statement: str = "SELECT 1") -> object:
    rows = await database.read(text(statement))
    return rows[0][0] if rows else None


both_ways = pytest.mark.parametrize("ask", [ask, read])


def changed(url: str, **parts: str | int) -> str:
    return make_url(url).set(**parts).render_as_string(hide_password=False)  # pyright: ignore[reportArgumentType]  # the keyword's type depends on its name


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"port": 1}, "cannot be reached"),
        ({"host": "nowhere.invalid"}, "cannot be reached"),
        ({"password": "mistyped"}, "refuses the credentials"),
        ({"database": "missing"}, "has no database of the name"),
    ],
)
async def test_a_wrong_address_is_unavailable_and_says_why(
    migrated_url: str, parts: dict[str, str | int], reason: str
) -> None:
    if "port" in parts:
        parts = {"port": free_port()}
    async with opened(changed(migrated_url, **parts), connect_timeout_s=5.0) as database:
        with pytest.raises(DatabaseUnavailable, match=reason) as error:
            await database.check()
    assert (error.value.code, error.value.retryable) == ("database.unavailable", True)
    assert error.value.http_status == 503
    assert "mistyped" not in str(error.value)


async def test_a_server_that_accepts_and_says_nothing_is_unavailable() -> None:
    silent = asyncio.Event()

    async def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await silent.wait()
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, opened(f"postgresql://a:b@127.0.0.1:{port}/d") as database:
        began = time.monotonic()
        with pytest.raises(DatabaseUnavailable, match="took too long"):
            await database.check()
        assert time.monotonic() - began < 6
        silent.set()


async def test_a_migrated_database_checks_out(migrated_url: str) -> None:
    async with opened(migrated_url, command_timeout_s=5) as database:
        await database.check()


async def test_a_database_without_tables_says_what_to_do(empty_url: str) -> None:
    async with opened(empty_url, command_timeout_s=5) as database:
        with pytest.raises(DatabaseUnavailable, match="make migrate"):
            await database.check()


@both_ways
async def test_a_slow_statement_is_given_up(migrated_url: str, ask: Ask) -> None:
    async with opened(migrated_url) as database:
        with pytest.raises(DatabaseUnavailable, match="took too long"):
            await ask(database, "SELECT pg_sleep(30)")
        assert await ask(database) == 1


async def test_a_transaction_of_many_statements_is_given_up(migrated_url: str) -> None:
    async with opened(migrated_url, pool_size=1, command_timeout_s=5) as database:

        async def many() -> None:
            async with database.transaction() as connection:
                for _ in range(50):
                    await connection.execute(text("SELECT pg_sleep(0.1)"))

        with pytest.raises(DatabaseUnavailable, match="took too long"):
            await many()
        assert await ask(database) == 1


@both_ways
async def test_a_busy_pool_fails_in_time(migrated_url: str, ask: Ask) -> None:
    async with opened(migrated_url, pool_size=1) as database:
        async with database.transaction() as connection:
            await connection.scalar(text("SELECT 1"))
            with pytest.raises(DatabaseUnavailable, match="in use"):
                await ask(database)
        assert await ask(database) == 1


async def test_an_exception_or_a_cancel_rolls_back_and_returns_the_connection(
    migrated_url: str,
) -> None:
    async with opened(migrated_url, pool_size=1, command_timeout_s=5) as database:
        await execute(migrated_url, "CREATE TABLE scratch (n int)")

        async def insert_and(then: BaseException | None) -> None:
            async with database.transaction() as connection:
                await connection.execute(text("INSERT INTO scratch VALUES (1)"))
                if then is not None:
                    raise then
                await connection.execute(text("SELECT pg_sleep(30)"))

        with pytest.raises(KeyError):
            await insert_and(KeyError("a mistake"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await insert_and(None)
        assert await ask(database, "SELECT count(*) FROM scratch") == 0
        await execute(migrated_url, "DROP TABLE scratch")


async def test_a_read_is_one_query_and_leaves_transactions_what_they_are(
    migrated_url: str,
) -> None:
    async with opened(migrated_url, pool_size=1, command_timeout_s=5) as database:
        pid = await read(database, "SELECT pg_backend_pid()")
        last = text(f"SELECT state, query FROM pg_stat_activity WHERE pid = {pid}")
        async with opened(migrated_url, command_timeout_s=5) as watching:
            assert [tuple(row) for row in await watching.read(last)] == [
                ("idle", "SELECT pg_backend_pid()")  # and no COMMIT after it
            ]
        async with database.transaction() as connection:
            started = text("SELECT now()")
            assert await connection.scalar(started) == await connection.scalar(started)
        assert await read(database, "SELECT now()") != await read(database, "SELECT now()")


async def test_a_read_that_fails_or_is_cancelled_returns_the_connection(migrated_url: str) -> None:
    async with opened(migrated_url, pool_size=1, command_timeout_s=5) as database:
        with pytest.raises(DatabaseRejected):
            await read(database, "SELECT 1/0")
        assert await read(database) == 1
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await read(database, "SELECT pg_sleep(30)")
        assert await read(database) == 1


@both_ways
async def test_a_migration_under_a_running_process_is_retryable(
    migrated_url: str, ask: Ask
) -> None:
    async with opened(migrated_url, pool_size=1, command_timeout_s=5) as database:
        await execute(migrated_url, "CREATE TABLE scratch (n int)")
        try:
            await ask(database, "SELECT * FROM scratch")
            await execute(migrated_url, "ALTER TABLE scratch ALTER n TYPE text")
            with pytest.raises(DatabaseUnavailable, match="migrated"):
                await ask(database, "SELECT * FROM scratch")
            assert await ask(database, "SELECT * FROM scratch") is None
        finally:
            await execute(migrated_url, "DROP TABLE scratch")


async def test_values_never_reach_an_error(migrated_url: str) -> None:
    async with opened(migrated_url, command_timeout_s=5) as database:
        for statement in (
            "SELECT CAST(:value AS integer)",  # quoted by PostgreSQL or by the driver
            "SELECT CAST(CAST(:value AS text) AS integer)",
            "INSERT INTO interviews (interview_id, role) VALUES (gen_random_uuid(), :value)",
        ):
            with pytest.raises(DatabaseRejected) as error:
                async with database.transaction() as connection:
                    await connection.execute(text(statement), {"value": "my name is Ada"})
            assert "Ada" not in f"{error.value!s}{error.value!r}"
            assert error.value.__suppress_context__
            assert not error.value.retryable


@both_ways
async def test_the_first_call_after_a_restart_works(own: OwnPostgres, ask: Ask) -> None:
    async with opened(own.url, pool_size=3, command_timeout_s=5) as database:
        await asyncio.gather(*(ask(database, "SELECT pg_sleep(0.05)") for _ in range(3)))
        await own.restart()
        results = await asyncio.gather(*(ask(database) for _ in range(3)))
        assert results == [1, 1, 1]


async def test_connections_cut_by_an_administrator_are_replaced(own: OwnPostgres) -> None:
    """At the worst the call that runs into the end fails, and the next one works."""
    async with opened(own.url, command_timeout_s=5) as database:
        mine = await ask(database, "SELECT pg_backend_pid()")
        await execute(own.url, f"SELECT pg_terminate_backend({mine})")
        try:
            other = await ask(database, "SELECT pg_backend_pid()")
        except DatabaseUnavailable:
            other = await ask(database, "SELECT pg_backend_pid()")
        assert other != mine


@both_ways
async def test_a_connection_lost_in_a_statement_is_retryable(own: OwnPostgres, ask: Ask) -> None:
    async with opened(own.url, command_timeout_s=20, transaction_timeout_s=20) as database:
        waiting = asyncio.create_task(ask(database, "SELECT pg_sleep(30)"))
        watcher = await asyncpg.connect(own.url.replace("+asyncpg", ""))
        try:
            query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
            while await watcher.fetchval(query) == 0:
                await watcher.execute("SELECT pg_sleep(0.01)")
        finally:
            await watcher.close()
        own.kill()
        with pytest.raises(DatabaseUnavailable):
            await waiting
        await own.ready()
        assert await ask(database) == 1


@both_ways
async def test_a_frozen_server_is_given_up_in_bounded_time(own: OwnPostgres, ask: Ask) -> None:
    async with opened(own.url) as database:
        await asyncio.gather(ask(database), ask(database))
        own.freeze()
        try:
            for _ in range(3):  # pooled connections, then new ones
                began = time.monotonic()
                with pytest.raises(DatabaseUnavailable):
                    await ask(database)
                assert time.monotonic() - began < 6
        finally:
            own.thaw()
    async with opened(own.url, connect_timeout_s=5, command_timeout_s=5) as database:
        assert await ask(database) == 1
