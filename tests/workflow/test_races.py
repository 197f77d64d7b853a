"""What a candidate does while the workflow is in the middle of something else."""

from __future__ import annotations

import asyncio

import pytest

from interview.contracts.turns import TranscribeResult
from tests.workflow.fakes import provider_rejected
from tests.workflow.floor import Floor
from tests.workflow.plans import make_plan
from tests.workflow.room import Room

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_answer_begun_while_the_next_question_is_made_belongs_to_the_last(
    floor: Floor,
) -> None:
    room = await floor.open(make_plan(main=2, budget_s=25.0))
    await room.answer()  # introduction → warmup
    await room.answer()  # warmup → main 1
    before = await room.snapshot()
    assert before.question_id == "main-questions-1"
    number = before.state.turn_number
    nudge = floor.stages.hold("speak", f"say-{number + 1}")
    move_on = floor.stages.hold("speak", f"say-{number + 2}")
    nudge.set()
    await room.skip(32.0)
    await floor.stages.seen("speak", f"say-{number + 2}")
    await room.begin("turn-of-question-1")  # the only one they have heard
    move_on.set()
    await room.settled("turn-of-question-1")
    (begun,) = (r.turn for r in floor.stages.transcribed if r.turn.turn_id == "turn-of-question-1")
    assert begun.question_id == "main-questions-1"
    assert (await room.snapshot()).question_id == "main-questions-2"


async def test_an_answer_begun_again_while_its_stall_is_settled_is_taken(floor: Floor) -> None:
    room = await floor.open(make_plan())
    floor.stages.answers["turn-stalled"] = TranscribeResult(outcome="stalled")
    ending = floor.stages.hold("speak", "turn-stalled")
    await room.begin("turn-stalled")
    await floor.stages.seen("speak", "turn-stalled")
    await completed(room, 1, "turn.transcribe")
    floor.stages.answers["turn-stalled"] = TranscribeResult(outcome="committed", duration_ms=1000)
    assert (await room.begin("turn-stalled")).outcome == "running"
    ending.set()
    await room.until(lambda s: s.state.turns.get("turn-stalled") == "committed")
    assert floor.stages.runs("transcribe", "turn-stalled") == 2


async def test_an_answer_is_told_whom_it_waits_for(floor: Floor) -> None:
    room = await floor.open(make_plan())
    listening = floor.stages.hold("transcribe", "turn-left")
    assert (await room.begin("turn-left")).behind is None
    await floor.stages.seen("transcribe", "turn-left")
    assert (await room.type("turn-next")).behind == "turn-left"
    assert (await room.type("turn-next")).behind == "turn-left"  # repeated, it waits still
    listening.set()
    await room.settled("turn-next")
    assert (await room.type("turn-next")).behind is None


async def completed(room: Room, count: int, activity: str) -> None:
    """Until the workflow has been told that so many of these activities are over."""
    async with asyncio.timeout(10):
        while True:
            history = await room.handle.fetch_history()
            events = {event.event_id: event for event in history.events}
            scheduled = [
                events[event.activity_task_completed_event_attributes.scheduled_event_id]
                for event in history.events
                if event.HasField("activity_task_completed_event_attributes")
            ]
            kinds = [
                e.activity_task_scheduled_event_attributes.activity_type.name for e in scheduled
            ]
            if kinds.count(activity) >= count:
                return


async def test_a_committed_answer_is_not_asked_for_again(floor: Floor) -> None:
    room = await floor.open(make_plan())
    before = await room.snapshot()
    floor.stages.failures["speak", "turn-x"] = [provider_rejected()]
    await room.answer("turn-x")
    await room.until(lambda s: s.question_id != before.question_id)
    after = await room.snapshot()
    assert after.state.turns["turn-x"] == "committed"
    assert not [m for a in floor.records.announced for m in a.messages if m.type == "error"]
    assert floor.stages.spoken[-1].lines is not None
    assert after.question_text in floor.stages.spoken[-1].lines
