"""A run for the dashboards to show: interviews one after another and beside each other, a worker
that dies in an answer, a voice that is away, and a stranger at the door."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path

import httpx

from demo.interview import create_interview, hold_interview
from interview.streams.log import connect_redis
from launcher.paths import Home
from launcher.stack import LocalStack
from tests.dashboards.evaluation import Window
from tests.fakes.prometheus import Prometheus
from tests.pulse import worker_at
from tests.watched import Metrics, intrude

__all__ = ["SCRAPE_S", "looked_at", "watch"]

SCRAPE_S = 5
_AT_ONCE = 2
_STRUCK = 1
"""The answer in which a worker dies."""
_SPEED = 3.0


async def watch(prometheus: Path, folder: Path, interviews: int) -> None:
    """Leaves in `folder` what `looked_at` reads."""
    metrics = Metrics()
    async with AsyncExitStack() as running:
        home = Home(Path(running.enter_context(tempfile.TemporaryDirectory("-dashboards"))))
        stack = await running.enter_async_context(LocalStack(home, env=metrics.env, workers=2))
        with Prometheus(prometheus, folder / "prometheus", metrics.targets, SCRAPE_S) as looking:
            await asyncio.to_thread(looking.wait_for, "count(up == 1) == 3", 60.0)
            began = time.time()
            await _hold_all(stack, interviews)
            # What was told last is looked at too.
            await asyncio.sleep(3 * SCRAPE_S)
    window = Window(began, time.time(), SCRAPE_S)
    (folder / "window.json").write_text(json.dumps(asdict(window)))


def looked_at(folder: Path) -> Window:
    """Raises `FileNotFoundError` where no run has come to its end."""
    return Window(**json.loads((folder / "window.json").read_text()))


async def _hold_all(stack: LocalStack, interviews: int) -> None:
    free = asyncio.Semaphore(_AT_ONCE)

    async def hold(number: int) -> None:
        async with free:
            await _hold(stack, number)

    async with asyncio.TaskGroup() as group:
        for number in range(interviews):
            group.create_task(hold(number))
        group.create_task(intrude(stack.app_url))


async def _hold(stack: LocalStack, number: int) -> None:
    """By voice, hands-free and by keyboard in turn; the third one loses its worker."""
    redis = connect_redis(stack.urls["REDIS_URL"])
    async with httpx.AsyncClient(base_url=stack.app_url, timeout=60.0, trust_env=False) as api:
        interview_id = await create_interview(api, "demo", "Ada")

    async def strike() -> float:
        os.kill(await worker_at(redis, interview_id), signal.SIGKILL)
        return asyncio.get_running_loop().time()

    await hold_interview(
        stack.app_url,
        interview_id,
        speed=_SPEED,
        hands_free=number % 3 == 1,
        typed=number % 6 == 5,
        kill_at=_STRUCK if number == 2 else None,
        kill=strike,
        patience_s=180.0,
    )
    await redis.aclose()
