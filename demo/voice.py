"""The candidate's voice: eSpeak NG, encoded as a browser's MediaRecorder would."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from interview.audio.encode import WebmOpusEncoder
from interview.ports import TTS_SAMPLE_RATE_HZ
from interview.providers.local_tts import LocalTextToSpeech

__all__ = ["CandidateVoice", "Spoken"]

SLICE_MS = 100
"""`MediaRecorder.start(100)`."""
EDGE_MS = 250
"""Silence before and after an answer."""
NOTICED_AFTER_MS = 200
"""The page's voice detection tells of silence after so much of it."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """An answer as sound. `chunks`: (WebM bytes, seconds of speech they took to record)."""

    text: str
    pcm16: bytes
    chunks: list[tuple[bytes, float]]
    duration_ms: int
    silences: list[tuple[int, int]]
    """From which chunk to which a voice detector hears nobody."""
    trailing_ms: int = EDGE_MS


class CandidateVoice:
    """Another voice than the interviewer's, at a calm pace. What it has said once it says again
    without being made anew."""

    def __init__(self, voice: str = "en-gb-x-rp") -> None:
        self._tts = LocalTextToSpeech(voice=voice)
        self._said: dict[tuple[tuple[str, ...], float, int], asyncio.Task[Spoken]] = {}

    async def say(self, *parts: str, speed: float = 1.0, pause_ms: int = 1_000) -> Spoken:
        """`parts` have pauses to think between them. `speed` above 1 sends the answer faster
        than it is spoken."""
        asked = (parts, speed, pause_ms)
        if (said := self._said.get(asked)) is None:
            said = self._said[asked] = asyncio.create_task(self._make(*asked))
        return await asyncio.shield(said)

    async def _make(self, parts: tuple[str, ...], speed: float, pause_ms: int) -> Spoken:
        pcm16 = _silence(EDGE_MS)
        quiet_ms: list[tuple[int, int]] = []
        for number, part in enumerate(parts, 1):
            begins_ms = _ms(pcm16)
            if quiet_ms:
                quiet_ms[-1] = (quiet_ms[-1][0], begins_ms)
            sound = [c async for c in self._tts.synthesize(part, language="en", timeout_s=20.0)]
            pcm16 += b"".join(sound)
            quiet_ms.append((_ms(pcm16) + NOTICED_AFTER_MS, 0))
            pcm16 += _silence(pause_ms if number < len(parts) else EDGE_MS)
        quiet_ms[-1] = (quiet_ms[-1][0], _ms(pcm16) + SLICE_MS)
        encoder = WebmOpusEncoder(sample_rate_hz=TTS_SAMPLE_RATE_HZ)
        step = TTS_SAMPLE_RATE_HZ * 2 * SLICE_MS // 1000
        chunks: list[tuple[bytes, float]] = []
        recorded_ms: list[int] = []
        waited_s = 0.0
        for at in range(0, len(pcm16), step):
            waited_s += SLICE_MS / 1000 / speed
            if data := encoder.encode(pcm16[at : at + step]):
                chunks.append((data, waited_s))
                recorded_ms.append(_ms(pcm16[: at + step]))
                waited_s = 0.0
        if data := encoder.finish():
            chunks.append((data, waited_s))
            recorded_ms.append(_ms(pcm16))
        silences = [
            (sum(ms < begin for ms in recorded_ms), sum(ms < end for ms in recorded_ms))
            for begin, end in quiet_ms
        ]
        return Spoken(" ".join(parts), pcm16, chunks, _ms(pcm16), silences)


def _silence(ms: int) -> bytes:
    return bytes(TTS_SAMPLE_RATE_HZ * 2 * ms // 1000)


def _ms(pcm16: bytes) -> int:
    return len(pcm16) * 1000 // (2 * TTS_SAMPLE_RATE_HZ)
