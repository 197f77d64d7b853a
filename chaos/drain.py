"""`make demo-drain N=50`: every process of ours is asked to end, under running interviews.

Two API processes behind a balancer, and two workers. In the middle of the interviews each of the
four gets SIGTERM, one after the other, and is started again, as a cluster does it when a node is
emptied; whoever has come to the end meanwhile begins another interview. Shown is that every
interview comes to its end with every answer once and no question twice, how often rooms had to come
back, and how long each was away.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from chaos.crowd import Crowd, say
from chaos.fleet import Fleet, terminate
from demo.checks import check_interview
from demo.interview import HeldInterview

__all__ = ["Report", "drain_under"]

LONGEST_GAP_S = 2.0


@dataclass
class Report:
    interviews: int = 0
    answers: int = 0
    checks: Counter[str] = field(default_factory=Counter[str])
    """How often each check failed."""
    errors: Counter[str] = field(default_factory=Counter[str])
    """What rooms were told, by code."""
    gaps_s: list[float] = field(default_factory=list[float])
    connects_s: list[float] = field(default_factory=list[float])
    """The part of each gap in which no server answered."""
    waits_ms: list[float] = field(default_factory=list[float])
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        return not self.checks and len(self.gaps_s) > 0 and max(self.gaps_s) <= LONGEST_GAP_S

    def as_json(self) -> str:
        gaps, waits = sorted(self.gaps_s), sorted(self.waits_ms)
        return json.dumps(
            {
                "demo": "drain",
                "good": self.is_good,
                "interviews": self.interviews,
                "answers": self.answers,
                "failed_checks": dict(self.checks),
                "errors_told": dict(self.errors),
                "reconnects": len(gaps),
                "gap_p50_s": round(gaps[len(gaps) // 2], 2) if gaps else None,
                "longest_gap_s": round(gaps[-1], 2) if gaps else None,
                "longest_unanswered_s": round(max(self.connects_s), 2) if gaps else None,
                "reply_p50_ms": round(waits[len(waits) // 2]) if waits else None,
                "reply_max_ms": round(waits[-1]) if waits else None,
                "seconds": round(self.seconds, 1),
            }
        )


async def drain_under(interviews: int, folder: Path) -> Report:
    """Raises `StartError`."""
    report, began = Report(), time.monotonic()
    async with Fleet(folder, {}) as fleet:
        workers = await fleet.start_workers("workers", 2)
        await fleet.start_apis()
        crowd = Crowd(fleet.url)
        over = asyncio.Event()
        holding = [
            asyncio.create_task(_hold_on(crowd, number, over)) for number in range(interviews)
        ]
        await crowd.all_answer(holding)
        say(f"{interviews} interviews run")
        for name in ("worker", "worker-2"):
            await terminate(workers, name)
            say(f"{name} was replaced")
        for number, api in enumerate(fleet.apis, 1):
            await terminate(api, "api")
            say(f"api {number} was replaced")
        over.set()
        ended = [one for lane in await asyncio.gather(*holding) for one in lane]
        async with httpx.AsyncClient(base_url=fleet.url, timeout=30.0, trust_env=False) as api:
            for interview_id, held in ended:
                checks = await check_interview(api, interview_id, held)
                report.checks.update(name for name, holds in checks.items() if not holds)
                report.errors.update(error.code for error in held.room.errors)
                report.gaps_s += held.room.gaps_s
                report.connects_s += held.room.connects_s
                report.waits_ms += [turn.first_sound_ms for turn in held.turns]
                report.answers += len(held.turns)
                report.interviews += 1
    report.seconds = time.monotonic() - began
    return report


async def _hold_on(
    crowd: Crowd, number: int, over: asyncio.Event
) -> list[tuple[str, HeldInterview]]:
    """One interview after another until it is `over`."""
    held = [await crowd.hold(number)]
    while not over.is_set():
        held.append(await crowd.hold(0))
    return held


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m chaos.drain", description=__doc__)
    parser.add_argument("-n", "--interviews", type=int, default=10)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="intervue-drain-") as folder:
        report = asyncio.run(drain_under(args.interviews, Path(folder)))
    print(report.as_json())
    return 0 if report.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
