"""`make bench-recovery`: SIGKILL at each stage of a turn, and the time to the next sound.

Counted is the longest wait of the candidate after the kill: from the kill, or from the end of the
answer where that comes later, to the first sound of the reply, or between two pieces of it. The
providers' own time is in it (50 ms to transcribe, 100 ms to the first token, 50 ms to the first
sound, and 50 ms between pieces of 100 ms), also where a provider has to be asked again.

A worker is killed with another one running, and alone with the launcher starting it again, as
`make start` does; every other process is started again by the launcher. `worker_deploy` is the
same with SIGTERM, one worker leaving while another one stays.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from redis.asyncio import Redis

from demo.interview import create_interview
from demo.room import Room, Utterance
from demo.voice import CandidateVoice, Spoken
from interview.streams.pulse import PulseReader
from launcher.paths import Home
from launcher.stack import LocalStack

ANSWER = "I moved the billing service to a new database."
STAGES = ("idle", "begin", "talking", "end", "transcribing", "generating", "speaking")
_AFTER_END_S = {"end": 0.0, "transcribing": 0.025, "generating": 0.100}
PATIENCE_S = 90.0
_REST_S = 11.0
"""Between two kills of the same: the launcher delays what dies again within ten seconds."""


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    victim: str
    workers: int = 1
    signal: signal.Signals = signal.SIGKILL


SCENARIOS = (
    Scenario("worker_with_spare", "worker", workers=2),
    Scenario("worker_deploy", "worker", workers=2, signal=signal.SIGTERM),
    Scenario("worker_alone", "worker"),
    Scenario("api", "api"),
    Scenario("redis", "valkey"),
    Scenario("postgres", "postgres"),
    Scenario("temporal", "temporal"),
)


@dataclass(slots=True)
class Strike:
    """Kills `scenario.victim` of `stack`: of several workers the one that is at the turn."""

    scenario: Scenario
    stack: LocalStack
    redis: Redis
    interview_id: str
    at: float = field(init=False, default=0.0)
    name: str = field(init=False, default="")
    _lives: int = field(init=False, default=0)

    async def __call__(self) -> None:
        self.name = self.scenario.victim
        if self.scenario.workers > 1:
            self.name = await self._worker_at_it()
        self.at = time.perf_counter()
        self._lives = self.stack.restarts(self.name)
        if self.scenario.signal is signal.SIGKILL:
            self.stack.kill(self.name)
        else:
            os.kill(self.stack.pid(self.name), self.scenario.signal)

    async def replaced(self) -> None:
        while self.stack.restarts(self.name) == self._lives:  # noqa: ASYNC110 - tells nobody
            await asyncio.sleep(0.05)
        await self.stack.wait_ready(self.name)

    async def _worker_at_it(self) -> str:
        reader = PulseReader(self.redis)
        names = ["worker", *(f"worker-{n}" for n in range(2, self.scenario.workers + 1))]
        by_pid = {self.stack.pid(name): name for name in names}
        held = {worker: await reader.held(worker) for worker in await reader.beats()}
        at_it = {
            by_pid.get(int(worker.split(":")[1]), "worker"): sum(
                turn.interview_id == self.interview_id for turn in turns
            )
            for worker, turns in held.items()
        }
        return max(at_it, key=lambda name: at_it[name], default="worker")


async def _turn(room: Room, spoken: Spoken, stage: str, strike: Strike) -> float:
    """One answer with a kill at `stage`; the longest wait after it, in seconds."""
    turn_id = uuid.uuid4().hex
    strikes: dict[str, dict[int, Callable[[], Awaitable[None]]]] = {
        "begin": {0: strike},
        "talking": {len(spoken.chunks) // 2: strike},
    }
    if stage == "idle":
        await strike()
    ended_at = await room.speak(
        turn_id, spoken.chunks, duration_ms=spoken.duration_ms, at_chunk=strikes.get(stage)
    )
    if stage in _AFTER_END_S:
        await asyncio.sleep(_AFTER_END_S[stage])
        await strike()
    elif stage == "speaking":
        await room.wait(lambda: _sounds(room.reply_to(turn_id)), PATIENCE_S)
        await strike()
    await room.wait(lambda: _ended(room.reply_to(turn_id)) and room.settled(turn_id), PATIENCE_S)
    reply = room.reply_to(turn_id)
    assert reply is not None
    since = max(ended_at, strike.at)
    times = [since, *(at for at in reply.frames_at if at > since)]
    return max(after - before for before, after in zip(times, times[1:], strict=False))


def _sounds(utterance: Utterance | None) -> bool:
    return utterance is not None and bool(utterance.frames_at)


def _ended(utterance: Utterance | None) -> bool:
    return utterance is not None and utterance.ended


async def _scenario(scenario: Scenario, rounds: int, spoken: Spoken) -> dict[str, list[float]]:
    waits: dict[str, list[float]] = {stage: [] for stage in STAGES}
    with tempfile.TemporaryDirectory(prefix="intervue-bench-") as folder:
        stack = LocalStack(
            Home(Path(folder)),
            worker_argv=[sys.executable, "-m", "bench.stub_worker", "brisk"],
            workers=scenario.workers,
            spares=True,
            # What is waited for is the reply, and not what is said meanwhile.
            env={"SILENCE_NUDGE_S": "600", "LOG_LEVEL": "warning", "OPENERS": "off"},
        )
        async with stack:
            redis = Redis.from_url(stack.urls["REDIS_URL"])  # pyright: ignore[reportUnknownMemberType] untyped keyword arguments
            async with redis, httpx.AsyncClient(base_url=stack.app_url, trust_env=False) as api:
                for number in range(rounds):
                    await _round(scenario, stack, redis, api, spoken, waits)
                    print(f"{scenario.name}: round {number + 1} of {rounds}", flush=True)
    return waits


async def _round(
    scenario: Scenario,
    stack: LocalStack,
    redis: Redis,
    api: httpx.AsyncClient,
    spoken: Spoken,
    waits: dict[str, list[float]],
) -> None:
    """One interview, one kill a turn."""
    interview_id = await create_interview(api, "software-engineer", "")
    async with Room(stack.app_url, interview_id) as room:
        await room.wait(lambda: _ended(room.last_utterance()), PATIENCE_S)
        for stage in STAGES:
            strike = Strike(scenario, stack, redis, interview_id)
            waits[stage].append(await _turn(room, spoken, stage, strike))
            await strike.replaced()
            await asyncio.sleep(_REST_S if scenario.workers == 1 else 1.0)
    with suppress(httpx.HTTPError):
        await api.get("/health/ready")  # the pooled connection may be of a dead API


def _p95(values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


async def _measure(wanted: list[str], rounds: int) -> dict[str, object]:
    spoken = await CandidateVoice().say(ANSWER)
    report: dict[str, object] = {"bench": "recovery", "rounds": rounds, "stages": len(STAGES)}
    for scenario in SCENARIOS:
        if scenario.name not in wanted:
            continue
        waits = await _scenario(scenario, rounds, spoken)
        for stage, values in waits.items():
            shown = ", ".join(f"{value:.2f}" for value in sorted(values))
            print(f"  {scenario.name:18} {stage:13} {shown} s", flush=True)
        everything = [value for values in waits.values() for value in values]
        report[f"{scenario.name}_p50_s"] = round(sorted(everything)[len(everything) // 2], 3)
        report[f"{scenario.name}_p95_s"] = round(_p95(everything), 3)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.recovery", description=__doc__)
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument("--rounds", type=int, default=3, help="kills at each stage")
    parser.add_argument("--only", nargs="*", choices=names, default=names)
    args = parser.parse_args()
    print(json.dumps(asyncio.run(_measure(args.only, args.rounds))))


if __name__ == "__main__":
    main()
