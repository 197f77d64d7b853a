"""Scoring the interviews of a role once more, a few at a time.

Which are left stands in the database: this workflow holds no state but its place, so it may be
started twice, anew, or for nothing. What a scorer has answered is not asked for again.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Literal

from temporalio import workflow
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    ChildWorkflowError,
    WorkflowAlreadyStartedError,
)

with workflow.unsafe.imports_passed_through():
    from interview.contracts.evaluation import EVALUATION, EvaluationInput
    from interview.contracts.ids import EVALUATION_QUEUE, evaluation_workflow_id
    from interview.contracts.reevaluation import (
        REEVALUATION,
        ReevaluationActivities,
        ReevaluationInput,
        StopInput,
    )

from workflows.options import REEVALUATION_TIMEOUT, planning_options

__all__ = ["ReevaluationWorkflow"]

_LOOK_AGAIN = timedelta(seconds=2)
_LOOK_AT_LEAST = timedelta(minutes=1)
"""While nothing can be done: another evaluation of the same interview may take long."""


@workflow.defn(name=REEVALUATION)
class ReevaluationWorkflow:
    """Id `reevaluation-{reevaluation_id}`. Cancelled, it ends, and so do the evaluations that it
    waits for, each with what it has; that it was stopped, whoever cancels it has written down.
    Fails with `reevaluation.too_long`."""

    def __init__(self) -> None:
        self._under_way: dict[str, str | None] = {}
        """Evaluations that it waits for: their workflows, and the run of each."""

    @workflow.run
    async def run(self, request: ReevaluationInput) -> None:
        if not workflow.patched("bounded"):
            if await self._score(request, is_to_pause=False):
                workflow.continue_as_new(request)
            await workflow.execute_activity_method(
                ReevaluationActivities.finish, request, **planning_options()
            )
            return
        until = request.until or workflow.now() + REEVALUATION_TIMEOUT
        scoring = asyncio.create_task(self._score(request, is_to_pause=True))
        try:
            await workflow.wait_condition(
                scoring.done, timeout=until - workflow.now(), timeout_summary="bound"
            )
            is_long = await scoring
        except asyncio.CancelledError:
            await self._let_go()
            raise
        except TimeoutError:
            await _stop(request, "too_long")
            await self._let_go()
            raise ApplicationError(
                "scoring them took too long", type="reevaluation.too_long", non_retryable=True
            ) from None
        except ActivityError:
            await _stop(request, "failed")
            raise
        if is_long:
            workflow.continue_as_new(request.model_copy(update={"until": until}))
        await workflow.execute_activity_method(
            ReevaluationActivities.finish, request, **planning_options()
        )

    async def _score(self, request: ReevaluationInput, *, is_to_pause: bool) -> bool:
        """Until none is left, or the history is long: then True. `is_to_pause`: also after
        evaluations that ended and are not over."""
        pause = _LOOK_AGAIN
        before: tuple[EvaluationInput, ...] = ()
        while True:
            taken = await workflow.execute_activity_method(
                ReevaluationActivities.take, request, **planning_options()
            )
            if not taken.due and not taken.waits:
                return False
            have_ended = any(await asyncio.gather(*(self._evaluate(one) for one in taken.due)))
            if have_ended and not (is_to_pause and taken.due == before):
                pause = _LOOK_AGAIN
            else:
                await workflow.sleep(pause)
                pause = min(pause * 2, _LOOK_AT_LEAST)
            before = taken.due
            if workflow.info().is_continue_as_new_suggested():
                return True

    async def _evaluate(self, one: EvaluationInput) -> bool:
        """Whether its workflow ended; False where one of the interview's runs already."""
        name = evaluation_workflow_id(one.interview_id)
        try:
            evaluation = await workflow.start_child_workflow(
                EVALUATION,
                one,
                id=name,
                task_queue=EVALUATION_QUEUE,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            )
            self._under_way[name] = evaluation.first_execution_run_id
            await evaluation
        except (ChildWorkflowError, WorkflowAlreadyStartedError):
            return False
        finally:
            self._under_way.pop(name, None)
        return True

    async def _let_go(self) -> None:
        """Evaluations end with what they have. As others' would be, and not by way of what waits
        for them: a child that is about to begin cannot be cancelled so."""
        handles = (
            workflow.get_external_workflow_handle(name, run_id=run)
            for name, run in self._under_way.items()
        )
        await asyncio.gather(*(one.cancel() for one in handles), return_exceptions=True)


async def _stop(request: ReevaluationInput, reason: Literal["too_long", "failed"]) -> None:
    stop = StopInput(reevaluation_id=request.reevaluation_id, reason=reason)
    await workflow.execute_activity_method(ReevaluationActivities.stop, stop, **planning_options())
