"""Segments of speech on their way to text, some of them before they are complete."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from activities.watchdog import in_time, stall_s
from interview.audio.segmenter import Segment
from interview.ports import SpeechToText, Transcription

__all__ = ["Recognizer"]

SAME_MS = 100
"""Speech that a segment may end after what was recognized of it: less than a word."""


@dataclass(slots=True)
class _Recognized:
    segment: Segment
    task: asyncio.Task[Transcription]

    def holds(self, segment: Segment) -> bool:
        """All that is said in `segment` is in this one."""
        ours = self.segment
        return ours.start_ms == segment.start_ms and segment.speech_end_ms <= ours.end_ms + SAME_MS

    @property
    def spoken_ms(self) -> int:
        return max(0, self.segment.speech_end_ms - self.segment.start_ms)

    @property
    def is_wordless(self) -> bool:
        return not _is_open(self.task) and not self.task.result().text

    @property
    def failed(self) -> bool:
        return self.task.done() and (self.task.cancelled() or self.task.exception() is not None)


@dataclass(slots=True)
class Recognizer:
    """`on_partial` is told the text so far when another segment has been recognized."""

    stt: SpeechToText
    language: str
    timeout_s: float
    on_partial: Callable[[str], Coroutine[Any, Any, None]]
    _segments: list[_Recognized] = field(default_factory=list[_Recognized])
    _open: _Recognized | None = None
    """What has been heard of the segment that is not closed yet."""

    @property
    def speech_ms(self) -> int:
        """Of all closed segments, with a little silence around each."""
        return sum(len(each.segment.pcm) // 32 for each in self._segments)

    @property
    def spoken_ms(self) -> int:
        """Of what holds words, or may still turn out to. The open segment is in it."""
        each = [*self._segments, *([self._open] if self._open else [])]
        return sum(one.spoken_ms for one in each if not one.is_wordless)

    @property
    def is_busy(self) -> bool:
        return not all(each.task.done() for each in self._segments)

    async def settle(self, within_s: float) -> None:
        """Waits for so long, or until it is not busy any more."""
        if tasks := [each.task for each in self._segments if not each.task.done()]:
            await asyncio.wait(tasks, timeout=within_s)

    def add(self, segment: Segment, *, partial: bool) -> None:
        """A segment is closed. What was recognized of it while it was open is kept, if all of
        its speech was in there."""
        begun, self._open = self._open, None
        if begun is not None and begun.holds(segment) and not begun.failed:
            self._segments.append(begun)
            return
        if begun is not None:
            begun.task.cancel()
        task = self._start(segment, len(self._segments) if partial else None)
        self._segments.append(_Recognized(segment, task))

    def look_at(self, segment: Segment | None) -> None:
        """The open segment, as far as it has come."""
        begun = self._open
        if segment is None or (begun is not None and begun.holds(segment) and not begun.failed):
            return
        if begun is not None:
            begun.task.cancel()
        self._open = _Recognized(segment, self._start(segment, None))

    async def result(self, *, with_open: bool = False) -> Transcription:
        """Of all segments; `provider` is that of the last one. Raises `ProviderError`. A cancelled
        call leaves the recognition going on."""
        each = [*self._segments, *([self._open] if with_open and self._open else [])]
        if each:
            tasks = [one.task for one in each]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        results = [one.task.result() for one in each]
        lengths = [len(one.segment.pcm) for one in each]
        text = " ".join(r.text for r in results if r.text)
        confidence = _weighted([r.confidence for r in results], lengths)
        return Transcription(text, confidence, results[-1].provider if results else "")

    def cancel(self) -> None:
        for each in [*self._segments, *([self._open] if self._open else [])]:
            each.task.cancel()

    def _start(self, segment: Segment, partial_index: int | None) -> asyncio.Task[Transcription]:
        task = asyncio.create_task(self._recognize(segment, partial_index))
        # Looked at by `result`, or by nobody when the segment turned out to be longer.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    async def _recognize(self, segment: Segment, partial_index: int | None) -> Transcription:
        result = await in_time(
            self.stt.transcribe(segment.pcm, language=self.language, timeout_s=self.timeout_s),
            stall_s(self.timeout_s),
            "stt",
        )
        before = self._segments[: partial_index or 0]
        if partial_index is not None and result.text and not any(_is_open(b.task) for b in before):
            texts = [*(b.task.result().text for b in before), result.text]
            await self.on_partial(" ".join(t for t in texts if t))
        return result


def _is_open(task: asyncio.Task[Transcription]) -> bool:
    return not task.done() or task.cancelled() or task.exception() is not None


def _weighted(confidences: list[float | None], lengths: list[int]) -> float | None:
    known = [(c, n) for c, n in zip(confidences, lengths, strict=True) if c is not None]
    total = sum(n for _, n in known)
    return sum(c * n for c, n in known) / total if total else None
