"""The first words of a reply through every process, and a network that is lost behind them."""

from __future__ import annotations

import uuid

import httpx
import pytest

from demo.interview import create_interview
from demo.room import Room, Utterance
from demo.voice import CandidateVoice
from interview.domain.phrases import is_opener
from interview.protocol.server import PhaseChanged, ServerMessage, UtteranceStart
from tests.services import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


async def test_they_come_before_the_answer_is_written_down_and_once(stack: RunningStack) -> None:
    url, turn_id = stack.urls["app"], uuid.uuid4().hex
    spoken = await CandidateVoice().say("I moved the billing service to a new database.")
    told: list[ServerMessage] = []
    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
        interview_id = await create_interview(api, "demo", "Ada")
        async with Room(url, interview_id, on_message=told.append) as room:
            await room.wait(lambda: _ended(room.last_utterance()))
            asked = _questions(told)[-1]
            await room.speak(turn_id, spoken.chunks, duration_ms=spoken.duration_ms)
            await room.wait(lambda: (reply := room.reply_to(turn_id)) and reply.frames_at)
            assert turn_id not in room.committed
            assert _questions(told)[-1] == asked, "where it leads is not known yet"
            connections = room.connections
            await room.drop()
            await room.wait(lambda: room.connections > connections)
            await room.wait(lambda: _ended(room.reply_to(turn_id)) and room.settled(turn_id))
            await room.wait(lambda: len(room.transcript) == 3)
            reply, line = room.reply_to(turn_id), room.transcript[3].text
    assert reply is not None
    opener, *others = [reply.captions[index] for index in sorted(reply.captions)]
    assert is_opener(opener)
    assert others
    assert line == " ".join((opener, *others))
    assert sorted(reply.pcm16) == list(range(1 + len(others)))
    assert all(reply.pcm16.values())
    begun = {m.sequence for m in told if isinstance(m, UtteranceStart) and m.turn_id == turn_id}
    assert begun == {reply.sequence}


def _ended(utterance: Utterance | None) -> bool:
    return utterance is not None and utterance.ended


def _questions(told: list[ServerMessage]) -> list[str | None]:
    return [message.question_id for message in told if isinstance(message, PhaseChanged)]
