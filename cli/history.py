"""An interview's history, read from Temporal into what happened, in its order.

What was said is not in it: ids, times, names of providers, codes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, cast

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType, TimeoutType
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.converter import DataConverter

from interview.timeline.tasks import STAGES

__all__ = ["Entry", "Timeline", "read_run", "require_readable"]

Kind = Literal["run", "phase", "stage", "activity", "update", "recovery", "timer", "task", "end"]

_TOLD = ("turn_id", "reason", "outcome", "extra_time_factor", "mode")
"""Of what an update holds: the rest may be words."""
_ENDS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: "completed",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: "failed",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: "timed_out",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: "canceled",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: "terminated",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: "continued_as_new",
}
_OF_ACTIVITIES = {
    f"activity_task_{what}_event_attributes"
    for what in ("scheduled", "started", "completed", "failed", "timed_out", "canceled")
}
_TASKS = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED: "failed",
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT: "timed_out",
}


@dataclass(slots=True)
class Entry:
    """One thing that happened. `about` depends on the kind."""

    at: datetime
    kind: Kind
    about: dict[str, Any] = field(default_factory=dict[str, Any])

    def as_json(self) -> dict[str, Any]:
        return {"at": self.at.isoformat(timespec="milliseconds"), "kind": self.kind, **self.about}


@dataclass(slots=True)
class Timeline:
    """Of all runs, oldest first."""

    interview_id: str
    runs: list[str] = field(default_factory=list[str])
    entries: list[Entry] = field(default_factory=list[Entry])

    @property
    def is_whole(self) -> bool:
        """False where runs before the first one are no longer there."""
        return not any(e.about["continues"] for e in self.entries[:1] if e.kind == "run")

    @property
    def totals(self) -> dict[str, Any]:
        """Times in ms, by stage, of those that were completed: `median`, `longest`."""
        stages = [entry.about for entry in self.entries if entry.kind == "stage"]
        worked = [entry.about for entry in self.entries if "attempts" in entry.about]
        taken = {
            stage: sorted(a["total_ms"] for a in stages if a["stage"] == stage and _is_done(a))
            for stage in STAGES.values()
        }
        return {
            "turns": len({about["turn_id"] for about in stages}),
            "retries": sum(max(about["attempts"] - 1, 0) for about in worked),
            "recoveries": sum(entry.kind == "recovery" for entry in self.entries),
            "stages_ms": {
                stage: {"median": times[(len(times) - 1) // 2], "longest": times[-1]}
                for stage, times in taken.items()
                if times
            },
        }

    @property
    def status(self) -> str:
        """`running`, or how the last run ended."""
        ends = [entry for entry in self.entries if entry.kind == "end"]
        return "running" if len(ends) < len(self.runs) else str(ends[-1].about["how"])

    def as_json(self) -> dict[str, Any]:
        return {
            **{k: v for k, v in asdict(self).items() if k != "entries"},
            "status": self.status,
            "is_whole": self.is_whole,
            "totals": self.totals,
            "entries": [entry.as_json() for entry in self.entries],
        }


async def read_run(
    timeline: Timeline, run_id: str, events: Sequence[HistoryEvent], converter: DataConverter
) -> None:
    """Adds a run. Raises `EncryptionError` when its key is gone."""
    timeline.runs.append(run_id)
    reader = _Reader(timeline.entries, run_id, converter)
    for event in events:
        await reader.read(event)


async def require_readable(events: Sequence[HistoryEvent], converter: DataConverter) -> None:
    """Raises `EncryptionError` and `DatabaseUnavailable` where a run's key cannot be had."""
    started = events[0].workflow_execution_started_event_attributes
    await converter.decode(started.input.payloads)


class _Reader:
    def __init__(self, entries: list[Entry], run_id: str, converter: DataConverter) -> None:
        self._entries = entries
        self._run_id = run_id
        self._converter = converter
        self._activities: dict[int, Entry] = {}
        self._timers: dict[int, str] = {}

    async def read(self, event: HistoryEvent) -> None:
        kind = event.event_type
        if kind in _ENDS:
            self._give_up(self._activities.values())
            self._add(event, "end", how=_ENDS[kind], run_id=self._run_id)
        elif kind in _TASKS:
            self._add(event, "task", how=_TASKS[kind])
        elif event.WhichOneof("attributes") in _OF_ACTIVITIES:
            await self._activity(event)
        elif event.HasField("timer_started_event_attributes"):
            self._timers[event.event_id] = await self._summary(event)
        elif event.HasField("timer_fired_event_attributes"):
            fired = event.timer_fired_event_attributes.started_event_id
            if summary := self._timers.get(fired):
                self._add(event, "timer", summary=summary)
        else:
            await self._rest(event)

    async def _activity(self, event: HistoryEvent) -> None:
        match event.WhichOneof("attributes"):
            case "activity_task_scheduled_event_attributes":
                await self._scheduled(event)
            case "activity_task_started_event_attributes":
                self._started(event)
            case "activity_task_completed_event_attributes":
                completed = event.activity_task_completed_event_attributes
                result = await self._first(completed.result.payloads)
                self._settled(event, completed.scheduled_event_id, "completed", result)
            case "activity_task_failed_event_attributes":
                failed = event.activity_task_failed_event_attributes
                entry = self._settled(event, failed.scheduled_event_id, "failed")
                entry.about["failure"] = _code(failed.failure)
            case "activity_task_timed_out_event_attributes":
                late = event.activity_task_timed_out_event_attributes
                entry = self._settled(event, late.scheduled_event_id, "timed_out")
                entry.about["failure"] = _code(late.failure)
            case _:
                canceled = event.activity_task_canceled_event_attributes
                self._settled(event, canceled.scheduled_event_id, "canceled")

    async def _rest(self, event: HistoryEvent) -> None:
        if event.HasField("workflow_execution_started_event_attributes"):
            started = event.workflow_execution_started_event_attributes
            continued = started.continued_execution_run_id or None
            self._add(event, "run", run_id=self._run_id, continues=continued)
        elif event.HasField("upsert_workflow_search_attributes_event_attributes"):
            upserted = event.upsert_workflow_search_attributes_event_attributes
            # These are in clear, whatever the codec.
            values = upserted.search_attributes.indexed_fields
            shown = {name: json.loads(value.data) for name, value in values.items()}
            plain = {
                name.removeprefix("Intervue").lower(): value[0] if _is_list(value) else value
                for name, value in shown.items()
                if name.startswith("Intervue")
            }
            if plain:
                self._add(event, "phase", **plain)
        elif event.HasField("workflow_execution_update_accepted_event_attributes"):
            accepted = event.workflow_execution_update_accepted_event_attributes
            name = accepted.accepted_request.input.name
            given = await self._first(accepted.accepted_request.input.args.payloads)
            told = {key: given[key] for key in _TOLD if given.get(key)}
            recovers = name == "recover_turn"
            self._add(event, "recovery" if recovers else "update", name=name, **told)

    async def _scheduled(self, event: HistoryEvent) -> None:
        scheduled = event.activity_task_scheduled_event_attributes
        name = scheduled.activity_type.name
        about: dict[str, Any] = {"activity": name, "summary": await self._summary(event)}
        given = await self._first(scheduled.input.payloads)
        turn = given.get("turn")
        if name in STAGES and isinstance(turn, dict):
            ref = cast("dict[str, Any]", turn)
            about |= {
                "stage": STAGES[name],
                **{key: ref.get(key) for key in ("turn_id", "turn_number", "phase")},
                "question_id": ref.get("question_id"),
                "turn_kind": ref.get("kind"),
                "reschedule": ref.get("reschedule", 0),
                "take": ref.get("take", 0),
            }
            self._give_up(e for e in self._activities.values() if _is_same_stage(e.about, about))
        about |= {"attempts": 0, "state": "open"}
        self._activities[event.event_id] = self._add(
            event, "stage" if "stage" in about else "activity", **about
        )

    def _give_up(self, entries: Iterable[Entry]) -> None:
        """Whoever worked on them was lost, and is not waited for any more."""
        for entry in entries:
            if entry.about["state"] == "open":
                entry.about["state"] = "given_up"

    def _started(self, event: HistoryEvent) -> None:
        started = event.activity_task_started_event_attributes
        entry = self._activities[started.scheduled_event_id]
        entry.about["attempts"] = started.attempt
        entry.about["started_after_ms"] = _ms(entry.at, event)
        if started.HasField("last_failure"):
            entry.about["retried_after"] = _code(started.last_failure)

    def _settled(
        self, event: HistoryEvent, scheduled: int, state: str, result: Mapping[str, Any] = {}
    ) -> Entry:
        entry = self._activities[scheduled]
        entry.about |= {"state": state, "total_ms": _ms(entry.at, event)}
        # Whatever the results carry of it; what was said stays out.
        for name in ("outcome", "directive", "prompt_version", "duration_ms"):
            if result.get(name):
                entry.about[name] = result[name]
        provider, _, model = str(result.get("provider") or "").partition("/")
        if provider:
            entry.about |= {"provider": provider, "model": result.get("model") or model or None}
        return entry

    def _add(self, event: HistoryEvent, kind: Kind, **about: Any) -> Entry:
        entry = Entry(event.event_time.ToDatetime(UTC), kind, about)
        self._entries.append(entry)
        return entry

    async def _first(self, payloads: Sequence[Payload]) -> dict[str, Any]:
        values = await self._converter.decode(payloads)
        is_object = bool(values) and isinstance(values[0], dict)
        return cast("dict[str, Any]", values[0]) if is_object else {}

    async def _summary(self, event: HistoryEvent) -> str:
        if not event.user_metadata.HasField("summary"):
            return ""
        return str((await self._converter.decode([event.user_metadata.summary]))[0])


def _is_same_stage(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one.get(key) == other[key] for key in ("stage", "turn_id"))


def _is_done(about: Mapping[str, Any]) -> bool:
    return about["state"] == "completed"


def _is_list(value: object) -> bool:
    return isinstance(value, list) and bool(cast("list[object]", value))


def _code(failure: Failure) -> str:
    """Its innermost code: the texts may hold anything."""
    while failure.HasField("cause"):
        failure = failure.cause
    if failure.HasField("application_failure_info"):
        return failure.application_failure_info.type or "unknown"
    if failure.HasField("timeout_failure_info"):
        name = TimeoutType.Name(failure.timeout_failure_info.timeout_type)
        return f"timeout.{name.removeprefix('TIMEOUT_TYPE_').lower()}"
    return str(failure.WhichOneof("failure_info") or "unknown").removesuffix("_failure_info")


def _ms(since: datetime, event: HistoryEvent) -> int:
    return round((event.event_time.ToDatetime(UTC) - since).total_seconds() * 1000)
