"""`make bench-telemetry`: what metrics and traces cost a turn on its way, in microseconds.

`hooks` is each kind of call by itself, best of several runs. `a_turn` adds up those that a turn
with three sentences and a hundred pieces of sound meets between the end of the answer and its first
sound. `traced` is the same with traces on, and a collector that is there but takes nothing.
"""

from __future__ import annotations

import json
import timeit
from collections.abc import Callable

from api.awaited_reply import AwaitedReply
from interview.config import Settings
from interview.contracts.turns import TurnRef
from interview.domain.phases import Phase
from interview.streams.outbound import OutEvent
from interview.telemetry import tracing
from interview.telemetry.metrics import PROVIDER_CALLS, STAGE_FIRST_S, STREAM_APPENDS, STREAM_BYTES

_TURN = TurnRef(
    interview_id="8c1b5a52-6f0a-4d3e-9f5e-0b8f6f0f6f01",
    turn_id="0c0e3a0e54a54a558c3b6d4a1a5f6b0e",
    turn_number=3,
    kind="audio",
    answer_sequence=5,
    reply_sequence=6,
    phase=Phase.MAIN_QUESTIONS,
    question_id="q2",
)
_SOUND = OutEvent(1, "audio", b"\0" * 9_600)
_MET = {"observe": 3, "count": 6, "append": 8, "activity_span": 3, "provider_span": 3, "event": 5}
_RUNS = 5
_CALLS = 20_000


def _activity_span() -> None:
    span = tracing.activity_span(_TURN, "turn.speak", 1)
    with tracing.current(span):
        pass
    span.end()


def _append() -> None:
    STREAM_APPENDS.inc(2)
    STREAM_BYTES.inc(9_600)


def _hooks() -> dict[str, Callable[[], object]]:
    reply = AwaitedReply(_TURN.interview_id)
    reply.begun(_TURN.turn_id, "hold")
    return {
        "observe": lambda: STAGE_FIRST_S.labels("speak").observe(0.1),
        "count": lambda: PROVIDER_CALLS.labels("stt", "openai/whisper-1", "ok").inc(),
        "append": _append,
        "saw": lambda: reply.saw(_SOUND),
        "activity_span": _activity_span,
        "provider_span": lambda: tracing.provider_span("stt", "openai/whisper-1").end(),
        "event": lambda: tracing.event("first_sound"),
    }


def measure(calls: int = _CALLS) -> dict[str, float]:
    """Microseconds a call."""
    return {
        name: round(min(timeit.repeat(hook, number=calls, repeat=_RUNS)) / calls * 1e6, 3)
        for name, hook in _hooks().items()
    }


def a_turn(hooks: dict[str, float]) -> float:
    """Microseconds between the end of an answer and the first sound of its reply."""
    return round(sum(hooks[name] * count for name, count in _MET.items()), 1)


def main() -> None:
    off = measure()
    tracing.start_tracing(Settings.model_validate({"otlp_endpoint": "http://127.0.0.1:9"}), "bench")
    traced = measure(2_000)
    tracing.stop_tracing()
    report = {
        "bench": "telemetry",
        "hooks_us": off,
        "a_turn_us": a_turn(off),
        "traces_off_us": round(
            sum(off[n] * _MET[n] for n in ("activity_span", "provider_span", "event")), 2
        ),
        "traced_hooks_us": traced,
        "a_traced_turn_us": a_turn(traced),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
