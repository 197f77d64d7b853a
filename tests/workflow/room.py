"""One interview on a test server: its handle, its fakes, its clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.workflow import UpdateMethodMultiParam

from interview.contracts.ids import INTERVIEW_QUEUE, workflow_id
from interview.contracts.interview import (
    Accommodation,
    AnswerTextInput,
    BeginTurnInput,
    EndInput,
    InterviewInput,
    InterviewSnapshot,
    Limits,
    RecoverTurnInput,
    Request,
    TurnAck,
)
from interview.contracts.records import CloseResult
from interview.protocol.client import Interruption
from tests.workflow.fakes import FakeRecords, FakeStages
from workflows.interview import InterviewWorkflow

__all__ = ["LIMITS", "Room"]

P = TypeVar("P")
R = TypeVar("R")

# Skipped time would run past the heartbeat of a stage that a test holds.
LIMITS = Limits(heartbeat_s=86_400.0, max_answer_s=86_400.0)


@dataclass
class Room:
    env: WorkflowEnvironment
    handle: WorkflowHandle[InterviewWorkflow, CloseResult]
    stages: FakeStages
    records: FakeRecords
    _answered: int = field(default=0, init=False)

    @classmethod
    async def open(
        cls,
        env: WorkflowEnvironment,
        stages: FakeStages,
        records: FakeRecords,
        request: InterviewInput,
    ) -> Room:
        handle = await env.client.start_workflow(
            InterviewWorkflow.run,
            request,
            id=workflow_id(request.interview_id),
            task_queue=INTERVIEW_QUEUE,
        )
        return cls(env, handle, stages, records)

    async def begin(
        self, turn_id: str | None = None, *, interruption: Interruption | None = None
    ) -> TurnAck:
        request = BeginTurnInput(turn_id=turn_id or self.next_id(), interruption=interruption)
        return await self.update(InterviewWorkflow.begin_turn, request)

    async def type(self, turn_id: str, text: str = "An answer.") -> TurnAck:
        request = AnswerTextInput(turn_id=turn_id, text=text)
        return await self.update(InterviewWorkflow.answer_text, request)

    async def answer(self, turn_id: str | None = None) -> InterviewSnapshot:
        """A spoken answer, until the loop has settled it."""
        return await self.settled((await self.begin(turn_id)).turn_id)

    async def settled(self, turn_id: str) -> InterviewSnapshot:
        """Until the turn is over and nothing of it runs."""
        return await self.until(
            lambda s: (
                s.running_turn_id is None and s.state.turns.get(turn_id, "running") != "running"
            )
        )

    async def pause(self) -> None:
        await self.update(InterviewWorkflow.pause, Request())

    async def resume(self) -> None:
        await self.update(InterviewWorkflow.resume, Request())

    async def repeat(self, update_id: str | None = None) -> None:
        await self.handle.execute_update(  # pyright: ignore[reportUnknownMemberType] as below
            InterviewWorkflow.repeat_question, Request(), id=update_id
        )

    async def end(self) -> None:
        await self.update(InterviewWorkflow.end_interview, EndInput())

    async def withdraw(self) -> None:
        await self.update(InterviewWorkflow.withdraw_consent, Request())

    async def recover(self, turn_id: str) -> bool:
        request = RecoverTurnInput(turn_id=turn_id, reason="a test")
        return await self.update(InterviewWorkflow.recover_turn, request)

    async def grant(self, extra_time_factor: float) -> None:
        request = Accommodation(extra_time_factor=extra_time_factor)
        await self.update(InterviewWorkflow.grant_accommodation, request)

    async def update(
        self, handler: UpdateMethodMultiParam[[InterviewWorkflow, P], R], request: P
    ) -> R:
        return await self.handle.execute_update(handler, request)  # pyright: ignore[reportUnknownMemberType] the SDK leaves one overload's arguments open

    async def snapshot(self) -> InterviewSnapshot:
        return await self.handle.query(InterviewWorkflow.snapshot)

    async def details(self) -> str:
        """What the Temporal UI shows as the current state, in markdown."""
        metadata = await self.handle.query(
            "__temporal_workflow_metadata", result_type=WorkflowMetadata
        )
        return metadata.current_details

    async def until(self, holds: Callable[[InterviewSnapshot], bool]) -> InterviewSnapshot:
        async with asyncio.timeout(10):
            while True:
                snapshot = await self.snapshot()
                if holds(snapshot):
                    return snapshot
                await asyncio.sleep(0.002)

    async def greeted(self) -> InterviewSnapshot:
        return await self.until(lambda s: s.state.silence_since is not None)

    async def result(self) -> CloseResult:
        """Without skipping time: an open interview would run into its pause and expire."""
        with self.env.auto_time_skipping_disabled():
            async with asyncio.timeout(10):
                return await self.handle.result()

    async def skip(self, seconds: float) -> None:
        """Lets so much of the server's time pass."""
        await self.env.sleep(timedelta(seconds=seconds))

    def next_id(self) -> str:
        self._answered += 1
        return f"turn-{self._answered:04d}"
