"""A held button: the room hears of each step, and of what takes no time together with the next."""

from __future__ import annotations

import pytest

from interview.protocol.server import Status
from tests.integration.turns.desk import Desk

pytestmark = pytest.mark.integration

STATES = ["processing_stt", "generating", "speaking"]


async def _states(desk: Desk) -> list[str]:
    return [m.state for m in await desk.out() if isinstance(m, Status)]


async def test_an_answer_that_is_recognized_at_once_passes_every_state(desk: Desk) -> None:
    desk.mode = "hold"
    stages = desk.all()
    await desk.start()
    await desk.say("I moved it")
    await desk.end()
    for stage in stages:
        await desk.done(stage)
    assert await _states(desk) == STATES


async def test_recognition_that_takes_its_time_is_told_of_meanwhile(desk: Desk) -> None:
    desk.mode = "hold"
    desk.stt.gate.close()
    stages = desk.all()
    await desk.start()
    await desk.say("I moved it")
    await desk.end()

    async def told() -> bool:
        return bool(await _states(desk))

    await desk.until(told)
    assert await _states(desk) == STATES[:1]
    desk.stt.gate.open()
    for stage in stages:
        await desk.done(stage)
    assert await _states(desk) == STATES
