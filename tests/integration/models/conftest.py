"""A stack of its own, whose worker asks the fake provider, and may be killed."""

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
from interview.security.data_keys import build_data_keys
from interview.streams.log import connect_redis
from interview.temporal_client import connect_temporal
from launcher.keys import local_keys
from launcher.paths import Home
from launcher.stack import ALL, LocalStack
from tests.fakes.evaluation import ScoringModel
from tests.fakes.planning import PlanningModel
from tests.fakes.provider_server import FakeProviders, Mount, serving
from tests.integration.api.servers import serving as serving_api
from tests.services import RunningStack
from tests.staff import Staff


@pytest.fixture(scope="session")
def provider_server() -> Generator[Mount]:
    with serving() as mount:
        yield mount


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory, provider_server: Mount
) -> Generator[RunningStack]:
    home = Home(tmp_path_factory.mktemp("models") / uuid.uuid4().hex[:8])
    running = RunningStack(
        LocalStack(
            home,
            services=(*ALL[:3], "worker"),
            env={
                "LLM_PROVIDERS": "openai",
                "EVALUATION_MODELS": "openai/gpt-other",
                "LLM_OPENAI_BASE_URL": f"{provider_server.base_url}/v1",
                "SILENCE_NUDGE_S": "600",
                # Webhooks to servers of the tests' own.
                "DEBUG": "true",
                "WEBHOOK_NETWORKS": "127.0.0.0/8",
                "WEBHOOK_SWEEP_EVERY_S": "0.2",
            },
            worker_argv=(sys.executable, "-m", "tests.integration.models.planning_worker"),
        )
    )
    running.start()
    yield running
    running.stop()


@pytest.fixture
def fake(provider_server: Mount) -> FakeProviders:
    return provider_server.put(FakeProviders())


@pytest.fixture
def model(fake: FakeProviders) -> Generator[PlanningModel]:
    model = PlanningModel()
    fake.structured = model
    yield model
    model.released.set()


@pytest.fixture
def scorer(fake: FakeProviders) -> Generator[ScoringModel]:
    scorer = ScoringModel()
    fake.structured = scorer
    yield scorer
    scorer.released.set()


@pytest.fixture
def settings(stack: RunningStack) -> Settings:
    keys = local_keys(stack.home)
    return Settings.model_validate(
        {
            "debug": False,
            "database_url": stack.urls["DATABASE_URL"],
            "redis_url": stack.urls["REDIS_URL"],
            "temporal_address": stack.urls["TEMPORAL_ADDRESS"],
            "blob_url": stack.home.blobs.as_uri(),
            "master_keys": keys["MASTER_KEYS"],
            "auth_keys": keys["AUTH_KEYS"],
            # As the worker has it.
            "llm_providers": ("openai",),
            "evaluation_models": ("openai/gpt-other",),
            "web_dir": stack.home.run / "no-web-client",
        }
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncGenerator[Database]:
    database = Database.from_settings(settings)
    yield database
    await database.close()


@pytest.fixture
def records(database: Database) -> Records:
    return Records(database)


@pytest.fixture
async def redis(settings: Settings) -> AsyncGenerator[Redis]:
    client = connect_redis(settings.redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def temporal(settings: Settings, database: Database) -> Client:
    return await connect_temporal(settings, build_data_keys(settings, database))


@pytest.fixture
def staff(settings: Settings, database: Database) -> Staff:
    return Staff(settings, database)


@pytest.fixture
async def admin(settings: Settings, staff: Staff) -> AsyncGenerator[httpx.AsyncClient]:
    headers = await staff.admin()
    async with (
        serving_api(settings) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=60, headers=headers) as http,
    ):
        yield http
