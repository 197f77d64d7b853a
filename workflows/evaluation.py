"""Scoring an interview that has ended.

What is due and what was answered stands in the database: this workflow holds no state but its
place. Every scorer's call is an activity of its own, so that a crash repeats the one in flight.
"""

from __future__ import annotations

import asyncio
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from interview.contracts.evaluation import (
        EVALUATION,
        EvaluationActivities,
        EvaluationInput,
        SampleInput,
    )

from workflows.options import model_options, planning_options

__all__ = ["EvaluationWorkflow"]

T = TypeVar("T")


@workflow.defn(name=EVALUATION)
class EvaluationWorkflow:
    """Id `interview-{interview_id}-evaluation`. Cancelled, it asks nobody any more, and ends with
    what was answered: the rest is pending."""

    @workflow.run
    async def run(self, request: EvaluationInput) -> None:
        try:
            await self._ask(request)
        except (asyncio.CancelledError, ActivityError) as error:
            if not is_cancelled_exception(error):
                raise
        await _to_its_end(
            workflow.start_activity_method(
                EvaluationActivities.finish, request, **planning_options()
            )
        )
        if not workflow.patched("follow"):
            return
        following = await _to_its_end(
            workflow.start_activity_method(
                EvaluationActivities.follow, request, **planning_options()
            )
        )
        if following.number is not None:
            workflow.continue_as_new(
                EvaluationInput(interview_id=request.interview_id, number=following.number)
            )

    async def _ask(self, request: EvaluationInput) -> None:
        due = await workflow.execute_activity_method(
            EvaluationActivities.begin, request, **planning_options()
        )
        await asyncio.gather(*(self._sample(one) for one in due.samples))

    async def _sample(self, request: SampleInput) -> None:
        try:
            await workflow.execute_activity_method(
                EvaluationActivities.sample,
                request,
                summary=f"{request.competency_id} · {request.sample}",
                **model_options(),
            )
        except ActivityError:
            # The others go on; what is missing is pending, and may be had again.
            workflow.logger.warning("evaluation.sample_failed")


async def _to_its_end(step: asyncio.Task[T]) -> T:
    """Whoever cancels the workflow meanwhile."""
    try:
        return await asyncio.shield(step)
    except asyncio.CancelledError:
        return await step
