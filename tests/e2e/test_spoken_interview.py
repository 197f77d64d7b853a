"""A whole interview by voice: real speech in, real speech out, every process for itself."""

from __future__ import annotations

import httpx
import pytest

from demo.checks import check_interview, word_error_rate
from demo.interview import create_interview, hold_interview
from tests.services import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


async def test_an_interview_by_voice_passes_all_phases(stack: RunningStack) -> None:
    url = stack.urls["app"]
    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
        interview_id = await create_interview(api, "demo", "Ada")
        held = await hold_interview(url, interview_id, speed=3.0)
        checks = await check_interview(api, interview_id, held)

    assert all(checks.values()), checks
    assert word_error_rate(held) < 0.15
    assert held.room.ended is not None
    assert held.room.ended.outcome == "completed"
