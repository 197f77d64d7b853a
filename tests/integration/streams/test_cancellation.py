"""A task that waits for Redis stops when it is cancelled, whenever that happens."""

from __future__ import annotations

import asyncio

import pytest

from interview.streams.log import StreamLog, connect_redis
from tests.services import RunningStack

pytestmark = pytest.mark.integration


async def test_no_cancellation_is_lost(services: RunningStack) -> None:
    redis = connect_redis(services.urls["REDIS_URL"])
    log = StreamLog(redis, ttl_s=60)

    going_on = True

    async def busy() -> None:
        while going_on:
            await log.append("cancellation", {b"k": b"v"}, maxlen=10)

    for steps in range(400):
        task = asyncio.create_task(busy())
        for _ in range(steps % 40):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=2)
        if task not in done:
            going_on = False
        assert task in done, f"still running, cancelled after {steps % 40} steps"
        assert task.cancelled()
    await redis.aclose()
