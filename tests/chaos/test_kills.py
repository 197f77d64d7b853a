"""SIGKILL of each process in the middle of an answer: the interview only pauses."""

from __future__ import annotations

import httpx
import pytest

from demo.checks import check_interview
from demo.interview import create_interview, hold_interview
from tests.services import RunningStack

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


@pytest.mark.parametrize("process", ["worker", "api", "valkey", "postgres", "temporal"])
async def test_nothing_is_lost_doubled_or_asked_twice(stack: RunningStack, process: str) -> None:
    url = stack.urls["app"]
    killed: list[int] = []

    async def kill() -> float:
        killed.append(stack.pid(process))
        return stack.kill(process)

    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
        interview_id = await create_interview(api, "demo", "")
        held = await hold_interview(url, interview_id, speed=3.0, kill_at=1, kill=kill)
        checks = await check_interview(api, interview_id, held)

    assert all(checks.values()), checks
    assert killed
    assert stack.pid(process) != killed[0]
