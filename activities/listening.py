"""Listening to one answer: audio stream → segments of speech → text, while it is being given."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol

from activities.judging import Judge
from activities.recognizing import Recognizer
from interview.audio.segmenter import Segment
from interview.audio.turn_end import WINDOW_MS
from interview.domain.endpointing import Sound
from interview.errors import InvalidInputError, ProviderError, StreamError
from interview.ports import STT_SAMPLE_RATE_HZ, Transcription
from interview.protocol import limits
from interview.protocol.client import UplinkFormat
from interview.streams.audio import (
    AudioCancel,
    AudioChunk,
    AudioEnd,
    AudioLeft,
    AudioPause,
    AudioResume,
    AudioStart,
    AudioStream,
)
from interview.telemetry import tracing

__all__ = ["Ear", "EarFactory", "Heard", "Listener", "Reports"]

TOLD_APART_S = 0.02
"""That the answer has ended is told where recognition takes longer than this. What is quicker
is news enough."""
AT_ONCE_BYTES = 8_192
"""Of plain PCM, a quarter of a second: heard sooner than a thread takes over."""
AWAITED_AT_ONCE_BYTES = 65_536
"""Before an end or a pause: two seconds, heard in one or two milliseconds. Somebody waits for it,
and would for a thread."""
GATHER_S_EACH = 0.01
GATHER_MOST_S = 0.7
"""Chunks wait so long for each other, by the answers that are heard in this process, or as long as
they can complete no segment: to hand them to a thread one by one costs as much as to hear them."""
GATHER_ENCODED_S = 0.45
"""A container's: what is left at the answer's end has to be decoded too."""
ASK_AGAIN_S = 2.0
"""At the earliest, where an answer is not there at all; then after twice as long each time."""
TRUNCATED_SLACK_MS = 1_500
"""Decoded audio may be shorter than declared by this and a fifth before it counts as damaged."""


class Ear(Protocol):
    """Decodes one answer and cuts it at pauses. CPU-bound: called in a thread but for little of
    it, one call at a time."""

    def feed(self, data: bytes) -> list[Segment]:
        """Bytes as they arrived → closed segments. Raises `InvalidInputError` (`audio.*`)."""
        ...

    def pause(self) -> tuple[list[Segment], Segment | None]:
        """Closed segments, and the open one as far as it has come."""
        ...

    def finish(self) -> list[Segment]:
        """The rest of the speech."""
        ...

    def close(self) -> None:
        """Releases the decoder; harmless after `finish`."""
        ...

    def remember(self, ms: int) -> None:
        """From now on so much of what was decoded last is kept for `recent`."""
        ...

    def recent(self) -> bytes:
        """PCM16 mono at 16 kHz."""
        ...

    @property
    def decoded_ms(self) -> int: ...

    @property
    def next_cut_ms(self) -> int:
        """With less sound than this on top of what was fed no segment closes."""
        ...

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
    provider: str = ""
    """Who recognized it, where there was a choice."""
    speech_ms: int = 0
    spoken_ms: int = 0
    """As in the result."""
    problem: InvalidInputError | None = None
    """Damage or excess that was noticed; the rest of the answer stands."""
    ended_at: float = 0.0
    """When its end was here: monotonic, in seconds."""


class Reports(Protocol):
    """What a listener tells while it listens. All of them raise `StreamError`."""

    async def missing(self, from_chunk: int) -> None:
        """Chunks have to be sent again, from this one."""
        ...

    async def ended(self, spoken_ms: int) -> None:
        """The answer is complete, and something of it is still to be recognized. `spoken_ms` is
        0 where it is damaged, or known."""
        ...

    async def tentative(self, heard: Transcription, duration_ms: int, spoken_ms: int) -> None:
        """If the pause that has begun is the end, this is the answer."""
        ...

    async def withdrawn(self) -> None:
        """It was not: they speak again."""
        ...

    async def sounded(self, sounds: Sound, chunks: int) -> None:
        """How the answer sounds at the pause after so many chunks."""
        ...


@dataclass(slots=True)
class Listener:
    """Reads the audio stream once, from its first frame."""

    audio: AudioStream
    new_ear: EarFactory
    recognizer: Recognizer
    max_answer_s: float
    stall_after_s: float
    reports: Reports
    transcribe: bool = True
    """False when the text is known already and only the recording is wanted."""
    judge: Judge | None = None
    """None where nobody asks how the answer sounds."""
    count: ClassVar[int] = 0
    """Of those at work in this process."""
    _chunks: list[bytes] = field(default_factory=list[bytes])
    _fed: int = 0
    """Chunks that the ear has."""
    _feed_at: float = 0.0
    """When it should have the others at the latest: monotonic, in seconds."""
    _cut_bytes: int = 0
    """With so much plain PCM more a segment may close."""
    _asked_for: int = -1
    _ear: Ear | None = None
    _silent: bool = False
    """As the candidate's client hears it."""
    _looked: bool = True
    """What was said before this silence has been looked at."""
    _silent_after: int = 0
    """Chunks before this silence."""
    _judgement: asyncio.Task[None] | None = None
    _speculations: int = 0
    _speculation: asyncio.Task[None] | None = None
    _is_told: bool = False
    """A tentative text stands, or may."""

    async def listen(self) -> Heard:
        """Raises `ProviderError` when a segment cannot be transcribed, `StreamError`."""
        Listener.count += 1
        try:
            return await self._listen()
        finally:
            Listener.count -= 1
            self._stop_ahead()
            self.recognizer.cancel()
            if self._ear is not None:
                self._ear.close()

    async def _listen(self) -> Heard:
        heard = Heard("no_speech")
        last_frame, left = time.monotonic(), False
        ask_after_s = 0.0
        async for frames in self.audio.frames():
            silent_s = time.monotonic() - last_frame
            if frames:
                last_frame, ask_after_s = time.monotonic(), 0.0
            elif left or silent_s > self.stall_after_s:
                return Heard("stalled")
            elif silent_s >= ask_after_s and not await self.audio.exists():
                # It was lost, under us or before this run. So may be what is asked for.
                ask_after_s = max(2 * silent_s, ASK_AGAIN_S)
                await self.reports.missing(len(self._chunks))
            end: AudioEnd | None = None
            for frame in frames:
                if isinstance(frame, AudioCancel):
                    return Heard("cancelled")
                # Begun again, its start may be on the way: the next idle second tells.
                if left := isinstance(frame, AudioLeft):
                    continue
                end = await self._take(frame, heard) or end
            # Where the text is known nobody needs to look ahead.
            pause = self._silent and not self._looked and end is None and self.transcribe
            pause = pause and heard.problem is None
            if self._ear is not None and (end is not None or pause or self._is_due(heard)):
                await self._hear(self._ear, heard, last=end is not None, pause=pause)
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
                if self.judge is not None:
                    self._ear.remember(WINDOW_MS)
            case AudioChunk() if frame.index == len(self._chunks):
                self._chunks.append(frame.data)
            case AudioChunk() if frame.index > len(self._chunks):
                await self._ask_again()
            case AudioPause():
                if not self._silent:
                    self._looked, self._silent_after = False, len(self._chunks)
                self._silent = True
            case AudioResume():
                self._silent = False
                await self._withdraw()
            case AudioEnd() if frame.chunks > len(self._chunks):
                await self._ask_again()
            case AudioEnd():
                heard.ended_at = time.monotonic()
                tracing.event("answer_ended")
                return frame
            case _:
                pass  # sent twice
        return None

    def _is_due(self, heard: Heard) -> bool:
        if self._fed == len(self._chunks):
            return False
        if time.monotonic() >= self._feed_at:
            return True
        # Sound may come faster than it was said.
        unfed_bytes = sum(map(len, self._chunks[self._fed :]))
        return heard.format == "pcm16" and unfed_bytes >= self._cut_bytes

    async def _hear(self, ear: Ear, heard: Heard, *, last: bool, pause: bool) -> None:
        data = b"".join(self._chunks[self._fed :]) if heard.problem is None else b""
        self._fed, fed_at = len(self._chunks), time.monotonic()
        at_once_bytes = AWAITED_AT_ONCE_BYTES if last or pause else AT_ONCE_BYTES
        if heard.format == "pcm16" and len(data) <= at_once_bytes:
            cut = _cut(ear, data, last, pause)
        else:
            cut = await asyncio.to_thread(_cut, ear, data, last, pause)
        next_cut_s = ear.next_cut_ms / 1000
        self._feed_at = fed_at + min(_gather_s(heard.format), next_cut_s)
        self._cut_bytes = round(2 * heard.sample_rate_hz * next_cut_s)
        segments, still_open, problem = cut
        heard.problem = heard.problem or problem
        if not self.transcribe:
            return
        for segment in segments:
            self.recognizer.add(segment, partial=not last)
        self._looked = self._looked or pause
        if pause and problem is None and self._speculations < limits.MAX_SPECULATIONS:
            self._speculations += 1
            self.recognizer.look_at(still_open)
            self._speculation = asyncio.create_task(self._speculate(ear.decoded_ms))
            if self.judge is not None:
                judging = self._tell_sound(self.judge, ear.recent(), self._silent_after)
                self._judgement = asyncio.create_task(judging)

    async def _speculate(self, duration_ms: int) -> None:
        try:
            result = await self.recognizer.result(with_open=True)
            if result.text:
                self._is_told = True
                spoken_ms = self.recognizer.spoken_ms
                await self.reports.tentative(result, duration_ms, spoken_ms)
        except (ProviderError, StreamError):
            pass  # whoever needs it to go on meets it too, and reports it

    async def _tell_sound(self, judge: Judge, pcm16: bytes, chunks: int) -> None:
        try:
            if (sounds := await judge.sound(pcm16)) is not None:
                await self.reports.sounded(sounds, chunks)
        except StreamError:
            pass  # the wait is the usual one

    def _stop_ahead(self) -> None:
        for task in (self._speculation, self._judgement):
            if task is not None:
                task.cancel()

    async def _withdraw(self) -> None:
        if self._judgement is not None:
            self._judgement.cancel()
        if self._speculation is None:
            return
        self._speculation.cancel()
        await asyncio.wait([self._speculation])
        self._speculation = None
        if self._is_told:
            self._is_told = False
            await self.reports.withdrawn()

    async def _finish(self, ear: Ear | None, end: AudioEnd, heard: Heard) -> Heard:
        self._stop_ahead()
        if ear is not None:
            heard.duration_ms = ear.decoded_ms
        heard.data = b"".join(self._chunks)
        damaged = ear is not None and ear.damaged
        if heard.problem is None and (damaged or _cut_short(heard, end)):
            heard.problem = InvalidInputError(
                "audio.truncated", "Part of the recording did not arrive intact."
            )
        if self.transcribe:
            await self.recognizer.settle(TOLD_APART_S)
        if self.recognizer.is_busy or not self.transcribe:
            await self.reports.ended(0 if heard.problem else self.recognizer.spoken_ms)
        result = await self.recognizer.result()
        heard.text, heard.confidence = result.text, result.confidence
        heard.provider = result.provider
        heard.speech_ms = self.recognizer.speech_ms
        heard.spoken_ms = 0 if heard.problem else self.recognizer.spoken_ms
        if heard.text or not self.transcribe:
            heard.outcome = "answer"
        return heard

    async def _ask_again(self) -> None:
        """Once for each gap."""
        if self._asked_for != len(self._chunks):
            self._asked_for = len(self._chunks)
            await self.reports.missing(self._asked_for)


def _cut(
    ear: Ear, data: bytes, last: bool, pause: bool
) -> tuple[list[Segment], Segment | None, InvalidInputError | None]:
    """In one go: the last chunk comes together with the end, and each visit of a thread costs."""
    segments: list[Segment] = []
    still_open: Segment | None = None
    problem: InvalidInputError | None = None
    try:
        if data:
            segments += ear.feed(data)
    except InvalidInputError as error:
        problem = error
    try:
        if last:
            segments += ear.finish()
        elif pause:
            closed, still_open = ear.pause()
            segments += closed
    except InvalidInputError as error:
        problem = problem or error
    return segments, still_open, problem


def _gather_s(format: UplinkFormat) -> float:
    if format != "pcm16":
        return GATHER_ENCODED_S
    return min(Listener.count * GATHER_S_EACH, GATHER_MOST_S)


def _cut_short(heard: Heard, end: AudioEnd) -> bool:
    """Damage often decodes silently short: the client says how long it recorded."""
    declared_ms = end.duration_ms or 0
    return heard.duration_ms < declared_ms * 0.8 - TRUNCATED_SLACK_MS
