"""One trace a turn, from the candidate's message to the provider's answer, where `OTLP_ENDPOINT`
is set. Without it nothing here does anything, and no exporter is even imported.

The ids of a turn's trace and of its first spans are made from the ids of interview and turn. So
whoever works on a turn, in whatever process and after whatever death, adds to the same trace, and
no message, stream or history has to carry a context. Spans hold ids of ours, names and error codes:
nothing that anybody said.
"""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Protocol

from interview.config import Settings
from interview.contracts.turns import TurnRef
from interview.errors import ConfigError

if TYPE_CHECKING:
    from interview.telemetry.spans import Spans

__all__ = [
    "NOTHING",
    "Span",
    "activity_span",
    "current",
    "event",
    "is_on",
    "provider_span",
    "start_tracing",
    "stop_tracing",
    "trace_id",
    "turn_span",
    "workflow_span",
]

Value = str | int | float | bool


class Span(Protocol):
    """`end` counts once; what is set afterwards is lost."""

    def set(self, **attributes: Value) -> None: ...

    def event(self, name: str) -> None: ...

    def failed(self, code: str) -> None: ...

    def end(self, at_ns: int | None = None) -> None: ...


class _Nothing:
    def set(self, **attributes: Value) -> None:
        return

    def event(self, name: str) -> None:
        return

    def failed(self, code: str) -> None:
        return

    def end(self, at_ns: int | None = None) -> None:
        return


NOTHING: Span = _Nothing()
_NOWHERE: AbstractContextManager[None] = nullcontext()

_spans: Spans | None = None


def start_tracing(settings: Settings, service: str) -> None:
    """Of this process, called `service`. Raises `ConfigError`."""
    global _spans
    if not settings.otlp_endpoint:
        return
    if not settings.otlp_endpoint.startswith(("http://", "https://")):
        raise ConfigError("OTLP_ENDPOINT must begin with http:// or https://")
    from interview.telemetry.spans import Spans

    stop_tracing()
    _spans = Spans.exporting(settings, service)


def stop_tracing() -> None:
    """What is not sent yet is sent, as far as that takes no more than a few seconds. Blocks."""
    global _spans
    spans, _spans = _spans, None
    if spans is not None:
        spans.close()


def is_on() -> bool:
    return _spans is not None


def turn_span(
    interview_id: str,
    turn_id: str,
    name: str = "turn",
    *,
    start_ns: int | None = None,
    **attributes: Value,
) -> Span:
    """The span of all of a turn where it is called so, else one below it."""
    if _spans is None:
        return NOTHING
    root = (_trace(interview_id, turn_id), _number(interview_id, turn_id, "turn"))
    known = {"interview_id": interview_id, "turn_id": turn_id, **attributes}
    if name == "turn":
        return _spans.start(name, known, ids=root, start_ns=start_ns)
    return _spans.start(name, known, parent=root, start_ns=start_ns)


def workflow_span(turn: TurnRef, activity: str, start_ns: int) -> Span:
    """Of one run of a stage, as the workflow sees it: from its decision to the result."""
    if _spans is None:
        return NOTHING
    known = {**_known(turn), "reschedule": turn.reschedule}
    trace, own = _stage(turn, activity)
    parent = None if turn.kind == "proactive" else (trace, _root(turn))
    return _spans.start(
        f"workflow {activity}", known, ids=(trace, own), parent=parent, start_ns=start_ns
    )


def activity_span(turn: TurnRef | None, activity: str, attempt: int) -> Span:
    """Of one attempt of an activity. Those that belong to no turn are not traced."""
    if _spans is None or turn is None:
        return NOTHING
    known = {**_known(turn), "attempt": attempt}
    return _spans.start(activity, known, parent=_stage(turn, activity))


def provider_span(kind: str, provider: str) -> Span:
    """Below whatever is current, if anything is."""
    if _spans is None:
        return NOTHING
    return _spans.start_below(f"provider {kind}", {"provider": provider})


def event(name: str) -> None:
    """Something that happened within what is current."""
    if _spans is not None:
        _spans.event(name)


def current(span: Span) -> AbstractContextManager[None]:
    """What is started inside, by this task and those it starts, is below `span`."""
    return _NOWHERE if _spans is None or span is NOTHING else _spans.current(span)


def trace_id(interview_id: str, turn_id: str) -> str:
    """As a trace store shows it: 32 hexadecimal digits."""
    return f"{_trace(interview_id, turn_id):032x}"


def _known(turn: TurnRef) -> dict[str, Value]:
    return {
        "interview_id": turn.interview_id,
        "turn_id": turn.turn_id,
        "turn_number": turn.turn_number,
        "kind": turn.kind,
        "phase": turn.phase.value,
    }


def _root(turn: TurnRef) -> int:
    return _number(turn.interview_id, turn.turn_id, "turn")


def _stage(turn: TurnRef, activity: str) -> tuple[int, int]:
    own = _number(turn.interview_id, turn.stream_id, f"{activity}/{turn.reschedule}")
    return _trace(turn.interview_id, turn.turn_id), own


def _trace(interview_id: str, turn_id: str) -> int:
    digest = hashlib.sha256(f"{interview_id}/{turn_id}".encode()).digest()
    return int.from_bytes(digest[:16]) or 1


def _number(interview_id: str, turn_id: str, name: str) -> int:
    digest = hashlib.sha256(f"{interview_id}/{turn_id}/{name}".encode()).digest()
    return int.from_bytes(digest[:8]) or 1
