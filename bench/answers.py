"""What the candidate of a benchmark says, as a microphone gives it."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo.voice import CandidateVoice
from interview.audio.resample import Resampler
from interview.ports import STT_SAMPLE_RATE_HZ, TTS_SAMPLE_RATE_HZ
from interview.protocol.frames import pack_uplink

__all__ = ["CHUNK_S", "FRAME_S", "Answer", "Upload", "cut", "say"]

FRAME_S = 0.04
"""A microphone's."""
CHUNK_S = 0.2
"""Of an answer, as the page sends it: web/src/audio/worklet-capture.ts."""
_AUDIBLE = 300
"""Of 32,768."""


@dataclass(frozen=True, slots=True)
class Answer:
    """PCM16 mono 16 kHz, in frames of `frame_s`; speech to the end. The last `padding_s` of the
    last frame are silence, less than a frame."""

    frames: list[bytes]
    frame_s: float
    padding_s: float

    @property
    def duration_ms(self) -> int:
        return round(len(self.frames) * self.frame_s * 1000)


@dataclass(slots=True)
class Upload:
    """What a microphone gives of one answer, as the messages that the page makes of it."""

    chunks: int = 0
    """Made so far."""
    _held: bytearray = field(init=False, default_factory=bytearray)
    _bytes: int = field(init=False, default=0)

    @property
    def duration_ms(self) -> int:
        return round(self._bytes / 2 / STT_SAMPLE_RATE_HZ * 1000)

    def add(self, pcm16: bytes) -> list[bytes]:
        """The messages that are complete: each is a chunk of `CHUNK_S`."""
        self._bytes += len(pcm16)
        self._held += pcm16
        size = round(STT_SAMPLE_RATE_HZ * CHUNK_S) * 2
        return [self._take(size) for _ in range(len(self._held) // size)]

    def flush(self) -> list[bytes]:
        """The rest, as at a pause and at the end: a message, or none."""
        return [self._take(len(self._held))] if self._held else []

    def _take(self, size: int) -> bytes:
        message = pack_uplink(self.chunks, bytes(self._held[:size]))
        del self._held[:size]
        self.chunks += 1
        return message


async def say(text: str, *, frame_s: float = FRAME_S) -> Answer:
    spoken = await CandidateVoice().say(text)
    pcm16 = Resampler(TTS_SAMPLE_RATE_HZ, STT_SAMPLE_RATE_HZ).feed(spoken.pcm16)
    return cut(pcm16, frame_s)


def cut(pcm16: bytes, frame_s: float) -> Answer:
    """Without the silence behind its last audible sample. Raises `ValueError` if there is none."""
    last = max(at for at in range(0, len(pcm16) - 1, 2) if abs(_sample(pcm16, at)) > _AUDIBLE)
    size = round(STT_SAMPLE_RATE_HZ * frame_s) * 2
    heard = pcm16[: last + 2]
    padding = -len(heard) % size
    heard += bytes(padding)
    frames = [heard[at : at + size] for at in range(0, len(heard), size)]
    return Answer(frames, frame_s, padding / 2 / STT_SAMPLE_RATE_HZ)


def _sample(pcm16: bytes, at: int) -> int:
    return int.from_bytes(pcm16[at : at + 2], "little", signed=True)
