"""The real API over real services, with a real worker whose providers take no time."""

from __future__ import annotations

import sys
import uuid
from collections.abc import AsyncGenerator, Generator

import httpx
import pytest
from redis.asyncio import Redis
from temporalio.client import Client

from interview.config import Settings
from interview.persistence.database import Database
from interview.persistence.records import Records
from interview.security.data_keys import DataKeys, build_data_keys
from interview.streams.log import StreamLog, connect_redis
from interview.temporal_client import connect_temporal
from launcher.keys import local_keys
from launcher.paths import Home
from launcher.stack import ALL, LocalStack
from tests.integration.api.servers import serving
from tests.services import RunningStack
from tests.staff import Staff

STOP_GRACE_S = 5.0
"""Enough for an interview to end by itself on a busy machine."""


@pytest.fixture(scope="session")
def worker(
    services: RunningStack, tmp_path_factory: pytest.TempPathFactory
) -> Generator[RunningStack]:
    """`services` and a worker on them."""
    home = Home(tmp_path_factory.mktemp("worker") / uuid.uuid4().hex[:8])
    running = RunningStack(
        LocalStack(
            home,
            services=(*ALL[:3], "worker"),
            given=services.urls,
            env={
                "ERASURE_STOP_GRACE_S": f"{STOP_GRACE_S}",
                "ERASURE_SWEEP_EVERY_S": "1",
                "MAIL_OUTBOX": str(home.run / "outbox"),
                "OPENERS": "off",
            },
            worker_argv=(sys.executable, "-m", "bench.stub_worker"),
        )
    )
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def settings(worker: RunningStack) -> Settings:
    """As the worker's: they share the object store and the keys."""
    keys = local_keys(worker.home)
    return Settings.model_validate(
        {
            "debug": True,
            "database_url": worker.urls["DATABASE_URL"],
            "redis_url": worker.urls["REDIS_URL"],
            "temporal_address": worker.urls["TEMPORAL_ADDRESS"],
            "blob_url": worker.home.blobs.as_uri(),
            "silence_nudge_s": 600.0,
            "erasure_stop_grace_s": STOP_GRACE_S,
            "mail_outbox": worker.home.run / "outbox",
            "master_keys": keys["MASTER_KEYS"],
            "auth_keys": keys["AUTH_KEYS"],
            "web_dir": worker.home.run / "no-web-client",
        }
    )


@pytest.fixture
async def url(settings: Settings) -> AsyncGenerator[str]:
    async with serving(settings) as url:
        yield url


@pytest.fixture
async def http(url: str) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=20.0) as client:
        yield client


@pytest.fixture
async def interview_id(http: httpx.AsyncClient) -> str:
    """Of a new interview in the shortest role."""
    response = await http.post("/api/v1/interviews", json={"role": "demo", "candidate_name": "Ada"})
    return response.raise_for_status().json()["interview_id"]


@pytest.fixture
async def redis(settings: Settings) -> AsyncGenerator[Redis]:
    client = connect_redis(settings.redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def keys(settings: Settings) -> AsyncGenerator[DataKeys]:
    database = Database.from_settings(settings)
    keys = build_data_keys(settings, database)
    assert keys is not None
    yield keys
    await database.close()


@pytest.fixture
def streams(redis: Redis, keys: DataKeys) -> StreamLog:
    return StreamLog(redis, ttl_s=600, keys=keys)


@pytest.fixture
async def database(settings: Settings) -> AsyncGenerator[Database]:
    database = Database.from_settings(settings)
    yield database
    await database.close()


@pytest.fixture
def records(database: Database) -> Records:
    return Records(database)


@pytest.fixture
async def temporal(settings: Settings, keys: DataKeys) -> Client:
    return await connect_temporal(settings, keys)


@pytest.fixture
def staff(settings: Settings, database: Database) -> Staff:
    """Of an organization of their own."""
    return Staff(settings, database)
