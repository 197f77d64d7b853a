"""The candidate asks to hear the question again."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from interview.domain.directives import Directive
from interview.protocol.client import Interruption
from interview.protocol.server import PhaseChanged
from tests.workflow.fakes import SPEECH_MS
from tests.workflow.floor import Floor
from tests.workflow.plans import make_plan
from tests.workflow.room import Room

pytestmark = pytest.mark.asyncio(loop_scope="session")

SPEECH_S = SPEECH_MS / 1000


async def _code(room: Room) -> str | None:
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await room.repeat()
    assert isinstance(refused.value.cause, ApplicationError)
    return refused.value.cause.type


async def test_the_question_is_said_once_however_often_the_request_arrives(floor: Floor) -> None:
    room = await floor.open(make_plan())
    await room.skip(5.0)
    before = (await room.snapshot()).state
    for _ in range(3):
        await room.repeat("the-same")
    await room.until(lambda s: s.state.turn_number == before.turn_number + 1)
    after = (await room.until(lambda s: s.running_turn_id is None)).state
    assert floor.stages.lines()[1:] == [("introduction 1?",)]
    assert after.position == before.position
    # Silence begins anew; thinking until then counts, hearing it again does not.
    assert after.silence_since is not None
    assert before.silence_since is not None
    assert after.silence_since > before.silence_since
    used_s = after.phase_time_used_s - before.phase_time_used_s
    assert used_s == pytest.approx(5.0 - SPEECH_S, abs=0.5)


async def test_a_probe_is_repeated_as_it_was_asked(floor: Floor) -> None:
    room = await floor.open(make_plan(follow_ups=2))
    for _ in range(2):
        await room.answer()
    floor.stages.directives["turn-probed"] = Directive.FOLLOW_UP
    floor.stages.sentences["turn-probed"] = ("I see.", "When it broke,", "what did you do?")
    await room.answer("turn-probed")
    await room.skip(SPEECH_S + 1)
    await room.repeat()
    await room.until(lambda s: floor.stages.lines()[-1] is not None)
    assert floor.stages.lines()[-1] == ("When it broke, what did you do?",)
    await room.until(lambda s: s.running_turn_id is None)
    await room.answer()
    await room.skip(SPEECH_S + 1)
    await room.repeat()
    await room.until(lambda s: floor.stages.lines()[-1] == ("wrap up 1?",))


async def test_not_while_somebody_speaks(floor: Floor) -> None:
    room = await floor.open(make_plan())
    assert await _code(room) == "turn.out_of_order"  # the greeting is still being played
    await room.skip(SPEECH_S + 1)
    hold = floor.stages.hold("transcribe", "turn-held")
    await room.begin("turn-held")
    await floor.stages.seen("transcribe", "turn-held")
    assert await _code(room) == "turn.out_of_order"
    hold.set()
    await room.settled("turn-held")
    await room.skip(SPEECH_S + 1)
    await room.pause()
    await room.until(lambda s: s.state.status == "paused")
    assert await _code(room) == "turn.out_of_order"
    assert [lines for lines in floor.stages.lines() if lines == ("introduction 1?",)] == []


async def test_an_interruption_goes_to_the_stage_that_commits(floor: Floor) -> None:
    room = await floor.open(make_plan())
    cut = Interruption(utterance_id="u", heard_ms=700)
    await room.begin("turn-cutting", interruption=cut)
    await room.settled("turn-cutting")
    assert floor.stages.transcribed[0].interruption == cut
    assert floor.stages.conversed[0].interruption == cut


async def test_an_accommodation_changes_endpointing_at_once(floor: Floor) -> None:
    room = await floor.open(make_plan())
    assert floor.stages.spoken[0].endpointing.introduction == 700
    await room.grant(2.0)
    await room.until(lambda s: "phase" in floor.records.messages())
    (told,) = floor.records.announced[0].messages
    assert isinstance(told, PhaseChanged)
    assert (told.endpointing_ms, told.question_id) == (1_400, "introduction-1")
    await room.answer()
    assert floor.stages.spoken[-1].endpointing.main_questions == 2_400
    judged_by = floor.stages.transcribed[-1].endpointing
    assert judged_by == floor.stages.spoken[-1].endpointing
    assert judged_by is not None
    assert judged_by.unhurried
