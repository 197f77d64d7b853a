"""Many candidates at once, each of whom holds a whole interview by voice."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from demo.interview import HeldInterview, create_interview, hold_interview
from demo.voice import CandidateVoice

__all__ = ["Crowd", "say"]

_SPEED = 2.0
_PATIENCE_S = 120.0
_APART_S = 0.05


@dataclass(slots=True)
class Crowd:
    """Candidates of one house. They speak with one voice, so that the processes under test have the
    machine: what one of them has said is not synthesized for the next."""

    url: str
    _voice: CandidateVoice = field(default_factory=CandidateVoice)
    _answered: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def hold(self, number: int) -> tuple[str, HeldInterview]:
        """Those with a higher number begin later."""
        await asyncio.sleep(number * _APART_S)
        async with httpx.AsyncClient(base_url=self.url, timeout=30.0, trust_env=False) as api:
            interview_id = await create_interview(api, "demo", "")

        async def tell() -> float:
            self._answered.release()
            return time.monotonic()

        held = await hold_interview(
            *(self.url, interview_id),
            voice=self._voice,
            speed=_SPEED,
            kill_at=0,
            kill=tell,
            patience_s=_PATIENCE_S,
        )
        return interview_id, held

    async def all_answer(self, held: Sequence[asyncio.Task[Any]]) -> None:
        """Until each is in the middle of the first answer. Raises what one of them failed with."""

        async def heard() -> None:
            for _ in held:
                await self._answered.acquire()

        hearing, running = asyncio.create_task(heard()), set(held)
        while not hearing.done():
            done, _ = await asyncio.wait({hearing, *running}, return_when=asyncio.FIRST_COMPLETED)
            running -= done
            for one in done:
                one.result()


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
