"""Recorded histories: one a file, in a folder named after the workflow."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

__all__ = ["HISTORIES", "Stored", "contains", "marks", "stored"]

HISTORIES = Path(__file__).parent / "histories"
"""`NAME.json` are interviews of a whole stack; `WORKFLOW/NAME.json.gz` are of fakes, and small."""


@dataclass(frozen=True)
class Stored:
    workflow: str
    """The type's name."""
    name: str
    path: Path

    def __str__(self) -> str:
        return f"{self.workflow}/{self.name}"

    def text(self) -> str:
        if self.path.suffix == ".gz":
            return gzip.decompress(self.path.read_bytes()).decode()
        return self.path.read_text()

    def history(self) -> WorkflowHistory:
        return WorkflowHistory.from_json(f"{self.workflow}-{self.name}", self.text())

    def write(self, content: dict[str, Any]) -> None:
        """The same content is the same bytes."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(content, separators=(",", ":"), sort_keys=True)
        self.path.write_bytes(gzip.compress(text.encode(), mtime=0))

    @classmethod
    def of(cls, workflow: str, name: str) -> Stored:
        return cls(workflow, name, HISTORIES / workflow / f"{name}.json.gz")


def stored() -> list[Stored]:
    whole = [Stored("Interview", path.stem, path) for path in sorted(HISTORIES.glob("*.json"))]
    small = [
        Stored.of(path.parent.name, path.name.removesuffix(".json.gz"))
        for path in sorted(HISTORIES.glob("*/*.json.gz"))
    ]
    return whole + small


def marks(history: WorkflowHistory) -> list[str]:
    """What the workflow was told and what it decided, in the order of the events: `update NAME`,
    `signal NAME`, `activity NAME`, `done NAME`, `failed NAME`, `cancel NAME`, `timer WHAT`,
    `fired WHAT`, `stopped WHAT`, `marker NAME`, `child NAME`, `child begun`, `child refused`,
    `cancel`, `cancel another`, and how it began and ended. A timer without a summary goes by its
    length, such as `3600 s`."""
    names: dict[int, str] = {}
    found: list[str] = []
    for event in history.events:
        if (mark := _MARKS.get(event.event_type)) is not None:
            found.append(mark(event, names))
    return found


def contains(found: list[str], wanted: tuple[str, ...]) -> bool:
    """In this order, with others between them."""
    rest = iter(found)
    return all(mark in rest for mark in wanted)


def _activity(event: HistoryEvent, names: dict[int, str]) -> str:
    names[event.event_id] = event.activity_task_scheduled_event_attributes.activity_type.name
    return f"activity {names[event.event_id]}"


def _timer(event: HistoryEvent, names: dict[int, str]) -> str:
    length = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
    names[event.event_id] = _summary(event) or f"{length.total_seconds():g} s"
    return f"timer {names[event.event_id]}"


def _summary(event: HistoryEvent) -> str:
    data = event.user_metadata.summary.data
    return str(json.loads(data)) if data else ""


def _patch(event: HistoryEvent) -> str:
    """The id that was given to `workflow.patched`."""
    details = event.marker_recorded_event_attributes.details
    return str(json.loads(details["patch-data"].payloads[0].data)["id"])


_Names = dict[int, str]
"""Of activities and timers, by the event that began them."""

_MARKS: dict[int, Callable[[HistoryEvent, _Names], str]] = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: lambda event, _: (
        "continues"
        if event.workflow_execution_started_event_attributes.continued_execution_run_id
        else "started"
    ),
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: lambda event, _: (
        "update "
        + event.workflow_execution_update_accepted_event_attributes.accepted_request.input.name
    ),
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: lambda event, _: (
        "signal " + event.workflow_execution_signaled_event_attributes.signal_name
    ),
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: _activity,
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: lambda event, names: (
        "done " + names[event.activity_task_completed_event_attributes.scheduled_event_id]
    ),
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED: lambda event, names: (
        "failed " + names[event.activity_task_failed_event_attributes.scheduled_event_id]
    ),
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED: lambda event, names: (
        "cancel " + names[event.activity_task_cancel_requested_event_attributes.scheduled_event_id]
    ),
    EventType.EVENT_TYPE_TIMER_STARTED: _timer,
    EventType.EVENT_TYPE_TIMER_FIRED: lambda event, names: (
        "fired " + names[event.timer_fired_event_attributes.started_event_id]
    ),
    EventType.EVENT_TYPE_TIMER_CANCELED: lambda event, names: (
        "stopped " + names[event.timer_canceled_event_attributes.started_event_id]
    ),
    EventType.EVENT_TYPE_MARKER_RECORDED: lambda event, _: "marker " + _patch(event),
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED: lambda event, _: (
        "child "
        + event.start_child_workflow_execution_initiated_event_attributes.workflow_type.name
    ),
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED: lambda event, _: "child refused",
    EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED: lambda event, _: "child begun",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: lambda event, _: "continued",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: lambda event, _: "completed",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED: lambda event, _: "cancel",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: lambda event, _: "cancelled",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: lambda event, _: "failed",
    EventType.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED: lambda event, _: (
        "cancel another"
    ),
}
