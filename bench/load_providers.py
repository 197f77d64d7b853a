"""Stub providers with as much text and sound as a real interview has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from bench.stubs import REPLY, StubLanguageModel, Times
from interview.domain.directives import Brief, Directive
from interview.ports import (
    TTS_SAMPLE_RATE_HZ,
    DirectiveChosen,
    ReplyEvent,
    ReplyRequest,
    TextDelta,
)
from interview.providers.local_tts import LocalTextToSpeech

__all__ = ["LingeringModel", "SpokenVoice", "critical_path_s"]

_PIECE_BYTES = TTS_SAMPLE_RATE_HZ // 10 * 2
"""100 ms of PCM16."""


def critical_path_s(times: Times) -> float:
    """What the providers themselves take from the end of speech to the first sound: the last
    segment's transcription, the model up to the token that completes its first sentence, and
    the voice's first sound."""
    return times.stt + times.first_token + times.token * (len(REPLY) - 1) + times.tts


@dataclass(frozen=True, slots=True)
class LingeringModel(StubLanguageModel):
    """Stays with a question as long as the brief allows, so that a plan of 50 questions a phase
    is enough for a thousand turns."""

    name: str = "stub/lingering"

    async def reply(self, request: ReplyRequest, *, timeout_s: float) -> AsyncIterator[ReplyEvent]:
        if self.times.first_token:
            await asyncio.sleep(self.times.first_token)
        yield DirectiveChosen(_stay(request.brief))
        for number, token in enumerate(REPLY):
            if number and self.times.token:
                await asyncio.sleep(self.times.token)
            yield TextDelta(token)


def _stay(brief: Brief) -> Directive:
    for directive in (Directive.FOLLOW_UP, Directive.REPROMPT):
        if directive in brief.allowed:
            return directive
    return brief.onward.directive


@dataclass(frozen=True, slots=True)
class SpokenVoice:
    """Real speech, in as many seconds as the words take: made once a text, and handed out after
    the modelled time."""

    times: Times
    name: str = "stub/spoken"
    voice: str = "stub-spoken"
    _tts: LocalTextToSpeech = field(default_factory=LocalTextToSpeech)
    _made: dict[str, bytes] = field(default_factory=dict[str, bytes])

    async def warm(self) -> None: ...

    async def synthesize(
        self, text: str, *, language: str, timeout_s: float
    ) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        due = loop.time() + self.times.tts
        if text not in self._made:
            sound = self._tts.synthesize(text, language=language, timeout_s=timeout_s)
            self._made[text] = b"".join([chunk async for chunk in sound])
        await asyncio.sleep(max(0.0, due - loop.time()))
        pcm16 = self._made[text]
        yield pcm16[:_PIECE_BYTES]
        yield pcm16[_PIECE_BYTES:]
