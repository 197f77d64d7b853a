from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from typing import Any

import pytest

from interview.config import Settings
from interview.contracts.turns import TurnRef
from interview.domain.phases import Phase
from interview.errors import ConfigError
from interview.telemetry import tracing
from tests.fakes.otlp import OtlpReceiver

INTERVIEW = "8c1b5a52-6f0a-4d3e-9f5e-0b8f6f0f6f01"


def turn(number: int = 1, reschedule: int = 0) -> TurnRef:
    return TurnRef(
        interview_id=INTERVIEW,
        turn_id=f"turn-{number}",
        turn_number=number,
        kind="audio",
        answer_sequence=1,
        reply_sequence=2,
        phase=Phase.WARMUP,
        question_id="q1",
        reschedule=reschedule,
    )


@pytest.fixture
def receiver() -> Generator[OtlpReceiver]:
    with OtlpReceiver() as receiver:
        yield receiver
        tracing.stop_tracing()


def start(receiver: OtlpReceiver, **settings: Any) -> None:
    given = {"otlp_endpoint": receiver.url, **settings}
    tracing.start_tracing(Settings.model_validate(given), "test")


def test_off_is_nothing_at_all() -> None:
    tracing.start_tracing(Settings(), "test")

    assert not tracing.is_on()
    assert tracing.turn_span(INTERVIEW, "t") is tracing.NOTHING
    assert tracing.activity_span(turn(), "turn.speak", 1) is tracing.NOTHING
    assert tracing.provider_span("stt", "local") is tracing.NOTHING
    with tracing.current(tracing.NOTHING):
        tracing.event("anything")


def test_off_neither_spans_nor_exporter_are_imported() -> None:
    program = (
        "import sys, worker, api.main;"
        "wanted = ('opentelemetry.sdk.trace', 'opentelemetry.exporter');"
        "sys.exit(any(name.startswith(wanted) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_processes_that_know_nothing_of_each_other_agree(receiver: OtlpReceiver) -> None:
    start(receiver)
    tracing.activity_span(turn(), "turn.speak", 1).end()
    tracing.stop_tracing()
    start(receiver)
    tracing.turn_span(INTERVIEW, "turn-1").end()
    tracing.workflow_span(turn(), "turn.speak", 1).end()
    tracing.stop_tracing()

    spans = {span.name: span for span in receiver.trace(tracing.trace_id(INTERVIEW, "turn-1"))}

    assert set(spans) == {"turn", "workflow turn.speak", "turn.speak"}
    assert spans["turn.speak"].parent_id == spans["workflow turn.speak"].span_id
    assert spans["workflow turn.speak"].parent_id == spans["turn"].span_id


def test_a_rerun_is_a_span_of_its_own(receiver: OtlpReceiver) -> None:
    start(receiver)
    for reschedule in (0, 1):
        tracing.workflow_span(turn(reschedule=reschedule), "turn.speak", 1).end()
    tracing.stop_tracing()

    assert len({span.span_id for span in receiver.spans}) == 2
    assert len({span.trace_id for span in receiver.spans}) == 1


def test_a_share_of_the_turns_is_told_of_whole(receiver: OtlpReceiver) -> None:
    start(receiver, trace_ratio=0.3)
    for number in range(200):
        tracing.turn_span(INTERVIEW, f"turn-{number}").end()
        tracing.workflow_span(turn(number), "turn.speak", 1).end()
        tracing.activity_span(turn(number), "turn.speak", 1).end()
    tracing.stop_tracing()

    names = [span.name for span in receiver.spans]
    assert 20 < names.count("turn") < 110
    assert names.count("turn") == names.count("workflow turn.speak") == names.count("turn.speak")


def test_a_provider_s_call_belongs_to_what_is_current_or_to_nothing(
    receiver: OtlpReceiver,
) -> None:
    start(receiver)
    tracing.provider_span("stt", "openai/whisper-1").end()
    span = tracing.activity_span(turn(), "turn.transcribe", 1)
    with tracing.current(span):
        call = tracing.provider_span("stt", "openai/whisper-1")
        call.failed("provider.timeout")
        call.end()
        tracing.event("answer_ended")
    span.end()
    tracing.stop_tracing()

    spans = {span.name: span for span in receiver.spans}
    assert set(spans) == {"provider stt", "turn.transcribe"}
    assert spans["provider stt"].parent_id == spans["turn.transcribe"].span_id
    assert spans["provider stt"].failed
    assert spans["provider stt"].attributes["error.type"] == "provider.timeout"
    assert spans["turn.transcribe"].events == ("answer_ended",)


def test_what_goes_wrong_inside_is_not_told_in_words(receiver: OtlpReceiver) -> None:
    start(receiver)
    span = tracing.activity_span(turn(), "turn.transcribe", 1)
    with pytest.raises(RuntimeError), tracing.current(span):
        raise RuntimeError("I was born in Leeds")
    span.end()
    tracing.stop_tracing()

    assert "Leeds" not in repr(receiver.spans)
    assert receiver.spans[0].events == ()


def test_a_collector_that_is_away_holds_nobody_up() -> None:
    settings = Settings.model_validate({"otlp_endpoint": "http://127.0.0.1:9"})
    tracing.start_tracing(settings, "test")
    for _ in range(1000):
        tracing.turn_span(INTERVIEW, "turn-1").end()
    tracing.stop_tracing()
    assert not tracing.is_on()


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="OTLP_ENDPOINT"):
        tracing.start_tracing(Settings.model_validate({"otlp_endpoint": "localhost"}), "test")
