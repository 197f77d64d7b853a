"""What a run leaves in Redis, which holds the interviews too: little, and not for long."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest
from redis.asyncio import Redis

from activities.code import RunCode
from interview.contracts.code import CodeRun
from interview.domain.code_runs import (
    MAX_TOLD_CHARS,
    CaseResult,
    OutputPiece,
    Run,
    RunResult,
    SandboxStatus,
)
from interview.sandbox.exchange import TAKEN_S, CodeExchange
from interview.sandbox.port import OutputSink, Sandbox
from tests.services import RunningStack

pytestmark = pytest.mark.integration

BAD = "\ufffd"
"""A bad byte as it is kept, in three."""


class Flood(Sandbox):
    """Eleven tests, for each of which everything is written that may be."""

    @property
    def name(self) -> str:
        return "flood"

    async def check(self) -> SandboxStatus:
        return SandboxStatus()

    async def run(self, run: Run, output: OutputSink, name: str = "") -> RunResult:
        wrote = BAD * 65_536
        for case in range(11):
            output(OutputPiece(case=case, stream="stdout", text=wrote))
            await asyncio.sleep(0)
        case = CaseResult(ending="finished", stdout=wrote, stderr=wrote)
        return RunResult(ending="finished", cases=(case,) * 11, compiler=wrote)

    async def close(self) -> None:
        return


@pytest.fixture
async def redis(services: RunningStack) -> AsyncGenerator[Redis]:
    redis = Redis.from_url(services.urls["REDIS_URL"])  # pyright: ignore[reportUnknownMemberType] untyped keyword arguments
    yield redis
    await redis.aclose()


async def test_a_flood_is_cut_and_goes_soon_after_its_result_was_taken(redis: Redis) -> None:
    exchange, checked = CodeExchange(redis), asyncio.Event()
    checked.set()
    run_id = uuid.uuid4().hex
    key = await exchange.offer(run_id, Run(language="python", source="flood"))
    await RunCode(exchange, Flood(), checked).run(CodeRun(run_id=run_id, key=key))
    told = [piece async for piece in exchange.output(run_id, key)]
    assert sum(len(piece.text) for piece in told) == MAX_TOLD_CHARS
    keys = [f"code:{run_id}:{what}" for what in ("job", "output", "result")]
    untyped: Any = redis
    sizes = [await untyped.memory_usage(one, samples=0) for one in keys]
    assert sum(sizes) < 1_500_000, sizes
    before = [await redis.ttl(one) for one in keys]
    assert min(before) > TAKEN_S
    await exchange.taken(run_id)
    assert await exchange.result(run_id, key) is not None, "an attempt may look still"
    after = [await redis.ttl(one) for one in keys]
    assert 0 < min(after) <= max(after) <= TAKEN_S
    await exchange.forget(run_id)
    await exchange.taken(run_id)


def _writing(
    exchange: CodeExchange, run_id: str, key: str
) -> Callable[[int, str], Awaitable[None]]:
    async def write(attempt: int, text: str) -> None:
        piece = OutputPiece(case=0, stream="stdout", text=text)
        await exchange.write(run_id, key, attempt, [piece])

    return write


async def test_a_clock_that_went_back_hides_nothing_of_the_next_attempt(redis: Redis) -> None:
    exchange, run_id = CodeExchange(redis), uuid.uuid4().hex
    key = await exchange.offer(run_id, Run(language="python", source="x"))
    write = _writing(exchange, run_id, key)
    untyped: Any = redis
    first = (await exchange.take(run_id, key)).attempt
    await write(first, "none's")
    tomorrow_ms = int((time.time() + 86_400) * 1000)
    await untyped.execute_command("XSETID", f"code:{run_id}:output", f"{tomorrow_ms}-0")
    await write(first, "one")
    reading = exchange.output(run_id, key)
    assert [(await anext(reading)).text for _ in range(2)] == ["none's", "one"]
    second = (await exchange.take(run_id, key)).attempt
    await write(second, "two")
    await exchange.settle(run_id, key, RunResult(ending="finished"))
    assert [piece.text async for piece in reading] == ["two"]
    assert [piece.text async for piece in exchange.output(run_id, key)] == ["two"]


async def test_what_an_attempt_that_was_given_up_still_writes_is_dropped(redis: Redis) -> None:
    exchange, run_id = CodeExchange(redis), uuid.uuid4().hex
    key = await exchange.offer(run_id, Run(language="python", source="x"))
    write = _writing(exchange, run_id, key)
    first = (await exchange.take(run_id, key)).attempt
    await write(first, "one")
    reading = exchange.output(run_id, key)
    assert (await anext(reading)).text == "one"
    second = (await exchange.take(run_id, key)).attempt
    assert second > first > 0
    await write(second, "two")
    await write(first, "nobody's")
    await write(second, "three")
    await exchange.settle(run_id, key, RunResult(ending="finished"))
    read = [(piece.text, piece.attempt) async for piece in reading]
    assert read == [("two", second), ("three", second)]
    await exchange.forget(run_id)
    # Offered and taken once more, long after: it goes on from there, whatever was forgotten.
    again = await exchange.offer(run_id, Run(language="python", source="x"))
    assert (await exchange.take(run_id, again)).attempt > second
    await exchange.forget(run_id)
