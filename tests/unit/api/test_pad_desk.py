"""What is on a pad is kept in the order in which it was written, whoever is away meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

import api.pads
from api.pads import PadDesk
from interview.coding.pads import Kept, SnapshotRow
from interview.domain.code_runs import Language
from interview.domain.coding import CodeTest, CodingTask, Starter
from interview.errors import ConflictError, InterviewError, RateLimitedError
from interview.protocol.client import CodeRun, CodeSnapshot
from interview.protocol.server import CodePad, CodeSaved, ErrorMessage, ServerMessage

TASK = CodingTask(
    title="Echo",
    statement="Write what you read.",
    starters=(Starter(language="python", code=""),),
    visible_tests=(CodeTest(name="shown", expected=""),),
)
QUESTIONS = {"hello": False, "echo": True, "then": False, "skipped": True, "bye": False}


@dataclass
class Store:
    """Like `Pads`, away as often as it is told to be."""

    away: int = 0
    saved: list[str] = field(default_factory=list[str])
    forgotten: list[str] = field(default_factory=list[str])
    known_runs: set[str] = field(default_factory=set[str])
    late: bool = False
    full: bool = False
    left: set[str] = field(default_factory=set[str])
    """Questions that are over."""

    async def save(
        self,
        interview_id: str,
        question_id: str,
        language: Language,
        text: str,
        *,
        known: int | None = None,
    ) -> Kept:
        await asyncio.sleep(0)
        if self.away:
            self.away -= 1
            raise InterviewError("database.unavailable", "away", retryable=True)
        if self.full:
            raise ConflictError("code.over", "it is over")
        if known is not None and known != len(self.saved):
            raise ConflictError("code.outdated", "there is a newer one")
        self.saved.append(text)
        return Kept(len(self.saved), self.late)

    async def is_over(self, interview_id: str, question_id: str) -> bool:
        return question_id in self.left

    async def newest(self, interview_id: str, question_id: str) -> SnapshotRow:
        return SnapshotRow(
            snapshot_id="s",
            question_id=question_id,
            revision=7,
            language="python",
            text=f"left of {question_id}",
            created_at=datetime.now(UTC),
        )

    async def newest_run(self, interview_id: str, question_id: str) -> None:
        return None

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
        questions = [
            SimpleNamespace(question_id=question_id, coding=TASK if is_coding else None)
            for question_id, is_coding in QUESTIONS.items()
        ]
        record = SimpleNamespace(interview_id="i", plan=SimpleNamespace(questions=questions))
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


async def test_it_is_told_of_what_came_late() -> None:
    room = Room(Store(late=True))
    room.desk.save(snapshot("late", 1))
    await room.settled()
    assert [m.late for m in room.told if isinstance(m, CodeSaved)] == [True]


async def test_of_a_run_that_cannot_be_kept_it_is_told_why() -> None:
    room = Room(Store(full=True))
    room.desk.run(run("new", 1))
    await room.settled()
    (error,) = room.told
    assert isinstance(error, ErrorMessage)
    assert (error.code, error.turn_id, error.recoverable) == ("code.over", "r" * 32, True)
    assert room.store.known_runs == set(), "nothing is asked of the workflow"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (["hello"], []),
        (["echo"], [("echo", False)]),
        (["then"], [("echo", True)]),
        (["bye"], [("echo", True)]),
        ([None], [("echo", True)]),
        (["skipped"], [("skipped", False)]),
        (["echo", "then"], [("echo", False)]),
        (["then", "then", "bye"], [("echo", True)]),
    ],
)
async def test_who_enters_after_a_pad_sees_it_as_it_was_left(
    path: list[str | None], shown: list[tuple[str, bool]]
) -> None:
    room = Room(Store(left={"echo"}))
    for question_id in path:
        room.desk.at(question_id)
        await room.settled()
    pads = [message for message in room.told if isinstance(message, CodePad)]
    assert [(pad.question_id, pad.over) for pad in pads] == shown
    assert all(pad.text == f"left of {pad.question_id}" for pad in pads)
