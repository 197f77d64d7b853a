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


@dataclass(slots=True)
class Listener:
    """A browser's voice detection for hands-free answers: tells when one starts, after a quarter
    of a second of speech, of each pause in it, and when silence has lasted `endpointing_ms`."""

    detector: VoiceDetector
    endpointing_ms: float
    start_ms: float = 250
    pause_ms: float = 160
    speech_above: float = 0.5
    silence_below: float = 0.35
    _buffer: bytearray = field(init=False, default_factory=bytearray)
    _state: Sign = field(init=False, default=Sign.ENDED)
    _speech_ms: float = field(init=False, default=0.0)
    _silence_ms: float = field(init=False, default=0.0)
    _voiced: bool = field(init=False, default=False)

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
                self._state = sign
                signs.append(sign)
        return signs

    def _judge(self, probability: float) -> Sign | None:
        bound = self.silence_below if self._voiced else self.speech_above
        self._voiced = probability >= bound
        if self._voiced:
            self._speech_ms, self._silence_ms = self._speech_ms + _WINDOW_MS, 0.0
        else:
            self._speech_ms, self._silence_ms = 0.0, self._silence_ms + _WINDOW_MS
        match self._state:
            case Sign.ENDED if self._speech_ms >= self.start_ms:
                return Sign.STARTED
            case Sign.STARTED | Sign.RESUMED if self._silence_ms >= self.pause_ms:
                return Sign.PAUSED
            case Sign.PAUSED if self._voiced:
                return Sign.RESUMED
            case Sign.PAUSED if self._silence_ms >= self.endpointing_ms:
                return Sign.ENDED
            case _:
                return None
