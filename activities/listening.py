"""Listening to one answer: audio stream → segments of speech → text, while it is being given."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from interview.errors import InvalidInputError
from interview.ports import STT_SAMPLE_RATE_HZ, SpeechToText, Transcription
from interview.protocol.client import UplinkFormat
from interview.streams.audio import (
    AudioCancel,
    AudioChunk,
    AudioEnd,
    AudioPause,
    AudioResume,
    AudioStart,
    AudioStream,
)

__all__ = ["Ear", "EarFactory", "Heard", "Listener"]

TRUNCATED_SLACK_MS = 1_500
"""Decoded audio may be shorter than declared by this and a fifth before it counts as damaged."""


class Ear(Protocol):
    """Decodes one answer and cuts it at pauses. CPU-bound: called in a thread, one call at a
    time."""

    def feed(self, data: bytes) -> list[bytes]:
        """Bytes as they arrived → closed segments, PCM16 mono 16 kHz.

        Raises `InvalidInputError` (`audio.*`).
        """
        ...

    def finish(self) -> list[bytes]:
        """The rest of the speech."""
        ...

    def close(self) -> None:
        """Releases the decoder; harmless after `finish`."""
        ...

    @property
    def decoded_ms(self) -> int: ...

    @property
    def damaged(self) -> bool: ...


EarFactory = Callable[[UplinkFormat, int, float], Ear]
"""(format, sample rate of pcm16 in Hz, longest answer in seconds) → ear."""


@dataclass(slots=True)
class Heard:
    """What came of listening. `data` is the answer exactly as it was sent."""

    outcome: Literal["answer", "no_speech", "cancelled", "stalled"]
    format: UplinkFormat = "pcm16"
    sample_rate_hz: int = STT_SAMPLE_RATE_HZ
    data: bytes = b""
    duration_ms: int = 0
    text: str = ""
    confidence: float | None = None
    problem: InvalidInputError | None = None
    """Damage or excess that was noticed; the rest of the answer stands."""


@dataclass(slots=True)
class Listener:
    """Reads the audio stream once, from its first frame.

    `on_partial` is told the text so far when another segment has been recognized; `on_missing`
    the first chunk that has to be sent again; `on_end` that the answer is complete.
    """

    audio: AudioStream
    new_ear: EarFactory
    stt: SpeechToText
    language: str
    max_answer_s: float
    stall_after_s: float
    timeout_s: float
    on_partial: Callable[[str], Coroutine[Any, Any, None]]
    on_missing: Callable[[int], Coroutine[Any, Any, None]]
    on_end: Callable[[], Coroutine[Any, Any, None]]
    transcribe: bool = True
    """False when the text is known already and only the recording is wanted."""
    _chunks: list[bytes] = field(default_factory=list[bytes])
    _segments: list[asyncio.Task[Transcription]] = field(
        default_factory=list[asyncio.Task[Transcription]]
    )
    _lengths: list[int] = field(default_factory=list[int])
    _asked_for: int = -1
    _ear: Ear | None = None

    async def listen(self) -> Heard:
        """Raises `ProviderError` when a segment cannot be transcribed, `StreamError`."""
        try:
            return await self._listen()
        finally:
            for task in self._segments:
                task.cancel()
            if self._ear is not None:
                self._ear.close()

    async def _listen(self) -> Heard:
        heard = Heard("no_speech")
        last_frame, existed = time.monotonic(), False
        async for frames in self.audio.frames():
            if frames:
                last_frame, existed = time.monotonic(), True
            elif time.monotonic() - last_frame > self.stall_after_s:
                return Heard("stalled")
            elif existed and not await self.audio.exists():
                existed = False
                await self.on_missing(len(self._chunks))  # the stream was lost under us
            before = len(self._chunks)
            end: AudioEnd | None = None
            for frame in frames:
                if isinstance(frame, AudioCancel):
                    return Heard("cancelled")
                end = await self._take(frame, heard) or end
            if self._ear is not None and (end is not None or len(self._chunks) > before):
                data = b"".join(self._chunks[before:]) if heard.problem is None else b""
                await self._hear(self._ear, data, heard, last=end is not None)
            if end is not None:
                return await self._finish(self._ear, end, heard)
        raise AssertionError("a tail never ends")

    async def _take(
        self, frame: AudioStart | AudioChunk | AudioPause | AudioResume | AudioEnd, heard: Heard
    ) -> AudioEnd | None:
        """The end, once every chunk before it is there."""
        match frame:
            case AudioStart() if self._ear is None:
                heard.format, heard.sample_rate_hz = frame.format, frame.sample_rate_hz
                self._ear = self.new_ear(frame.format, frame.sample_rate_hz, self.max_answer_s)
            case AudioChunk() if frame.index == len(self._chunks):
                self._chunks.append(frame.data)
            case AudioChunk() if frame.index > len(self._chunks):
                await self._ask_again()
            case AudioEnd() if frame.chunks > len(self._chunks):
                await self._ask_again()
            case AudioEnd():
                return frame
            case _:
                pass  # sent twice
        return None

    async def _hear(self, ear: Ear, data: bytes, heard: Heard, *, last: bool) -> None:
        segments, problem = await asyncio.to_thread(_cut, ear, data, last)
        heard.problem = heard.problem or problem
        for segment in segments:
            self._recognize(segment, partial=not last)

    async def _finish(self, ear: Ear | None, end: AudioEnd, heard: Heard) -> Heard:
        # Only now: on the event loop it would hold up the cutting.
        ended = asyncio.create_task(self.on_end())
        if ear is not None:
            heard.duration_ms = ear.decoded_ms
        heard.data = b"".join(self._chunks)
        damaged = ear is not None and ear.damaged
        if heard.problem is None and (damaged or _cut_short(heard, end)):
            heard.problem = InvalidInputError(
                "audio.truncated", "Part of the recording did not arrive intact."
            )
        results = await asyncio.gather(*self._segments)
        heard.text = " ".join(r.text for r in results if r.text)
        heard.confidence = _weighted([r.confidence for r in results], self._lengths)
        await ended
        if heard.text or (self._segments and not self.transcribe):
            heard.outcome = "answer"
        return heard

    async def _ask_again(self) -> None:
        if self._asked_for != len(self._chunks):
            self._asked_for = len(self._chunks)
            await self.on_missing(self._asked_for)

    def _recognize(self, segment: bytes, *, partial: bool) -> None:
        if not self.transcribe:
            return
        index = len(self._segments)
        self._lengths.append(len(segment))
        self._segments.append(asyncio.create_task(self._transcribe(segment, index, partial)))

    async def _transcribe(self, segment: bytes, index: int, partial: bool) -> Transcription:
        result = await self.stt.transcribe(
            segment, language=self.language, timeout_s=self.timeout_s
        )
        before = self._segments[:index]
        if partial and result.text and all(t.done() and not t.exception() for t in before):
            texts = [*(t.result().text for t in before), result.text]
            await self.on_partial(" ".join(t for t in texts if t))
        return result


def _cut(ear: Ear, data: bytes, last: bool) -> tuple[list[bytes], InvalidInputError | None]:
    """In one go: the last chunk comes together with the end, and each visit of a thread costs."""
    segments: list[bytes] = []
    problem: InvalidInputError | None = None
    try:
        if data:
            segments += ear.feed(data)
    except InvalidInputError as error:
        problem = error
    try:
        if last:
            segments += ear.finish()
    except InvalidInputError as error:
        problem = problem or error
    return segments, problem


def _cut_short(heard: Heard, end: AudioEnd) -> bool:
    """Damage often decodes silently short: the client says how long it recorded."""
    declared_ms = end.duration_ms or 0
    return heard.duration_ms < declared_ms * 0.8 - TRUNCATED_SLACK_MS


def _weighted(confidences: list[float | None], lengths: list[int]) -> float | None:
    known = [(c, n) for c, n in zip(confidences, lengths, strict=True) if c is not None]
    total = sum(n for _, n in known)
    return sum(c * n for c, n in known) / total if total else None
