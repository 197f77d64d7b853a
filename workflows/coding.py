"""Runs of what is on a pad, beside the interview, which never waits for them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from interview.contracts.code import CodeActivities, CodeRun
    from interview.contracts.coding import PadActivities, PadRun, RunCodeInput, SettleInput
    from interview.contracts.ids import PAD_QUEUE

from workflows.options import code_options, pad_options

__all__ = ["PadRuns"]


class PadRuns:
    """One at a time."""

    def __init__(self, interview_id: str) -> None:
        self._interview_id = interview_id
        self._last: tuple[str, asyncio.Task[None]] | None = None
        """The run that was asked for last, by its id."""

    def begin(self, request: RunCodeInput) -> None:
        """Idempotent by run id while it runs."""
        if not self.is_running(request.run_id):
            task = asyncio.create_task(_run_code(self._interview_id, request))
            self._last = request.run_id, task

    def is_running(self, run_id: str | None = None) -> bool:
        """Any run, or this one."""
        if self._last is None or self._last[1].done():
            return False
        return run_id is None or self._last[0] == run_id

    async def end(self, grace: timedelta, *, at_once: Callable[[], bool]) -> None:
        """One that is under way has so long to come to its end, or until `at_once`."""
        if self._last is None or self._last[1].done():
            return
        task = self._last[1]
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: task.done() or at_once(),
                timeout=grace,
                timeout_summary="grace for the run in progress",
            )
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, ActivityError):
            await task


async def _run_code(interview_id: str, request: RunCodeInput) -> None:
    """Never raises for what befalls the run: whatever it is, the room is told."""
    this = PadRun(interview_id=interview_id, run_id=request.run_id, question_id=request.question_id)
    what = "tests" if request.tests else "run"
    try:
        offered = await workflow.execute_activity_method(
            PadActivities.offer,
            this,
            task_queue=PAD_QUEUE,
            summary=f"{what} · {request.question_id} · offer",
            **pad_options(),
        )
        if offered.key is None:
            return
        settling = workflow.start_activity_method(
            PadActivities.settle,
            SettleInput(key=offered.key, **this.model_dump()),
            task_queue=PAD_QUEUE,
            summary=f"{what} · {request.question_id} · output and verdict",
            **pad_options(),
        )
        try:
            await workflow.execute_activity_method(
                CodeActivities.run,
                CodeRun(run_id=this.name, key=offered.key),
                summary=f"{what} · {request.question_id}",
                **code_options(),
            )
        except ActivityError:
            settling.cancel()
            raise
        await settling
    except ActivityError:
        workflow.logger.warning("code.not_run")
        await workflow.execute_activity_method(
            PadActivities.give_up,
            this,
            task_queue=PAD_QUEUE,
            summary=f"{what} · {request.question_id} · could not be run",
            **pad_options(),
        )
