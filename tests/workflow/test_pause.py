"""Pauses of a minute, of three days, and without end."""

from __future__ import annotations

import pytest

from interview.domain.phases import Phase
from tests.workflow.floor import Floor
from tests.workflow.history import events_of
from tests.workflow.plans import make_plan
from tests.workflow.room import Room

pytestmark = pytest.mark.asyncio(loop_scope="session")

DAY_S = 24 * 3600.0
SHORT = ("Welcome back.", "introduction 1?")
LONG = (
    "Welcome back.",
    "We have been through 3 of 6 questions, and this is where we were.",
    "main questions 2?",
)


async def _paused(room: Room) -> None:
    await room.pause()
    await room.until(lambda s: s.state.status == "paused")


async def test_a_short_pause_repeats_the_question(floor: Floor) -> None:
    room = await floor.open(make_plan())
    await _paused(room)
    await room.skip(30.0)
    await room.resume()
    after = await room.until(lambda s: s.state.status == "active" and s.running_turn_id is None)
    await floor.stages.seen("speak", "say-2")
    assert floor.stages.lines()[-1] == SHORT
    assert floor.records.messages() == ["paused candidate", "resumed"]
    assert [a.status for a in floor.records.announced] == ["paused", "active"]
    assert after.state.position.phase is Phase.INTRODUCTION


async def test_three_days_later_it_goes_on_at_the_same_question(floor: Floor) -> None:
    room = await floor.open(make_plan(main=3))
    for _ in range(3):
        await room.answer()
    before = (await room.snapshot()).state
    assert before.position.question_index == 1
    await _paused(room)
    await room.skip(60.0)
    events = len(await events_of(room))
    await room.skip(3 * DAY_S)
    assert len(await events_of(room)) == events
    await room.resume()
    await floor.stages.seen("speak", "say-5")
    after = (await room.until(lambda s: s.running_turn_id is None)).state
    assert floor.stages.lines()[-1] == LONG
    assert (after.position, after.turns) == (before.position, before.turns)
    # Only the welcome is on the clock, not the three days.
    assert after.phase_time_used_s - before.phase_time_used_s < 10
    for _ in range(3):
        await room.answer()
    assert (await room.result()).outcome == "completed"


async def test_answering_resumes_without_a_word_in_between(floor: Floor) -> None:
    room = await floor.open(make_plan())
    await _paused(room)
    spoken = len(floor.stages.spoken)
    after = await room.answer()
    assert (after.state.status, after.state.position.phase) == ("active", Phase.WARMUP)
    assert floor.records.messages() == ["paused candidate", "resumed"]
    assert floor.stages.lines()[spoken:] == [None]


async def test_a_pause_asked_for_during_an_answer_waits_for_its_end(floor: Floor) -> None:
    room = await floor.open(make_plan())
    hold = floor.stages.hold("transcribe", "turn-held")
    await room.begin("turn-held")
    await floor.stages.seen("transcribe", "turn-held")
    await room.pause()
    assert (await room.snapshot()).state.status == "active"
    hold.set()
    paused = await room.until(lambda s: s.state.status == "paused")
    assert paused.state.turns == {"turn-held": "committed"}


async def test_a_pause_taken_back_in_time_never_happens(floor: Floor) -> None:
    room = await floor.open(make_plan())
    hold = floor.stages.hold("transcribe", "turn-held")
    await room.begin("turn-held")
    await room.pause()
    await room.resume()
    hold.set()
    await room.settled("turn-held")
    assert (await room.answer()).state.status == "active"
    assert floor.records.messages() == []


async def test_pausing_twice_pauses_once(floor: Floor) -> None:
    room = await floor.open(make_plan())
    await _paused(room)
    await room.pause()
    assert (await room.answer()).state.status == "active"
    assert (await room.answer()).state.status == "active"
    assert floor.records.messages() == ["paused candidate", "resumed"]


async def test_resuming_what_is_not_paused_changes_nothing(floor: Floor) -> None:
    room = await floor.open(make_plan())
    await room.resume()
    await room.answer()
    await _paused(room)
    await room.skip(3600.0)
    assert (await room.snapshot()).state.status == "paused"


async def test_a_pause_that_lasts_too_long_ends_as_expired(floor: Floor) -> None:
    room = await floor.open(make_plan())
    await room.answer()
    await _paused(room)
    await room.skip(7 * DAY_S + 1)
    assert (await room.result()).outcome == "expired"


async def test_time_before_a_pause_is_charged_and_the_pause_is_not(floor: Floor) -> None:
    room = await floor.open(make_plan())
    before_s = (await room.snapshot()).state.phase_time_used_s
    await room.skip(12.0)
    await _paused(room)
    await room.skip(DAY_S)
    used_s = (await room.snapshot()).state.phase_time_used_s - before_s
    assert used_s == pytest.approx(10, abs=1)
