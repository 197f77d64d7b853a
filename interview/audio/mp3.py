"""PCM16 to MP3 while it is spoken, for version 1 clients and whoever asks for it."""

from __future__ import annotations

from typing import Any, cast

import lameenc

from interview.ports import TTS_SAMPLE_RATE_HZ

__all__ = ["Mp3Encoder", "encode_mp3"]

_BIT_RATE_KBIT = 64
"""Speech at 24 kHz mono; MPEG-2 Layer III, transparent for a voice."""

_QUALITY = 7
"""LAME's -q: 7 is fastest (1.4 ms a second of speech), 5 takes twice that and 2 three times; no
difference to hear in speech."""


class Mp3Encoder:
    """Streaming encoder of 24 kHz mono PCM16. Chunks may be cut at any byte."""

    def __init__(self, *, sample_rate_hz: int = TTS_SAMPLE_RATE_HZ) -> None:
        # lameenc has no type information
        encoder = cast(Any, lameenc).Encoder()
        encoder.set_bit_rate(_BIT_RATE_KBIT)
        encoder.set_in_sample_rate(sample_rate_hz)
        encoder.set_channels(1)
        encoder.set_quality(_QUALITY)
        encoder.silence()
        self._encoder = encoder
        self._odd = b""
        self._used = False

    def encode(self, pcm16: bytes) -> bytes:
        """Frames that are complete now; may be empty."""
        data = self._odd + pcm16
        whole = len(data) & ~1
        self._odd = data[whole:]
        if not whole:
            return b""
        self._used = True
        return bytes(self._encoder.encode(data[:whole]))

    def finish(self) -> bytes:
        """The last frames. The encoder cannot be used afterwards."""
        # lameenc refuses to flush an encoder that has seen no sample
        return bytes(self._encoder.flush()) if self._used else b""


def encode_mp3(pcm16: bytes, *, sample_rate_hz: int = TTS_SAMPLE_RATE_HZ) -> bytes:
    """`pcm16` as one MP3 file."""
    encoder = Mp3Encoder(sample_rate_hz=sample_rate_hz)
    return encoder.encode(pcm16) + encoder.finish()
