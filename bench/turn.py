"""`make bench-turn`: end of speech to the first sound at the client, beyond provider time.

The providers take no time, so every millisecond measured is the system's own. Intervue runs as it
does in production, as five kinds of processes; the peers (`bench/peers`) are one process each, and
keep a conversation in its memory. The candidate holds to talk and says when the answer is over.
`OPENERS` are off: a phrase that is said while the reply is still being made would be the first
sound, and tell nothing of the pipeline.

`pipecat_p50_ms` is Pipecat as a server, with a client over a real socket in another process, like
Intervue and all others. `pipecat_in_process_p50_ms` is its pipeline alone, without socket and
client: the least it can take. Intervue and Pipecat are measured in rounds, one after the other, so
that a noisy minute hits both.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence

import uvloop

from bench.answers import Answer, say
from bench.stats import p50, p95
from bench.stubs import INSTANT
from bench.systems import INTERVUE, PEERS, PIPECAT, PIPECAT_IN_PROCESS, Intervue, Round, System

ANSWER = "I moved it to a new database."
ROUNDS = 4
ROUND: Round = ((1, 16), (20, 4))
ALONE: Round = ((1, 16),)
ONCE: Round = ((1, 24), (20, 5))

Measured = dict[str, dict[int, list[float]]]
"""By system and number of conversations at once."""


async def _measure(rounds: int, *, peers: bool) -> dict[str, object]:
    answer = await say(ANSWER)
    times: Measured = {}
    for _ in range(rounds):
        for system in (INTERVUE, PIPECAT) if peers else (INTERVUE,):
            await _add(times, system, answer, ROUND)
    if peers:
        for system in (*(peer for peer in PEERS if peer is not PIPECAT), PIPECAT_IN_PROCESS):
            await _add(times, system, answer, ONCE)
    return {"bench": "turn", **figures(times)}


async def _measure_encryption(rounds: int) -> dict[str, object]:
    """By turns, so that a noisy minute hits both."""
    answer = await say(ANSWER)
    times: Measured = {}
    systems = [Intervue(f"encryption_{choice}", choice) for choice in ("off", "on")]
    for number in range(rounds):
        for system in systems if number % 2 == 0 else reversed(systems):
            await _add(times, system, answer, ALONE)
    off, on = (times[system.name][1] for system in systems)
    return {
        "bench": "turn-encryption",
        "turns": len(on),
        "p50_ms": p50(on),
        "p95_ms": p95(on),
        "p50_plain_ms": p50(off),
        "p95_plain_ms": p95(off),
        "encryption_ms": round(p50(on) - p50(off), 2),
    }


async def _add(times: Measured, system: System, answer: Answer, plan: Round) -> None:
    measured = await system.measured(INSTANT, answer, plan)
    for (conversations, _), ms in zip(plan, measured, strict=True):
        times.setdefault(system.name, {}).setdefault(conversations, []).extend(ms)
        print(
            f"{system.name:18} {conversations:3} at once: p50 {p50(ms):7.2f} ms, "
            f"p95 {p95(ms):7.2f} ms, {len(ms)} turns",
            flush=True,
        )


def figures(times: Mapping[str, Mapping[int, Sequence[float]]]) -> dict[str, object]:
    """Intervue's under plain names, the others' under theirs; ratios are ours over theirs. More
    than one conversation at once stands in the name."""
    ours = times[INTERVUE.name]
    report: dict[str, object] = {}
    for conversations, ms in ours.items():
        many = "" if conversations == 1 else f"_{conversations}"
        report |= {f"turns{many}": len(ms), f"p50{many}_ms": p50(ms), f"p95{many}_ms": p95(ms)}
        for name, theirs in times.items():
            if name != INTERVUE.name:
                other = theirs[conversations]
                report[f"{name}{many}_p50_ms"] = p50(other)
                report[f"{name}{many}_p95_ms"] = p95(other)
                report[f"ratio_{name}{many}"] = round(p50(ms) / p50(other), 3)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.turn", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--no-peers", action="store_true", help="Intervue alone")
    parser.add_argument("--encryption", action="store_true", help="Intervue with and without")
    args = parser.parse_args()
    if args.encryption:
        measuring = _measure_encryption(args.rounds)
    else:
        measuring = _measure(args.rounds, peers=not args.no_peers)
    print(json.dumps(uvloop.run(measuring)))


if __name__ == "__main__":
    main()
