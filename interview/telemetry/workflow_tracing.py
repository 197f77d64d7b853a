"""What the workflow decides of a turn, as spans. Told once: a replay tells nothing again."""

from __future__ import annotations

from typing import Any

from temporalio import workflow
from temporalio.worker import (
    HandleUpdateInput,
    Interceptor,
    StartActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from interview.contracts.ids import interview_of
from interview.contracts.turns import TurnRef
from interview.telemetry import tracing

__all__ = ["WorkflowTracing"]


class WorkflowTracing(Interceptor):
    """Adds no command and no wait of its own: histories are the same with it and without."""

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor] | None:
        return _Inbound if tracing.is_on() else None


class _Inbound(WorkflowInboundInterceptor):
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Outbound(outbound))

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        turn_id = getattr(input.args[0], "turn_id", None) if input.args else None
        interview_id = interview_of(workflow.info().workflow_id)
        if turn_id is None or interview_id is None or workflow.unsafe.is_replaying():
            return await super().handle_update_handler(input)
        span = tracing.turn_span(interview_id, turn_id, f"workflow {input.update}")
        try:
            return await super().handle_update_handler(input)
        finally:
            span.end()


class _Outbound(WorkflowOutboundInterceptor):
    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:
        handle = super().start_activity(input)
        turn = getattr(input.args[0], "turn", None) if input.args else None
        if isinstance(turn, TurnRef):
            scheduled_ns = workflow.time_ns()
            handle.add_done_callback(
                lambda done: _tell(turn, input.activity, scheduled_ns, done.cancelled())
            )
        return handle


def _tell(turn: TurnRef, activity: str, scheduled_ns: int, was_given_up: bool) -> None:
    if workflow.unsafe.is_replaying():
        return
    span = tracing.workflow_span(turn, activity, scheduled_ns)
    if was_given_up:
        span.failed("given_up")
    # The task's time is that of its beginning; children have ended by the clock.
    span.end()
