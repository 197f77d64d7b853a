"""`make chaos`: every case, then a random walk; one JSON line last."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
import tempfile
import time
from pathlib import Path

from chaos.cases import CASES, Case
from chaos.clock import find_faketime
from chaos.run import Report, run_cases, walk
from chaos.stack import ChaosStack
from demo.voice import CandidateVoice

ANSWER = "I moved the billing service."


def _say(line: str) -> None:
    print(line, flush=True)


def summary(report: Report, seed: int, seconds: float) -> dict[str, object]:
    return {
        "chaos": "cases and random walk",
        "cases": report.cases,
        "random_faults": report.random_faults,
        "interviews": len(report.verdicts),
        "answers": sum(verdict.stored.total_turns for verdict in report.verdicts),
        "lost": report.count("lost", "gap"),
        "duplicated": report.count("duplicated", "asked_twice", "heard_twice"),
        "violations": report.count(),
        "reloads": sum(verdict.reloads for verdict in report.verdicts),
        "skipped": report.skipped,
        "failed": report.failed,
        "seconds": round(seconds, 1),
        "seed": seed,
    }


async def _run(cases: list[Case], faults: int, seed: int, keep: Path | None) -> Report:
    report = Report(_say, keep / "records" if keep else None)
    spoken = await CandidateVoice().say(ANSWER)
    clocks = [case for case in cases if case.needs == "clock"]
    others = [case for case in cases if case.needs != "clock"]
    with tempfile.TemporaryDirectory(prefix="intervue-chaos-") as folder:
        home = keep or Path(folder)
        if others or faults:
            async with ChaosStack(home / "main", small_disk=True) as stack:
                await run_cases(stack, others, spoken, seed, report)
                if faults:
                    await walk(stack, faults, spoken, seed, report)
        if clocks:
            # Beside the others: everything is slower under a clock that can be set.
            settable = find_faketime() is not None
            async with ChaosStack(home / "clocks", clocks=settable) as stack:
                await run_cases(stack, clocks, spoken, seed, report)
    return report


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--faults", type=int, default=200, help="of the random walk")
    parser.add_argument("--seed", type=int, default=None, help="of all that is random")
    parser.add_argument("--only", default="", help="cases whose name holds this expression")
    parser.add_argument("--no-cases", action="store_true")
    parser.add_argument("--keep", type=Path, help="an empty folder that keeps logs and records")
    args = parser.parse_args()
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(10**6)
    cases = [case for case in CASES if re.search(args.only, case.name) and not args.no_cases]
    _say(f"{len(cases)} cases, {args.faults} random faults, seed {seed}")
    began = time.monotonic()
    report = asyncio.run(_run(cases, args.faults, seed, args.keep))
    print(json.dumps(summary(report, seed, time.monotonic() - began)))
    return 1 if report.count() else 0


if __name__ == "__main__":
    sys.exit(main())
