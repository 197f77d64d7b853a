"""Scoring the interviews of a role once more, a few at a time.

Which are left stands in the database: this workflow holds no state but its place, so it may be
started twice, anew, or for nothing. What a scorer has answered is not asked for again.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ChildWorkflowError, WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from interview.contracts.evaluation import EVALUATION, EvaluationInput
    from interview.contracts.ids import EVALUATION_QUEUE, evaluation_workflow_id
    from interview.contracts.reevaluation import (
        REEVALUATION,
        ReevaluationActivities,
        ReevaluationInput,
    )

from workflows.options import planning_options

__all__ = ["ReevaluationWorkflow"]

_LOOK_AGAIN = timedelta(seconds=2)
_LOOK_AT_LEAST = timedelta(minutes=1)
"""While nothing can be done: another evaluation of the same interview may take long."""


@workflow.defn(name=REEVALUATION)
class ReevaluationWorkflow:
    """Id `reevaluation-{reevaluation_id}`."""

    @workflow.run
    async def run(self, request: ReevaluationInput) -> None:
        pause = _LOOK_AGAIN
        while True:
            taken = await workflow.execute_activity_method(
                ReevaluationActivities.take, request, **planning_options()
            )
            if not taken.due and not taken.waits:
                break
            if any(await asyncio.gather(*(self._evaluate(one) for one in taken.due))):
                pause = _LOOK_AGAIN
            else:
                await workflow.sleep(pause)
                pause = min(pause * 2, _LOOK_AT_LEAST)
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(request)
        await workflow.execute_activity_method(
            ReevaluationActivities.finish, request, **planning_options()
        )

    async def _evaluate(self, one: EvaluationInput) -> bool:
        """Whether its workflow ended; False where one of the interview's runs already."""
        try:
            await workflow.execute_child_workflow(
                EVALUATION,
                one,
                id=evaluation_workflow_id(one.interview_id),
                task_queue=EVALUATION_QUEUE,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            )
        except (ChildWorkflowError, WorkflowAlreadyStartedError):
            return False
        return True
