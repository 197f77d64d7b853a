"""A stage is killed in the middle of work ahead: nothing is heard twice, nothing is lost."""

from __future__ import annotations

import pytest

from tests.integration.turns.desk import PROMPT_VERSION, Desk

pytestmark = pytest.mark.integration

REPLY = ["You said I moved it.", "I see.", "What then?"]
SOUND = "YsImiIsWt"


async def _paused(desk: Desk) -> None:
    await desk.start()
    await desk.say("I moved it")
    await desk.pause()


async def _is_whole(desk: Desk) -> None:
    assert await desk.captions() == REPLY
    assert await desk.sound() == SOUND
    assert await desk.lines() == [("candidate", "I moved it"), ("interviewer", " ".join(REPLY))]


async def test_transcribe_dies_before_its_tentative_text(desk: Desk) -> None:
    desk.stt.gate.close()
    first, converse, speak = desk.all()
    await _paused(desk)
    await desk.until(lambda: desk.stt.heard == ["I moved it"])
    await desk.kill(first)
    desk.stt.gate.open()
    second = desk.transcribe(2)
    await desk.until(lambda: desk.has("text", "tentative"))
    await desk.end()
    for stage in (second, converse, speak):
        await desk.done(stage)
    await _is_whole(desk)


async def test_transcribe_dies_after_its_tentative_text(desk: Desk) -> None:
    """The same text of another run: the reply made ahead is still good."""
    first, converse, speak = desk.all()
    await _paused(desk)
    await desk.until(lambda: desk.has("sentences", "end"))
    await desk.kill(first)
    second = desk.transcribe(2)
    await desk.until(lambda: desk.has("text", "tentative", 2))
    await desk.end()
    for stage in (second, converse, speak):
        await desk.done(stage)
    assert len(desk.model.asked) == 1
    await _is_whole(desk)


@pytest.mark.parametrize("middle", [True, False])
async def test_converse_dies_before_the_release(desk: Desk, middle: bool) -> None:
    """What it made ahead is not taken for said."""
    if middle:
        desk.model.middle.close()
    transcribe, first, speak = desk.all()
    await _paused(desk)
    await desk.until(lambda: desk.has("sentences", "sentence" if middle else "end"))
    await desk.until(lambda: desk.tts.spoken == REPLY[:1])
    await desk.kill(first)
    desk.model.middle.open()
    second = desk.converse(2)
    await desk.until(lambda: len(desk.model.asked) == 2)
    assert desk.model.asked[1].already_said == ()
    assert desk.model.asked[1].directive is None
    assert not await desk.sounded()
    await desk.end()
    for stage in (transcribe, second, speak):
        await desk.done(stage)
    await _is_whole(desk)


async def test_converse_dies_in_the_answer_that_was_withdrawn(desk: Desk) -> None:
    transcribe, first, speak = desk.all()
    await _paused(desk)
    await desk.until(lambda: desk.has("sentences", "end"))
    await desk.resume()
    await desk.until(lambda: desk.has("sentences", "drop"))
    await desk.kill(first)
    second = desk.converse(2)
    await desk.say(" alone")
    await desk.end()
    for stage in (transcribe, second, speak):
        await desk.done(stage)
    assert (await desk.captions())[0] == "You said I moved it alone."
    assert len(await desk.lines()) == 2


async def test_converse_dies_after_the_release(desk: Desk) -> None:
    """What was released was said: it is continued, and not repeated."""
    desk.model.middle.close()
    transcribe, first, speak = desk.all()
    await _paused(desk)
    await desk.until(lambda: desk.has("sentences", "sentence"))
    await desk.end()
    await desk.until(desk.sounded)
    await desk.kill(first)
    desk.model.middle.open()
    second = desk.converse(2)
    for stage in (transcribe, second, speak):
        await desk.done(stage)
    assert desk.model.asked[1].already_said == ("You said I moved it.",)
    await _is_whole(desk)


async def test_speak_dies_with_a_sentence_in_hand(desk: Desk) -> None:
    transcribe, converse, first = desk.all()
    await _paused(desk)
    await desk.until(lambda: desk.tts.spoken == REPLY[:1])
    await desk.kill(first)
    second = desk.speak(2)
    await desk.until(lambda: desk.tts.spoken == [REPLY[0]] * 2)
    await desk.end()
    for stage in (transcribe, converse, second):
        await desk.done(stage)
    await _is_whole(desk)


async def test_speak_dies_between_the_release_and_the_first_sound(desk: Desk) -> None:
    desk.tts.gate.close()
    transcribe, converse, first = desk.all()
    await _paused(desk)
    await desk.until(lambda: desk.has("sentences", "end"))
    await desk.end()
    await desk.done(converse)
    await desk.kill(first)
    assert not await desk.sounded()
    desk.tts.gate.open()
    second = desk.speak(2)
    for stage in (transcribe, second):
        await desk.done(stage)
    await _is_whole(desk)


@pytest.mark.parametrize("when", ["tentative", "released"])
async def test_all_die_at_once(desk: Desk, when: str) -> None:
    desk.tts.gate.close()
    stages = desk.all()
    await _paused(desk)
    await desk.until(lambda: desk.has("sentences", "end"))
    if when == "released":
        await desk.end()
        await desk.until(lambda: desk.has("sentences", "release"))
    await desk.kill(*stages)
    desk.tts.gate.open()
    again = desk.all(2)
    if when == "tentative":
        await desk.until(lambda: desk.has("text", "tentative", 2))
        await desk.end()
    for stage in again:
        await desk.done(stage)
    await _is_whole(desk)


async def test_the_prompt_of_a_reply_is_known_to_a_run_that_only_repeats_it(desk: Desk) -> None:
    """The reply is whole, and its result was lost: the next run says what the first was told."""
    transcribe, first, speak = desk.all()
    await _paused(desk)
    await desk.end()
    result = await desk.done(first)
    second = await desk.done(desk.converse(2))
    for stage in (transcribe, speak):
        await desk.done(stage)
    assert (result.provider, result.prompt_version) == ("words/llm", PROMPT_VERSION)
    assert second == result
    assert len(desk.model.asked) == 1
