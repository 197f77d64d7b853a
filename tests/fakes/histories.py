"""Events of a history that a server cannot be made to write, one second apart."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.common.v1 import ActivityType, Payload, Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import (
    ActivityTaskCompletedEventAttributes,
    ActivityTaskFailedEventAttributes,
    ActivityTaskScheduledEventAttributes,
    ActivityTaskStartedEventAttributes,
    ActivityTaskTimedOutEventAttributes,
    HistoryEvent,
    WorkflowExecutionCompletedEventAttributes,
    WorkflowExecutionContinuedAsNewEventAttributes,
    WorkflowExecutionStartedEventAttributes,
)

__all__ = ["BEGUN", "MadeRun"]

BEGUN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class MadeRun:
    """`schedule` gives the number by which the other calls know an activity."""

    def __init__(self, run_id: str = "run", continues: str = "") -> None:
        self.events: list[HistoryEvent] = []
        self._add(
            "WORKFLOW_EXECUTION_STARTED",
            workflow_execution_started_event_attributes=WorkflowExecutionStartedEventAttributes(
                original_execution_run_id=run_id, continued_execution_run_id=continues
            ),
        )

    def schedule(self, name: str, turn_id: str, *, reschedule: int = 0) -> int:
        turn = {
            **{"interview_id": "i", "turn_id": turn_id, "turn_number": 2, "kind": "typed"},
            **{"answer_sequence": 3, "reply_sequence": 4, "phase": "warmup"},
            **{"question_id": "q1", "reschedule": reschedule},
        }
        return self._add(
            "ACTIVITY_TASK_SCHEDULED",
            activity_task_scheduled_event_attributes=ActivityTaskScheduledEventAttributes(
                activity_type=ActivityType(name=name), input=_encoded({"turn": turn})
            ),
        )

    def start(self, scheduled: int) -> None:
        self._add(
            "ACTIVITY_TASK_STARTED",
            activity_task_started_event_attributes=ActivityTaskStartedEventAttributes(
                scheduled_event_id=scheduled, attempt=1
            ),
        )

    def complete(self, scheduled: int, **result: Any) -> None:
        self._add(
            "ACTIVITY_TASK_COMPLETED",
            activity_task_completed_event_attributes=ActivityTaskCompletedEventAttributes(
                scheduled_event_id=scheduled, result=_encoded(result)
            ),
        )

    def fail(self, scheduled: int, failure: Failure) -> None:
        self._add(
            "ACTIVITY_TASK_FAILED",
            activity_task_failed_event_attributes=ActivityTaskFailedEventAttributes(
                scheduled_event_id=scheduled, failure=failure
            ),
        )

    def time_out(self, scheduled: int, failure: Failure) -> None:
        self._add(
            "ACTIVITY_TASK_TIMED_OUT",
            activity_task_timed_out_event_attributes=ActivityTaskTimedOutEventAttributes(
                scheduled_event_id=scheduled, failure=failure
            ),
        )

    def end(self) -> None:
        self._add(
            "WORKFLOW_EXECUTION_COMPLETED",
            workflow_execution_completed_event_attributes=WorkflowExecutionCompletedEventAttributes(),
        )

    def go_on(self) -> None:
        """In another run."""
        self._add(
            "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
            workflow_execution_continued_as_new_event_attributes=WorkflowExecutionContinuedAsNewEventAttributes(),
        )

    def _add(self, kind: str, **attributes: Any) -> int:
        number = len(self.events) + 1
        event = HistoryEvent(
            event_id=number, event_type=EventType.Value(f"EVENT_TYPE_{kind}"), **attributes
        )
        event.event_time.FromDatetime(BEGUN + timedelta(seconds=number - 1))
        self.events.append(event)
        return number


def _encoded(value: dict[str, Any]) -> Payloads:
    payload = Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(value).encode())
    return Payloads(payloads=[payload])
