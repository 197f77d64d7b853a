"""A worker is replaced in the middle of an answer: with another one there, nobody notices."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Generator

import httpx
import pytest
from redis.asyncio import Redis

from demo.checks import check_interview
from demo.interview import create_interview, hold_interview
from launcher.stack import ALL
from tests.pulse import worker_at
from tests.services import LOCAL_PROVIDERS, RunningStack, start_stack

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningStack]:
    running = start_stack(tmp_path_factory, ALL, LOCAL_PROVIDERS, workers=2)
    yield running
    running.stop()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["deploy", "death"])
async def test_the_other_worker_goes_on(two_workers: RunningStack, how: signal.Signals) -> None:
    url = two_workers.urls["app"]
    redis = Redis.from_url(two_workers.urls["REDIS_URL"])  # pyright: ignore[reportUnknownMemberType] untyped keyword arguments
    hit: list[int] = []
    async with redis, httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
        interview_id = await create_interview(api, "demo", "")

        async def strike() -> float:
            hit.append(await worker_at(redis, interview_id))
            os.kill(hit[0], how)
            return asyncio.get_running_loop().time()

        # Temporal's own heartbeat would find the dead one after a minute: too late for this.
        held = await hold_interview(
            url, interview_id, speed=3.0, kill_at=1, kill=strike, patience_s=30.0
        )
        checks = await check_interview(api, interview_id, held)
    assert all(checks.values()), checks
    assert hit
    assert not [error.code for error in held.room.errors]
