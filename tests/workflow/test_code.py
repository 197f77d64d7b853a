"""Running what is on the pad, beside the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from temporalio import activity
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from interview.contracts.code import CodeActivities, CodeRan, CodeRun
from interview.contracts.coding import (
    CodeOffered,
    PadActivities,
    PadRun,
    RunCodeInput,
    SettleInput,
)
from interview.contracts.ids import CODE_QUEUE, PAD_QUEUE
from interview.domain.directives import Directive
from tests.workflow.fakes import SPEECH_MS
from tests.workflow.floor import Floor
from tests.workflow.plans import make_coding_plan
from tests.workflow.room import Room
from workflows.interview import InterviewWorkflow

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODING_QUESTION = "introduction-1"


class FakePads(PadActivities):
    def __init__(self) -> None:
        self.offered: list[str] = []
        self.settled: list[str] = []
        self.given_up: list[str] = []
        self.nothing_to_run = False
        self.result = asyncio.Event()
        self.result.set()

    @activity.defn(name="pad.offer")
    async def offer(self, request: PadRun) -> CodeOffered:
        self.offered.append(request.name)
        return CodeOffered(key=None if self.nothing_to_run else "key")

    @activity.defn(name="pad.settle")
    async def settle(self, request: SettleInput) -> None:
        await self.result.wait()
        self.settled.append(request.name)

    @activity.defn(name="pad.give_up")
    async def give_up(self, request: PadRun) -> None:
        self.given_up.append(request.name)


class FakeRunner(CodeActivities):
    def __init__(self) -> None:
        self.ran: list[str] = []
        self.hold = asyncio.Event()
        self.hold.set()
        self.fails = False

    @activity.defn(name="code.run")
    async def run(self, request: CodeRun) -> CodeRan:
        self.ran.append(request.run_id)
        if self.fails:
            raise ApplicationError("gone", type="code.run_lost", non_retryable=True)
        await self.hold.wait()
        return CodeRan(ending="finished")


class Desk:
    def __init__(self, floor: Floor) -> None:
        self.floor, self.pads, self.runner = floor, FakePads(), FakeRunner()

    async def open(self) -> Room:
        room = await self.floor.open(make_coding_plan())
        await room.until(lambda s: s.running_turn_id is None and s.state.turn_number == 1)
        return room


@pytest_asyncio.fixture(loop_scope="session")
async def desk(floor: Floor) -> AsyncGenerator[Desk]:
    desk = Desk(floor)
    pads, runner = desk.pads, desk.runner
    async with (
        Worker(
            floor.env.client,
            task_queue=PAD_QUEUE,
            activities=[pads.offer, pads.settle, pads.give_up],
        ),
        Worker(floor.env.client, task_queue=CODE_QUEUE, activities=[runner.run]),
    ):
        yield desk
        pads.result.set()
        runner.hold.set()


async def _run(room: Room, run_id: str = "run-1", question_id: str = CODING_QUESTION) -> None:
    request = RunCodeInput(run_id=run_id, question_id=question_id, tests=True)
    await room.update(InterviewWorkflow.run_code, request)


async def _run_next(room: Room, run_id: str) -> None:
    """The workflow learns a little later than the activities do that the one before is over."""
    while True:
        try:
            return await _run(room, run_id)
        except WorkflowUpdateFailedError as refused:
            busy = isinstance(refused.cause, ApplicationError) and refused.cause.type == "code.busy"
            if not busy:
                raise


async def _refusal(room: Room, run_id: str, question_id: str = CODING_QUESTION) -> str | None:
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await _run(room, run_id, question_id)
    assert isinstance(refused.value.cause, ApplicationError)
    return refused.value.cause.type


async def test_a_run_is_offered_run_and_settled_while_they_talk(desk: Desk) -> None:
    room = await desk.open()
    desk.runner.hold.clear()
    desk.pads.result.clear()
    desk.floor.stages.directives["turn-talking"] = Directive.CONTINUE
    await _run(room)
    name = f"{_id(room)}.run-1"
    await room.until(lambda _: desk.runner.ran == [name])
    snapshot = await room.answer("turn-talking")
    assert snapshot.question_id == CODING_QUESTION, "talking does not end the writing"
    assert desk.floor.stages.briefs()[-1].is_coding
    desk.runner.hold.set()
    desk.pads.result.set()
    await room.until(lambda _: desk.pads.settled == [name])
    assert (desk.pads.offered, desk.pads.given_up) == ([name], [])
    await _run_next(room, "run-2")
    await room.until(lambda _: len(desk.pads.settled) == 2)
    await room.end()
    await room.handle.result()


async def test_one_run_at_a_time_and_of_the_question_that_is_asked(desk: Desk) -> None:
    room = await desk.open()
    desk.runner.hold.clear()
    await _run(room)
    await _run(room)  # asked for again: the same one
    assert await _refusal(room, "run-2") == "code.busy"
    assert await _refusal(room, "run-3", "warmup-1") == "code.not_asked"
    await room.answer()  # moves on
    await _run(room)  # and again: it goes on
    desk.runner.hold.set()
    await room.until(lambda _: len(desk.pads.settled) == 1)
    assert await _refusal(room, "run-4") == "code.not_asked"
    assert len(desk.pads.offered) == 1
    await room.end()
    await room.handle.result()


async def test_what_cannot_be_run_is_told_and_the_interview_goes_on(desk: Desk) -> None:
    room = await desk.open()
    desk.runner.fails = True
    desk.pads.result.clear()
    await _run(room)
    await room.until(lambda _: len(desk.pads.given_up) == 1)
    assert desk.pads.settled == []
    desk.runner.fails = False
    desk.pads.result.set()
    desk.pads.nothing_to_run = True
    await _run_next(room, "run-2")
    await room.until(lambda _: len(desk.pads.offered) == 2)
    snapshot = await room.answer()
    assert snapshot.question_id == "warmup-1"
    assert len(desk.runner.ran) == 1
    await room.end()
    await room.handle.result()


async def test_the_end_waits_for_a_run_a_little_and_not_for_ever(desk: Desk) -> None:
    room = await desk.open()
    desk.runner.hold.clear()
    await _run(room)
    await room.until(lambda _: len(desk.runner.ran) == 1)
    await room.end()
    await room.skip(30.0)
    result = await room.handle.result()
    assert result.outcome == "ended_by_candidate"


async def test_who_writes_is_silent_and_is_neither_nudged_nor_paused(desk: Desk) -> None:
    room = await desk.open()
    await room.skip(280.0)
    snapshot = await room.snapshot()
    assert (snapshot.state.status, snapshot.state.nudges) == ("active", 0)
    used_s = snapshot.state.phase_time_used_s
    await room.answer()
    assert len(desk.floor.stages.spoken) == 2, "greeting and reply"
    assert used_s <= SPEECH_MS / 1000 + 1
    await room.end()
    await room.handle.result()


def _id(room: Room) -> str:
    return room.handle.id.removeprefix("interview-")
