"""One timer watches over all the waits of a stream."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from activities.watchdog import each_in_time
from interview.errors import ProviderTimeout

WITHIN_S = 0.1


class Stream:
    """Numbers, one after each of the waits; `left` once it was ended."""

    def __init__(self, *waits_s: float) -> None:
        self.waits_s = waits_s
        self.left = False

    async def items(self) -> AsyncGenerator[int]:
        try:
            for number, wait_s in enumerate(self.waits_s):
                await asyncio.sleep(wait_s)
                yield number
        finally:
            self.left = True


async def test_each_wait_has_its_own_time_and_the_readers_does_not_count() -> None:
    stream = Stream(*[0.06] * 4)
    seen: list[int] = []
    async for number in each_in_time(stream.items(), WITHIN_S, "llm"):
        seen.append(number)
        await asyncio.sleep(1.5 * WITHIN_S if number == 1 else 0)
    assert seen == [0, 1, 2, 3]
    assert stream.left


@pytest.mark.parametrize("waits_s", [(9,), (0, 9), (0.06, 0.06, 9)])
async def test_a_wait_that_is_too_long_ends_the_stream(waits_s: tuple[float, ...]) -> None:
    stream = Stream(*waits_s)
    seen: list[int] = []

    async def read() -> None:
        async for number in each_in_time(stream.items(), WITHIN_S, "llm"):
            seen.append(number)

    began = asyncio.get_running_loop().time()
    with pytest.raises(ProviderTimeout):
        await read()
    assert len(seen) == len(waits_s) - 1
    assert asyncio.get_running_loop().time() - began < 5
    assert stream.left
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()


async def test_whoever_is_cancelled_stays_cancelled() -> None:
    stream = Stream(0, 9)

    async def read() -> None:
        async for _ in each_in_time(stream.items(), WITHIN_S, "llm"):
            pass

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert stream.left


async def test_a_cancellation_at_the_moment_of_the_limit_is_not_lost() -> None:
    stream = Stream(9)

    async def read() -> None:
        async for _ in each_in_time(stream.items(), WITHIN_S, "llm"):
            pass

    reading = asyncio.create_task(read())
    loop = asyncio.get_running_loop()
    await asyncio.sleep(0)
    # Runs in the same step as the timer, behind it.
    loop.call_later(WITHIN_S, reading.cancel)
    loop.call_later(WITHIN_S * 0.9, lambda: time.sleep(WITHIN_S * 0.2))
    with pytest.raises(asyncio.CancelledError):
        await reading


async def test_nothing_is_left_of_a_stream_that_is_left() -> None:
    stream = Stream(0, 0, 0)
    async with aclosing(each_in_time(stream.items(), WITHIN_S, "llm")) as numbers:
        async for _ in numbers:
            break
    assert stream.left
    await asyncio.sleep(1.5 * WITHIN_S)  # no timer cancels anybody


async def test_what_the_stream_raises_comes_through() -> None:
    async def broken() -> AsyncGenerator[int]:
        yield 1
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        async for _ in each_in_time(broken(), WITHIN_S, "llm"):
            pass
