"""One trace a turn, with all stages, as a collector receives it from a real run."""

from __future__ import annotations

import pytest

from interview.telemetry.tracing import trace_id
from tests.fakes.otlp import SeenSpan
from tests.integration.telemetry.conftest import CANDIDATE, STRUCK, Observed

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

STAGES = ("turn.transcribe", "turn.converse", "turn.speak")


def trace_of(observed: Observed, answer: int) -> dict[str, SeenSpan]:
    """By name, the last of each; all of its processes have told of it."""
    turn_id = observed.held.turns[answer].turn_id
    name = trace_id(observed.interview_id, turn_id)
    observed.receiver.wait(
        lambda spans: (
            {"turn", *STAGES, *(f"workflow {stage}" for stage in STAGES)}
            <= {span.name for span in spans if span.trace_id == name}
        )
    )
    return {span.name: span for span in observed.receiver.trace(name)}


def test_a_turn_is_one_trace_from_the_message_to_the_provider(observed: Observed) -> None:
    spans = trace_of(observed, 0)

    root = spans["turn"]
    assert root.parent_id == ""
    assert root.attributes["intervue.interview_id"] == observed.interview_id
    for name in ("bridge answer", "bridge begin_turn", "bridge first_sound", "workflow begin_turn"):
        assert spans[name].parent_id == root.span_id, name
    for stage in STAGES:
        decided = spans[f"workflow {stage}"]
        assert decided.parent_id == root.span_id
        assert spans[stage].parent_id == decided.span_id
    for stage, kind in (("turn.transcribe", "stt"), ("turn.converse", "llm")):
        assert spans[f"provider {kind}"].parent_id == spans[stage].span_id
    assert {s.service for n, s in spans.items() if n.startswith(("turn.", "workflow", "prov"))} == {
        "intervue-worker"
    }
    assert {s.service for n, s in spans.items() if n.startswith("bridge")} == {"intervue-api"}


def test_the_stages_say_when_what_a_candidate_waits_for_was_there(observed: Observed) -> None:
    spans = trace_of(observed, 0)

    assert "answer_ended" in spans["turn.transcribe"].events
    assert "text_handed_over" in spans["turn.transcribe"].events
    assert "committed" in spans["turn.transcribe"].events
    assert "answer_known" in spans["turn.converse"].events
    assert "first_sound" in spans["turn.speak"].events
    waited = spans["bridge first_sound"]
    assert waited.start_ns >= spans["bridge answer"].end_ns
    assert spans["turn"].end_ns >= waited.end_ns > waited.start_ns


def test_a_turn_whose_worker_died_is_still_one_trace(observed: Observed) -> None:
    turn_id = observed.held.turns[STRUCK].turn_id
    trace_of(observed, STRUCK)

    spans = observed.receiver.trace(trace_id(observed.interview_id, turn_id))

    assert len([span for span in spans if span.name == "turn"]) == 1
    rerun = [s for s in spans if s.name == "workflow turn.speak"]
    assert rerun[-1].attributes["intervue.reschedule"] >= 1


def test_what_the_interviewer_says_by_itself_is_a_trace_too(observed: Observed) -> None:
    name = trace_id(observed.interview_id, "say-1")
    observed.receiver.wait(lambda s: any(n.trace_id == name and n.name == "turn.speak" for n in s))

    spans = {span.name: span for span in observed.receiver.trace(name)}

    assert spans["workflow turn.speak"].parent_id == ""
    assert spans["turn.speak"].parent_id == spans["workflow turn.speak"].span_id
    assert spans["turn.speak"].attributes["intervue.kind"] == "proactive"


def test_nothing_said_and_nobody_s_name_is_in_a_span(observed: Observed) -> None:
    trace_of(observed, 0)
    said = {turn.heard for turn in observed.held.turns} | {
        line.text for line in observed.held.room.transcript.values()
    }

    for span in observed.receiver.spans:
        told = repr(span)
        assert CANDIDATE not in told
        assert not [line for line in said if line and line in told]
        assert set(span.attributes) <= {
            *(f"intervue.{name}" for name in ("interview_id", "turn_id", "turn_number", "kind")),
            *(f"intervue.{name}" for name in ("phase", "attempt", "reschedule", "mode")),
            *("intervue.provider", "error.type"),
        }


def test_the_collector_gets_the_headers_it_wants(observed: Observed) -> None:
    trace_of(observed, 0)

    assert {h["x-tenant"] for h in observed.receiver.headers} == {"ours"}
    assert {h["authorization"] for h in observed.receiver.headers} == {"Bearer of-a-collector"}
