"""Retention as timers, and the steps of an erasure in their order."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from temporalio import activity
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from interview.contracts.erasure import (
    LOOK_AGAIN,
    Due,
    EraseInput,
    ErasureActivities,
    ErasureInput,
    LookInput,
    RetentionActivities,
    RetentionInput,
    RetimeInput,
    StopInput,
)
from interview.contracts.ids import ERASURE_QUEUE, erasure_workflow_id, retention_workflow_id
from workflows.erasure import ErasureWorkflow, RetentionWorkflow

pytestmark = pytest.mark.asyncio(loop_scope="session")

STEPS = [
    "stop",
    "delete_rows",
    "delete_objects",
    "delete_streams",
    "destroy_key",
    "delete_history",
    "finish",
]
SWEEP = ["stop", "delete_objects", "delete_streams", "delete_history"]


@dataclass
class FakeErasure(ErasureActivities, RetentionActivities):
    """An interview that ended at `ended_at`, as the database has it."""

    ended_at: datetime
    retention: timedelta | None = None
    requested: bool = False
    done: list[str] = field(default_factory=list[str])
    looks: list[datetime] = field(default_factory=list[datetime])
    erased_at: datetime | None = None
    failures: dict[str, list[Exception]] = field(default_factory=dict[str, list[Exception]])
    pages: list[str | None] = field(default_factory=list[str | None])
    retimed: list[str] = field(default_factory=list[str])
    on_retime: asyncio.Event | None = None

    @activity.defn(name="erasure.look")
    async def look(self, request: LookInput) -> Due:
        self.looks.append(request.at)
        if self.requested and "finish" not in self.done:
            return Due(state="now")
        if self.retention is None or self.erased_at is not None:
            return Due(state="never")
        erase_at = self.ended_at + self.retention
        if erase_at > request.at:
            return Due(state="later", erase_at=erase_at)
        self.requested, self.erased_at = True, request.at
        return Due(state="now", erase_at=erase_at)

    @activity.defn(name="erasure.stop")
    async def stop(self, request: StopInput) -> None:
        self._do("stop")

    @activity.defn(name="erasure.delete_rows")
    async def delete_rows(self, request: EraseInput) -> None:
        self._do("delete_rows")

    @activity.defn(name="erasure.delete_objects")
    async def delete_objects(self, request: EraseInput) -> None:
        self._do("delete_objects")

    @activity.defn(name="erasure.delete_streams")
    async def delete_streams(self, request: EraseInput) -> None:
        self._do("delete_streams")

    @activity.defn(name="erasure.destroy_key")
    async def destroy_key(self, request: EraseInput) -> None:
        self._do("destroy_key")

    @activity.defn(name="erasure.delete_history")
    async def delete_history(self, request: EraseInput) -> None:
        self._do("delete_history")

    @activity.defn(name="erasure.finish")
    async def finish(self, request: EraseInput) -> None:
        self._do("finish")

    @activity.defn(name="retention.retime")
    async def retime(self, request: RetimeInput) -> str | None:
        self.retimed.append(request.after)
        if self.on_retime is not None:
            await self.on_retime.wait()
        return self.pages.pop(0)

    def activities(self) -> list[object]:
        names = [*STEPS, "look", "retime"]
        return [getattr(self, name) for name in names]

    def _do(self, step: str) -> None:
        if self.failures.get(step):
            raise self.failures[step].pop(0)
        self.done.append(step)


@dataclass
class Desk:
    env: WorkflowEnvironment
    fake: FakeErasure
    began: datetime

    async def start(self, interview_id: str | None = None) -> WorkflowHandle[ErasureWorkflow, None]:
        """As `Erasing` does."""
        interview_id = interview_id or str(uuid.uuid4())
        return await self.env.client.start_workflow(
            ErasureWorkflow.run,
            ErasureInput(interview_id=interview_id),
            id=erasure_workflow_id(interview_id),
            task_queue=ERASURE_QUEUE,
            start_signal=LOOK_AGAIN,
        )

    async def skip(self, time: timedelta) -> None:
        await self.env.sleep(time)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - activities of another task
                await asyncio.sleep(0.005)

    async def until_looked(self, times: int) -> None:
        await self.until(lambda: len(self.fake.looks) >= times)

    def days(self) -> float:
        assert self.fake.erased_at is not None
        return (self.fake.erased_at - self.began) / timedelta(days=1)


@pytest_asyncio.fixture(loop_scope="session")
async def desk(time_skipping_env: WorkflowEnvironment) -> AsyncGenerator[Desk]:
    began = (await time_skipping_env.get_current_time()).astimezone(UTC)
    fake = FakeErasure(ended_at=began)
    async with Worker(
        time_skipping_env.client,
        task_queue=ERASURE_QUEUE,
        workflows=[ErasureWorkflow, RetentionWorkflow],
        activities=fake.activities(),  # pyright: ignore[reportArgumentType] bound methods
    ):
        yield Desk(time_skipping_env, fake, began)


async def test_after_180_days_it_is_erased_step_by_step(desk: Desk) -> None:
    desk.fake.retention = timedelta(days=180)
    handle = await desk.start()
    await desk.until_looked(1)
    await desk.skip(timedelta(days=179))
    assert desk.fake.done == []
    await handle.result()
    assert desk.fake.done == STEPS + SWEEP
    assert 180 <= desk.days() < 180.1
    replayer = Replayer(workflows=[ErasureWorkflow], data_converter=desk.env.client.data_converter)
    await replayer.replay_workflow(await handle.fetch_history())


async def test_a_longer_retention_is_seen_when_the_timer_fires(desk: Desk) -> None:
    """Nobody has to tell it: never too early, whatever became of the signal."""
    desk.fake.retention = timedelta(days=30)
    handle = await desk.start()
    await desk.until_looked(1)
    desk.fake.retention = timedelta(days=90)
    await handle.result()
    assert 90 <= desk.days() < 90.1


async def test_a_shorter_retention_is_told(desk: Desk) -> None:
    desk.fake.retention = timedelta(days=180)
    interview_id = str(uuid.uuid4())
    handle = await desk.start(interview_id)
    await desk.until_looked(1)
    await desk.skip(timedelta(days=10))
    desk.fake.retention = timedelta(days=7)
    assert (await desk.start(interview_id)).id == handle.id
    await handle.result()
    assert 10 <= desk.days() < 10.1
    assert desk.fake.done == STEPS + SWEEP


async def test_without_retention_it_is_kept_and_may_be_started_again(desk: Desk) -> None:
    interview_id = str(uuid.uuid4())
    desk.fake.retention = timedelta(days=5)
    handle = await desk.start(interview_id)
    await desk.until_looked(1)
    desk.fake.retention = None
    await handle.result()
    assert desk.fake.done == []
    desk.fake.retention = timedelta(days=20)
    await (await desk.start(interview_id)).result()
    assert desk.fake.done == STEPS + SWEEP


async def test_a_request_does_not_wait_for_retention(desk: Desk) -> None:
    desk.fake.retention = timedelta(days=180)
    interview_id = str(uuid.uuid4())
    handle = await desk.start(interview_id)
    await desk.until_looked(1)
    desk.fake.requested = True
    await desk.start(interview_id)
    await desk.start(interview_id)
    await desk.until(lambda: desk.fake.done == STEPS)  # time stands still
    await handle.result()
    assert desk.fake.done == STEPS + SWEEP


async def test_started_for_nothing_it_ends(desk: Desk) -> None:
    handle = await desk.start()
    await handle.result()
    assert desk.fake.done == []


async def test_what_no_retry_mends_is_tried_again_until_it_is_mended(desk: Desk) -> None:
    final = ApplicationError("no", type="database.rejected", non_retryable=True)
    desk.fake.requested = True
    desk.fake.failures = {
        "delete_objects": [ApplicationError("away", type="blob.unavailable")] * 3,
        "destroy_key": [final, final],
    }
    await (await desk.start()).result()
    assert desk.fake.done == STEPS + SWEEP


async def _retention(desk: Desk) -> WorkflowHandle[RetentionWorkflow, None]:
    organization_id = str(uuid.uuid4())
    return await desk.env.client.start_workflow(
        RetentionWorkflow.run,
        RetentionInput(organization_id=organization_id),
        id=retention_workflow_id(organization_id),
        task_queue=ERASURE_QUEUE,
        start_signal=LOOK_AGAIN,
    )


async def test_every_page_of_an_organization_is_retimed(desk: Desk) -> None:
    desk.fake.pages = ["a", "b", None]
    await (await _retention(desk)).result()
    assert desk.fake.retimed == ["", "a", "b"]


async def test_a_change_meanwhile_begins_from_the_beginning(desk: Desk) -> None:
    desk.fake.pages = ["a", None, None]
    desk.fake.on_retime = asyncio.Event()
    handle = await _retention(desk)
    await desk.until(lambda: bool(desk.fake.retimed))
    await handle.signal(LOOK_AGAIN)
    desk.fake.on_retime.set()
    await handle.result()
    assert desk.fake.retimed == ["", ""]
    assert (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED
