"""Streams are lost in the middle of a turn: whoever comes in then is told the question, what was
said is not said anew, and what is missing is asked for."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from interview.contracts.turns import ConverseResult
from interview.errors import StreamError
from interview.persistence.blobs import FilesystemBlobStore
from interview.ports import StoredBlob
from interview.protocol.server import (
    PhaseChanged,
    Sentence,
    TurnResend,
    UtteranceEnd,
    UtteranceStart,
)
from interview.streams import sentences
from interview.streams.client import Redis
from interview.streams.erase import find_keys
from interview.streams.outbound import out_key
from tests.integration.turns.desk import Desk
from tests.integration.turns.providers import Gate

pytestmark = pytest.mark.integration


class GatedBlobs(FilesystemBlobStore):
    def __init__(self, root: Path, gate: Gate) -> None:
        super().__init__(root)
        self._gate = gate

    async def put(self, key: str, data: bytes, *, content_type: str) -> StoredBlob:
        if "reply." in key:
            await self._gate.passed()
        return await super().put(key, data, content_type=content_type)


async def _answered(desk: Desk) -> None:
    await desk.start()
    await desk.say("I moved it")
    await desk.end()


async def test_in_the_middle_of_the_utterance(desk: Desk, redis: Redis) -> None:
    desk.model.middle.close()
    stages = desk.all()
    await _answered(desk)
    await desk.until(desk.sounded)
    await redis.delete(out_key(desk.interview_id))
    desk.model.middle.open()
    for stage in stages:
        await desk.done(stage)
    told = [m for m in await desk.out() if isinstance(m, PhaseChanged | UtteranceStart | Sentence)]
    asked, began, caption = told[:3]
    assert isinstance(asked, PhaseChanged)
    assert asked.question_id == "next"
    assert isinstance(began, UtteranceStart)
    assert isinstance(caption, Sentence)
    assert caption.index == 1


async def test_before_it_is_on_record(desk: Desk, redis: Redis, tmp_path: Path) -> None:
    gate = Gate()
    gate.close()
    desk.blobs = GatedBlobs(tmp_path, gate)
    *others, speak = desk.all()
    await _answered(desk)

    async def over() -> bool:
        return any(isinstance(message, UtteranceEnd) for message in await desk.out())

    await desk.until(over)
    await redis.delete(out_key(desk.interview_id))
    await asyncio.sleep(0.05)
    assert not speak.done()
    gate.open()
    for stage in (*others, speak):
        await desk.done(stage)
    asked = [message for message in await desk.out() if isinstance(message, PhaseChanged)]
    assert [message.question_id for message in asked] == ["next"]


@pytest.fixture
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "LOOK_S", 0.2)


async def _begun(desk: Desk) -> asyncio.Task[ConverseResult]:
    """The reply's first sentence was heard, and who says it is gone."""
    desk.model.middle.close()
    _, converse, speak = desk.all()
    await _answered(desk)
    await desk.until(desk.sounded)
    await desk.kill(speak)
    return converse


async def _gone_on(desk: Desk, converse: asyncio.Task[ConverseResult]) -> ConverseResult:
    desk.model.middle.open()
    return await desk.done(converse)


async def _without_beginning(desk: Desk, redis: Redis) -> ConverseResult:
    converse = await _begun(desk)
    await redis.delete(desk.key("sentences"))
    return await _gone_on(desk, converse)


async def _kept(desk: Desk) -> tuple[str, ...]:
    speech = await desk.records.find_speech(desk.interview_id, desk.turn.turn_id)
    assert speech is not None
    return tuple(sentence.text for sentence in speech.sentences)


@pytest.mark.usefixtures("looks_often")
async def test_a_reply_that_lost_its_beginning_is_not_taken_for_none(
    desk: Desk, redis: Redis
) -> None:
    reply = await _without_beginning(desk, redis)
    with pytest.raises(StreamError) as lost:
        await desk.done(desk.speak(2))
    assert lost.value.code == "stream.lost"
    # With which the workflow has it said from the reply that it knows, under a new epoch.
    desk.turn = desk.turn.model_copy(update={"reschedule": 1})
    assert (await desk.done(desk.speak(1, reply))).outcome == "spoken"
    assert await _kept(desk) == reply.sentences


@pytest.mark.usefixtures("looks_often")
async def test_a_reply_that_lost_its_beginning_is_made_anew(desk: Desk, redis: Redis) -> None:
    """Its result was lost as well: who speaks waits for the new one, behind the end of the old."""
    reply = await _without_beginning(desk, redis)
    desk.model.gate.close()
    converse = desk.converse(2)
    await desk.until(lambda: desk.has("sentences", "begin"))
    speak = desk.speak(2)
    await asyncio.sleep(0.1)
    desk.model.gate.open()
    assert (await desk.done(converse)).sentences == reply.sentences
    assert (await desk.done(speak)).outcome == "spoken"
    assert await _kept(desk) == reply.sentences


async def test_a_hole_is_filled_behind_what_was_said_before_it(desk: Desk, redis: Redis) -> None:
    first = await _gone_on(desk, await _begun(desk))
    second = [e for e in await desk.stream("sentences") if e.fields[b"k"] == b"sentence"][1]
    await redis.xdel(desk.key("sentences"), second.entry_id)  # pyright: ignore[reportUnknownMemberType] an open argument
    converse, speak = desk.converse(2), desk.speak(2)
    reply = await desk.done(converse)
    assert desk.model.asked[-1].already_said == first.sentences[:1]
    assert (await desk.done(speak)).outcome == "spoken"
    assert await _kept(desk) == reply.sentences


async def test_a_stream_that_is_kept_is_told_once(desk: Desk) -> None:
    stages = desk.all()
    await _answered(desk)
    for stage in stages:
        await desk.done(stage)
    assert sum(isinstance(message, PhaseChanged) for message in await desk.out()) == 1


async def test_a_reply_that_was_said_is_not_made_anew(desk: Desk, redis: Redis) -> None:
    """Its result was lost, and the streams after it: another reply might lead elsewhere than the
    room was told."""
    stages = desk.all()
    await _answered(desk)
    first = await desk.done(stages[1])
    for stage in stages:
        await desk.done(stage)
    await redis.delete(*await find_keys(redis, desk.interview_id))
    again = await desk.done(desk.converse(2))
    assert again == first.model_copy(update={"provider": "", "prompt_version": ""})
    assert len(desk.model.asked) == 1
    assert await desk.kinds("sentences") == ["begin", "end"]


async def test_an_answer_that_was_lost_before_a_run_is_asked_for(desk: Desk) -> None:
    """Its sender has sent it all, and would wait for ever."""

    async def asked(times: int) -> bool:
        return sum(isinstance(message, TurnResend) for message in await desk.out()) >= times

    transcribe = desk.transcribe(2)
    await desk.until(lambda: asked(1))
    # What was asked for may be lost as well.
    await desk.until(lambda: asked(2))
    await _answered(desk)
    assert (await desk.done(transcribe)).text == "I moved it"
    resends = [message for message in await desk.out() if isinstance(message, TurnResend)]
    assert {message.from_chunk for message in resends} == {0}
