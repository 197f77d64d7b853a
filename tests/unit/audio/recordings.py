"""Recordings made here, so that tests need no files: tones, and what browsers make of them."""

from __future__ import annotations

import io
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame

RATE_HZ = 16_000


def tone(seconds: float, *, hz: float = 440.0, rate_hz: int = RATE_HZ, peak: float = 0.3) -> bytes:
    """PCM16 mono."""
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    return (np.sin(2 * np.pi * hz * t) * peak * 32767).astype("<i2").tobytes()


def samples(pcm16: bytes) -> npt.NDArray[np.float64]:
    return np.frombuffer(pcm16, dtype="<i2").astype(np.float64)


def main_frequency_hz(pcm16: bytes, rate_hz: int = RATE_HZ) -> float:
    spectrum = np.abs(np.fft.rfft(samples(pcm16)))
    return float(np.argmax(spectrum)) * rate_hz / (len(pcm16) // 2)


class _Unseekable:
    """What a browser writes to."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)


def encode(
    pcm16: bytes,
    container: str,
    codec: str,
    *,
    rate_hz: int = 48_000,
    options: dict[str, str] | None = None,
    seekable: bool = True,
) -> bytes:
    """`pcm16` at 16 kHz in a container of libavformat's."""
    sink: Any = io.BytesIO() if seekable else _Unseekable()
    # PyAV leaves the types of packets and streams partly unknown
    output = cast(Any, av.open(sink, mode="w", format=container, options=options or {}))
    stream = output.add_stream(codec, rate=rate_hz, layout="mono")
    frame = AudioFrame(format="s16", layout="mono", samples=len(pcm16) // 2)
    frame.planes[0].update(pcm16)
    frame.sample_rate = RATE_HZ
    frame.pts = 0
    output.mux(stream.encode(frame))
    output.mux(stream.encode(None))
    output.close()
    return sink.getvalue() if seekable else bytes(sink.data)
