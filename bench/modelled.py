"""`make bench-modelled`: end of speech to the first sound, with providers that take their time.

As it ships, Intervue says a short, fixed phrase at once when an answer has ended (an opener), and
its reply after it. `hold_to_talk_p50_ms` and `hands_free_p50_ms` are to the first sound, whatever
it is; `…_own_words_…` are to the first sound of what follows the opener, which waits for
recognizer, model and voice as the peers' first sound does. Ratios are of the first sound to that of
the peer, and `…_own_words_ratio_…` of the own words to it: only those say how fast a reply is.

Modelled are 150 ms to recognize a segment, 300 ms to the model's first token and 15 ms to each
further one, 150 ms to the first sound of a sentence; the words are the same for all systems.

`hold_to_talk`: the candidate says when the answer is over. `hands_free`: counted from the last
spoken sample, so each system's own wait for the end of the turn is in it. Of Pipecat and LiveKit
every way that they ship and that needs no service is measured, and the faster one counts; a way
that answers while the candidate still speaks counts as cut off, and not as fast. Intervue waits as
long as the phase says: `hands_free_p50_ms` has the wait of introduction and warm-up, and
`hands_free_main_p50_ms` that of the main questions, whose wait is long enough for the first sound
to be ready at its end (`hands_free_after_endpoint_ms`). `hands_free_wait_ms` is the usual wait,
`hands_free_complete_wait_ms` the one of an answer that sounds complete, `hands_free_complete` how
many did in time, `hands_free_waited_p50_ms` the silence until the answer was over in fact, and
`hands_free_told_p50_ms` when in it the client knew how the answer sounds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence

import uvloop

from bench.answers import Answer, say
from bench.hands_free import Heard, intervue_turns, peer_turns
from bench.stats import p50, p95
from bench.stubs import MODELLED
from bench.systems import INTERVUE_OPENING, PEERS, PIPECAT, WARM_UP_TURNS, Sounded, System
from interview.domain.endpointing import Endpointing
from interview.domain.phases import Phase
from interview.domain.roles import DEFAULT_ROLE, get_plan

ANSWER = "I moved the billing service to a new database."
HANDS_FREE_FRAME_S = 0.02
"""As WebRTC has it: voice detectors notice silence a little earlier than with longer frames."""
STOPS = {"pipecat": ("smart", "timeout"), "livekit": ("vad", "model"), "naive": ("silence",)}
WAITS = Endpointing()
"""Intervue's defaults, by phase."""

OwnHeard = Mapping[int, Sequence[Heard]]
"""By endpointing wait in ms."""
PeersHeard = Mapping[str, Mapping[str, Sequence[Heard]]]
"""By peer and its way to find the end of a turn."""


async def hold_to_talk(rounds: int, turns: int) -> tuple[list[Sounded], dict[str, list[float]]]:
    """Intervue's, and the times of the others."""
    answer = await say(ANSWER)
    ours: list[Sounded] = []
    times: dict[str, list[float]] = {}

    async def add_ours() -> None:
        async with INTERVUE_OPENING.running(MODELLED) as url:
            await INTERVUE_OPENING.converse(url, answer, WARM_UP_TURNS)
            heard = await INTERVUE_OPENING.replies(url, answer, turns)
        ours.extend(heard)
        own = p50([each.own_words_ms for each in heard])
        first = p50([each.first_ms for each in heard])
        print(f"hold to talk  intervue  p50 {first:7.1f} ms, own words {own:7.1f} ms", flush=True)

    async def add(system: System) -> None:
        (ms,) = await system.measured(MODELLED, answer, ((1, turns),))
        times.setdefault(system.name, []).extend(ms)
        print(f"hold to talk  {system.name:9} p50 {p50(ms):7.1f} ms", flush=True)

    for _ in range(rounds):
        await add_ours()
        await add(PIPECAT)
    for peer in PEERS:
        if peer is not PIPECAT:
            await add(peer)
    return ours, times


async def peers_hands_free(answer: Answer, turns: int) -> dict[str, dict[str, list[Heard]]]:
    heard: dict[str, dict[str, list[Heard]]] = {}
    for peer in PEERS:
        for stop in STOPS[peer.name]:
            async with peer.running(MODELLED) as url:
                taken = (await peer_turns(url, stop, answer, turns + 1))[1:]
            heard.setdefault(peer.name, {})[stop] = taken
            _say_heard(f"{peer.name} {stop}", taken)
    return heard


async def intervue_hands_free(answer: Answer, turns: int) -> dict[int, list[Heard]]:
    plan = get_plan(DEFAULT_ROLE)
    heard: dict[int, list[Heard]] = {}
    async with INTERVUE_OPENING.stack(MODELLED) as stack:
        for phase in (Phase.INTRODUCTION, Phase.MAIN_QUESTIONS):
            wait_ms = WAITS.wait_ms(phase)
            taken = (await intervue_turns(stack, plan, answer, turns + 1, phase))[1:]
            heard[wait_ms] = taken
            _say_heard(f"intervue {wait_ms} ms", taken)
    return heard


def _say_heard(name: str, heard: Sequence[Heard]) -> None:
    ms = after_speech(heard)
    middle = f"p50 {p50(ms):7.1f} ms" if ms else "never"
    print(f"hands-free    {name:18} {middle}, {len(heard) - len(ms)} cut off", flush=True)


def after_speech(heard: Sequence[Heard]) -> list[float]:
    return [turn.after_speech_ms for turn in heard if turn.after_speech_ms is not None]


def own_words_after_speech(heard: Sequence[Heard]) -> list[float]:
    return [turn.own_words_ms for turn in heard if turn.own_words_ms is not None]


def hold_figures(
    ours: Sequence[Sounded], times: Mapping[str, Sequence[float]]
) -> dict[str, object]:
    first, own = [each.first_ms for each in ours], [each.own_words_ms for each in ours]
    report: dict[str, object] = {
        "turns": len(ours),
        "hold_to_talk_p50_ms": p50(first),
        "hold_to_talk_p95_ms": p95(first),
        "hold_to_talk_own_words_p50_ms": p50(own),
        "hold_to_talk_own_words_p95_ms": p95(own),
    }
    for name, ms in times.items():
        report[f"{name}_hold_to_talk_p50_ms"] = p50(ms)
        report[f"hold_to_talk_ratio_{name}"] = round(p50(first) / p50(ms), 3)
        report[f"hold_to_talk_own_words_ratio_{name}"] = round(p50(own) / p50(ms), 3)
    return report


def peer_figures(heard: PeersHeard) -> dict[str, object]:
    """Each way, and for each peer its fastest that lets the candidate finish more often than
    not."""
    report: dict[str, object] = {}
    for name, ways in heard.items():
        fastest: float | None = None
        for stop, turns in ways.items():
            ms = after_speech(turns)
            report[f"{name}_{stop}_hands_free_p50_ms"] = p50(ms) if ms else None
            report[f"{name}_{stop}_cut_off"] = len(turns) - len(ms)
            if 2 * len(ms) > len(turns):
                fastest = min(p50(ms), fastest or p50(ms))
        report[f"{name}_hands_free_p50_ms"] = fastest
    return report


def own_figures(heard: OwnHeard) -> dict[str, object]:
    """`hands_free_after_endpoint_ms` is of the waits of 900 ms and more."""
    short, long = heard[WAITS.introduction], heard[WAITS.main_questions]
    after_end = [
        turn.after_end_ms
        for wait_ms, turns in heard.items()
        for turn in turns
        if wait_ms >= 900 and turn.after_end_ms is not None
    ]
    return {
        "hands_free_wait_ms": WAITS.introduction,
        "hands_free_p50_ms": p50(after_speech(short)),
        "hands_free_p95_ms": p95(after_speech(short)),
        "hands_free_own_words_p50_ms": p50(own_words_after_speech(short)),
        "hands_free_own_words_p95_ms": p95(own_words_after_speech(short)),
        "hands_free_main_wait_ms": WAITS.main_questions,
        "hands_free_main_p50_ms": p50(after_speech(long)),
        "hands_free_main_own_words_p50_ms": p50(own_words_after_speech(long)),
        "hands_free_after_endpoint_ms": p50(after_end),
        "hands_free_after_endpoint_p95_ms": p95(after_end),
        "hands_free_cut_off": sum(turn.after_speech_ms is None for turn in (*short, *long)),
        **endpointing_figures("hands_free", Phase.INTRODUCTION, short),
        **endpointing_figures("hands_free_main", Phase.MAIN_QUESTIONS, long),
    }


def endpointing_figures(name: str, phase: Phase, heard: Sequence[Heard]) -> dict[str, object]:
    told = [turn.told_after_ms for turn in heard if turn.told_after_ms is not None]
    waited = [turn.waited_ms for turn in heard if turn.waited_ms is not None]
    return {
        f"{name}_complete_wait_ms": WAITS.wait_ms(phase, "complete"),
        f"{name}_complete": sum(turn.sounds == "complete" for turn in heard),
        f"{name}_waited_p50_ms": p50(waited) if waited else None,
        f"{name}_told_p50_ms": p50(told) if told else None,
    }


def ratio(ours: object, theirs: object) -> float | None:
    if isinstance(ours, float) and isinstance(theirs, float):
        return round(ours / theirs, 3)
    return None


async def _measure(rounds: int, turns: int) -> dict[str, object]:
    report: dict[str, object] = {"bench": "modelled"}
    report |= hold_figures(*await hold_to_talk(rounds, turns))
    answer = await say(ANSWER, frame_s=HANDS_FREE_FRAME_S)
    report |= own_figures(await intervue_hands_free(answer, turns))
    report |= peer_figures(await peers_hands_free(answer, turns))
    for name in STOPS:
        theirs = report[f"{name}_hands_free_p50_ms"]
        report[f"hands_free_ratio_{name}"] = ratio(report["hands_free_p50_ms"], theirs)
        report[f"hands_free_own_words_ratio_{name}"] = ratio(
            report["hands_free_own_words_p50_ms"], theirs
        )
    return report


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.modelled", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2, help="of Intervue and Pipecat in turn")
    parser.add_argument("--turns", type=int, default=10, help="in a round, and of each wait")
    args = parser.parse_args()
    print(json.dumps(uvloop.run(_measure(args.rounds, args.turns))))


if __name__ == "__main__":
    main()
