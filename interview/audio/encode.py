"""PCM16 to WebM/Opus as a browser's MediaRecorder writes it: live, without a duration,
in chunks of a tenth of a second."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

import av
from av.audio.frame import AudioFrame

from interview.ports import STT_SAMPLE_RATE_HZ

__all__ = ["WebmOpusEncoder", "encode_webm_opus"]

_BIT_RATE = 32_000
"""Chromium's MediaRecorder default for one channel of speech."""
_PACKET_MS = 60
"""As in Chromium's recordings, "for quality reasons"."""


class _Sink:
    """A file that cannot be sought in: what the muxer has written since it was last emptied."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def take(self) -> bytes:
        data = bytes(self._written)
        self._written.clear()
        return data


class WebmOpusEncoder:
    """Encodes PCM16 mono while it is made. The concatenated chunks are one WebM file; a single
    chunk but the first cannot be decoded alone, as with a MediaRecorder."""

    def __init__(self, *, sample_rate_hz: int = STT_SAMPLE_RATE_HZ) -> None:
        self._rate_hz = sample_rate_hz
        self._sink = _Sink()
        # PyAV leaves the types of packets and streams partly unknown
        self._container = cast(
            Any,
            av.open(
                self._sink,
                mode="w",
                format="webm",
                options={"live": "1", "cluster_time_limit": "100", "flush_packets": "1"},
            ),
        )
        self._stream = self._container.add_stream(
            "libopus", rate=48_000, layout="mono", options={"frame_duration": str(_PACKET_MS)}
        )
        self._stream.bit_rate = _BIT_RATE
        self._sent_samples = 0
        self._odd = b""

    def encode(self, pcm16: bytes) -> bytes:
        """WebM bytes that are complete now; may be empty."""
        data = self._odd + pcm16
        whole = len(data) & ~1
        self._odd = data[whole:]
        if whole:
            frame = AudioFrame(format="s16", layout="mono", samples=whole // 2)
            frame.planes[0].update(data[:whole])
            frame.sample_rate = self._rate_hz
            frame.time_base = Fraction(1, self._rate_hz)
            frame.pts = self._sent_samples
            self._sent_samples += whole // 2
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        return self._sink.take()

    def finish(self) -> bytes:
        """The last bytes. The encoder cannot be used afterwards."""
        if self._sent_samples:
            for packet in self._stream.encode(None):
                self._container.mux(packet)
        self._container.close()
        return self._sink.take()


def encode_webm_opus(pcm16: bytes, *, sample_rate_hz: int = STT_SAMPLE_RATE_HZ) -> bytes:
    """`pcm16` as one WebM file."""
    encoder = WebmOpusEncoder(sample_rate_hz=sample_rate_hz)
    return encoder.encode(pcm16) + encoder.finish()
