"""Where a path is walked: a server whose time is skipped, and workers with scripted activities."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, Self

from pydantic import BaseModel
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from interview.contracts.interview import InterviewState, Limits
from interview.domain.plan import Plan
from tests.replay.stored import contains, marks
from tests.workflow.floor import Floor
from tests.workflow.plans import make_plan
from tests.workflow.room import LIMITS, Room

__all__ = ["Answers", "Ground", "refused"]

_IDS = uuid.UUID("0d5d7a5e-3a50-4bb4-9c5c-1f6f4a0f8d11")

Answers = Mapping[str, Sequence[BaseModel | str | ApplicationError | asyncio.Event | None]]
"""By the activity's type, one a run; after these it returns None. An event is waited for first."""


def refused(code: str = "provider.rejected") -> ApplicationError:
    """What no retry mends."""
    return ApplicationError("no", type=code, non_retryable=True)


class Ground:
    """`id`: of whatever the path is about, the same each time it is recorded."""

    def __init__(self, env: WorkflowEnvironment, name: str) -> None:
        self.env = env
        self.id = str(uuid.uuid5(_IDS, name))
        self.floor = Floor(env)
        self._stack = AsyncExitStack()
        self._holds: list[asyncio.Event] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for hold in self._holds:
            hold.set()
        await self._stack.aclose()

    async def interview(
        self,
        plan: Plan | None = None,
        *,
        limits: Limits = LIMITS,
        state: InterviewState | None = None,
        greeted: bool = True,
    ) -> Room:
        """One with `tests.workflow`'s fakes, once its greeting is over."""
        await self._stack.enter_async_context(self.floor)
        return await self.floor.open(
            plan or make_plan(),
            limits=limits,
            state=state,
            greeted=greeted,
            interview_id=self.id,
        )

    def hold(self) -> asyncio.Event:
        """To be set later on, or when the path has been walked."""
        self._holds.append(asyncio.Event())
        return self._holds[-1]

    async def start(
        self,
        workflows: Sequence[type],
        queue: str,
        request: BaseModel,
        answers: Answers,
        *,
        signal: str | None = None,
    ) -> WorkflowHandle[Any, Any]:
        """The first of `workflows`, with activities that answer as they are told."""
        await self.serve(queue, answers, workflows)
        name = getattr(workflows[0], "__temporal_workflow_definition").name
        return await self.env.client.start_workflow(
            name, request, id=f"{name}-{self.id}", task_queue=queue, start_signal=signal
        )

    async def serve(self, queue: str, answers: Answers, workflows: Sequence[type] = ()) -> None:
        """Until the path has been walked."""
        worker = Worker(
            self.env.client,
            task_queue=queue,
            workflows=workflows,
            activities=[_Scripted(answers).act],
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        await self._stack.enter_async_context(worker)

    def first_run(self, handle: WorkflowHandle[Any, Any]) -> WorkflowHandle[Any, Any]:
        """Of a workflow that has continued as new."""
        return self.env.client.get_workflow_handle(handle.id, run_id=handle.result_run_id)

    async def until(self, handle: WorkflowHandle[Any, Any], *wanted: str) -> None:
        """Its history has these marks, and the workflow waits."""
        async with asyncio.timeout(10):
            while True:
                history = await handle.fetch_history()
                if contains(marks(history), wanted) and not _in_motion(history.events):
                    return
                await asyncio.sleep(0.01)

    async def skip(self, time: timedelta) -> None:
        await self.env.sleep(time)


class _Scripted:
    def __init__(self, answers: Answers) -> None:
        self._answers = {name: list(given) for name, given in answers.items()}

    @activity.defn(dynamic=True)
    async def act(self, args: Sequence[RawValue]) -> Any:
        left = self._answers.get(activity.info().activity_type, [])
        while left:
            answer = left.pop(0)
            if isinstance(answer, asyncio.Event):
                await answer.wait()
            elif isinstance(answer, ApplicationError):
                raise answer
            else:
                return answer
        return None


def _in_motion(events: Sequence[Any]) -> bool:
    """A workflow task is due or under way."""
    for event in reversed(events):
        match event.event_type:
            case (
                EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED
                | EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED
            ):
                return True
            case EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                return False
            case _:
                pass
    return False
