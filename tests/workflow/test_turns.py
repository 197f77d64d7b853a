"""Turns are idempotent by id, taken in order, and leave behind only what was said."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from interview.contracts.turns import TranscribeResult
from interview.domain.phases import Phase
from interview.protocol.client import Interruption
from tests.workflow.floor import Floor
from tests.workflow.plans import make_plan
from tests.workflow.room import Room

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _refused(room: Room, turn_id: str) -> str | None:
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await room.begin(turn_id)
    assert isinstance(caught.value.cause, ApplicationError)
    return caught.value.cause.type


async def test_a_typed_answer_is_given_inline(floor: Floor) -> None:
    room = await floor.open(make_plan())
    ack = await room.type("typed-0001", "I moved the billing service.")
    assert ack.outcome == "running"
    after = await room.settled("typed-0001")
    assert after.state.position.phase is Phase.WARMUP
    (request,) = floor.stages.transcribed
    assert (request.typed_text, request.turn.kind) == ("I moved the billing service.", "typed")


async def test_the_same_turn_begun_again_runs_once(floor: Floor) -> None:
    room = await floor.open(make_plan())
    hold = floor.stages.hold("transcribe", "turn-same")
    assert (await room.begin("turn-same")).outcome == "running"
    assert (await room.begin("turn-same")).outcome == "running"
    await floor.stages.seen("transcribe", "turn-same")
    assert (await room.begin("turn-same")).outcome == "running"
    hold.set()
    await room.settled("turn-same")
    assert (await room.begin("turn-same")).outcome == "committed"
    assert (await room.type("turn-same")).outcome == "committed"
    after = await room.answer()
    assert floor.stages.runs("transcribe", "turn-same") == 1
    assert after.state.answers_committed == 2


async def test_one_answer_waits_behind_a_running_one_and_no_more(floor: Floor) -> None:
    room = await floor.open(make_plan())
    hold = floor.stages.hold("transcribe", "turn-first")
    await room.begin("turn-first")
    await floor.stages.seen("transcribe", "turn-first")
    assert (await room.begin("turn-second")).outcome == "running"
    assert (await room.begin("turn-second")).outcome == "running"
    assert await _refused(room, "turn-third") == "turn.out_of_order"
    hold.set()
    after = await room.settled("turn-second")
    assert after.state.turns == {"turn-first": "committed", "turn-second": "committed"}
    assert after.state.position.phase is Phase.MAIN_QUESTIONS
    assert floor.stages.briefs()[1].question.question_id == "warmup-1"


async def test_an_answer_during_the_greeting_waits_for_its_end(floor: Floor) -> None:
    hold = floor.stages.hold("speak", "say-1")
    room = await floor.open(make_plan(), greeted=False)
    await room.begin("turn-early")
    assert floor.stages.transcribed == []
    hold.set()
    after = await room.settled("turn-early")
    assert after.state.position.phase is Phase.WARMUP


async def test_nothing_begins_after_the_end(floor: Floor) -> None:
    room = await floor.open(make_plan())
    await room.answer("turn-known")
    hold = floor.records.hold_close()
    await room.end()
    await room.until(lambda s: s.state.status == "ended")
    assert await _refused(room, "turn-late") == "interview.ended"
    assert (await room.begin("turn-known")).outcome == "committed"
    for update in (room.pause, room.resume, lambda: room.grant(2.0)):
        with pytest.raises(WorkflowUpdateFailedError):
            await update()
    hold.set()
    assert (await room.result()).outcome == "ended_by_candidate"


async def test_a_stalled_turn_may_begin_again_with_streams_of_its_own(floor: Floor) -> None:
    room = await floor.open(make_plan())
    floor.stages.answers["turn-slow"] = TranscribeResult(outcome="stalled")
    stalled = await room.answer("turn-slow")
    assert stalled.state.turns == {"turn-slow": "stalled"}
    assert stalled.state.position.phase is Phase.INTRODUCTION
    del floor.stages.answers["turn-slow"]
    assert (await room.begin("turn-slow")).outcome == "running"
    after = await room.until(lambda s: s.state.turns["turn-slow"] == "committed")
    assert after.state.position.phase is Phase.WARMUP
    first, second = (request.turn for request in floor.stages.transcribed)
    assert first.stream_id != second.stream_id
    assert first.answer_sequence == second.answer_sequence == 2


@pytest.mark.parametrize("outcome", ["cancelled", "stalled"])
async def test_a_turn_without_an_answer_leaves_no_trace(floor: Floor, outcome: str) -> None:
    room = await floor.open(make_plan())
    before = (await room.snapshot()).state
    floor.stages.answers["turn-cough"] = TranscribeResult.model_validate({"outcome": outcome})
    after = (await room.answer("turn-cough")).state
    # The silence goes on, and is charged once, when it ends.
    same = {"position", "next_sequence", "silence_since", "phase_time_used_s", "answers_committed"}
    assert after.model_dump(include=same) == before.model_dump(include=same)
    await room.answer()
    assert floor.stages.transcribed[-1].turn.answer_sequence == before.next_sequence


async def test_an_answer_nobody_could_transcribe_is_asked_for_in_writing(floor: Floor) -> None:
    room = await floor.open(make_plan())
    used_s = (await room.snapshot()).state.phase_time_used_s
    floor.stages.answers["turn-lost"] = TranscribeResult(outcome="failed", duration_ms=9000)
    after = await room.answer("turn-lost")
    assert floor.records.messages() == ["error stt.unavailable"]
    assert floor.records.announced[0].messages[0].model_dump()["turn_id"] == "turn-lost"
    assert after.state.position.phase is Phase.INTRODUCTION
    # Our failure costs the candidate no time.
    assert after.state.phase_time_used_s == used_s
    await room.type("typed-0001")
    await room.settled("typed-0001")
    assert floor.stages.transcribed[-1].turn.answer_sequence > 2


async def test_what_was_heard_before_an_interruption_reaches_the_interviewer(floor: Floor) -> None:
    room = await floor.open(make_plan())
    cut = Interruption(utterance_id="u1", heard_ms=700)
    await room.begin("turn-barge", interruption=cut)
    await room.settled("turn-barge")
    assert floor.stages.conversed[0].interruption == cut
