"""WAV files of 16-bit mono PCM."""

from __future__ import annotations

import struct

__all__ = ["WAV_HEADER_BYTES", "wav_file", "wav_header"]

WAV_HEADER_BYTES = 44


def wav_header(data_bytes: int, sample_rate_hz: int) -> bytes:
    """The canonical 44 bytes before `data_bytes` of PCM16 mono.

    Source of the layout: Microsoft, "Multimedia Programming Interface and Data
    Specifications 1.0" (RIFF WAVE).
    """
    byte_rate = sample_rate_hz * 2
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + data_bytes,
        b"WAVE",
        b"fmt ",
        16,
        1,  # PCM
        1,  # mono
        sample_rate_hz,
        byte_rate,
        2,  # bytes a frame
        16,  # bits a sample
        b"data",
        data_bytes,
    )


def wav_file(pcm16: bytes, sample_rate_hz: int) -> bytes:
    """`pcm16` as a complete WAV file."""
    return wav_header(len(pcm16), sample_rate_hz) + pcm16
