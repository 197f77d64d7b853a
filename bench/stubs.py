"""Providers that take exactly the time they are given, so that what is left over is ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from interview.domain.directives import Brief
from interview.ports import (
    TTS_SAMPLE_RATE_HZ,
    DirectiveChosen,
    Line,
    ReplyEvent,
    ReplyRequest,
    TextDelta,
    Transcription,
)

__all__ = [
    "BRISK",
    "INSTANT",
    "MODELLED",
    "REPLY",
    "StubLanguageModel",
    "StubSpeechToText",
    "StubTextToSpeech",
    "Times",
]

REPLY = ("Thank", " you,", " that", " is", " clear", ".", " ")
"""Tokens of the model's own words; the planned question follows them."""


@dataclass(frozen=True, slots=True)
class Times:
    """In seconds: a transcription; to the first token, and from each to the next; to the first
    sound of a sentence, and from each 100 ms of it to the next."""

    stt: float = 0.0
    first_token: float = 0.0
    token: float = 0.0
    tts: float = 0.0
    sound: float = 0.0


_PIECE = bytes(range(256)) * (TTS_SAMPLE_RATE_HZ // 10 * 2 // 256)

INSTANT = Times()
MODELLED = Times(stt=0.150, first_token=0.300, token=0.015, tts=0.150)
BRISK = Times(stt=0.050, first_token=0.100, token=0.005, tts=0.050, sound=0.050)
"""Long enough for each stage to be met while it is at work."""


@dataclass(frozen=True, slots=True)
class StubSpeechToText:
    times: Times
    name: str = "stub/stt"

    async def warm(self) -> None: ...

    async def transcribe(
        self, pcm16: bytes, *, language: str, prompt: str = "", timeout_s: float
    ) -> Transcription:
        await _until(_now() + self.times.stt)
        return Transcription("An answer of some words.", 1.0)


@dataclass(frozen=True, slots=True)
class StubLanguageModel:
    times: Times
    name: str = "stub/llm"

    async def warm(self, brief: Brief, conversation: Sequence[Line]) -> None: ...

    async def reply(self, request: ReplyRequest, *, timeout_s: float) -> AsyncIterator[ReplyEvent]:
        due = _now() + self.times.first_token
        await _until(due)
        yield DirectiveChosen(request.brief.onward.directive)
        for number, token in enumerate(REPLY):
            await _until(due + number * self.times.token)
            yield TextDelta(token)


@dataclass(frozen=True, slots=True)
class StubTextToSpeech:
    """Half a second of a quiet ramp a sentence."""

    times: Times
    name: str = "stub/tts"
    voice: str = "stub"

    async def warm(self) -> None: ...

    async def synthesize(
        self, text: str, *, language: str, timeout_s: float
    ) -> AsyncIterator[bytes]:
        due = _now() + self.times.tts
        for number in range(5):
            await _until(due + number * self.times.sound)
            yield _PIECE


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _until(due: float) -> None:
    """Due times count from the request, so that late timers do not add up."""
    if (left := due - _now()) > 0:
        await asyncio.sleep(left)
