"""`make bench-turn`: end of speech to the first sound at the client, beyond provider time.

The providers take no time, so every millisecond measured is the system's own. Intervue runs as it
does in production, as five kinds of processes; the peers (`bench/peers`) are one process each, and
keep a conversation in its memory. The candidate holds to talk and says when the answer is over.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence

from bench.answers import say
from bench.stats import p50, p95
from bench.stubs import INSTANT
from bench.systems import INTERVUE, PEERS, System, converse_with

ANSWER = "I moved the billing service to a new database."


async def _measure(systems: Sequence[System], rounds: int) -> dict[str, object]:
    answer = await say(ANSWER)
    report: dict[str, object] = {"bench": "turn"}
    for conversations, turns in ((1, 15), (20, 5)):
        times: dict[str, list[float]] = {system.name: [] for system in systems}
        for _ in range(rounds):  # in turns, so that a noisy minute hits all of them
            for system in systems:
                one = await converse_with(
                    system, INSTANT, answer, conversations=conversations, turns=turns
                )
                times[system.name] += one
                print(
                    f"{system.name:9} {conversations:3} at once: p50 {p50(one):7.2f} ms, "
                    f"p95 {p95(one):7.2f} ms, {len(one)} turns",
                    flush=True,
                )
        report |= _figures(times, "" if conversations == 1 else f"_{conversations}")
    return report


def _figures(times: dict[str, list[float]], suffix: str) -> dict[str, object]:
    ours = times[INTERVUE.name]
    figures: dict[str, object] = {
        f"turns{suffix}": len(ours),
        f"p50{suffix}_ms": p50(ours),
        f"p95{suffix}_ms": p95(ours),
    }
    for name, values in times.items():
        if name != INTERVUE.name:
            figures[f"{name}{suffix}_p50_ms"] = p50(values)
            figures[f"{name}{suffix}_p95_ms"] = p95(values)
            figures[f"ratio_{name}{suffix}"] = round(p50(ours) / p50(values), 3)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.turn", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--no-peers", action="store_true", help="Intervue alone")
    args = parser.parse_args()
    systems = (INTERVUE,) if args.no_peers else (INTERVUE, *PEERS)
    print(json.dumps(asyncio.run(_measure(systems, args.rounds))))


if __name__ == "__main__":
    main()
