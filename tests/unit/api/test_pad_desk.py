"""What is on a pad is kept in the order in which it was written, whoever is away meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

import api.pads
from api.pads import PadDesk
from interview.domain.code_runs import Language
from interview.errors import ConflictError, InterviewError, RateLimitedError
from interview.protocol.client import CodeRun, CodeSnapshot
from interview.protocol.server import CodeSaved, ServerMessage


@dataclass
class Store:
    """Like `Pads`, away as often as it is told to be."""

    away: int = 0
    saved: list[str] = field(default_factory=list[str])
    forgotten: list[str] = field(default_factory=list[str])
    known_runs: set[str] = field(default_factory=set[str])

    async def save(
        self,
        interview_id: str,
        question_id: str,
        language: Language,
        text: str,
        *,
        known: int | None = None,
    ) -> int:
        await asyncio.sleep(0)
        if self.away:
            self.away -= 1
            raise InterviewError("database.unavailable", "away", retryable=True)
        if known is not None and known != len(self.saved):
            raise ConflictError("code.outdated", "there is a newer one")
        self.saved.append(text)
        return len(self.saved)

    async def ask(self, interview_id: str, run_id: str, *place: Any, **how: Any) -> bool:
        is_new = run_id not in self.known_runs
        self.known_runs.add(run_id)
        return is_new

    async def run(self, interview_id: str, run_id: str) -> None:
        return None

    async def forget_run(self, interview_id: str, run_id: str) -> None:
        self.forgotten.append(run_id)


@dataclass
class Room:
    """A desk, and what was told through it."""

    store: Store
    told: list[ServerMessage] = field(default_factory=list[ServerMessage])
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    throttled: bool = False

    def __post_init__(self) -> None:
        task = SimpleNamespace(languages=("python",))
        question = SimpleNamespace(question_id="echo", coding=task)
        record = SimpleNamespace(interview_id="i", plan=SimpleNamespace(questions=[question]))
        services = SimpleNamespace(
            pads=self.store,
            background=SimpleNamespace(spawn=self._spawn),
            throttle=SimpleNamespace(hit=self._hit),
            code=SimpleNamespace(status=self._status),
        )
        engine = SimpleNamespace(run_code=self._refuse)
        self.desk = PadDesk(
            cast(Any, services), cast(Any, record), cast(Any, engine), "c", self.told.append
        )

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.add(asyncio.create_task(work))

    async def _hit(self, *limit: Any) -> None:
        if self.throttled:
            raise RateLimitedError("too many", retry_after_s=1)

    async def _status(self) -> Any:
        return SimpleNamespace(available=("python",))

    async def _refuse(self, asked: Any, update_id: str, on_delay: Callable[[], None]) -> None:
        raise ConflictError("code.not_asked", "it went on")

    async def settled(self) -> None:
        async with asyncio.timeout(10):
            while pending := [task for task in self.tasks if not task.done()]:
                await asyncio.wait(pending)


def snapshot(text: str, edit: int) -> CodeSnapshot:
    return CodeSnapshot(
        type="code_snapshot", question_id="echo", edit=edit, language="python", text=text
    )


def run(text: str, edit: int) -> CodeRun:
    return CodeRun(
        type="code_run",
        question_id="echo",
        edit=edit,
        language="python",
        text=text,
        run_id="r" * 32,
        tests=True,
    )


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.pads, "_RETRY_S", (0.01, 0.01))
    monkeypatch.setattr(api.pads, "SAVES_PER_S", 100.0)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)


async def test_what_is_run_is_not_followed_by_what_was_written_before_it() -> None:
    room = Room(Store(away=1))
    room.desk.save(snapshot("old", 1))
    await until(lambda: room.store.away == 0)
    room.desk.run(run("new", 2))
    await room.settled()
    assert room.store.saved == ["new"]


async def test_what_is_written_after_a_run_is_kept_after_it() -> None:
    room = Room(Store(away=2))
    room.desk.save(snapshot("one", 1))
    room.desk.run(run("two", 2))
    room.desk.save(snapshot("three", 3))
    await room.settled()
    assert room.store.saved == ["two", "three"]
    assert [m.edit for m in room.told if isinstance(m, CodeSaved)] == [2, 3]


async def test_what_may_not_be_run_is_kept_all_the_same() -> None:
    room = Room(Store(), throttled=True)
    room.desk.save(snapshot("one", 1))
    room.desk.run(run("two", 2))
    await room.settled()
    assert room.store.saved == ["two"]


async def test_a_connection_that_is_over_does_not_overwrite_what_the_next_one_kept() -> None:
    store = Store(away=1)
    before, after = Room(store), Room(store)
    before.desk.save(snapshot("old", 1))
    await until(lambda: store.away == 0)
    before.desk.leave()
    after.desk.save(snapshot("newer", 1))
    await before.settled()
    await after.settled()
    assert store.saved == ["newer"]


async def test_the_last_words_of_a_connection_that_is_over_are_kept() -> None:
    room = Room(Store(away=1))
    room.desk.save(snapshot("last words", 1))
    await until(lambda: room.store.away == 0)
    room.desk.leave()
    await room.settled()
    assert room.store.saved == ["last words"]


@pytest.mark.parametrize("was_known", [False, True])
async def test_a_refused_run_is_forgotten_unless_it_may_be_under_way(was_known: bool) -> None:
    room = Room(Store(known_runs={"r" * 32} if was_known else set()))
    room.desk.run(run("new", 1))
    await room.settled()
    assert room.store.forgotten == ([] if was_known else ["r" * 32])
