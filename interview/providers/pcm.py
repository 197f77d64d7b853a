"""Streams of PCM16 in chunks that listeners can use."""

from __future__ import annotations

from collections.abc import AsyncIterator

from interview.ports import TTS_SAMPLE_RATE_HZ

__all__ = ["CHUNK_BYTES", "whole_samples"]

CHUNK_BYTES = TTS_SAMPLE_RATE_HZ // 10 * 2
"""100 ms: the most that is held in one frame on its way to the listener."""


async def whole_samples(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """`chunks`, cut anywhere, as chunks of whole samples and at most `CHUNK_BYTES`."""
    odd = b""
    async for chunk in chunks:
        data = odd + chunk
        whole = len(data) & ~1
        odd = data[whole:]
        for at in range(0, whole, CHUNK_BYTES):
            yield data[at : min(at + CHUNK_BYTES, whole)]
