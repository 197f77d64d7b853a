"""Hostile input: each violation is a coded error, and the interview finishes afterwards."""

from __future__ import annotations

import asyncio
import json
import os
import uuid
from contextlib import suppress

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from demo.interview import create_interview
from demo.room import Room
from demo.voice import CandidateVoice
from interview.protocol.frames import pack_uplink
from tests.e2e.silence import silent_webm
from tests.services import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

_HELLO_AGAIN = json.dumps({"type": "hello"})
_VIOLATIONS: list[tuple[str | bytes, str]] = [
    ("{not json", "protocol.malformed_json"),
    ("[]", "protocol.violation"),
    ('"text"', "protocol.violation"),
    (json.dumps({"type": "dance"}), "protocol.unknown_message"),
    (json.dumps({"type": "turn_start", "turn_id": 7, "format": "webm"}), "protocol.violation"),
    (json.dumps({"type": "turn_start", "turn_id": "x", "format": "webm"}), "protocol.violation"),
    (json.dumps({"type": "answer_text", "turn_id": "a" * 12, "text": ""}), "protocol.violation"),
    (b"\0", "protocol.violation"),
    (pack_uplink(0, b"sound without a turn"), "turn.not_started"),
    (
        json.dumps({"type": "turn_end", "turn_id": "never-begun", "chunks": 1}),
        "turn.out_of_order",
    ),
    (json.dumps({"type": "ping", "nonce": 1, "x": "y" * 70_000}), "message.too_large"),
]


async def test_each_violation_is_answered_and_the_interview_finishes(
    stack: RunningStack,
) -> None:
    url = stack.urls["app"]
    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
        interview_id = await create_interview(api, "demo", "")
        async with Room(url, interview_id) as room:
            await _interviewer_done(room, 0)
            for data, code in _VIOLATIONS:
                before = len(room.errors)
                await room.send_raw(data)
                await room.wait(lambda before=before: len(room.errors) > before, 10)
                assert room.errors[-1].code == code, data[:60]
                assert room.errors[-1].recoverable

            with suppress(ConnectionClosed):
                await room.send_raw(b"\0" * 50_000_000)
            await room.wait(lambda: room.connections >= 2, 20)

            for data in (os.urandom(40_000), b"ffconcat version 1.0\nfile /etc/passwd\n" * 20):
                turn_id = uuid.uuid4().hex
                await room.speak(turn_id, [(data, 0.0)], duration_ms=2_000)
                await room.wait(lambda turn_id=turn_id: room.settled(turn_id), 20)
                assert room.errors[-1].code in {"audio.unsupported_format", "audio.undecodable"}
                assert turn_id not in room.committed

            await _cut_in_half_is_committed(room)
            await _silence_is_not_an_answer(room)
            await _finish_by_typing(room)
        transcript = (await api.get(f"/api/v1/interviews/{interview_id}/transcript")).json()
    assert [line["sequence"] for line in transcript["items"]] == sorted(room.transcript)


async def _cut_in_half_is_committed(room: Room) -> None:
    """What arrived of a truncated recording counts, and the room is told."""
    spoken = await CandidateVoice().say(
        "I can hear you well and I am ready to begin with this now."
    )
    data = b"".join(chunk for chunk, _ in spoken.chunks)
    turn_id = uuid.uuid4().hex
    spoken_utterances = len(room.utterances)
    await room.speak(turn_id, [(data[: len(data) * 2 // 5], 0.0)], duration_ms=spoken.duration_ms)
    await room.wait(lambda: room.settled(turn_id), 20)
    assert turn_id in room.committed
    # Told after the commit: whoever hears that something is amiss may let go of their own copy.
    await room.wait(
        lambda: any(e.code == "audio.truncated" and e.turn_id == turn_id for e in room.errors), 20
    )
    await _interviewer_done(room, spoken_utterances)


async def _silence_is_not_an_answer(room: Room) -> None:
    """An hour of it is one megabyte of WebM: refused at the limit, and nothing is recorded."""
    hour = await asyncio.to_thread(silent_webm, 60 * 60)
    turn_id = uuid.uuid4().hex
    pieces = [(hour[at : at + 100_000], 0.0) for at in range(0, len(hour), 100_000)]
    await room.speak(turn_id, pieces, duration_ms=3_600_000)
    await room.wait(lambda: room.settled(turn_id), 60)
    assert turn_id not in room.committed
    assert any(e.code == "audio.too_long" for e in room.errors)


async def _finish_by_typing(room: Room) -> None:
    while room.ended is None:
        turn_id, said = uuid.uuid4().hex, len(room.utterances)
        await room.type(turn_id, "Yes.\0 <b>I</b> am 😀 here.")
        await room.type(turn_id, "Repeated under the same id, it is the same answer.")
        await room.wait(lambda turn_id=turn_id: room.settled(turn_id) or room.ended, 30)
        await _interviewer_done(room, said)
        with suppress(TimeoutError):
            await room.wait(lambda: room.ended is not None, 1.0)


async def _interviewer_done(room: Room, said_before: int) -> None:
    await room.wait(
        lambda: (
            room.ended
            or (
                len(room.utterances) > said_before
                and all(u.ended for u in room.utterances.values())
            )
        ),
        60,
    )
