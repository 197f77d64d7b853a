"""Retention as durable timers, and the steps of an erasure.

What is due, and whether it was done, stands in the database: these workflows hold no state but
their place, so they may be started twice, anew, or for nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from interview.contracts.erasure import (
        ERASURE,
        LOOK_AGAIN,
        RETENTION,
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

from workflows.options import BLOCKED_FOR, erasure_options

__all__ = ["ErasureWorkflow", "RetentionWorkflow"]

T = TypeVar("T")

_SHORTEST_WAIT = timedelta(seconds=1)


@workflow.defn(name=ERASURE)
class ErasureWorkflow:
    """Id `erasure-{interview_id}`. Sleeps until the interview is due, or is asked for; ends at
    once where it is neither."""

    def __init__(self) -> None:
        self._look_again = False

    @workflow.signal(name=LOOK_AGAIN)
    def look_again(self) -> None:
        self._look_again = True

    @workflow.run
    async def run(self, request: ErasureInput) -> None:
        if not await self._is_due(request):
            return
        erasure = EraseInput(interview_id=request.interview_id)
        await self._stop(request.interview_id, request.stop_grace_s)
        # First of all it ceases to exist: a stage that runs on finds nothing to add to. The key
        # goes once nothing needs it any more, and the history last, which then is unreadable.
        for step in (
            ErasureActivities.delete_rows,
            ErasureActivities.delete_objects,
            ErasureActivities.delete_streams,
            ErasureActivities.destroy_key,
            ErasureActivities.delete_history,
            ErasureActivities.finish,
        ):
            await self._do(step, erasure)
        await workflow.sleep(request.sweep_after_s)
        await self._stop(request.interview_id, 0.0)
        for step in (
            ErasureActivities.delete_objects,
            ErasureActivities.delete_streams,
            ErasureActivities.delete_history,
        ):
            await self._do(step, erasure)

    async def _is_due(self, request: ErasureInput) -> bool:
        while True:
            self._look_again = False
            due = await self._look(request)
            match due.state:
                case "now":
                    return True
                case "never":
                    if not self._look_again:
                        return False
                case "later":
                    assert due.erase_at is not None, "later is some time"
                    await self._sleep_until_due(due.erase_at - workflow.now())

    async def _sleep_until_due(self, wait: timedelta) -> None:
        try:
            await workflow.wait_condition(
                lambda: self._look_again,
                timeout=max(wait, _SHORTEST_WAIT),
                timeout_summary="retention",
            )
        except TimeoutError:
            pass

    async def _look(self, request: ErasureInput) -> Due:
        return await _until_done(
            lambda: workflow.execute_activity_method(
                ErasureActivities.look,
                LookInput(interview_id=request.interview_id, at=workflow.now()),
                **erasure_options(),
            ),
        )

    async def _stop(self, interview_id: str, grace_s: float) -> None:
        stop = StopInput(interview_id=interview_id, grace_s=grace_s)
        await self._do(ErasureActivities.stop, stop)

    async def _do(self, step: Callable[[ErasureActivities, T], Awaitable[None]], of: T) -> None:
        await _until_done(lambda: workflow.execute_activity_method(step, of, **erasure_options()))


@workflow.defn(name=RETENTION)
class RetentionWorkflow:
    """Id `retention-{organization_id}`: has every interview that has ended look at its retention
    anew."""

    def __init__(self) -> None:
        self._look_again = False

    @workflow.signal(name=LOOK_AGAIN)
    def look_again(self) -> None:
        self._look_again = True

    @workflow.run
    async def run(self, request: RetentionInput) -> None:
        after: str | None = request.after
        while after is not None or self._look_again:
            # Changed meanwhile: from the beginning.
            place = "" if self._look_again or after is None else after
            self._look_again = False
            retime = RetimeInput(organization_id=request.organization_id, after=place)
            after = await _until_done(
                lambda of=retime: workflow.execute_activity_method(
                    RetentionActivities.retime, of, **erasure_options()
                ),
            )
            if after is not None and workflow.info().is_continue_as_new_suggested():
                place = "" if self._look_again else after
                workflow.continue_as_new(request.model_copy(update={"after": place}))


async def _until_done(attempt: Callable[[], Awaitable[T]]) -> T:
    """What no retry mends is tried again every hour: a promise does not fail."""
    while True:
        try:
            return await attempt()
        except ActivityError:
            workflow.logger.error("erasure.blocked")
            await workflow.sleep(BLOCKED_FOR)
