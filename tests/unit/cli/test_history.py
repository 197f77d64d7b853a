"""Histories as a timeline: stored ones, and what a server cannot be made to write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.common.v1 import ActivityType, Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import (
    ActivityTaskCompletedEventAttributes,
    ActivityTaskScheduledEventAttributes,
    ActivityTaskStartedEventAttributes,
    HistoryEvent,
    WorkflowExecutionCompletedEventAttributes,
    WorkflowExecutionStartedEventAttributes,
)
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter

from cli.history import Timeline, read_run
from cli.report import lines_of
from tests.replay.record import HISTORIES

BEGUN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Run:
    """One second between an event and the next."""

    def __init__(self, continues: str = "") -> None:
        self.events: list[HistoryEvent] = []
        self._add(
            workflow_execution_started_event_attributes=WorkflowExecutionStartedEventAttributes(
                continued_execution_run_id=continues
            )
        )

    async def schedule(self, name: str, turn_id: str, reschedule: int = 0) -> int:
        turn = {"turn_id": turn_id, "turn_number": 2, "phase": "WARMUP", "kind": "typed"}
        given = {"turn": turn | {"reschedule": reschedule}}
        return self._add(
            activity_task_scheduled_event_attributes=ActivityTaskScheduledEventAttributes(
                activity_type=ActivityType(name=name), input=await encoded(given)
            )
        )

    def start(self, scheduled: int) -> None:
        self._add(
            activity_task_started_event_attributes=ActivityTaskStartedEventAttributes(
                scheduled_event_id=scheduled, attempt=1
            )
        )

    async def complete(self, scheduled: int, **result: Any) -> None:
        self._add(
            activity_task_completed_event_attributes=ActivityTaskCompletedEventAttributes(
                scheduled_event_id=scheduled, result=await encoded(result)
            )
        )

    def end(self) -> None:
        self._add(
            workflow_execution_completed_event_attributes=WorkflowExecutionCompletedEventAttributes()
        )
        self.events[-1].event_type = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED

    def _add(self, **attributes: Any) -> int:
        event = HistoryEvent(event_id=len(self.events) + 1, **attributes)
        event.event_time.FromDatetime(BEGUN + timedelta(seconds=len(self.events)))
        self.events.append(event)
        return event.event_id


async def encoded(value: dict[str, Any]) -> Payloads:
    return Payloads(payloads=await pydantic_data_converter.encode([value]))


async def timeline_of(*runs: Run) -> Timeline:
    timeline = Timeline("i")
    for number, run in enumerate(runs):
        await read_run(timeline, f"run-{number}", run.events, pydantic_data_converter)
    return timeline


def text_of(timeline: Timeline) -> str:
    return "\n".join(lines_of(timeline))


async def test_a_stage_that_somebody_else_took_up_was_given_up() -> None:
    run = Run()
    lost = await run.schedule("turn.speak", "one")
    run.start(lost)
    other = await run.schedule("turn.speak", "two")
    again = await run.schedule("turn.speak", "one", reschedule=1)
    run.start(again)
    await run.complete(again, outcome="spoken")
    timeline = await timeline_of(run)
    states = [entry.about["state"] for entry in timeline.entries if entry.kind == "stage"]
    assert (other, states) == (4, ["given_up", "open", "completed"])
    assert timeline.status == "running"
    text = text_of(timeline)
    assert (text.count("!! given up"), text.count("not done yet")) == (1, 1)
    assert "!! run 2 of the stage" in text


async def test_what_was_open_at_the_end_was_given_up() -> None:
    run = Run()
    run.start(await run.schedule("turn.converse", "one"))
    run.end()
    timeline = await timeline_of(run)
    assert [e.about["state"] for e in timeline.entries if e.kind == "stage"] == ["given_up"]
    assert timeline.status == "completed"


async def test_the_model_and_its_prompt_are_told_and_no_word() -> None:
    run = Run()
    scheduled = await run.schedule("turn.converse", "one")
    run.start(scheduled)
    await run.complete(
        scheduled,
        outcome="replied",
        provider="anthropic/model-5",
        prompt_version="1-0123456789ab",
        sentences=["Popocatepetl."],
    )
    timeline = await timeline_of(run)
    assert "2000 ms, anthropic/model-5, prompt 1-0123456789ab, replied" in text_of(timeline)
    assert "Popocatepetl" not in str(timeline.as_json()) + text_of(timeline)
    assert timeline.totals == {
        "turns": 1,
        "retries": 0,
        "recoveries": 0,
        "stages_ms": {"converse": {"median": 2000, "longest": 2000}},
    }


async def test_runs_that_are_no_longer_kept_are_missed() -> None:
    whole = await timeline_of(Run(), Run(continues="run-0"))
    rest = await timeline_of(Run(continues="run-0"))
    assert (whole.is_whole, rest.is_whole) == (True, False)
    assert "no longer keeps its earlier runs" in text_of(rest)
    assert "no longer" not in text_of(whole)


async def test_a_stored_history_tells_of_the_worker_that_was_lost() -> None:
    stored = (HISTORIES / "worker-killed.json").read_text()
    history = WorkflowHistory.from_json("interview-i", stored)
    timeline = Timeline("i")
    await read_run(timeline, "run", history.events, pydantic_data_converter)
    assert timeline.totals["retries"] == 3
    assert text_of(timeline).count("!! attempt 2 after timeout.heartbeat") == 3
    assert "!! a decision timed out, and is made anew" in text_of(timeline)
