"""The first words after a spoken answer: at once, once, and for what is an answer alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from interview.contracts.turns import TranscribeResult
from interview.domain.directives import Directive
from interview.errors import ProviderRejected
from interview.protocol.frames import AudioFrame
from interview.protocol.server import (
    PartialTranscript,
    PhaseChanged,
    Sentence,
    Status,
    UtteranceEnd,
    UtteranceStart,
)
from interview.streams.outbound import OutboundReader
from tests.fakes.briefs import a_brief
from tests.integration.turns.desk import Desk

pytestmark = pytest.mark.integration

ANSWER = "I moved the service by myself"
OPENER = "All right."
REPLY = [f"You said {ANSWER}.", "I see.", "What then?"]
OPENED = [OPENER, *REPLY]
SOUND = "ArYsImtsbmIsWt"


@pytest.fixture
async def opening(desk: Desk) -> Desk:
    """A held answer, and all openers are in the cache."""
    desk.openers, desk.mode = True, "hold"
    await desk.prepare()
    assert desk.tts.spoken == ["Okay.", OPENER, "Thank you.", "I see."]
    desk.tts.spoken.clear()
    return desk


async def _answered(desk: Desk, words: str = ANSWER) -> None:
    await desk.start()
    await desk.say(words)
    await desk.end()


async def _all_done(desk: Desk, stages: Sequence[asyncio.Task[Any]]) -> list[Any]:
    return [await desk.done(stage) for stage in stages]


async def _is_whole(desk: Desk) -> None:
    assert await desk.captions() == OPENED
    assert await desk.sound() == SOUND
    assert await desk.lines() == [("candidate", ANSWER), ("interviewer", " ".join(OPENED))]
    assert OPENER not in desk.tts.spoken


async def _phases(desk: Desk) -> list[str | None]:
    return [m.question_id for m in await desk.out() if isinstance(m, PhaseChanged)]


async def test_it_is_heard_while_the_answer_is_still_recognized(opening: Desk) -> None:
    desk = opening
    desk.stt.gate.close()
    desk.tts.gate.close()
    stages = desk.all()
    await _answered(desk)
    await desk.until(desk.sounded)
    await desk.until(lambda: _heard_all(desk, 0))
    assert await desk.captions() == [OPENER]
    assert await desk.kinds("text") == ["begin", "ended"]
    assert desk.model.asked == []
    desk.tts.gate.open()
    desk.stt.gate.open()
    transcribed, conversed, spoken = await _all_done(desk, stages)
    assert (transcribed.text, transcribed.spoken_ms) == (ANSWER, 2_900)
    assert conversed.sentences == tuple(OPENED)
    assert spoken.outcome == "spoken"
    (asked,) = desk.model.asked
    assert (asked.opener, asked.already_said) == (OPENER, ())
    await _is_whole(desk)


async def _heard_all(desk: Desk, sentence: int) -> bool:
    """Two words of 100 ms each."""
    sound = [f for f in await desk.out() if isinstance(f, AudioFrame) and f.sentence == sentence]
    return sum(len(frame.pcm16) for frame in sound) == 2 * 4_800


async def test_the_room_moves_on_with_what_follows_it(opening: Desk) -> None:
    """Until the directive is known the interview stands where it was."""
    desk = opening
    desk.stt.gate.close()
    stages = desk.all()
    await _answered(desk)
    await desk.until(lambda: _heard_all(desk, 0))
    assert await _phases(desk) == []
    reader = OutboundReader(desk.log, desk.interview_id)
    began = (await reader.recent()).utterance_seq
    desk.stt.gate.open()
    await _all_done(desk, stages)
    assert await _phases(desk) == ["next"]
    # Whoever comes in gets all of the utterance, and with it where it led.
    assert (await reader.recent()).utterance_seq == began
    assert began is not None
    async for events in reader.events(began):
        types = [json.loads(event.data)["type"] for event in events if event.kind == "message"]
        assert types[:2] == ["utterance_start", "sentence"]
        assert types.count("phase") == 1
        break
    told = [
        message.state if isinstance(message, Status) else type(message).__name__
        for message in await desk.out()
        if isinstance(message, Status | PhaseChanged | UtteranceStart | Sentence | UtteranceEnd)
    ]
    assert told == [
        *("processing_stt", "speaking", "UtteranceStart", "Sentence"),
        *("generating", "speaking", "PhaseChanged", "Sentence"),
        *("Sentence", "Sentence", "UtteranceEnd"),
    ]


async def test_a_text_that_is_there_at_once_is_all_the_news(opening: Desk) -> None:
    desk = opening
    desk.model.gate.close()
    stages = desk.all()
    await _answered(desk)
    await desk.until(desk.sounded)
    assert await desk.captions() == [OPENER]
    assert await desk.kinds("text") == ["begin", "final"]
    desk.model.gate.open()
    await _all_done(desk, stages)
    await _is_whole(desk)


async def test_hands_free_it_is_ready_with_the_first_sentence_behind_it(opening: Desk) -> None:
    desk = opening
    desk.mode = "hands_free"
    stages = desk.all()
    await desk.start()
    await desk.say(ANSWER)
    await desk.pause()
    await desk.until(lambda: desk.has("sentences", "end"))
    await desk.until(lambda: desk.tts.spoken == REPLY[:1])
    assert [m for m in await desk.out() if not isinstance(m, PartialTranscript)] == []
    for gate in (desk.stt.gate, desk.model.gate, desk.tts.gate):
        gate.close()
    await desk.say("......")
    await desk.end()
    await desk.until(lambda: _has_caption(desk, REPLY[0]))
    assert await desk.captions() == OPENED[:2]
    assert await _phases(desk) == ["next"]
    desk.tts.gate.open()
    await _all_done(desk, stages)
    assert desk.tts.spoken == REPLY
    await _is_whole(desk)


async def _has_caption(desk: Desk, text: str) -> bool:
    return text in await desk.captions()


async def test_hands_free_nobody_hears_it_in_a_pause_to_think(opening: Desk) -> None:
    desk = opening
    desk.mode = "hands_free"
    stages = desk.all()
    await desk.start()
    await desk.say("I moved the service ")
    await desk.pause()
    await desk.until(lambda: desk.has("sentences", "end"))
    await desk.resume()
    await desk.until(lambda: desk.has("sentences", "drop"))
    await desk.say("by myself")
    await desk.end()
    await _all_done(desk, stages)
    await _is_whole(desk)


async def test_hands_free_with_a_slow_recognizer_it_comes_with_the_end(opening: Desk) -> None:
    desk = opening
    desk.mode = "hands_free"
    desk.stt.gate.close()
    stages = desk.all()
    await desk.start()
    await desk.say(ANSWER)
    await desk.pause()
    await desk.until(lambda: desk.stt.heard == [ANSWER])
    await desk.end()
    await desk.until(desk.sounded)
    assert await desk.captions() == [OPENER]
    desk.stt.gate.open()
    await _all_done(desk, stages)
    await _is_whole(desk)


@pytest.mark.parametrize("stage", ["transcribe", "converse", "speak", "all"])
async def test_a_worker_that_dies_after_it_does_not_say_it_twice(opening: Desk, stage: str) -> None:
    desk = opening
    desk.stt.gate.close()
    names = ["transcribe", "converse", "speak"]
    running = dict(zip(names, desk.all(), strict=True))
    await _answered(desk)
    await desk.until(lambda: _heard_all(desk, 0))
    dying = names if stage == "all" else [stage]
    await desk.kill(*(running[name] for name in dying))
    desk.stt.gate.open()
    again = {
        "transcribe": desk.transcribe,
        "converse": desk.converse,
        "speak": desk.speak,
    }
    running |= {name: again[name](2) for name in dying}
    _, conversed, _ = await _all_done(desk, [running[name] for name in names])
    assert conversed.sentences == tuple(OPENED)
    assert (await desk.kinds("sentences")).count("sentence") == len(OPENED)
    await _is_whole(desk)


async def test_a_reply_that_died_behind_it_goes_on(opening: Desk) -> None:
    desk = opening
    desk.model.middle.close()
    transcribe, first, speak = desk.all()
    await _answered(desk)
    await desk.until(lambda: _has_caption(desk, REPLY[0]))
    await desk.kill(first)
    desk.model.middle.open()
    await _all_done(desk, [transcribe, desk.converse(2), speak])
    assert desk.model.asked[1].opener == OPENER
    assert desk.model.asked[1].already_said == (REPLY[0],)
    await _is_whole(desk)


async def test_where_no_words_were_found_it_is_followed_by_that(opening: Desk) -> None:
    desk = opening
    desk.stt.gate.close()
    stages = desk.all()
    await _answered(desk, " " * 20)
    await desk.until(desk.sounded)
    desk.stt.gate.open()
    transcribed, conversed, _ = await _all_done(desk, stages)
    assert transcribed.outcome == "no_speech"
    not_heard = "Sorry, I could not hear anything. Could you say that again, or type it?"
    assert conversed.sentences == (OPENER, not_heard)
    assert conversed.directive is Directive.REPROMPT
    assert await desk.captions() == [OPENER, not_heard]
    assert await _phases(desk) == ["migration"]


async def test_where_nobody_could_recognize_it_stands_alone(opening: Desk) -> None:
    desk = opening
    desk.stt.gate.close()
    stages = desk.all()
    await _answered(desk)
    await desk.until(desk.sounded)
    desk.stt.fail = ProviderRejected("provider.rejected", "no", provider="x", category="stt")
    desk.stt.gate.open()
    transcribed, conversed, spoken = await _all_done(desk, stages)
    outcomes = (transcribed.outcome, conversed.outcome, spoken.outcome)
    assert outcomes == ("failed", "skipped", "spoken")
    assert await desk.lines() == [("interviewer", OPENER)]


async def test_behind_what_turns_out_to_be_no_answer_it_was_not_said(opening: Desk) -> None:
    """The worker died, and what it had heard is gone: the turn leaves no trace."""
    desk = opening
    desk.stt.gate.close()
    transcribing, *others = desk.all()
    await _answered(desk)
    await desk.until(desk.sounded)
    transcribing.cancel()
    await asyncio.wait([transcribing])
    await desk.audio.cancel()
    stages = [desk.transcribe(attempt=2), *others]
    transcribed, conversed, spoken = await _all_done(desk, stages)
    outcomes = (transcribed.outcome, conversed.outcome, spoken.outcome)
    assert outcomes == ("cancelled", "skipped", "skipped")
    assert await desk.lines() == []


@pytest.mark.parametrize("mode", ["hold", "hands_free"])
@pytest.mark.parametrize(
    "words", ["yes", "I moved it", "What exactly do you mean by that?"], ids=["yes", "short", "ask"]
)
async def test_none_for_what_is_hardly_an_answer(opening: Desk, mode: Any, words: str) -> None:
    desk = opening
    desk.mode = mode
    stages = desk.all()
    await desk.start()
    await desk.say(words)
    if mode == "hands_free":
        await desk.pause()
        await desk.until(lambda: desk.has("sentences", "end"))
    await desk.end()
    await _all_done(desk, stages)
    assert await desk.captions() == [f"You said {words}.", *REPLY[1:]]
    assert desk.model.asked[0].opener == ""


async def test_none_for_noise_or_silence(opening: Desk) -> None:
    desk = opening
    stages = desk.all()
    await _answered(desk, "." * 30)
    _, conversed, _ = await _all_done(desk, stages)
    assert conversed.directive is Directive.REPROMPT
    assert OPENER not in await desk.captions()


async def test_none_for_what_is_damaged(opening: Desk) -> None:
    desk = opening
    desk.stt.gate.close()
    stages = desk.all()
    await desk.start()
    await desk.say(ANSWER)
    await desk.end(60_000)
    await desk.until(lambda: _is_told_to_be_over(desk))
    desk.stt.gate.open()
    await _all_done(desk, stages)
    assert await desk.captions() == REPLY


async def _is_told_to_be_over(desk: Desk) -> bool:
    return any(isinstance(m, Status) and m.state == "processing_stt" for m in await desk.out())


async def test_none_for_what_was_typed(opening: Desk) -> None:
    desk = opening
    desk.turn = desk.turn.model_copy(update={"kind": "typed"})
    desk.answer = TranscribeResult(outcome="committed", text=ANSWER)
    await _all_done(desk, [desk.converse(), desk.speak()])
    assert await desk.captions() == REPLY


async def test_none_before_goodbye(opening: Desk) -> None:
    desk = opening
    desk.brief = a_brief(onward=Directive.CLOSE)
    desk.model = replace(desk.model, directive=Directive.CLOSE)
    stages = desk.all()
    await _answered(desk)
    await _all_done(desk, stages)
    assert await desk.captions() == REPLY


async def test_none_whose_sound_would_have_to_be_made(desk: Desk) -> None:
    desk.openers, desk.mode = True, "hold"
    stages = desk.all()
    await _answered(desk)
    await _all_done(desk, stages)
    assert await desk.captions() == REPLY
