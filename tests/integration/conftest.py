"""The real Valkey, for whoever looks into it beside the code that is tried."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from redis.asyncio import Redis

from interview.streams.log import connect_redis
from tests.services import RunningStack


@pytest.fixture
async def redis(services: RunningStack) -> AsyncGenerator[Redis]:
    client = connect_redis(services.urls["REDIS_URL"])
    yield client
    await client.aclose()
