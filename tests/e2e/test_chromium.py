"""A person at the page: a real Chromium with a voice in its microphone holds the interview."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import httpx
import numpy as np
import pytest

from demo.interview import create_interview
from demo.voice import CandidateVoice
from interview.ports import TTS_SAMPLE_RATE_HZ
from tests.browser.room import Room, chromium
from tests.services import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


async def test_a_spoken_interview_in_the_browser(stack: RunningStack, tmp_path: Path) -> None:
    url = stack.urls["app"]
    spoken = await CandidateVoice().say("Yes, I can hear you well, and I am ready to begin.")
    microphone = tmp_path / "answer.wav"
    _write_48_khz(microphone, spoken.pcm16)
    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
        interview_id = await create_interview(api, "demo", "Ada")
        async with chromium(microphone=microphone, loop_audio=True) as browser:
            room = await Room.join(browser, url, interview_id)
            answers = 0
            while await _my_turn(room):
                if answers == 1:
                    await room.type_answer("I have worked as an engineer for six years.")
                else:
                    await room.hold_to_talk(spoken.duration_ms / 1000 + 1, key=answers == 2)
                answers += 1
                await asyncio.sleep(0.3)  # the page leaves "listening" before it is asked again
            shown = await room.transcript()
            assert room.problems == []
        response = await api.get(f"/api/v1/interviews/{interview_id}/transcript")
        lines = response.raise_for_status().json()["items"]
        state = (await api.get(f"/api/v1/interviews/{interview_id}")).json()

    assert state["status"] == "completed"
    assert shown == [(line["speaker"], line["text"]) for line in lines]
    heard = [line["text"].lower() for line in lines if line["speaker"] == "candidate"]
    assert len(heard) == answers >= 4
    assert "hear you well" in heard[0]
    assert heard[1] == "i have worked as an engineer for six years."


async def _my_turn(room: Room) -> bool:
    """False once the interview is over."""
    mine = asyncio.create_task(room.wait_for_own_turn(60.0))
    done = asyncio.create_task(room.wait_for_done(60.0))
    first, other = await asyncio.wait({mine, done}, return_when=asyncio.FIRST_COMPLETED)
    for task in other:
        task.cancel()
    await asyncio.gather(*other, return_exceptions=True)
    for task in first:
        task.result()
    return mine in first


def _write_48_khz(path: Path, pcm16: bytes) -> None:
    """Chromium's fake microphone takes the file's rate as it is; twice 24 kHz is its own."""
    assert TTS_SAMPLE_RATE_HZ == 24_000
    samples = np.repeat(np.frombuffer(pcm16, dtype=np.int16), 2)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(48_000)
        out.writeframes(samples.tobytes())
