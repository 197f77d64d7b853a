"""Many candidates at once, each of whom holds a whole interview by voice."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import Any

import httpx

from demo.interview import HeldInterview, create_interview, hold_interview

__all__ = ["all_answer", "hold", "say"]

_SPEED = 2.0
_PATIENCE_S = 120.0
_APART_S = 0.05


async def hold(url: str, number: int, answered: asyncio.Semaphore) -> tuple[str, HeldInterview]:
    """`answered` hears of the first answer, in whose middle most others are then."""
    await asyncio.sleep(number * _APART_S)
    async with httpx.AsyncClient(base_url=url, timeout=30.0, trust_env=False) as api:
        interview_id = await create_interview(api, "demo", "")

    async def tell() -> float:
        answered.release()
        return time.monotonic()

    held = await hold_interview(
        *(url, interview_id), speed=_SPEED, kill_at=0, kill=tell, patience_s=_PATIENCE_S
    )
    return interview_id, held


async def all_answer(answered: asyncio.Semaphore, held: Sequence[asyncio.Task[Any]]) -> None:
    """Raises what one of them failed with."""

    async def heard() -> None:
        for _ in held:
            await answered.acquire()

    hearing, running = asyncio.create_task(heard()), set(held)
    while not hearing.done():
        done, _ = await asyncio.wait({hearing, *running}, return_when=asyncio.FIRST_COMPLETED)
        running -= done
        for one in done:
            one.result()


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
