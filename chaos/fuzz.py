"""`make fuzz`: damaged messages and recordings; one JSON line last."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from chaos.stack import ChaosStack
from chaos.storm import StormReport, storm_of_messages, storm_of_recordings
from demo.voice import CandidateVoice

__all__ = ["fuzz"]

ANSWER = "I moved it."


async def fuzz(messages: int, recordings: int, seed: int, folder: Path) -> dict[str, object]:
    """The last line of `make fuzz`."""
    began = time.monotonic()
    spoken = await CandidateVoice().say(ANSWER)
    report = StormReport()
    async with ChaosStack(folder) as stack:
        await storm_of_messages(stack, messages, spoken, seed, report)
        await storm_of_recordings(stack, recordings, spoken, seed, report)
        crashes = report.crashes(stack)
    return {
        "fuzz": "messages and recordings",
        "messages": report.messages,
        "recordings": report.recordings,
        "interviews": len(report.interviews),
        "unfinished": report.unfinished,
        "committed": report.committed,
        "crashes": crashes,
        "server_errors": report.server_errors,
        "lost_turns": report.lost_turns,
        "seconds": round(time.monotonic() - began, 1),
        "seed": seed,
        "notes": report.notes[:20],
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m chaos.fuzz", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--recordings", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--keep", type=Path, help="an empty folder that keeps the logs")
    args = parser.parse_args()
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"{args.messages} messages, {args.recordings} recordings, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="intervue-fuzz-") as folder:
        found = asyncio.run(fuzz(args.messages, args.recordings, seed, args.keep or Path(folder)))
    print(json.dumps(found))
    bad = ("crashes", "server_errors", "lost_turns", "unfinished")
    return 1 if any(found[key] for key in bad) else 0


if __name__ == "__main__":
    sys.exit(main())
