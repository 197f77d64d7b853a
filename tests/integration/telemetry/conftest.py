"""One real interview on a stack that is watched: two workers, one of which dies in an answer, and
a voice that is away, so that another one speaks. Then somebody comes who has no business there."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import pytest

from demo.interview import HeldInterview, create_interview, hold_interview
from interview.streams.log import connect_redis
from launcher.stack import ALL
from tests.fakes.otlp import OtlpReceiver
from tests.fakes.prometheus import Prometheus
from tests.pulse import worker_at
from tests.services import RunningStack, start_stack
from tests.tools import find_tool
from tests.watched import Metrics, intrude

CANDIDATE = "Adelheid Winterbottom"
"""In no span, no metric and no line of a log."""
STRUCK = 1
"""The answer in which a worker dies."""


@dataclass(frozen=True)
class Observed:
    stack: RunningStack
    receiver: OtlpReceiver
    interview_id: str
    held: HeldInterview
    metrics: Metrics
    prometheus: Prometheus | None
    """It has looked on from the beginning; None where it is not installed."""


@pytest.fixture(scope="session")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Generator[Observed]:
    metrics = Metrics()
    env = {
        **metrics.env,
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "debug",
        "OTLP_HEADERS": "X-Tenant=ours, Authorization=Bearer of-a-collector",
    }
    with OtlpReceiver() as receiver:
        stack = start_stack(
            tmp_path_factory, ALL, {**env, "OTLP_ENDPOINT": receiver.url}, workers=2
        )
        with ExitStack() as running:
            running.callback(stack.stop)
            prometheus = None
            if (binary := find_tool("prometheus")) is not None:
                folder = stack.home.run / "prometheus"
                prometheus = running.enter_context(Prometheus(binary, folder, metrics.targets))
                prometheus.wait_for("count(up == 1) == 3")
            interview_id, held = asyncio.run(_hold(stack))
            asyncio.run(intrude(stack.urls["app"]))
            for worker in ("worker", "worker-2"):
                asyncio.run(stack.wait_ready(worker))
            yield Observed(stack, receiver, interview_id, held, metrics, prometheus)


async def _hold(stack: RunningStack) -> tuple[str, HeldInterview]:
    url = stack.urls["app"]
    redis = connect_redis(stack.urls["REDIS_URL"])
    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
        interview_id = await create_interview(api, "demo", CANDIDATE)

        async def strike() -> float:
            os.kill(await worker_at(redis, interview_id), signal.SIGKILL)
            return asyncio.get_running_loop().time()

        held = await hold_interview(url, interview_id, speed=3.0, kill_at=STRUCK, kill=strike)
    await redis.aclose()
    return interview_id, held
