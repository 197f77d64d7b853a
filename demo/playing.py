"""Recordings as a player has them, whatever they are kept as."""

from __future__ import annotations

import io
from typing import Any, cast

import av

from interview.ports import STT_SAMPLE_RATE_HZ

__all__ = ["played"]


def played(recording: bytes) -> bytes:
    """PCM16, mono at 16 kHz. Raises `av.FFmpegError`."""
    # PyAV leaves the types of frames partly unknown
    resampler = cast(Any, av.AudioResampler(format="s16", layout="mono", rate=STT_SAMPLE_RATE_HZ))
    pcm16 = bytearray()
    with cast(Any, av.open(io.BytesIO(recording))) as container:
        for frame in (*container.decode(audio=0), None):
            for piece in resampler.resample(frame):
                pcm16 += bytes(piece.planes[0])[: piece.samples * 2]
    return bytes(pcm16)
