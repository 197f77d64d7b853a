"""The candidate's voice: eSpeak NG, encoded as a browser's MediaRecorder would."""

from __future__ import annotations

from dataclasses import dataclass

from interview.audio.encode import WebmOpusEncoder
from interview.ports import TTS_SAMPLE_RATE_HZ
from interview.providers.local_tts import LocalTextToSpeech

__all__ = ["CandidateVoice", "Spoken"]

SLICE_MS = 100
"""`MediaRecorder.start(100)`."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """An answer as sound. `chunks`: (WebM bytes, seconds of speech they took to record)."""

    text: str
    pcm16: bytes
    chunks: list[tuple[bytes, float]]
    duration_ms: int


class CandidateVoice:
    """Another voice than the interviewer's, at a calm pace."""

    def __init__(self, voice: str = "en-gb-x-rp") -> None:
        self._tts = LocalTextToSpeech(voice=voice)

    async def say(self, text: str, *, speed: float = 1.0) -> Spoken:
        """`speed` above 1 sends the answer faster than it is spoken."""
        silence = bytes(TTS_SAMPLE_RATE_HZ // 2)  # a quarter of a second
        sound = [chunk async for chunk in self._tts.synthesize(text, language="en", timeout_s=20.0)]
        pcm16 = silence + b"".join(sound) + silence
        encoder = WebmOpusEncoder(sample_rate_hz=TTS_SAMPLE_RATE_HZ)
        step = TTS_SAMPLE_RATE_HZ * 2 * SLICE_MS // 1000
        chunks: list[tuple[bytes, float]] = []
        waited_s = 0.0
        for at in range(0, len(pcm16), step):
            waited_s += SLICE_MS / 1000 / speed
            if data := encoder.encode(pcm16[at : at + step]):
                chunks.append((data, waited_s))
                waited_s = 0.0
        if data := encoder.finish():
            chunks.append((data, waited_s))
        return Spoken(text, pcm16, chunks, len(pcm16) * 1000 // (2 * TTS_SAMPLE_RATE_HZ))
