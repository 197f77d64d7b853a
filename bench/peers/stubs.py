"""The stub providers' times and words, for processes that cannot import the project's packages."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

IN_HZ, OUT_HZ = 16_000, 24_000
ANSWER = "An answer of some words."
_NAMES = ("stt", "first_token", "token", "tts")
_TIMES = dict(zip(_NAMES, map(float, os.environ["STUB_TIMES"].split(",")), strict=True))
TOKENS: list[str] = os.environ["STUB_TOKENS"].split("|")
PIECE = bytes(range(256)) * (OUT_HZ // 10 * 2 // 256)


async def take(name: str) -> None:
    if _TIMES[name]:
        await asyncio.sleep(_TIMES[name])


async def transcribe() -> str:
    await take("stt")
    return ANSWER


async def reply() -> AsyncIterator[str]:
    """Token by token."""
    await take("first_token")
    for number, token in enumerate(TOKENS):
        if number:
            await take("token")
        yield token


async def synthesize() -> AsyncIterator[bytes]:
    """Half a second of PCM16 in five pieces."""
    await take("tts")
    for _ in range(5):
        yield PIECE
