"""Ports that answer at once, for tests of what lies behind them."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from interview.domain.directives import Brief
from interview.errors import ProviderError
from interview.ports import Line, ReplyEvent, ReplyRequest, Transcription
from tests.fakes.provider_exchange import MS_PER_CHAR, tone_pcm

__all__ = ["StubLanguageModel", "StubSpeechToText", "StubTextToSpeech"]


@dataclass(slots=True)
class StubSpeechToText:
    """Hears `texts` one after the other, an error among them being raised; then `default`."""

    texts: deque[str | ProviderError] = field(default_factory=deque[str | ProviderError])
    default: str = "I moved the billing service."
    name: str = "stub/stt"
    heard: list[bytes] = field(default_factory=list[bytes])

    async def warm(self) -> None:
        return

    async def transcribe(
        self, pcm16: bytes, *, language: str, prompt: str = "", timeout_s: float
    ) -> Transcription:
        self.heard.append(pcm16)
        text = self.texts.popleft() if self.texts else self.default
        if isinstance(text, ProviderError):
            raise text
        return Transcription(text, 0.9)


@dataclass(slots=True)
class StubTextToSpeech:
    """A tone as long as the text. An entry of `failures` is (chunks before it, error)."""

    failures: deque[tuple[int, ProviderError]] = field(
        default_factory=deque[tuple[int, ProviderError]]
    )
    name: str = "stub/tts"
    voice: str = "stub/tts/tone"
    chunk_bytes: int = 4_800
    spoken: list[str] = field(default_factory=list[str])

    async def warm(self) -> None:
        return

    async def synthesize(
        self, text: str, *, language: str, timeout_s: float
    ) -> AsyncGenerator[bytes]:
        self.spoken.append(text)
        after, error = self.failures.popleft() if self.failures else (-1, None)
        pcm16 = tone_pcm(len(text) * MS_PER_CHAR)
        for number, at in enumerate(range(0, len(pcm16), self.chunk_bytes)):
            if error is not None and number == after:
                raise error
            yield pcm16[at : at + self.chunk_bytes]


@dataclass(slots=True)
class StubLanguageModel:
    """Gives the events of one script after the other; an error among them is raised."""

    scripts: deque[Sequence[ReplyEvent | ProviderError]]
    name: str = "stub/llm"
    requests: list[ReplyRequest] = field(default_factory=list[ReplyRequest])
    warmed: int = 0

    async def warm(self, brief: Brief, conversation: Sequence[Line]) -> None:
        self.warmed += 1

    async def reply(self, request: ReplyRequest, *, timeout_s: float) -> AsyncGenerator[ReplyEvent]:
        self.requests.append(request)
        for event in self.scripts.popleft():
            if isinstance(event, ProviderError):
                raise event
            yield event
