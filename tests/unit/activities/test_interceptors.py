"""A stage that runs again ends its earlier run, and says where it is."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from activities.interceptors import ActivityInterceptor
from interview.streams.pulse import HeldTurn, Pulse

TURN = HeldTurn("0b6f5a52-6f0a-4d3e-9f5e-0b8f6f0f6f01", "turn-1", "turn.speak")
OTHER = HeldTurn(TURN.interview_id, "turn-1", "turn.converse")


class RecordingPulse(Pulse):
    def __init__(self) -> None:
        super().__init__("redis://nowhere")
        self.held: list[HeldTurn] = []

    @contextmanager
    def holding(self, turn: HeldTurn) -> Generator[None]:
        self.held.append(turn)
        try:
            yield
        finally:
            self.held.remove(turn)


class Runs:
    def __init__(self) -> None:
        self.pulse = RecordingPulse()
        self._interceptor = ActivityInterceptor(self.pulse)

    async def begin(self, turn: HeldTurn | None) -> asyncio.Task[None]:
        """A run that ends only when it is cancelled."""
        at_it = asyncio.Event()

        async def run() -> None:
            with self._interceptor.at(turn):
                at_it.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(run())
        await at_it.wait()
        return task


async def end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_second_run_ends_the_first_and_stays_held() -> None:
    runs = Runs()
    first = await runs.begin(TURN)
    second = await runs.begin(TURN)
    with pytest.raises(asyncio.CancelledError):
        await first
    assert not second.done()
    assert runs.pulse.held == [TURN]
    third = await runs.begin(TURN)
    with pytest.raises(asyncio.CancelledError):
        await second
    await end(third)
    assert runs.pulse.held == []


async def test_other_stages_and_record_keeping_are_left_alone() -> None:
    runs = Runs()
    tasks = [await runs.begin(turn) for turn in (TURN, OTHER, None, None)]
    assert not any(task.done() for task in tasks)
    await end(*tasks)
