"""What the candidate of a benchmark says, as the page's microphone would send it."""

from __future__ import annotations

from dataclasses import dataclass

from demo.voice import CandidateVoice
from interview.audio.resample import Resampler
from interview.ports import STT_SAMPLE_RATE_HZ, TTS_SAMPLE_RATE_HZ

__all__ = ["FRAME_S", "Answer", "say"]

FRAME_S = 0.04
"""The page's worklet sends frames of 640 samples."""
_FRAME_BYTES = round(STT_SAMPLE_RATE_HZ * FRAME_S) * 2


@dataclass(frozen=True, slots=True)
class Answer:
    """PCM16 mono 16 kHz, in frames of `FRAME_S`; speech to the end, without trailing silence."""

    frames: list[bytes]

    @property
    def duration_ms(self) -> int:
        return round(len(self.frames) * FRAME_S * 1000)


async def say(text: str) -> Answer:
    spoken = await CandidateVoice().say(text)
    pcm16 = Resampler(TTS_SAMPLE_RATE_HZ, STT_SAMPLE_RATE_HZ).feed(spoken.pcm16)
    last = max(at for at in range(0, len(pcm16) - 1, 2) if abs(_sample(pcm16, at)) > 300)
    pcm16 = pcm16[: last + 2]
    pcm16 += bytes(-len(pcm16) % _FRAME_BYTES)
    return Answer([pcm16[at : at + _FRAME_BYTES] for at in range(0, len(pcm16), _FRAME_BYTES)])


def _sample(pcm16: bytes, at: int) -> int:
    return int.from_bytes(pcm16[at : at + 2], "little", signed=True)
