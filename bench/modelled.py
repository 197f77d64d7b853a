"""`make bench-modelled`: end of speech to the first sound with providers that take their time.

150 ms to transcribe, 300 ms to the model's first token and 15 ms from each to the next, 150 ms to
the first sound of a sentence: the same for all systems. Hold to talk is measured from the
candidate's word that the answer is over; hands-free from the last spoken sample, each system's own
waiting for more included. Of Pipecat's two strategies the faster counts. Intervue waits for as long
as the phase wants, and makes the reply meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import json

from bench.answers import Answer, say
from bench.stats import p50, p95
from bench.stubs import MODELLED
from bench.systems import INTERVUE, PEERS, Peer, converse_with

ANSWER = "I moved the billing service to a new database."
SHORT_WAIT_MS, LONG_WAIT_MS = 700, 1_200
"""Of the introduction and the warmup, and of the main questions."""
STRATEGIES = {"pipecat": ("smart", "timeout"), "livekit": ("vad",)}


async def _hold_to_talk(answer: Answer, turns: int) -> dict[str, object]:
    figures: dict[str, object] = {}
    for system in (INTERVUE, *PEERS):
        times = await converse_with(system, MODELLED, answer, conversations=1, turns=turns)
        prefix = "" if system is INTERVUE else f"{system.name}_"
        figures[f"{prefix}hold_to_talk_p50_ms"] = p50(times)
        print(f"hold to talk  {system.name:18} p50 {p50(times):8.1f} ms", flush=True)
    figures["hold_to_talk_ratio_pipecat"] = _ratio(figures, "hold_to_talk")
    return figures


async def _hands_free(answer: Answer, turns: int) -> dict[str, object]:
    figures: dict[str, object] = {}
    async with INTERVUE.running(MODELLED) as url:
        await INTERVUE.converse(url, answer, 1)
        short = await INTERVUE.converse_hands_free(url, answer, SHORT_WAIT_MS, turns)
        long = await INTERVUE.converse_hands_free(url, answer, LONG_WAIT_MS, turns)
    figures["hands_free_p50_ms"] = p50(short)
    figures["hands_free_wait_ms"] = SHORT_WAIT_MS
    figures["hands_free_long_p50_ms"] = p50(long)
    figures["hands_free_after_endpoint_ms"] = round(p50(long) - LONG_WAIT_MS, 2)
    figures["hands_free_after_endpoint_p95_ms"] = round(p95(long) - LONG_WAIT_MS, 2)
    print(f"hands-free    intervue           p50 {p50(short):8.1f} ms", flush=True)
    for peer in PEERS:
        if peer.name in STRATEGIES:
            figures[f"{peer.name}_hands_free_p50_ms"] = await _fastest(peer, answer, turns)
    figures["hands_free_ratio_pipecat"] = _ratio(figures, "hands_free")
    return figures


async def _fastest(peer: Peer, answer: Answer, turns: int) -> float:
    found: list[float] = []
    for strategy in STRATEGIES[peer.name]:
        async with peer.running(MODELLED) as url:
            times = await peer.converse_hands_free(url, answer, turns, strategy)
        found.append(p50(times[1:]))
        name = f"{peer.name}, {strategy}"
        print(f"hands-free    {name:18} p50 {found[-1]:8.1f} ms", flush=True)
    return min(found)


def _ratio(figures: dict[str, object], what: str) -> float:
    ours, theirs = figures[f"{what}_p50_ms"], figures[f"pipecat_{what}_p50_ms"]
    assert isinstance(ours, float)
    assert isinstance(theirs, float)
    return round(ours / theirs, 3)


async def _measure(turns: int) -> dict[str, object]:
    answer = await say(ANSWER)
    hold = await _hold_to_talk(answer, turns)
    return {"bench": "modelled", "turns": turns} | hold | await _hands_free(answer, turns)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.modelled", description=__doc__)
    parser.add_argument("--turns", type=int, default=10)
    args = parser.parse_args()
    print(json.dumps(asyncio.run(_measure(args.turns))))


if __name__ == "__main__":
    main()
