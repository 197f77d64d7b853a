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


async def transcribe() -> str:
    await _until(_now() + _TIMES["stt"])
    return ANSWER


async def reply() -> AsyncIterator[str]:
    """Token by token. Due times count from the request, so that late timers do not add up."""
    due = _now() + _TIMES["first_token"]
    for number, token in enumerate(TOKENS):
        await _until(due + number * _TIMES["token"])
        yield token


async def synthesize() -> AsyncIterator[bytes]:
    """Half a second of PCM16 in five pieces."""
    await _until(_now() + _TIMES["tts"])
    for _ in range(5):
        yield PIECE


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _until(due: float) -> None:
    if (left := due - _now()) > 0:
        await asyncio.sleep(left)
