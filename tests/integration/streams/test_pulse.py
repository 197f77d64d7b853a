"""Signs of life through a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
from redis.asyncio import Redis

from interview.streams.pulse import HeldTurn, Pulse, PulseReader
from tests.services import RunningStack

pytestmark = pytest.mark.integration

TURN = HeldTurn("0b6f5a52-6f0a-4d3e-9f5e-0b8f6f0f6f01", "turn-1", "turn.speak")


@pytest.fixture
async def redis(services: RunningStack) -> AsyncGenerator[Redis]:
    client = Redis.from_url(services.urls["REDIS_URL"])  # pyright: ignore[reportUnknownMemberType] untyped keyword arguments
    yield client
    await client.aclose()


@pytest.fixture
async def pulse(services: RunningStack) -> AsyncGenerator[Pulse]:
    pulse = Pulse(services.urls["REDIS_URL"])
    pulse.start()
    yield pulse
    await asyncio.to_thread(pulse.stop)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await holds():  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.02)


async def test_a_worker_counts_until_it_leaves(
    services: RunningStack, redis: Redis, pulse: Pulse
) -> None:
    reader, me = PulseReader(redis), pulse.worker_id

    async def counted() -> int:
        return (await reader.beats()).get(me, 0)

    async def twice() -> bool:
        return await counted() >= 2

    await until(twice)
    await asyncio.to_thread(pulse.stop)
    assert me not in await reader.beats()
    assert await reader.held(me) == set()


async def test_what_it_is_at_is_listed_while_it_is_at_it(redis: Redis, pulse: Pulse) -> None:
    reader = PulseReader(redis)

    async def listed() -> bool:
        return await reader.held(pulse.worker_id) == {TURN}

    async def gone() -> bool:
        return await reader.held(pulse.worker_id) == set()

    with pulse.holding(TURN):
        with pulse.holding(TURN):
            await until(listed)
        assert await listed()  # the other run of the stage is still at it
    await until(gone)


async def test_a_redis_that_forgot_everything_is_told_again(redis: Redis, pulse: Pulse) -> None:
    reader, me = PulseReader(redis), pulse.worker_id

    async def listed() -> bool:
        return await reader.held(me) == {TURN} and me in await reader.beats()

    with pulse.holding(TURN):
        await until(listed)
        await redis.delete("intervue:pulse", f"intervue:pulse:{me}")
        await until(listed)


async def test_a_loop_that_stands_still_counts_no_further(
    redis: Redis, pulse: Pulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, me = PulseReader(redis), pulse.worker_id

    async def counts() -> bool:
        return me in await reader.beats()

    await until(counts)
    monkeypatch.setattr("interview.streams.pulse.STUCK_AFTER_S", -1.0)
    await asyncio.sleep(0.3)  # a beat under way ends
    before = (await reader.beats())[me]
    await asyncio.sleep(0.5)
    assert (await reader.beats())[me] == before


async def test_a_pulse_without_redis_neither_waits_nor_fails() -> None:
    pulse = Pulse("redis://127.0.0.1:9/0")
    pulse.start()
    with pulse.holding(TURN):
        pass
    await asyncio.to_thread(pulse.stop)
