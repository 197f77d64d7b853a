"""Workers and fakes for the interviews of one test."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Self

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from interview.contracts.ids import (
    CONVERSE_QUEUE,
    EVALUATION_QUEUE,
    INTERVIEW_QUEUE,
    SPEAK_QUEUE,
    TRANSCRIBE_QUEUE,
)
from interview.contracts.interview import InterviewInput, InterviewState, Limits
from interview.domain.plan import Plan
from tests.workflow.fakes import FakeEvaluation, FakeRecords, FakeStages
from tests.workflow.room import LIMITS, Room
from workflows.evaluation import EvaluationWorkflow
from workflows.interview import InterviewWorkflow

__all__ = ["Floor"]


class Floor:
    """Serves the four queues while it is entered. On leaving, open interviews are ended, and one
    whose workflow code failed fails the test: the server only tries such tasks again."""

    def __init__(
        self,
        env: WorkflowEnvironment,
        *,
        max_cached_workflows: int = 1000,
        stages: FakeStages | None = None,
    ) -> None:
        self.env = env
        self.stages = stages or FakeStages()
        self.records = FakeRecords()
        self._cached = max_cached_workflows
        self._rooms: list[Room] = []
        self._workers = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self.start_workers()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stages.release()
        self.records.release()
        for room in self._rooms:
            await _end(room)
            await _evaluated(room)
        await self.stop_workers()
        for room in self._rooms:
            await _check(room)

    async def open(
        self,
        plan: Plan,
        *,
        limits: Limits = LIMITS,
        name: str = "Ada",
        greeted: bool = True,
        state: InterviewState | None = None,
        interview_id: str | None = None,
    ) -> Room:
        """An interview, once its greeting is over. `state`: it has got so far already."""
        request = InterviewInput(
            interview_id=interview_id or uuid.uuid4().hex,
            plan=plan,
            candidate_name=name,
            limits=limits,
            state=state,
        )
        room = await Room.open(self.env, self.stages, self.records, request)
        self._rooms.append(room)
        if greeted:
            await room.greeted()
        return room

    async def start_workers(self) -> None:
        for worker in _pools(self.env.client, self.stages, self.records, self._cached):
            await self._workers.enter_async_context(worker)

    async def stop_workers(self) -> None:
        """Running activities are cancelled, as when the process is told to end."""
        await self._workers.aclose()


def _pools(client: Client, stages: FakeStages, records: FakeRecords, cached: int) -> list[Worker]:
    """The queues as the real worker serves them: workflows and records, then one a stage."""

    def pool(queue: str, *activities: Callable[..., object]) -> Worker:
        return Worker(client, task_queue=queue, activities=activities)

    evaluation = FakeEvaluation()
    return [
        Worker(
            client,
            task_queue=INTERVIEW_QUEUE,
            workflows=[InterviewWorkflow],
            activities=[records.announce, records.close],
            max_cached_workflows=cached,
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
        ),
        # One that nobody serves would hold up the test server's time.
        Worker(
            client,
            task_queue=EVALUATION_QUEUE,
            workflows=[EvaluationWorkflow],
            activities=[
                evaluation.begin,
                evaluation.sample,
                evaluation.finish,
                evaluation.follow,
            ],
        ),
        pool(TRANSCRIBE_QUEUE, stages.transcribe),
        pool(CONVERSE_QUEUE, stages.converse),
        pool(SPEAK_QUEUE, stages.speak, stages.prepare_speech),
    ]


async def _end(room: Room) -> None:
    """Terminating is the last resort: the test server then keeps the locks of running tasks,
    and its time never skips again."""
    description = await room.handle.describe()
    if description.status is not WorkflowExecutionStatus.RUNNING:
        return
    try:
        async with asyncio.timeout(5):
            await room.end()
            await room.result()
    except (
        TimeoutError,
        RPCError,
        WorkflowUpdateFailedError,
        WorkflowUpdateRPCTimeoutOrCancelledError,
        WorkflowFailureError,
    ):
        await room.handle.terminate("the test is over")


async def _evaluated(room: Room) -> None:
    """Its child outlives it: left alone, it would hold up the test server's time."""
    child = room.env.client.get_workflow_handle(f"{room.handle.id}-evaluation")
    with room.env.auto_time_skipping_disabled():
        try:
            async with asyncio.timeout(5):
                await child.result()
        except (TimeoutError, RPCError, WorkflowFailureError):
            pass  # it was terminated, or has no rubric


async def _check(room: Room) -> None:
    history = await room.handle.fetch_history()
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            failed = event.workflow_task_failed_event_attributes
            unhandled = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
            assert failed.cause == unhandled, failed.failure.message
