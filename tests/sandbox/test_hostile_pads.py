"""What a pad may hold, get to the sandbox as it may: each ends in words of ours, within limits."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncGenerator
from contextlib import suppress

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from activities.code import RunCode
from interview.contracts.code import CodeRun
from interview.domain.code_runs import Language, Limits, OutputPiece, Run
from interview.errors import NotFoundError
from interview.sandbox.bubblewrap.backend import Bubblewrap
from interview.sandbox.exchange import CodeExchange
from tests.services import RunningStack

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

_SLOTS = 3
_RUNS = 120
_AT_ONCE_S = 60.0 * _RUNS / 1000
"""A thousand a minute."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncGenerator[Bubblewrap]:
    sandbox = Bubblewrap(slots=_SLOTS)
    languages: tuple[Language, ...] = ("python", "javascript", "cpp", "sql")
    assert set((await sandbox.check(languages)).available) == set(languages)
    yield sandbox
    await sandbox.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def exchange(services: RunningStack) -> AsyncGenerator[CodeExchange]:
    redis = Redis.from_url(services.urls["REDIS_URL"])  # pyright: ignore[reportUnknownMemberType] untyped keyword arguments
    yield CodeExchange(redis)
    await redis.aclose()


def checked() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@pytest.mark.parametrize("size", [100_001, 10_000_000])
async def test_a_source_that_nobody_looked_at_is_not_run(
    sandbox: Bubblewrap, exchange: CodeExchange, size: int
) -> None:
    """As from an API that had forgotten to."""
    run_id = uuid.uuid4().hex
    run = Run.model_construct(language="python", source="#" * size, inputs=("",), limits=Limits())
    key = await exchange.offer(run_id, run)
    worker = RunCode(exchange, sandbox, checked())

    with pytest.raises(NotFoundError) as failure:
        await worker.run(CodeRun(run_id=run_id, key=key))

    assert failure.value.code == "code.run_lost"
    assert await exchange.result(run_id, key) is None


_SOURCES = {
    "NUL": "\0",
    "NULs behind": "print(1)\0\0",
    "half a character": "\ud800",
    "ANSI": "\x1b[2J\x07",
    "bidi": "\u202e\u2066",
    "full": "#" * 100_000,
    "deep": "(" * 100_000,
    "empty": "",
}


@pytest.mark.parametrize(
    ("language", "name"),
    [
        *(("python", name) for name in _SOURCES),
        *(
            (language, name)
            for language in ("javascript", "cpp", "sql")
            for name in ("NUL", "deep")
        ),
    ],
)
async def test_any_source_ends_in_words_of_ours(
    sandbox: Bubblewrap, language: Language, name: str
) -> None:
    run = Run(language=language, source=_SOURCES[name], limits=Limits(cpu_s=2, wall_s=20))

    result = await sandbox.run(run, lambda _: None)

    assert result.ending in ("finished", "compile_error")
    endings = {case.ending for case in result.cases}
    assert endings <= {"finished", "runtime_error", "time_limit", "memory_limit", "output_limit"}
    said = result.compiler + "".join(case.stdout + case.stderr for case in result.cases)
    assert not set(said) & {"\0", "\x1b", "\x07"}


async def test_what_is_written_is_text_in_pieces_and_whole(sandbox: Bubblewrap) -> None:
    """Cut at any place, also in the middle of a character."""
    source = r"""
import os, time
for piece in (b'\xc3', b'\xa9\xff\x00', b'\x1b[31m', b'<script>', b'\xf0\x9f', b'\n'):
    os.write(1, piece)
    time.sleep(0.05)
"""
    pieces: list[OutputPiece] = []

    result = await sandbox.run(Run(language="python", source=source), pieces.append)

    (case,) = result.cases
    assert case.stdout == "é\ufffd\ufffd\ufffd[31m<script>\ufffd\n"
    assert "".join(piece.text for piece in pieces) == case.stdout


async def test_inputs_are_no_way_in(sandbox: Bubblewrap) -> None:
    inputs = ("\0\x1b]0;x\x07", "\ud800", "'; rm -rf /\n$(id)", "x" * 1_000_000)
    source = "import sys; print(len(sys.stdin.buffer.read()))"

    result = await sandbox.run(Run(language="python", source=source, inputs=inputs), lambda _: None)

    assert [case.stdout for case in result.cases] == ["7\n", "1\n", "17\n", "1000000\n"]


async def test_a_thousand_a_minute_wait_for_their_turn(sandbox: Bubblewrap) -> None:
    """More than there are slots: none is lost, none is mixed up, and never do more run at once."""
    most, over = 0, asyncio.Event()

    async def look() -> None:
        nonlocal most
        while not over.is_set():
            most = max(most, len(await asyncio.to_thread(_at_work, sandbox.uids)))
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), 0.02)

    async def one(number: int) -> str:
        await asyncio.sleep(_AT_ONCE_S * number / _RUNS)
        result = await sandbox.run(
            Run(language="python", source=f"print({number})"), lambda _: None
        )
        return result.cases[0].stdout

    looking = asyncio.create_task(look())
    descriptors = len(os.listdir("/proc/self/fd"))
    said = await asyncio.gather(*(one(number) for number in range(_RUNS)))
    over.set()
    await looking

    assert said == [f"{number}\n" for number in range(_RUNS)]
    assert 0 < most <= _SLOTS
    assert _at_work(sandbox.uids) == set()
    assert len(os.listdir("/proc/self/fd")) <= descriptors


def _at_work(uids: frozenset[int]) -> set[int]:
    found: set[int] = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            if (uid := os.stat(f"/proc/{pid}").st_uid) in uids:
                found.add(uid)
    return found
