"""Hands-free through every process: pauses to think do not end an answer, and silence does."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from contextlib import aclosing

import httpx
import pytest

from demo.checks import check_interview, word_error_rate
from demo.interview import create_interview, hold_interview
from demo.room import Room
from demo.voice import CandidateVoice
from interview.protocol.server import PartialTranscript, ServerMessage
from interview.streams.log import StreamLog, connect_redis
from tests.drafts import drafted, sentences_key
from tests.services import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PARTS = (
    "I moved the billing service to a new database.",
    "It took me about two months.",
    "I would like to test it better next time.",
)


async def test_an_interview_without_a_button(stack: RunningStack) -> None:
    url = stack.urls["app"]
    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
        interview_id = await create_interview(api, "demo", "Ada")
        held = await hold_interview(url, interview_id, hands_free=True)
        checks = await check_interview(api, interview_id, held)
    assert all(checks.values()), checks
    assert word_error_rate(held) < 0.25
    assert held.room.errors == []


async def test_two_pauses_to_think_give_one_answer_and_one_reply(stack: RunningStack) -> None:
    url, turn_id = stack.urls["app"], uuid.uuid4().hex
    spoken = await CandidateVoice().say(*PARTS, pause_ms=1_500)
    said: list[ServerMessage] = []
    async with (
        aclosing(connect_redis(stack.urls["REDIS_URL"])) as redis,
        httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api,
    ):
        streams = StreamLog(redis, ttl_s=60)
        interview_id = await create_interview(api, "demo", "Ada")
        key = sentences_key(interview_id, turn_id)
        async with Room(url, interview_id, on_message=said.append) as room:
            await room.wait(lambda: _all_said(room, 1))

            pauses = itertools.count(1)

            async def think() -> None:
                """Until a reply was made ahead, however busy the machine is."""
                await drafted(streams, key, next(pauses), 60.0)

            await room.speak(
                turn_id,
                spoken.chunks,
                duration_ms=spoken.duration_ms,
                at_chunk={end: think for _, end in spoken.silences[:-1]},
                hands_free=True,
                silences=spoken.silences,
                trailing_ms=spoken.trailing_ms,
            )
            await room.wait(lambda: room.settled(turn_id) and _all_said(room, 3))
            await room.wait(lambda: len(room.transcript) == 3)
            lines = [room.transcript[n].text for n in (1, 2, 3)]
        stored = await _stored(api, interview_id, len(lines))
        entries = await streams.read(key, b"0-0")
    assert "billing service" in lines[1]
    assert "two months" in lines[1]
    assert "next time" in lines[1]
    assert list(room.committed) == [turn_id]
    assert len(room.utterances) == 2
    # Each pause showed the words so far; nothing that was made ahead of them reached anybody.
    assert sum(isinstance(m, PartialTranscript) for m in said) >= 2
    assert stored == lines
    kinds = [entry.fields[b"k"] for entry in entries]
    assert kinds.count(b"drop") == 2, "replies were begun in the pauses"


def _all_said(room: Room, sequence: int) -> bool:
    return sequence in room.utterances and room.utterances[sequence].ended


async def _stored(api: httpx.AsyncClient, interview_id: str, count: int) -> list[str]:
    """The transcript on record; the interviewer's last row comes after its sound."""
    async with asyncio.timeout(20):
        while True:
            answer = await api.get(f"/api/v1/interviews/{interview_id}/transcript")
            lines = [line["text"] for line in answer.json()["items"]]
            if len(lines) >= count:
                return lines
            await asyncio.sleep(0.05)
