"""Reading what happened from an interview's history."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from tests.workflow.room import Room

__all__ = ["Scheduled", "Timer", "events_of", "scheduled", "timers"]


@dataclass(frozen=True)
class Scheduled:
    """An activity as it was scheduled. `task` counts the workflow tasks started before it."""

    activity: str
    summary: str
    task: int
    event_id: int
    at: datetime


@dataclass(frozen=True)
class Timer:
    summary: str
    started: datetime
    seconds: float


async def events_of(room: Room) -> list[HistoryEvent]:
    return list((await room.handle.fetch_history()).events)


def scheduled(events: list[HistoryEvent]) -> list[Scheduled]:
    found: list[Scheduled] = []
    tasks = 0
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            tasks += 1
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            attributes = event.activity_task_scheduled_event_attributes
            name = attributes.activity_type.name
            found.append(Scheduled(name, _summary(event), tasks, event.event_id, _time(event)))
    return found


def timers(events: list[HistoryEvent]) -> list[Timer]:
    return [
        Timer(
            _summary(event),
            _time(event),
            event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta().total_seconds(),
        )
        for event in events
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED
    ]


def _summary(event: HistoryEvent) -> str:
    data = event.user_metadata.summary.data
    return str(json.loads(data)) if data else ""


def _time(event: HistoryEvent) -> datetime:
    return event.event_time.ToDatetime()
