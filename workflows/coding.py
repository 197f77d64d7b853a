"""One run of what is on a pad, beside the interview, which never waits for it."""

from __future__ import annotations

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from interview.contracts.code import CodeActivities, CodeRun
    from interview.contracts.coding import PadActivities, PadRun, RunCodeInput, SettleInput
    from interview.contracts.ids import PAD_QUEUE

from workflows.options import code_options, pad_options

__all__ = ["run_code"]


async def run_code(interview_id: str, request: RunCodeInput) -> None:
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
