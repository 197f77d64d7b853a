"""A microphone that is always open, and what a browser makes of it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from bench.answers import Answer
from interview.audio.vad import FRAME_SAMPLES, VoiceDetector
from interview.ports import STT_SAMPLE_RATE_HZ

__all__ = ["Listener", "Microphone", "Sign"]

_WINDOW_BYTES = FRAME_SAMPLES * 2
_WINDOW_MS = FRAME_SAMPLES * 1000 / STT_SAMPLE_RATE_HZ


class Microphone:
    """Gives a frame whenever one is due: of the answer that is being said, or of silence."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._silence = bytes(len(answer.frames[0]))
        self._left: deque[bytes] = deque()
        self._said: asyncio.Future[float] | None = None

    async def say(self) -> float:
        """Returns with the last frame; the `time.perf_counter()` of the last spoken sample."""
        self._left.extend(self._answer.frames)
        self._said = asyncio.get_running_loop().create_future()
        return await self._said

    async def frames(self) -> AsyncIterator[bytes]:
        """Endless. One that was asked for late comes at once, and the next in time again."""
        due = time.perf_counter()
        while True:
            due += self._answer.frame_s
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            yield self._left.popleft() if self._left else self._silence
            if not self._left and self._said is not None:
                self._said.set_result(due - self._answer.padding_s)
                self._said = None


class Sign(Enum):
    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"


class _State(Enum):
    QUIET = "quiet"
    STARTING = "starting"
    TALKING = "talking"
    SILENT = "silent"


# The page's own numbers: web/src/session/listening.ts.
_VOICE, _SILENCE = 0.6, 0.35
_ONSET_MS = 250.0
_FALSE_START_MS = 200.0
_LONGEST_DOUBT_MS = 1_000.0
_PAUSE_MS = 200.0


@dataclass(slots=True)
class Listener:
    """The page's voice detection for hands-free answers (`Listening`), which is given the same
    frames: tells when an answer starts, of each pause in it, and when it is over. An answer can
    always begin here, so nothing waits for that. A pause lasts `endpointing_ms`, unless something
    else is said of it."""

    detector: VoiceDetector
    endpointing_ms: float
    said_for_ms: float = field(init=False, default=0.0)
    """Of the answer that has started, until it was noticed."""
    _buffer: bytearray = field(init=False, default_factory=bytearray)
    _state: _State = field(init=False, default=_State.QUIET)
    _now: float = field(init=False, default=0.0)
    _began: float = field(init=False, default=0.0)
    _last_voice: float = field(init=False, default=0.0)
    _other_wait_ms: float | None = field(init=False, default=None)

    def hear(self, pcm16: bytes) -> list[Sign]:
        """`pcm16`: mono 16 kHz, of any length."""
        self._buffer += pcm16
        signs: list[Sign] = []
        while len(self._buffer) >= _WINDOW_BYTES:
            samples = np.frombuffer(bytes(self._buffer[:_WINDOW_BYTES]), dtype="<i2")
            del self._buffer[:_WINDOW_BYTES]
            window = (samples.astype(np.float32) / np.float32(32_768))[np.newaxis]
            sign = self._judge(float(self.detector.probabilities(window)[0]))
            if sign is not None:
                signs.append(sign)
        return signs

    def wait_otherwise(self, wait_ms: float) -> Sign | None:
        """This pause ends the answer after another silence than usual."""
        if self._state is not _State.SILENT:
            return None
        self._other_wait_ms = wait_ms
        return self._end_if_over()

    def _judge(self, probability: float) -> Sign | None:
        self._now += _WINDOW_MS
        is_voice = probability >= _VOICE
        if probability >= _SILENCE and self._state is not _State.SILENT:
            self._last_voice = self._now
        silent_ms = self._now - self._last_voice
        match self._state:
            case _State.QUIET if is_voice:
                self._began = self._now - _WINDOW_MS
                self._state = _State.STARTING
            case _State.STARTING if is_voice and self._now - self._began >= _ONSET_MS:
                self.said_for_ms = self._now - self._began
                return self._to(_State.TALKING, Sign.STARTED)
            case _State.STARTING if silent_ms >= _FALSE_START_MS or (
                self._now - self._began >= _LONGEST_DOUBT_MS
            ):
                self._state = _State.QUIET
            case _State.TALKING if silent_ms >= _PAUSE_MS:
                return self._to(_State.SILENT, Sign.PAUSED)
            case _State.SILENT if is_voice:
                self._last_voice = self._now
                return self._to(_State.TALKING, Sign.RESUMED)
            case _State.SILENT:
                return self._end_if_over()
            case _:
                pass
        return None

    def _end_if_over(self) -> Sign | None:
        wait_ms = self.endpointing_ms if self._other_wait_ms is None else self._other_wait_ms
        if self._now - self._last_voice < wait_ms:
            return None
        return self._to(_State.QUIET, Sign.ENDED)

    def _to(self, state: _State, sign: Sign) -> Sign:
        self._state, self._other_wait_ms = state, None
        return sign
