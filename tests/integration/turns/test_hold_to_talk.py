"""A held button: the room hears of each step that takes its time."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import pytest

from interview.protocol.server import Status
from tests.integration.turns.desk import Desk

pytestmark = pytest.mark.integration


async def _states(desk: Desk) -> list[str]:
    return [m.state for m in await desk.out() if isinstance(m, Status)]


async def _answered(desk: Desk) -> list[asyncio.Task[Any]]:
    desk.mode = "hold"
    stages = desk.all()
    await desk.start()
    await desk.say("I moved it")
    await desk.end()
    return stages


async def test_of_an_answer_that_is_replied_to_at_once_the_reply_tells(desk: Desk) -> None:
    for stage in await _answered(desk):
        await desk.done(stage)
    assert await _states(desk) == ["speaking"]


@pytest.mark.parametrize(("slow", "state"), [("stt", "processing_stt"), ("model", "generating")])
async def test_what_takes_its_time_is_told_of_meanwhile(
    desk: Desk, slow: Literal["stt", "model"], state: str
) -> None:
    gate = desk.stt.gate if slow == "stt" else desk.model.gate
    gate.close()
    stages = await _answered(desk)

    async def told() -> bool:
        return bool(await _states(desk))

    await desk.until(told)
    assert await _states(desk) == [state]
    gate.open()
    for stage in stages:
        await desk.done(stage)
    assert await _states(desk) == [state, "speaking"]
