"""A candidate at the page of the whole stack, over a link that can fail."""

from __future__ import annotations

import wave
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from playwright.async_api import Browser, BrowserContext, expect

from chaos.link import Link
from demo.interview import create_interview
from demo.voice import CandidateVoice
from interview.audio.decode import decode_all
from interview.ports import TTS_SAMPLE_RATE_HZ
from tests.browser.ears import listen_to
from tests.browser.room import Room
from tests.services import RunningStack

__all__ = ["SAID", "WORDS", "Site", "write_microphone"]

SAID = "I moved the billing service to a new database."
WORDS = "billing service"
_QUIET_S = 1.6


async def write_microphone(path: Path) -> None:
    """The sentence and a silence, for Chromium to repeat: at its own rate, or it plays slowly."""
    assert TTS_SAMPLE_RATE_HZ == 24_000
    spoken = await CandidateVoice().say(SAID)
    quiet = bytes(int(_QUIET_S * TTS_SAMPLE_RATE_HZ) * 2)
    samples = np.repeat(np.frombuffer(spoken.pcm16 + quiet, dtype=np.int16), 2)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(48_000)
        out.writeframes(samples.tobytes())


@dataclass(frozen=True)
class Site:
    stack: RunningStack
    link: Link
    api: httpx.AsyncClient
    """Not over the link."""
    browser: Browser

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.link.port}"

    async def create(self) -> str:
        return await create_interview(self.api, "demo", "Ada")

    async def device(self, *, microphone: bool = True) -> BrowserContext:
        """A browser of its own, that can be listened to."""
        context = await self.browser.new_context()
        await listen_to(context)
        if microphone:
            await context.grant_permissions(["microphone"])
        return context

    async def enter(self, interview_id: str, context: BrowserContext | None = None) -> Room:
        context = context or await self.device()
        room = Room(await context.new_page())
        await room.page.goto(f"{self.url}/interview/?id={interview_id}")
        await room.by_id("join").click()
        await expect(room.by_id("room")).to_be_visible()
        return room

    async def lines(self, interview_id: str) -> list[dict[str, Any]]:
        response = await self.api.get(f"/api/v1/interviews/{interview_id}/transcript")
        return response.raise_for_status().json()["items"]

    async def answers(self, interview_id: str) -> list[dict[str, Any]]:
        return [line for line in await self.lines(interview_id) if line["speaker"] == "candidate"]

    async def loudness(self, interview_id: str, line: dict[str, Any]) -> float:
        """Of the recording of an answer: its loudest sample, 0 to 1."""
        path = f"/api/v1/interviews/{interview_id}/recordings/{line['recording_id']}"
        sound = (await self.api.get(path)).raise_for_status().content
        samples = array("h", decode_all(sound, limit_s=600))
        return max(abs(sample) for sample in samples) / 32_768
