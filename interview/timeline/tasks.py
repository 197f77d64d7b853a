"""An activity's part of a history, from its schedule on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast, get_args

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType, TimeoutType
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent

from interview.contracts.turns import TurnRef
from interview.timeline.models import Ending, Stage, StageRun, Step, ms

__all__ = ["ENDINGS", "STAGES", "Task", "plain"]

_STABLE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
"""How our codes look. What a library calls its exceptions does not."""

STAGES: dict[str, Stage] = {f"turn.{stage}": stage for stage in get_args(Stage)}
ENDINGS: dict[int, Ending] = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: "completed",
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED: "failed",
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: "timed_out",
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED: "cancelled",
}


@dataclass(slots=True)
class Task:
    """`turn` is None unless it is a turn's stage."""

    name: str
    scheduled_at: datetime
    turn: TurnRef | None
    about: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempts: int = 1
    ending: Ending = "running"
    error: str = ""
    worker: str = ""
    result: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)

    @classmethod
    def scheduled(cls, event: HistoryEvent, at: datetime) -> Task:
        told = event.activity_task_scheduled_event_attributes
        name = told.activity_type.name
        turn = _turn_of(told.input.payloads) if name in STAGES else None
        return cls(name, at, turn, str(plain(event.user_metadata.summary) or ""))

    def started(self, event: HistoryEvent, at: datetime) -> None:
        """The history tells it only once the last attempt is over."""
        told = event.activity_task_started_event_attributes
        self.started_at, self.attempts, self.worker = at, told.attempt, told.identity
        if told.HasField("last_failure"):
            self.error = _code(told.last_failure)

    def given_up(self, at: datetime) -> None:
        """Nobody waits for it any more. One whose worker is gone never says that it ended."""
        self.ended_at, self.ending = at, "cancelled"

    def ended(self, event: HistoryEvent, at: datetime) -> None:
        self.ended_at, self.ending = at, ENDINGS[event.event_type]
        match self.ending:
            case "completed":
                for payload in event.activity_task_completed_event_attributes.result.payloads:
                    result = plain(payload)
                    if isinstance(result, dict):
                        self.result = cast(dict[str, Any], result)
            case "failed":
                self.error = _code(event.activity_task_failed_event_attributes.failure)
            case "timed_out":
                self.error = _code(event.activity_task_timed_out_event_attributes.failure)
            case _:
                pass

    def as_step(self) -> Step:
        took = None if self.ended_at is None else ms(self.ended_at - self.scheduled_at)
        return Step(
            at=self.scheduled_at,
            kind="task",
            name=self.name,
            about=self.about,
            took_ms=took,
            attempts=self.attempts,
            ending=self.ending,
            error=self.error,
        )

    def as_run(self, began_at: datetime) -> StageRun:
        assert self.turn is not None, "it is a stage's"
        ran_from = self.started_at or self.scheduled_at
        return StageRun(
            stage=STAGES[self.name],
            rerun=self.turn.reschedule,
            after_ms=ms(self.scheduled_at - began_at),
            waited_ms=None if self.started_at is None else ms(self.started_at - self.scheduled_at),
            ran_ms=None if self.ended_at is None else ms(self.ended_at - ran_from),
            attempts=self.attempts,
            ending=self.ending,
            outcome=self._told("outcome"),
            directive=self._told("directive"),
            error=self.error,
            provider=self._told("provider"),
            prompt_version=self._told("prompt_version"),
            worker=self.worker,
        )

    def _told(self, name: str) -> str:
        return str(self.result.get(name) or "")


def plain(payload: Payload) -> object:
    """None where it is sealed, or is no JSON."""
    if not payload.metadata.get("encoding", b"").startswith(b"json/"):
        return None
    return json.loads(payload.data)


def _turn_of(payloads: Iterable[Payload]) -> TurnRef | None:
    """None where it cannot be opened."""
    for payload in payloads:
        request = plain(payload)
        if isinstance(request, dict) and "turn" in request:
            return TurnRef.model_validate(request["turn"])
    return None


def _code(failure: Failure) -> str:
    """The innermost stable code, for it tells what went wrong: what is around it came of that.
    Causes without one are a library's, and may be called anything."""
    chain = [failure]
    while chain[-1].HasField("cause"):
        chain.append(chain[-1].cause)
    stable = (code for one in reversed(chain) if _STABLE.fullmatch(code := _own_code(one)))
    kind = str(failure.WhichOneof("failure_info") or "unknown").removesuffix("_failure_info")
    return next(stable, _own_code(failure) or kind)


def _own_code(failure: Failure) -> str:
    """Which time ran out, or an error's type; empty where it has none."""
    if failure.HasField("timeout_failure_info"):
        name = TimeoutType.Name(failure.timeout_failure_info.timeout_type)
        return f"timeout.{name.removeprefix('TIMEOUT_TYPE_').lower()}"
    return failure.application_failure_info.type
