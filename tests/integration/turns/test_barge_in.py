"""The candidate speaks over the interviewer: what they heard, and what a cough leaves of it."""

from __future__ import annotations

import pytest

from interview.protocol.client import Interruption
from interview.protocol.server import TurnDiscarded
from tests.integration.persistence.samples import greeting
from tests.integration.turns.desk import Desk

pytestmark = pytest.mark.integration


async def _interrupted(desk: Desk, heard_ms: int = 1_000) -> Interruption:
    saved = await desk.records.save_speech(greeting(desk.interview_id))
    desk.interruption = Interruption(utterance_id=saved.utterance_id, heard_ms=heard_ms)
    return desk.interruption


async def _heard_ms(desk: Desk) -> int | None:
    (first, *_) = await desk.records.transcript(desk.interview_id)
    return first.heard_ms


async def test_a_cough_leaves_what_was_said_as_it_was(desk: Desk) -> None:
    cut = await _interrupted(desk)
    stages = desk.all()
    await desk.start()
    await desk.say("hm")
    await desk.until(lambda: desk.has("sentences", "begin"))
    await desk.audio.cancel()
    assert [(await desk.done(s)).outcome for s in stages] == ["cancelled", "skipped", "skipped"]
    (discarded,) = [m for m in await desk.out() if isinstance(m, TurnDiscarded)]
    assert (discarded.reason, discarded.resume) == ("cancelled", cut)
    assert await _heard_ms(desk) is None


async def test_a_noise_that_the_client_took_for_speech_is_a_cough(desk: Desk) -> None:
    cut = await _interrupted(desk)
    stages = desk.all()
    await desk.start()
    await desk.say("....")
    await desk.end()
    for stage in stages:
        await desk.done(stage)
    (discarded,) = await desk.out()
    assert isinstance(discarded, TurnDiscarded)
    assert discarded.resume == cut
    assert await _heard_ms(desk) is None


async def test_the_model_sees_what_was_heard_and_the_record_once_the_answer_is_on_it(
    desk: Desk,
) -> None:
    await _interrupted(desk)
    desk.model.gate.close()
    stages = desk.all()
    await desk.start()
    await desk.say("I moved it")
    await desk.pause()
    await desk.until(lambda: bool(desk.model.asked))
    heard = desk.model.asked[0].conversation[0]
    assert heard.speaker == "interviewer"
    assert await _heard_ms(desk) is None
    before = (await desk.records.transcript(desk.interview_id))[0].text
    assert before.startswith(heard.text)
    assert len(heard.text) < len(before)
    desk.model.gate.open()
    await desk.end()
    for stage in stages:
        await desk.done(stage)
    assert await _heard_ms(desk) == 1_000


async def test_what_was_interrupted_while_it_was_being_made_is_marked_as_well(desk: Desk) -> None:
    """Its row is written after the answer that cut it short."""
    late = greeting(desk.interview_id)
    desk.interruption = Interruption(utterance_id=late.utterance_id, heard_ms=1_000)
    transcribe = desk.transcribe()
    await desk.start()
    await desk.say("I moved it")
    await desk.end()
    await desk.until(lambda: _is_committed(desk))
    await desk.records.save_speech(late)
    await desk.done(transcribe)
    assert await _heard_ms(desk) == 1_000


async def _is_committed(desk: Desk) -> bool:
    return await desk.records.find_answer(desk.interview_id, desk.turn.turn_id) is not None
