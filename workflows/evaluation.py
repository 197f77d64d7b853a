"""Scoring an interview that has ended.

What is due and what was answered stands in the database: this workflow holds no state but its
place. Every scorer's call is an activity of its own, so that a crash repeats the one in flight.
"""

from __future__ import annotations

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from interview.contracts.evaluation import (
        EVALUATION,
        EvaluationActivities,
        EvaluationInput,
        SampleInput,
    )

from workflows.options import model_options, planning_options

__all__ = ["EvaluationWorkflow"]


@workflow.defn(name=EVALUATION)
class EvaluationWorkflow:
    """Id `interview-{interview_id}-evaluation`."""

    @workflow.run
    async def run(self, request: EvaluationInput) -> None:
        due = await workflow.execute_activity_method(
            EvaluationActivities.begin, request, **planning_options()
        )
        await asyncio.gather(*(self._sample(one) for one in due.samples))
        await workflow.execute_activity_method(
            EvaluationActivities.finish, request, **planning_options()
        )
        if not workflow.patched("follow"):
            return
        following = await workflow.execute_activity_method(
            EvaluationActivities.follow, request, **planning_options()
        )
        if following.number is not None:
            workflow.continue_as_new(
                EvaluationInput(interview_id=request.interview_id, number=following.number)
            )

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
