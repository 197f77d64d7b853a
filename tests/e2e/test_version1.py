"""A client that knows only the guide's JSON completes an interview."""

from __future__ import annotations

import asyncio
import base64
import json
import uuid
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from demo.interview import create_interview
from demo.voice import CandidateVoice
from interview.audio.decode import decode_all
from tests.services import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

MESSAGES = {
    "session_started",
    "status",
    "transcript",
    "audio_response",
    "error",
    "session_ended",
}
STATES = {"ready", "processing_stt", "generating", "speaking"}


async def test_a_guide_only_client_completes_an_interview(stack: RunningStack) -> None:
    url = stack.urls["app"]
    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
        interview_id = await create_interview(api, "demo", "Ada")
    spoken = await CandidateVoice().say("Yes, I can hear you well, and I am ready to begin.")
    answer = base64.b64encode(b"".join(data for data, _ in spoken.chunks)).decode()
    received: list[dict[str, Any]] = []

    async with connect(_socket(url, interview_id), max_size=None, proxy=None) as socket:
        async with asyncio.timeout(150):
            async for data in socket:
                message = json.loads(data)
                received.append(message)
                if message["type"] == "audio_response":
                    await socket.send(json.dumps({"type": "playback_complete"}))
                if message == {"type": "status", "state": "ready"} and _heard_something(received):
                    await socket.send(
                        json.dumps({"type": "audio", "data": answer, "format": "webm"})
                    )
                    # The same words again would be the same turn; another answer is not.
                    answer = _another(answer)
                if message["type"] == "session_ended":
                    break

    assert {m["type"] for m in received} <= MESSAGES
    assert received[0]["type"] == "session_started"
    assert received[0]["session_id"] == interview_id
    states = {m["state"] for m in received if m["type"] == "status"}
    assert {"ready", "processing_stt", "speaking"} <= states <= STATES
    lines = [m for m in received if m["type"] == "transcript"]
    assert {m["role"] for m in lines} == {"interviewer", "candidate"}
    sequences = [m["sequence"] for m in lines]
    assert sorted(sequences) == list(range(1, len(lines) + 1))
    assert any("hear you well" in m["text"] for m in lines if m["role"] == "candidate")
    for sound in (m for m in received if m["type"] == "audio_response"):
        assert sound["format"] == "mp3"
        assert len(decode_all(base64.b64decode(sound["data"]), limit_s=300)) > 16_000
    assert received[-1]["total_turns"] == sum(m["role"] == "candidate" for m in lines)


async def test_an_unknown_session_is_created_and_greeted(stack: RunningStack) -> None:
    session_id = str(uuid.uuid4())
    async with connect(_socket(stack.urls["app"], session_id), proxy=None) as socket:
        async with asyncio.timeout(60):
            first = json.loads(await socket.recv())
            assert first == {"type": "session_started", "session_id": session_id}
            while (message := json.loads(await socket.recv()))["type"] != "transcript":
                pass
            assert message["role"] == "interviewer"
            await socket.send(json.dumps({"type": "end_session"}))
            while (message := json.loads(await socket.recv()))["type"] != "session_ended":
                pass
            assert message["total_turns"] == 0


def _socket(url: str, session_id: str) -> str:
    return f"{url.replace('http', 'ws', 1)}/ws/interview/{session_id}"


def _heard_something(received: list[dict[str, Any]]) -> bool:
    return any(m["type"] == "audio_response" for m in received)


def _another(answer: str) -> str:
    """The same recording with a byte more at its end, which a decoder ignores."""
    return base64.b64encode(base64.b64decode(answer) + b"\0").decode()
