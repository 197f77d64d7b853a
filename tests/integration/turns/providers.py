"""Providers and an ear that work on plain words, and wait or hang when they are told to.

An answer is text: each character is 100 ms of sound, a full stop is silence, and four of them
close a segment.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from interview.audio.segmenter import Segment
from interview.domain.directives import Brief, Directive
from interview.errors import ProviderError
from interview.ports import DirectiveChosen, Line, ReplyEvent, ReplyRequest, TextDelta
from interview.ports import Transcription as Heard

__all__ = ["Gate", "WordEar", "WordModel", "WordStt", "WordTts"]

CHAR_MS = 100


@dataclass
class Gate:
    """Open unless it is closed. `fail` raises an error for each of the next calls."""

    _open: asyncio.Event = field(default_factory=asyncio.Event)
    failures: deque[ProviderError] = field(default_factory=deque[ProviderError])

    def __post_init__(self) -> None:
        self._open.set()

    def close(self) -> None:
        self._open.clear()

    def open(self) -> None:
        self._open.set()

    async def passed(self) -> None:
        if self.failures:
            raise self.failures.popleft()
        await self._open.wait()


class WordEar:
    def __init__(self) -> None:
        self._all = ""
        self._from = 0
        self._remembers = False
        self.damaged = False

    @property
    def decoded_ms(self) -> int:
        return len(self._all) * CHAR_MS

    @property
    def next_cut_ms(self) -> int:
        return CHAR_MS

    def remember(self, ms: int) -> None:
        self._remembers = True

    def recent(self) -> bytes:
        return self._all.encode() if self._remembers else b""

    def feed(self, data: bytes) -> list[Segment]:
        self._all += data.decode()
        segments: list[Segment] = []
        while "...." in self._open().lstrip("."):
            silence = self._all.index("....", self._from + self._leading())
            segments.append(self._segment(silence))
            self._from = silence
        return segments

    def pause(self) -> tuple[list[Segment], Segment | None]:
        return [], self._segment(len(self._all)) if self._open().strip(".") else None

    def finish(self) -> list[Segment]:
        return [self._segment(len(self._all))] if self._open().strip(".") else []

    def close(self) -> None:
        return

    def _open(self) -> str:
        return self._all[self._from :]

    def _leading(self) -> int:
        return len(self._open()) - len(self._open().lstrip("."))

    def _segment(self, until: int) -> Segment:
        start = self._from + self._leading()
        words = self._all[start:until].rstrip(".")
        end = start + len(words)
        pcm = words.replace(".", "").encode()
        return Segment(start * CHAR_MS, until * CHAR_MS, pcm, end * CHAR_MS)


@dataclass
class WordStt:
    gate: Gate = field(default_factory=Gate)
    name: str = "words/stt"
    heard: list[str] = field(default_factory=list[str])
    fail: ProviderError | None = None
    """Instead of a text, once the gate is passed."""

    async def warm(self) -> None:
        return

    async def transcribe(
        self, pcm16: bytes, *, language: str, prompt: str = "", timeout_s: float
    ) -> Heard:
        self.heard.append(pcm16.decode().strip())
        await self.gate.passed()
        if self.fail is not None:
            raise self.fail
        return Heard(pcm16.decode().strip(), 0.9)


@dataclass
class WordModel:
    """Repeats the answer. `middle` is between its first sentence and its second."""

    gate: Gate = field(default_factory=Gate)
    middle: Gate = field(default_factory=Gate)
    name: str = "words/llm"
    directive: Directive = Directive.NEXT_QUESTION
    asked: list[ReplyRequest] = field(default_factory=list[ReplyRequest])

    async def warm(self, brief: Brief, conversation: Sequence[Line]) -> None:
        return

    async def reply(self, request: ReplyRequest, *, timeout_s: float) -> AsyncGenerator[ReplyEvent]:
        self.asked.append(request)
        await self.gate.passed()
        yield DirectiveChosen(request.directive or self.directive)
        if not request.already_said:
            yield TextDelta(f"You said {request.conversation[-1].text}. ")
        await self.middle.passed()
        if len(request.already_said) < 2:
            yield TextDelta("I see. ")


@dataclass
class WordTts:
    """Each word is 100 ms of its first letter."""

    gate: Gate = field(default_factory=Gate)
    name: str = "words/tts"
    voice: str = "words"
    spoken: list[str] = field(default_factory=list[str])

    async def warm(self) -> None:
        return

    async def synthesize(
        self, text: str, *, language: str, timeout_s: float
    ) -> AsyncGenerator[bytes]:
        self.spoken.append(text)
        await self.gate.passed()
        for word in text.split():
            yield word[:1].encode() * 4_800
