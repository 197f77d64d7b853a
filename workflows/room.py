"""Telling the room what happened."""

from __future__ import annotations

from typing import Literal

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from interview.contracts.records import AnnounceInput, RecordActivities
    from interview.contracts.turns import TurnRef
    from interview.protocol.server import ErrorMessage, Paused, PhaseChanged, Resumed

from workflows.options import record_options

__all__ = ["announce", "announce_failure"]


async def announce(
    interview_id: str,
    message: Paused | Resumed | ErrorMessage | PhaseChanged,
    *,
    status: Literal["active", "paused"] | None = None,
) -> None:
    await workflow.execute_activity_method(
        RecordActivities.announce,
        AnnounceInput(interview_id=interview_id, status=status, messages=(message,)),
        summary=f"tell the room: {message.type}",
        **record_options(),
    )


async def announce_failure(turn: TurnRef, error: ActivityError) -> None:
    cause = error.cause
    code = cause.type if isinstance(cause, ApplicationError) and cause.type else "turn.failed"
    workflow.logger.error("turn.failed", extra={"code": code})
    is_answer = turn.kind != "proactive"
    what_now = "Please answer once more." if is_answer else "Please go on when you are ready."
    message = ErrorMessage(
        code=code,
        message=f"Something went wrong on our side. {what_now}",
        recoverable=True,
        turn_id=turn.turn_id if is_answer else None,
    )
    await announce(turn.interview_id, message)
