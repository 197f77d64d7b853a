"""Histories that interviews have left, and what a timeline makes of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.api.common.v1 import ActivityType, Payload, Payloads
from temporalio.api.enums.v1 import EventType, TimeoutType, WorkflowTaskFailedCause
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import (
    ActivityTaskScheduledEventAttributes,
    HistoryEvent,
    WorkflowTaskFailedEventAttributes,
)

from interview.timeline.folding import payloads_of
from interview.timeline.models import StageRun, TurnTrack
from tests.fakes.histories import MadeRun
from tests.fakes.timelines import events_of, folded, recorded, tracks

_NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def an_event(number: int, kind: EventType.ValueType) -> HistoryEvent:
    event = HistoryEvent(event_id=number, event_type=kind)
    event.event_time.FromDatetime(_NOON)
    return event


def test_a_turn_has_its_three_stages() -> None:
    turns = recorded("plain").turns

    assert [turn.turn_number for turn in turns] == [1, 2, 3, 4, 5]
    assert turns[0].kind == "proactive"
    assert [run.stage for run in turns[0].stages] == ["speak"]
    for turn in turns[1:]:
        assert [run.stage for run in turn.stages] == ["transcribe", "converse", "speak"]
        assert [run.outcome for run in turn.stages] == ["committed", "replied", "spoken"]
        assert not turn.retries
        assert not turn.recoveries
        speak = turn.stages[2]
        assert speak.waited_ms is not None
        assert speak.ran_ms is not None
        assert turn.took_ms == speak.after_ms + speak.waited_ms + speak.ran_ms
        assert {run.provider.partition("/")[0] for run in turn.stages} == {"local", "scripted"}


def test_a_worker_that_died_shows_in_the_turn_and_in_the_steps() -> None:
    timeline = recorded("worker-killed")
    struck = timeline.turns[3]

    assert struck.retries == 3
    assert {run.error for run in struck.stages} == {"timeout.heartbeat"}
    assert all((run.waited_ms or 0) > 4_000 for run in struck.stages)
    before = {run.worker for run in timeline.turns[2].stages}
    assert not before & {run.worker for run in struck.stages}
    kinds = [step.kind for step in timeline.steps]
    assert kinds == ["began", "task", "worker_lost", "task", "ended"]


def test_nothing_said_is_in_it() -> None:
    told = recorded("plain").model_dump_json()

    assert "Ada" not in told
    assert "sound good" not in told


def test_numbers_of_another_run_are_other_activities() -> None:
    events = events_of("plain")
    folding = folded([*events, *events])

    assert folding.runs == 2
    assert [step.kind for step in folding.steps].count("continued") == 1
    assert all(len(turn.tasks) in (2, 6) for turn in folding.turns.values())
    assert all(run.ending == "completed" for turn in tracks(folding) for run in turn.stages)


def test_what_still_runs_has_no_end() -> None:
    events = events_of("plain")
    scheduled = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    speak, _close = [n for n, event in enumerate(events) if event.event_type == scheduled][-2:]
    running = tracks(folded(events[: speak + 1]))[-1]

    assert running.took_ms is None
    assert running.stages[-1].ending == "running"
    assert running.stages[-1].ran_ms is None


def test_what_a_lost_worker_never_ended_was_given_up() -> None:
    events = events_of("plain")
    scheduled = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    speak, _close = [n for n, event in enumerate(events) if event.event_type == scheduled][-2:]
    asked = an_event(900, EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED)
    asked.event_time.FromDatetime(events[speak].event_time.ToDatetime() + timedelta(seconds=2))
    asked.activity_task_cancel_requested_event_attributes.scheduled_event_id = events[
        speak
    ].event_id

    given_up = tracks(folded([*events[: speak + 1], asked]))[-1].stages[-1]

    assert (given_up.stage, given_up.ending, given_up.ran_ms) == ("speak", "cancelled", 2_000)


def test_a_stage_that_cannot_be_opened_is_a_step() -> None:
    """Of an interview whose key is gone."""
    sealed = Payload(metadata={"encoding": b"binary/encrypted"}, data=b"\0")
    event = an_event(5, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    event.activity_task_scheduled_event_attributes.CopyFrom(
        ActivityTaskScheduledEventAttributes(
            activity_type=ActivityType(name="turn.speak"), input=Payloads(payloads=[sealed])
        )
    )
    folding = folded([event])

    assert not folding.turns
    assert [(step.kind, step.name) for step in folding.steps] == [("task", "turn.speak")]


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR, True),
        (WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND, False),
    ],
)
def test_a_decision_that_failed(cause: WorkflowTaskFailedCause.ValueType, told: bool) -> None:
    event = an_event(9, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)
    event.workflow_task_failed_event_attributes.CopyFrom(
        WorkflowTaskFailedEventAttributes(cause=cause)
    )
    folding = folded([event])

    errors = [(step.kind, step.error) for step in folding.steps]
    assert errors == ([("decision_failed", "non_deterministic_error")] if told else [])


def test_runs_after_a_recovery_are_counted_once() -> None:
    ref = next(iter(folded(events_of("plain")).turns.values())).ref
    stages = tuple(
        StageRun(stage=stage, rerun=rerun, after_ms=0, waited_ms=0, ran_ms=10, ending="completed")
        for rerun in (0, 1)
        for stage in ("converse", "speak")
    )

    track = TurnTrack.of(ref, _NOON, stages, "committed", _NOON + timedelta(milliseconds=4))

    assert track.recoveries == 1
    assert track.committed_after_ms == 4


@pytest.mark.parametrize("continues", [False, True])
def test_what_is_under_way_when_a_run_ends_was_given_up(continues: bool) -> None:
    run = MadeRun()
    run.start(run.schedule("turn.speak", "one"))
    if continues:
        run.go_on()
    else:
        run.end()

    [lost] = tracks(folded(run.events))[0].stages

    assert (lost.ending, lost.ran_ms) == ("cancelled", 1_000)


def test_a_beginning_that_is_not_kept_is_missed() -> None:
    whole = folded([*MadeRun("a").events, *MadeRun("b", continues="a").events])
    rest = folded(MadeRun("b", continues="a").events)

    assert (whole.is_headless, rest.is_headless) == (False, True)
    assert [(step.kind, step.about) for step in whole.steps] == [("began", "a"), ("continued", "b")]
    assert [(step.kind, step.about) for step in rest.steps] == [("continued", "b")]


def test_an_update_tells_what_it_asked_for_and_no_word() -> None:
    asked = an_event(4, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED)
    request = asked.workflow_execution_update_accepted_event_attributes.accepted_request.input
    request.name = "recover_turn"
    given = {"turn_id": "one", "reason": "worker_lost", "text": "Popocatepetl"}
    request.args.payloads.add(metadata={"encoding": b"json/plain"}, data=json.dumps(given).encode())

    [step] = folded([asked]).steps

    assert payloads_of(asked) == request.args.payloads
    assert (step.kind, step.name) == ("recovery", "recover_turn")
    assert step.about == "turn_id one, reason worker_lost"


def failure(*kinds: str) -> Failure:
    """The outermost first."""
    kind, *causes = kinds
    made = Failure(cause=failure(*causes) if causes else None)
    if kind.startswith("timeout."):
        name = f"TIMEOUT_TYPE_{kind.removeprefix('timeout.').upper()}"
        made.timeout_failure_info.timeout_type = TimeoutType.Value(name)
    elif kind == "cancelled":
        made.canceled_failure_info.SetInParent()
    else:
        made.application_failure_info.type = kind
    return made


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (("stream.lost",), "stream.lost"),
        (("turn.failed", "provider.timeout"), "provider.timeout"),
        (("provider.timeout", "ProviderTimeout", "APITimeoutError"), "provider.timeout"),
        (("timeout.heartbeat",), "timeout.heartbeat"),
        (("timeout.start_to_close", "database.unavailable"), "database.unavailable"),
        (("turn.failed", "timeout.heartbeat"), "timeout.heartbeat"),
        (("ValueError", "KeyError"), "ValueError"),
        (("cancelled",), "canceled"),
        (("", "OSError"), "application"),
    ],
)
def test_the_innermost_code_of_ours_tells_what_went_wrong(
    kinds: tuple[str, ...], told: str
) -> None:
    run = MadeRun()
    for end in (run.fail, run.time_out):
        scheduled = run.schedule("turn.speak", "one")
        run.start(scheduled)
        end(scheduled, failure(*kinds))

    runs = tracks(folded(run.events))[0].stages

    assert [(one.ending, one.error) for one in runs] == [("failed", told), ("timed_out", told)]
