"""Providers that take no time, so that what is measured is ours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

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

__all__ = ["StubLanguageModel", "StubSpeechToText", "StubTextToSpeech"]


class StubSpeechToText:
    name = "stub/stt"

    async def warm(self) -> None: ...

    async def transcribe(
        self, pcm16: bytes, *, language: str, prompt: str = "", timeout_s: float
    ) -> Transcription:
        return Transcription("An answer of some words.", 1.0)


class StubLanguageModel:
    name = "stub/llm"

    async def warm(self, brief: Brief, conversation: Sequence[Line]) -> None: ...

    async def reply(self, request: ReplyRequest, *, timeout_s: float) -> AsyncIterator[ReplyEvent]:
        yield DirectiveChosen(request.brief.onward.directive)
        yield TextDelta("Thank you, that is clear. ")


class StubTextToSpeech:
    """Half a second of a quiet ramp a sentence, in one piece of 100 ms and the rest."""

    name = "stub/tts"
    voice = "stub"

    async def warm(self) -> None: ...

    async def synthesize(
        self, text: str, *, language: str, timeout_s: float
    ) -> AsyncIterator[bytes]:
        yield bytes(range(256)) * (TTS_SAMPLE_RATE_HZ // 10 * 2 // 256)
        yield bytes(TTS_SAMPLE_RATE_HZ // 10 * 2 * 4)
