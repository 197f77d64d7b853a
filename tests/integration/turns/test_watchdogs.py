"""Providers that hang without a word: the stage is run again, and then goes on without them."""

from __future__ import annotations

import asyncio

import pytest

from interview.errors import ProviderTimeout, StreamError
from interview.protocol.server import ErrorMessage, TurnDiscarded
from interview.streams.sentences import SentenceFrame, SentenceReader, SentenceWriter
from tests.integration.turns.desk import Desk

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def impatient(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.timeout_s = 0.1
    for stage in ("converse", "utterance", "recognizing"):
        monkeypatch.setattr(f"activities.{stage}.stall_s", float)


async def _answered(desk: Desk) -> None:
    await desk.start()
    await desk.say("I moved it")
    await desk.end()


async def _times_out(stage: asyncio.Task[object], category: str) -> None:
    with pytest.raises(ProviderTimeout) as caught:
        await asyncio.wait_for(stage, 20)
    assert (caught.value.code, caught.value.retryable) == ("provider.timeout", True)
    assert caught.value.category == category


@pytest.mark.parametrize("gate", ["gate", "middle"])
async def test_a_model_that_hangs_gives_way(desk: Desk, gate: str) -> None:
    getattr(desk.model, gate).close()
    transcribe, converse, speak = desk.all()
    await _answered(desk)
    await _times_out(converse, "llm")
    result = await desk.done(desk.converse(2))
    await desk.done(transcribe)
    await desk.done(speak)
    assert desk.last_resort.asked
    assert (result.provider, result.prompt_version) == ("words/last-resort", "")
    assert await desk.captions() == ["You said I moved it.", "I see.", "What then?"]


async def test_a_model_that_hangs_ahead_holds_nothing_up(desk: Desk) -> None:
    desk.model.gate.close()
    stages = desk.all()
    await desk.start()
    await desk.say("I moved it")
    await desk.pause()
    await desk.until(lambda: bool(desk.model.asked))
    asked = desk.model.asked[0]
    await asyncio.sleep(desk.timeout_s * 3)  # the draft has failed by now: nothing tells of it
    desk.model.gate.open()
    await desk.end()
    for stage in stages:
        await desk.done(stage)
    assert desk.model.asked[1:] == [asked]


async def test_a_voice_that_hangs_is_read_instead(desk: Desk) -> None:
    desk.tts.gate.close()
    transcribe, converse, speak = desk.all()
    await _answered(desk)
    await _times_out(speak, "tts")
    result = await desk.done(desk.speak(2))
    await desk.done(transcribe)
    await desk.done(converse)
    assert result.outcome == "silent"
    assert len(await desk.captions()) == 3
    assert {m.code for m in await desk.out() if isinstance(m, ErrorMessage)} == {"tts.unavailable"}


async def test_a_recognizer_that_hangs_lets_the_candidate_type(desk: Desk) -> None:
    desk.stt.gate.close()
    transcribe, converse, speak = desk.all()
    await _answered(desk)
    await _times_out(transcribe, "stt")
    assert (await desk.done(desk.transcribe(2))).outcome == "failed"
    assert (await desk.done(converse)).outcome == "skipped"
    assert (await desk.done(speak)).outcome == "skipped"
    assert [m.reason for m in await desk.out() if isinstance(m, TurnDiscarded)] == ["failed"]


async def test_a_reply_that_does_not_go_on_is_read_again(desk: Desk) -> None:
    writer = SentenceWriter(desk.log, desk.turn, 1)
    await writer.open()
    reader = SentenceReader(desk.log, desk.turn, quiet_s=0.1)
    await writer.write(SentenceFrame(0, "I see."))
    with pytest.raises(StreamError) as caught:
        _ = [frame async for frame in reader.frames()]
    assert (caught.value.code, caught.value.retryable) == ("stream.stalled", True)
