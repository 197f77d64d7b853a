"""The worker that runs code tells what can be run, whatever befalls its checks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest

from code_worker import Standing
from interview.domain.code_runs import LanguageStatus, Run, RunResult, SandboxStatus
from interview.sandbox.exchange import CodeExchange
from interview.sandbox.port import OutputSink, Sandbox
from interview.streams.log import connect_redis

WELL = SandboxStatus(languages=(LanguageStatus(language="python", available=True),))


class FakeSandbox(Sandbox):
    """`checks`: what each gives; the last one again and again."""

    def __init__(self, *checks: SandboxStatus | Exception) -> None:
        self.checks = list(checks)

    @property
    def name(self) -> str:
        return "fake"

    async def check(self) -> SandboxStatus:
        found = self.checks.pop(0) if len(self.checks) > 1 else self.checks[0]
        if isinstance(found, Exception):
            raise found
        return found

    async def run(self, run: Run, output: OutputSink, name: str = "") -> RunResult:
        raise AssertionError("nothing is run")

    async def close(self) -> None: ...


class Told(CodeExchange):
    def __init__(self) -> None:
        super().__init__(connect_redis("redis://nobody.invalid"))
        self.statuses: list[SandboxStatus] = []
        self._changed = asyncio.Condition()

    async def show_alive(self, worker_id: str, status: SandboxStatus) -> None:
        async with self._changed:
            self.statuses.append(status)
            self._changed.notify_all()

    async def until(self, holds: Callable[[list[SandboxStatus]], bool]) -> None:
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: holds(self.statuses))


@pytest.mark.parametrize("broken", [OverflowError("inf"), ValueError("a secret")])
async def test_a_check_that_breaks_down_is_told_and_made_again(broken: Exception) -> None:
    told = Told()
    standing = Standing(told, FakeSandbox(broken, WELL), every_s=0.01)
    checking = asyncio.create_task(standing.check())
    try:
        async with asyncio.timeout(10):
            await standing.checked.wait()  # a run waits for this
        await told.until(lambda statuses: statuses[-1].available == ("python",))
    finally:
        checking.cancel()
        with suppress(asyncio.CancelledError):
            await checking
    assert told.statuses[0] == SandboxStatus(backend="fake", reason="the check broke down")


async def test_one_that_breaks_down_later_does_not_stay_available() -> None:
    told = Told()
    standing = Standing(told, FakeSandbox(WELL, OSError()), every_s=0.01)
    checking = asyncio.create_task(standing.check())
    try:
        await told.until(lambda statuses: len(statuses) >= 3)
    finally:
        checking.cancel()
        with suppress(asyncio.CancelledError):
            await checking
    assert [status.available for status in told.statuses[:2]] == [("python",), ()]
