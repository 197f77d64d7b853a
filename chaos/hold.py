"""Interviews held on a stack, each with its verdict."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from chaos.candidate import Candidate
from chaos.checker import Violation, check
from chaos.mangle import Mangler
from chaos.record import Record, Stored
from chaos.stack import ChaosStack
from chaos.stored import read_stored
from chaos.tab import Tab
from demo.interview import create_interview
from demo.voice import Spoken

__all__ = ["Verdict", "create", "hold", "judge"]

ROLE = "demo"
_VISITOR_S = 10.0
_RECOVERED_S = 20.0


@dataclass(slots=True)
class Verdict:
    interview_id: str
    records: list[Record]
    stored: Stored
    violations: list[Violation] = field(default_factory=list[Violation])

    @property
    def reloads(self) -> int:
        return sum(record.reloads for record in self.records)


async def create(stack: ChaosStack) -> str:
    async with httpx.AsyncClient(base_url=stack.direct_url, timeout=20, trust_env=False) as api:
        return await create_interview(api, ROLE, "")


async def hold(
    stack: ChaosStack,
    interview_id: str,
    spoken: Spoken,
    randomness: random.Random,
    *,
    mangler: Mangler | None = None,
    prepare: Candidate | None = None,
) -> Record:
    """One interview in one tab, from the greeting to the end."""
    tab = Tab(stack.url, interview_id, mangler=mangler)
    candidate = prepare or Candidate(tab, spoken, randomness)
    candidate.tab = tab
    async with tab:
        await candidate.hold()
    return tab.record


async def judge(stack: ChaosStack, interview_id: str, records: Sequence[Record]) -> Verdict:
    """All faults are healed by now. A visitor who was never there looks in last."""
    async with Tab(stack.direct_url, interview_id, "visitor") as visitor:
        await visitor.wait(lambda: visitor.state.ended, _VISITOR_S)
    stored = await _read(stack, interview_id)
    everybody = [*records, visitor.record]
    return Verdict(interview_id, everybody, stored, check(everybody, stored))


async def _read(stack: ChaosStack, interview_id: str) -> Stored:
    """Pools of a database that has just come back may still hold dead connections."""
    give_up_at = time.monotonic() + _RECOVERED_S
    while True:
        try:
            async with httpx.AsyncClient(
                base_url=stack.direct_url, timeout=20, trust_env=False
            ) as api:
                return await read_stored(stack.database_url, api, interview_id)
        except (httpx.HTTPError, OSError):
            if time.monotonic() > give_up_at:
                raise
        await asyncio.sleep(0.5)
