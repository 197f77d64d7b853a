"""Long recordings of nothing, made quickly."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any, cast

import av
from av import AudioFrame, Packet

__all__ = ["silent_webm"]

_PACKET_MS = 20


def silent_webm(seconds: int) -> bytes:
    """WebM/Opus of silence: one packet is encoded, and repeated."""
    sink = io.BytesIO()
    # PyAV leaves the types of packets and streams partly unknown
    container = cast(Any, av.open(sink, mode="w", format="webm"))
    stream = container.add_stream("libopus", rate=48_000, layout="mono")
    frame = AudioFrame(format="s16", layout="mono", samples=48 * _PACKET_MS)
    frame.planes[0].update(bytes(48 * _PACKET_MS * 2))
    frame.sample_rate = 48_000
    encoded = [bytes(packet) for f in (frame, None) for packet in stream.encode(f)]
    for number in range(seconds * 1000 // _PACKET_MS):
        packet = Packet(encoded[-1])
        packet.stream = stream
        packet.time_base = Fraction(1, 1000)
        packet.pts = packet.dts = number * _PACKET_MS
        container.mux(packet)
    container.close()
    return sink.getvalue()
