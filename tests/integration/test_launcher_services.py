"""The embedded services for real: killed with SIGKILL, they come back with everything."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from interview.temporal_setup import prepare_namespace
from tests.services import RunningStack

pytestmark = [pytest.mark.integration, pytest.mark.chaos]


def plain(url: str) -> str:
    return url.replace("+asyncpg", "")


async def test_postgres_keeps_what_was_committed(services: RunningStack) -> None:
    url = plain(services.urls["DATABASE_URL"])
    before = await asyncpg.connect(url)
    await before.execute("CREATE TABLE kept (n int)")
    await before.execute("INSERT INTO kept SELECT generate_series(1, 300)")

    services.kill("postgres")
    await services.wait_ready("postgres")
    before.terminate()

    after = await asyncpg.connect(url)
    assert await after.fetchval("SELECT count(*) FROM kept") == 300
    await after.execute("DROP TABLE kept")
    await after.close()


async def test_postgres_is_ours_alone(services: RunningStack) -> None:
    url = plain(services.urls["DATABASE_URL"])
    user, _, rest = url.partition("@")
    guess = f"{user.rpartition(':')[0]}:guessed@{rest}"

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(guess)
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"
    assert await connection.fetchval("SELECT 'Ä' ILIKE 'ä'")
    await connection.close()


async def test_valkey_keeps_what_was_acknowledged(services: RunningStack) -> None:
    async with Redis.from_url(services.urls["REDIS_URL"]) as redis:  # pyright: ignore[reportUnknownMemberType] untyped keyword arguments
        for number in range(300):
            await redis.xadd("kept", {"n": number})

    services.kill("valkey")
    await services.wait_ready("valkey")

    async with Redis.from_url(services.urls["REDIS_URL"]) as redis:  # pyright: ignore[reportUnknownMemberType] untyped keyword arguments
        assert await redis.xlen("kept") == 300
        await redis.delete("kept")


async def test_temporal_keeps_its_histories(services: RunningStack) -> None:
    client = await Client.connect(services.urls["TEMPORAL_ADDRESS"])
    await prepare_namespace(client)
    handle = await client.start_workflow("Nobody", id="kept", task_queue="nobody")

    services.kill("temporal")
    await services.wait_ready("temporal")

    assert (await handle.describe()).id == "kept"
    await handle.terminate()


async def test_temporal_keeps_closed_interviews_for_a_year(services: RunningStack) -> None:
    client = await Client.connect(services.urls["TEMPORAL_ADDRESS"])
    request = DescribeNamespaceRequest(namespace="default")
    described = await client.workflow_service.describe_namespace(request)

    retention = described.config.workflow_execution_retention_ttl.ToTimedelta()
    assert retention.days == 365


def test_temporal_writes_ahead(services: RunningStack) -> None:
    database = services.home.temporal / "temporal.db"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_data_is_closed_to_others(services: RunningStack) -> None:
    root: Path = services.home.root
    for path in (root / "postgres", root / "postgres-password", root / "valkey", root / "temporal"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert (services.home.run / "stack.json").stat().st_mode & 0o077 == 0
