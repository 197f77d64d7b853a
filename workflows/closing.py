"""The end of an interview: what it came to, and what goes on without it."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from interview.contracts.evaluation import EVALUATION, EvaluationInput
    from interview.contracts.ids import EVALUATION_QUEUE, evaluation_workflow_id
    from interview.contracts.records import CloseInput, CloseResult, Outcome, RecordActivities

from workflows.coding import PadRuns
from workflows.course import Course
from workflows.options import record_options
from workflows.search_attributes import OUTCOME, show_in_search
from workflows.wishes import Wishes

__all__ = ["close"]


async def close(interview_id: str, course: Course, wishes: Wishes, pads: PadRuns) -> CloseResult:
    state = course.state
    outcome: Outcome = wishes.end or "completed"
    if course.is_completed and outcome != "withdrawn":
        outcome = "completed"  # the end was asked for during the goodbye
    wishes.end = outcome
    state.status = "ended"
    if wishes.turn is not None:
        state.turns[wishes.turn.turn_id] = "cancelled"
        wishes.turn = None
    grace = timedelta(seconds=course.limits.end_grace_s)
    await pads.end(grace, at_once=lambda: wishes.end == "withdrawn")
    result = await _record_close(interview_id, course, outcome)
    if outcome != "withdrawn" and wishes.end == "withdrawn":
        # Withdrawn while we closed: the recordings have to go all the same.
        result = await _record_close(interview_id, course, "withdrawn")
    elif outcome != "withdrawn" and course.plan.rubric and workflow.patched("evaluation"):
        await _begin_evaluation(interview_id)
    await workflow.wait_condition(workflow.all_handlers_finished)
    return result


async def _record_close(interview_id: str, course: Course, outcome: Outcome) -> CloseResult:
    course.state.outcome = outcome
    show_in_search(OUTCOME.value_set(outcome))
    course.show()
    return await workflow.execute_activity_method(
        RecordActivities.close,
        CloseInput(interview_id=interview_id, outcome=outcome),
        summary=f"close · {outcome}",
        **record_options(),
    )


async def _begin_evaluation(interview_id: str) -> None:
    """A child that outlives this workflow, which does not wait for it."""
    try:
        await workflow.start_child_workflow(
            EVALUATION,
            EvaluationInput(interview_id=interview_id, number=1),
            id=evaluation_workflow_id(interview_id),
            task_queue=EVALUATION_QUEUE,
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
        )
    except WorkflowAlreadyStartedError:
        workflow.logger.warning("evaluation.already_begun")
