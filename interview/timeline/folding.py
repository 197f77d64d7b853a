"""A workflow's events, folded into steps and the runs of each turn's stages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from temporalio.api.common.v1 import Payload, Payloads
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent

from interview.contracts.turns import TurnRef
from interview.timeline.models import StageRun, Step, StepKind
from interview.timeline.tasks import ENDINGS, STAGES, Task, plain

__all__ = ["FoldedTurn", "Folding", "payloads_of"]

_TURNS_OWN = frozenset({"begin_turn", "answer_text"})
"""What begins a turn, which is shown by itself."""
_ASKED = ("turn_id", "reason", "outcome", "question_id")
"""Of what an update holds: the rest may be words."""
_RECOVERY = "recover_turn"
_CLOSED = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: "completed",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: "failed",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: "timed_out",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: "cancelled",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: "terminated",
}
_HARMLESS = frozenset(
    {
        # Something came while it was being decided: it is decided once more.
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_UPDATE,
    }
)


@dataclass(slots=True)
class FoldedTurn:
    ref: TurnRef
    tasks: list[Task] = field(default_factory=list[Task])

    @property
    def began_at(self) -> datetime:
        return self.tasks[0].scheduled_at

    def runs(self) -> tuple[StageRun, ...]:
        return tuple(task.as_run(self.began_at) for task in self.tasks)


def payloads_of(event: HistoryEvent) -> Iterable[Payload]:
    """Those that `Folding` reads, to be opened in their place before."""
    match event.event_type:
        case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            scheduled = event.activity_task_scheduled_event_attributes
            is_stage = scheduled.activity_type.name in STAGES
            return scheduled.input.payloads if is_stage else _summary(event)
        case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            return event.activity_task_completed_event_attributes.result.payloads
        case EventType.EVENT_TYPE_TIMER_STARTED:
            return _summary(event)
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            asked = event.workflow_execution_update_accepted_event_attributes.accepted_request.input
            return () if asked.name in _TURNS_OWN else asked.args.payloads
        case _:
            return ()


def _summary(event: HistoryEvent) -> Iterable[Payload]:
    return (event.user_metadata.summary,) if event.user_metadata.HasField("summary") else ()


class Folding:
    """`take` each event of each run, oldest first. `steps` and `turns` then have all."""

    def __init__(self) -> None:
        self.runs = 0
        self.is_headless = False
        """Runs before the first are no longer kept."""
        self.turns: dict[str, FoldedTurn] = {}
        self._steps: list[Step | Task] = []
        self._tasks: dict[int, Task] = {}
        self._timers: dict[int, str] = {}

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step.as_step() if isinstance(step, Task) else step for step in self._steps)

    def take(self, event: HistoryEvent) -> None:
        at, kind = event.event_time.ToDatetime(UTC), event.event_type
        if kind == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
            self._begin(event, at)
        elif kind in _CLOSED:
            self._give_up(at)
            self._step(at, "ended", _CLOSED[kind])
        elif kind == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
            self._give_up(at)
        elif not self._take_task(event, at):
            self._take_other(event, at)

    def _begin(self, event: HistoryEvent, at: datetime) -> None:
        started = event.workflow_execution_started_event_attributes
        # Numbers of events begin anew with each run.
        self._tasks, self._timers = {}, {}
        continues = bool(started.continued_execution_run_id)
        self.is_headless |= continues and not self.runs
        self.runs += 1
        kind = "continued" if continues or self.runs > 1 else "began"
        self._step(at, kind, about=started.original_execution_run_id)

    def _give_up(self, at: datetime) -> None:
        """What is under way when a run ends is not waited for any more."""
        for task in self._tasks.values():
            if task.ending == "running":
                task.given_up(at)

    def _take_task(self, event: HistoryEvent, at: datetime) -> bool:
        """Whether it was of an activity."""
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            task = self._tasks[event.event_id] = Task.scheduled(event, at)
            if task.turn is None:
                self._steps.append(task)
            else:
                turn = self.turns.setdefault(task.turn.turn_id, FoldedTurn(task.turn))
                turn.tasks.append(task)
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            scheduled = event.activity_task_started_event_attributes.scheduled_event_id
            self._tasks[scheduled].started(event, at)
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED:
            given_up = event.activity_task_cancel_requested_event_attributes
            self._tasks[given_up.scheduled_event_id].given_up(at)
        elif event.event_type in ENDINGS:
            which = event.WhichOneof("attributes")
            assert which is not None
            self._tasks[getattr(event, which).scheduled_event_id].ended(event, at)
        else:
            return False
        return True

    def _take_other(self, event: HistoryEvent, at: datetime) -> None:
        match event.event_type:
            case EventType.EVENT_TYPE_TIMER_STARTED:
                self._timers[event.event_id] = str(plain(event.user_metadata.summary) or "")
            case EventType.EVENT_TYPE_TIMER_FIRED:
                started = event.timer_fired_event_attributes.started_event_id
                self._step(at, "timer", self._timers.get(started, ""))
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
                asked = event.workflow_execution_update_accepted_event_attributes
                name = asked.accepted_request.input.name
                if name not in _TURNS_OWN:
                    kind = "recovery" if name == _RECOVERY else "asked"
                    self._step(at, kind, name, about=_asked(asked.accepted_request.input.args))
            case EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
                self._step(at, "worker_lost")
            case EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                self._undecided(event, at)
            case EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED:
                child = event.child_workflow_execution_started_event_attributes
                self._step(at, "child", child.workflow_type.name)
            case _:
                pass

    def _step(
        self, at: datetime, kind: StepKind, name: str = "", error: str = "", about: str = ""
    ) -> None:
        self._steps.append(Step(at=at, kind=kind, name=name, about=about, error=error))

    def _undecided(self, event: HistoryEvent, at: datetime) -> None:
        cause = event.workflow_task_failed_event_attributes.cause
        if cause not in _HARMLESS:
            name = WorkflowTaskFailedCause.Name(cause)
            self._step(
                at,
                "decision_failed",
                error=name.removeprefix("WORKFLOW_TASK_FAILED_CAUSE_").lower(),
            )


def _asked(given: Payloads) -> str:
    """For example `turn_id 5f0c, reason worker_lost`."""
    for payload in given.payloads:
        request = plain(payload)
        if isinstance(request, dict):
            held = cast(dict[str, object], request)
            return ", ".join(f"{name} {held[name]}" for name in _ASKED if held.get(name))
    return ""
