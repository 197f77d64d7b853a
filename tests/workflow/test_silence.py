"""What the interviewer does when nobody speaks."""

from __future__ import annotations

import pytest

from interview.contracts.turns import TranscribeResult
from interview.domain.phases import Phase
from interview.domain.phrases import phrases
from tests.workflow.fakes import SPEECH_MS
from tests.workflow.floor import Floor
from tests.workflow.history import events_of, scheduled, timers
from tests.workflow.plans import make_plan
from tests.workflow.room import Room

pytestmark = pytest.mark.asyncio(loop_scope="session")

NUDGES, TIME_TO_MOVE_ON = phrases("en").nudges, phrases("en").time_to_move_on
SPEECH_S = SPEECH_MS / 1000


async def _seconds_after_playout(room: Room, *activities: str) -> list[float]:
    """When activities were scheduled, counted from the end of the interviewer's last words
    before the first nudge."""
    events = await events_of(room)
    since = next(t for t in timers(events) if t.summary == "nudge").started
    found = [s for s in scheduled(events) if s.activity in activities and s.at > since]
    return [round((s.at - since).total_seconds() - SPEECH_S) for s in found]


async def test_two_nudges_and_then_a_pause(floor: Floor) -> None:
    room = await floor.open(make_plan())
    await room.skip(19.0 + SPEECH_S)
    assert (await room.snapshot()).state.nudges == 0
    await room.skip(140.0)
    await room.until(lambda s: s.state.status == "paused")
    when = await _seconds_after_playout(room, "turn.speak", "records.announce")
    assert when == [20, 60, 150]
    assert floor.stages.lines()[1:] == [(NUDGES[0],), (NUDGES[1],)]
    assert floor.records.messages() == ["paused silence"]
    assert floor.records.announced[0].status == "paused"


async def test_an_answer_begins_a_new_silence(floor: Floor) -> None:
    room = await floor.open(make_plan())
    await room.skip(70.0)
    assert (await room.until(lambda s: s.state.nudges == 2)).state.status == "active"
    assert (await room.answer()).state.nudges == 0
    await room.skip(21.0 + SPEECH_S)
    after = await room.until(lambda s: s.state.nudges == 1)
    assert after.state.status == "active"
    assert floor.stages.lines()[-1] == (NUDGES[0],)


async def test_a_cough_does_not_begin_a_new_silence(floor: Floor) -> None:
    room = await floor.open(make_plan())
    await room.skip(15.0)
    floor.stages.answers["turn-cough"] = TranscribeResult(outcome="cancelled")
    await room.answer("turn-cough")
    await room.skip(8.0)
    await room.until(lambda s: s.state.nudges == 1)
    assert await _seconds_after_playout(room, "turn.speak") == [13, 20]


async def test_waiting_counts_once_however_often_it_is_interrupted(floor: Floor) -> None:
    room = await floor.open(make_plan(introduction=2))
    start_s = (await room.snapshot()).state.phase_time_used_s
    for number in range(3):
        await room.skip(5.0)
        turn_id = f"cough-{number:04d}"
        floor.stages.answers[turn_id] = TranscribeResult(outcome="cancelled")
        await room.answer(turn_id)
    await room.skip(10.0)
    await room.until(lambda s: s.state.nudges == 1)
    await room.answer()
    used_s = (await room.snapshot()).state.phase_time_used_s - start_s
    # 25 s since the greeting less its playout; the answer, and the reply.
    assert used_s == pytest.approx(25 - SPEECH_S + 4 + SPEECH_S, abs=2)


async def test_a_budget_spent_in_silence_moves_on_once(floor: Floor) -> None:
    room = await floor.open(make_plan(budget_s=50.0))
    await room.skip(55.0)
    moved = await room.until(lambda s: s.state.position.phase is Phase.WARMUP)
    assert floor.stages.lines()[-1] == (TIME_TO_MOVE_ON, "Now warmup.", "warmup 1?")
    assert (moved.state.nudges, moved.state.phase_time_used_s) == (0, 0.0)
    # Nobody is there: the other questions are kept for when they are back.
    await room.skip(160.0)
    paused = await room.until(lambda s: s.state.status == "paused")
    assert paused.state.position.phase is Phase.WARMUP
    assert floor.stages.lines()[-2:] == [(NUDGES[0],), (NUDGES[1],)]


async def test_a_spent_budget_leaves_time_to_think(floor: Floor) -> None:
    room = await floor.open(make_plan(introduction=3, budget_s=1.0))
    await room.skip(29.0)
    assert (await room.snapshot()).state.position.question_index == 0
    await room.skip(4.0)
    after = await room.until(lambda s: s.state.position.question_index == 1)
    assert floor.stages.lines()[-1] == (TIME_TO_MOVE_ON, "introduction 2?")
    await room.answer()
    await room.skip(33.0)
    after = await room.until(lambda s: s.state.position.phase is Phase.WARMUP)
    assert after.state.pushed_on


async def test_nobody_is_pushed_out_of_the_last_question(floor: Floor) -> None:
    room = await floor.open(make_plan(budget_s=1.0))
    for _ in range(3):
        await room.answer()
    await room.skip(160.0)
    paused = await room.until(lambda s: s.state.status == "paused")
    assert paused.question_id == "wrap-up-1"


async def test_an_accommodation_stretches_silence_at_once(floor: Floor) -> None:
    room = await floor.open(make_plan())
    await room.skip(5.0)
    await room.grant(3.0)
    await room.skip(150.0)
    await room.until(lambda s: s.state.nudges == 1)
    # The second nudge at 180 s, the pause at 450 s.
    assert await _seconds_after_playout(room, "turn.speak") == [60]
    await room.skip(320.0)
    await room.until(lambda s: s.state.status == "paused")
    when = await _seconds_after_playout(room, "turn.speak", "records.announce")
    assert when == [3, 60, 180, 450]  # the first tells of the longer endpointing


async def test_an_accommodation_stretches_budgets_and_answers(floor: Floor) -> None:
    room = await floor.open(make_plan(budget_s=50.0))
    await room.grant(2.0)
    await room.skip(95.0)
    assert (await room.snapshot()).state.position.phase is Phase.INTRODUCTION
    await room.skip(12.0)
    await room.until(lambda s: s.state.position.phase is Phase.WARMUP)
    await room.answer()
    assert floor.stages.transcribed[0].max_answer_s == 2 * 86_400.0
