"""`make soak N=200`: many interviews of twenty turns, processes killed at random, and memory.

Some dozens of interviews are held at a time, one after another, until there were `N`; answers are
voice, faster than it is spoken, and the providers are stubs. Behind a balancer are two API
processes, beside them two workers. At random moments one of these four, or Valkey, dies by SIGKILL
or is asked to end. After the first quarter the first API process and the first worker are let live,
so that what they hold at the end can be compared with what they held in the middle, under the same
load: at most a tenth more. Of those that die, the same is compared across their lives.

Shown is further that every interview came to its end with every answer once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import sys
import tempfile
import time
import uuid
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from chaos.crowd import say
from chaos.fleet import Fleet, terminate
from chaos.memory import MOST_GROWTH, Growth, MemoryLog
from demo.room import Room, Utterance
from demo.voice import CandidateVoice, Spoken
from interview.contracts.interview import Limits
from interview.domain.phases import SPOKEN_PHASES
from interview.domain.plan import PhasePlan, Plan, Question
from interview.persistence.records import Records
from interview.persistence.rows import NewInterview
from launcher.stack import LocalStack

__all__ = ["Report", "soak"]

TURNS = 20
AT_ONCE = 20
KILL_EVERY_S = (8.0, 16.0)
LOOK_EVERY_S = 1.0
_ANSWER = "I moved the billing service to a new database, and I wrote the tests for it first."
_SPEED = 6.0
_TURN_S = 1.2
"""One connection may begin one turn a second."""
_PATIENCE_S = 120.0
_REPLY_S = 15.0
_OURS = ("api-1", "api-2", "worker-1", "worker-2")
_SPARED = ("api-1", "worker-1")
"""After `_SPARED_FROM`, so that they have long settled in the middle."""
_SPARED_FROM = 0.25


@dataclass
class Report:
    interviews: int = 0
    answers: int = 0
    lost: list[str] = field(default_factory=list[str])
    """What was wrong with an interview, one line each."""
    kills: Counter[str] = field(default_factory=Counter[str])
    longest_gap_s: float = 0.0
    memory: dict[str, Growth] = field(default_factory=dict[str, Growth])
    seconds: float = 0.0

    @property
    def grew(self) -> list[str]:
        """Those of ours that held more in the end."""
        return [n for n in _OURS if (self.memory[n].over or 0.0) > MOST_GROWTH]

    @property
    def is_good(self) -> bool:
        told = all(self.memory[name].over is not None for name in _SPARED)
        return told and not self.lost and not self.grew

    def as_json(self) -> str:
        return json.dumps(
            {
                "soak": True,
                "good": self.is_good,
                "interviews": self.interviews,
                "answers": self.answers,
                "lost": self.lost[:10],
                "kills": dict(self.kills),
                "longest_gap_s": round(self.longest_gap_s, 2),
                "grew": self.grew,
                "memory": {name: growth.as_json() for name, growth in self.memory.items()},
                "seconds": round(self.seconds, 1),
            }
        )


def twenty_turns() -> Plan:
    """The stub model asks one question after the other."""
    each = TURNS // len(SPOKEN_PHASES)
    return Plan(
        role="soak",
        title="Soak",
        greeting="Hello.",
        closing="Bye.",
        phases=tuple(
            PhasePlan(
                phase=phase,
                budget_s=3600,
                questions=tuple(
                    Question(
                        question_id=f"{phase.value.lower().replace('_', '-')}-{number}",
                        text=f"What about number {number}?",
                    )
                    for number in range(1, each + 1)
                ),
            )
            for phase in SPOKEN_PHASES
        ),
    )


@dataclass
class _Soak:
    fleet: Fleet
    workers: LocalStack
    interviews: int
    randomness: random.Random
    report: Report
    answered: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def done(self) -> float:
        return self.answered / (self.interviews * TURNS)

    def processes(self) -> dict[str, tuple[LocalStack, str]]:
        """By the name that the report has for it."""
        services = self.fleet.services
        return {
            "worker-1": (self.workers, "worker"),
            "worker-2": (self.workers, "worker-2"),
            **{f"api-{n}": (api, "api") for n, api in enumerate(self.fleet.apis, 1)},
            **{name: (services, name) for name in ("valkey", "temporal", "postgres")},
        }

    async def watch(self) -> None:
        log = MemoryLog()
        while not self.over.is_set():
            pids: dict[str, int] = {}
            for name, (stack, child) in self.processes().items():
                if (pid := stack.pids().get(child)) is not None:
                    pids[name] = pid
            log.note(self.done, pids)
            await asyncio.sleep(LOOK_EVERY_S)
        self.report.memory = log.growth()

    async def kill(self) -> None:
        while True:
            await asyncio.sleep(self.randomness.uniform(*KILL_EVERY_S))
            may = [*_OURS, "valkey"]
            if self.done >= _SPARED_FROM:
                may = [name for name in may if name not in _SPARED]
            name = self.randomness.choice(may)
            how = self.randomness.choice((signal.SIGKILL, signal.SIGTERM))
            self.report.kills[f"{how.name} {name}"] += 1
            stack, child = self.processes()[name]
            await terminate(stack, child, how)
            say(f"{self.done:4.0%}  {how.name} {name}, and it is back")

    async def lane(self, numbers: list[int], spoken: Spoken) -> None:
        while numbers:
            numbers.pop()
            new = NewInterview(
                interview_id=str(uuid.uuid4()),
                plan=twenty_turns(),
                limits=Limits(nudge_after_s=3600, pause_after_s=7200),
            )
            await Records(self.fleet.database).create_interview(new)
            await self._hold(new.interview_id, spoken)

    async def _hold(self, interview_id: str, spoken: Spoken) -> None:
        given: list[str] = []
        async with Room(self.fleet.url, interview_id) as room:
            try:
                await room.wait(lambda: _finished(room.last_utterance()), _PATIENCE_S)
                while room.ended is None and len(given) < TURNS:
                    given.append(await self._turn(room, spoken))
                await room.wait(lambda: room.ended is not None, _PATIENCE_S)
            except TimeoutError:
                self.report.lost.append(f"{interview_id}: it stood still after {len(given)}")
                return
            finally:
                gaps = room.gaps_s
                self.report.longest_gap_s = max(self.report.longest_gap_s, *gaps, 0.0)
        self.report.interviews += 1
        self.report.answers += len(given)
        if (wrong := await self._wrong(interview_id, given)) is not None:
            self.report.lost.append(f"{interview_id}: {wrong}")

    async def _turn(self, room: Room, spoken: Spoken) -> str:
        began, turn_id = time.monotonic(), uuid.uuid4().hex
        await room.speak(turn_id, spoken.chunks, duration_ms=spoken.duration_ms)
        await room.wait(lambda: room.settled(turn_id) or room.ended, _PATIENCE_S)
        # A reply that was lost on its way is not waited for: they answer what stands on the page.
        with suppress(TimeoutError):
            await room.wait(lambda: _finished(room.reply_to(turn_id)) or room.ended, _REPLY_S)
        self.answered += 1
        await asyncio.sleep(max(0.0, began + _TURN_S - time.monotonic()))
        return turn_id

    async def _wrong(self, interview_id: str, given: list[str]) -> str | None:
        lines = await self._transcript(interview_id)
        kept = [line["turn_id"] for line in lines if line["speaker"] == "candidate"]
        return None if kept == given and len(kept) == TURNS else f"{len(kept)} of {len(given)} kept"

    async def _transcript(self, interview_id: str) -> list[dict[str, Any]]:
        """However often what is asked for it dies."""
        give_up_at = time.monotonic() + _PATIENCE_S
        while True:
            try:
                async with httpx.AsyncClient(
                    base_url=self.fleet.url, timeout=30.0, trust_env=False
                ) as api:
                    answer = await api.get(f"/api/v1/interviews/{interview_id}/transcript")
                    return answer.raise_for_status().json()["items"]
            except httpx.HTTPError:
                if time.monotonic() > give_up_at:
                    raise
            await asyncio.sleep(0.5)


async def soak(interviews: int, folder: Path, seed: int) -> Report:
    """Raises `StartError`."""
    report, began = Report(), time.monotonic()
    spoken = await CandidateVoice().say(_ANSWER, speed=_SPEED)
    # Streams of interviews that are over go within the run, as they do within a day.
    async with Fleet(folder, {"STREAM_TTL_S": "60"}) as fleet:
        workers = await fleet.start_workers("workers", 2)
        await fleet.start_apis()
        running = _Soak(fleet, workers, interviews, random.Random(seed), report)
        watching = asyncio.create_task(running.watch())
        killing = asyncio.create_task(running.kill())
        numbers = list(range(interviews))
        lanes = [
            asyncio.create_task(running.lane(numbers, spoken))
            for _ in range(min(AT_ONCE, interviews))
        ]
        try:
            await asyncio.gather(*lanes)
        finally:
            killing.cancel()
            running.over.set()
            await asyncio.gather(watching, killing, return_exceptions=True)
    report.seconds = time.monotonic() - began
    return report


def _finished(utterance: Utterance | None) -> bool:
    return utterance is not None and utterance.ended


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m chaos.soak", description=__doc__)
    parser.add_argument("-n", "--interviews", type=int, default=40)
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    args = parser.parse_args()
    say(f"seed {args.seed}")
    with tempfile.TemporaryDirectory(prefix="intervue-soak-") as folder:
        report = asyncio.run(soak(args.interviews, Path(folder), args.seed))
    print(report.as_json())
    return 0 if report.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
