"""Proposing a plan, and probes for one candidate.

What was asked for and how it came out stands in the database: these workflows hold no state but
their place. Every call of a model is an activity of its own.
"""

from __future__ import annotations

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError

with workflow.unsafe.imports_passed_through():
    from interview.contracts.planning import (
        PLANNING,
        TAILORING,
        AssembleInput,
        PlanningActivities,
        PlanningFailure,
        PlanningInput,
        TailoringActivities,
        TailoringFailure,
        TailoringInput,
    )

from workflows.options import model_options, planning_options

__all__ = ["PlanningWorkflow", "TailoringWorkflow"]


@workflow.defn(name=PLANNING)
class PlanningWorkflow:
    """Id `planning-{proposal_id}`. Ends with a draft, or with the reason why there is none."""

    @workflow.run
    async def run(self, request: PlanningInput) -> None:
        begun = await workflow.execute_activity_method(
            PlanningActivities.begin, request, **planning_options()
        )
        if not begun.is_due:
            return
        try:
            if begun.uses_model:
                await self._ask(request)
            await workflow.execute_activity_method(
                PlanningActivities.assemble,
                AssembleInput(**dict(request), uses_model=begun.uses_model),
                **model_options(),
            )
        except ActivityError as error:
            await workflow.execute_activity_method(
                PlanningActivities.fail,
                PlanningFailure(**dict(request), reason=_reason(error)),
                **planning_options(),
            )

    async def _ask(self, request: PlanningInput) -> None:
        await workflow.execute_activity_method(
            PlanningActivities.competencies, request, **model_options()
        )
        # When one fails the other still keeps what it is paid for.
        answers = await asyncio.gather(
            *(
                workflow.execute_activity_method(step, request, **model_options())
                for step in (PlanningActivities.questions, PlanningActivities.warmup)
            ),
            return_exceptions=True,
        )
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer


@workflow.defn(name=TAILORING)
class TailoringWorkflow:
    """Id `interview-{interview_id}-tailoring`."""

    @workflow.run
    async def run(self, request: TailoringInput) -> None:
        begun = await workflow.execute_activity_method(
            TailoringActivities.begin, request, **planning_options()
        )
        if not begun.is_due:
            return
        try:
            await workflow.execute_activity_method(
                TailoringActivities.probes, request, **model_options()
            )
        except ActivityError as error:
            await workflow.execute_activity_method(
                TailoringActivities.fail,
                TailoringFailure(**dict(request), reason=_reason(error)),
                **planning_options(),
            )


def _reason(error: ActivityError) -> str:
    """The code that the step failed by."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type:
        return cause.type
    return "planning.timeout" if isinstance(cause, TimeoutError) else "internal"
