"""The supervisor of a run is killed at any moment: nothing that it started outlives it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from functools import partial

import pytest
import pytest_asyncio

from interview.domain.code_runs import Limits, Run
from interview.sandbox.bubblewrap.backend import Bubblewrap
from interview.sandbox.bubblewrap.wire import Keeper

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

_SLEEPS = Run(
    language="python", source="import time\ntime.sleep(600)", limits=Limits(cpu_s=5, wall_s=30)
)
_HELLO = Run(language="python", source="print(1)")
_KILLS = 150
_LATEST_S = 0.020


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncGenerator[Bubblewrap]:
    sandbox = Bubblewrap(slots=2)
    assert "python" in (await sandbox.check(("python",))).available
    yield sandbox
    await sandbox.close()


def children(pid: int) -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(one) for one in file.read().split()]
    except OSError:
        return []


def descendants(pid: int) -> list[int]:
    found = children(pid)
    return found + [one for child in found for one in descendants(child)]


def has_descendants(pid: int, count: int) -> bool:
    return len(descendants(pid)) >= count


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while True:
            if condition():
                return
            await asyncio.sleep(0.001)


def living(uids: frozenset[int]) -> list[int]:
    found: list[int] = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError, IndexError):
            if os.stat(f"/proc/{pid}").st_uid not in uids:
                continue
            with open(f"/proc/{pid}/stat") as file:
                if file.read().rpartition(")")[2].split()[0] not in ("Z", "X"):
                    found.append(int(pid))
    return found


class Hunter(threading.Thread):
    """Kills a child of `keeper` `after_s` after it has `prey` descendants."""

    def __init__(self, keeper: int, after_s: float, prey: int = 1) -> None:
        super().__init__()
        self._keeper, self._after_s, self._prey = keeper, after_s, prey
        self.called_off = False
        self.killed = False

    def run(self) -> None:
        while not self.called_off and not self.killed:
            for supervisor in children(self._keeper):
                if len(descendants(supervisor)) >= self._prey:
                    until = time.perf_counter() + self._after_s
                    while time.perf_counter() < until:
                        pass
                    with suppress(ProcessLookupError):
                        os.kill(supervisor, signal.SIGKILL)
                        self.killed = True


def keeper_of(sandbox: Bubblewrap) -> Keeper:
    return sandbox._keeper  # pyright: ignore[reportPrivateUsage] what is to be killed


async def test_nothing_outlives_its_supervisor(sandbox: Bubblewrap) -> None:
    moments = random.Random(20)
    keeper = keeper_of(sandbox).pid
    assert keeper is not None
    for number in range(_KILLS):
        after_s = moments.uniform(0, _LATEST_S)
        # Every other time at the moment in which bubblewrap has started its second process.
        hunter = Hunter(keeper, after_s) if number % 2 else Hunter(keeper, 0, prey=2)
        hunter.start()
        result = await sandbox.run(_SLEEPS, lambda _: None)
        hunter.called_off = True
        await asyncio.to_thread(hunter.join)

        assert hunter.killed
        # At once: a run has returned only when nothing of it is left.
        assert living(sandbox.uids) == [], f"kill {number}, {after_s * 1000:.1f} ms"
        assert result.ending == "sandbox_unavailable"


async def test_nothing_outlives_a_run_that_is_given_up(sandbox: Bubblewrap) -> None:
    moments = random.Random(21)
    for _ in range(40):
        run = asyncio.create_task(sandbox.run(_SLEEPS, lambda _: None))
        await asyncio.sleep(moments.uniform(0, 3 * _LATEST_S))
        run.cancel()
        with suppress(asyncio.CancelledError):
            await run

        assert living(sandbox.uids) == []


async def test_nothing_outlives_the_keeper() -> None:
    sandbox = Bubblewrap(slots=2)
    try:
        assert "python" in (await sandbox.check(("python",))).available
        for number in range(10):
            keeper = keeper_of(sandbox).pid
            assert keeper is not None
            run = asyncio.create_task(sandbox.run(_SLEEPS, lambda _: None))
            await until(partial(has_descendants, keeper, 1 + number % 4))
            os.kill(keeper, signal.SIGKILL)

            assert (await run).ending == "sandbox_unavailable"
            await until(lambda: not living(sandbox.uids))
            assert (await sandbox.run(_HELLO, lambda _: None)).ending == "finished"
    finally:
        await sandbox.close()
