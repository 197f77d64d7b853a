"""`make bench-turn`: end of speech to the first audio byte at the client, beyond provider time.

The whole stack runs as processes of its own: API, worker, Temporal, PostgreSQL, Valkey. The
providers take no time, so every millisecond measured is ours. The client is a version 2 client
that sends WebM/Opus in real time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import uuid
from pathlib import Path

import httpx

from demo.interview import create_interview
from demo.room import Room, Utterance
from demo.voice import CandidateVoice, Spoken
from launcher.paths import Home
from launcher.stack import LocalStack

ANSWER = "I moved the billing service to a new database, and I tested it well."


async def _interview(url: str, role: str, spoken: Spoken, patience_s: float) -> list[float]:
    """First sound of each reply, in ms after the end of speech."""
    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
        interview_id = await create_interview(api, role, "")
    times: list[float] = []
    async with Room(url, interview_id) as room:
        await room.wait(lambda: _ended(room.last_utterance()), patience_s)
        while room.ended is None:
            turn_id = uuid.uuid4().hex
            ended_at = await room.speak(turn_id, spoken.chunks, duration_ms=spoken.duration_ms)
            await room.wait(
                lambda turn_id=turn_id: (
                    (room.settled(turn_id) and _ended(room.reply_to(turn_id))) or room.ended
                ),
                patience_s,
            )
            reply = room.reply_to(turn_id)
            if reply is not None and reply.first_audio_at is not None:
                times.append((reply.first_audio_at - ended_at) * 1000)
            if not await _goes_on(room):
                break
    return times


async def _goes_on(room: Room) -> bool:
    """False once the interview has closed; a close follows its goodbye within moments."""
    try:
        await room.wait(lambda: room.ended is not None, 0.5)
    except TimeoutError:
        return True
    return False


def _ended(utterance: Utterance | None) -> bool:
    return utterance is not None and utterance.ended


async def _measure(interviews: int, rounds: int, role: str) -> dict[str, object]:
    spoken = await CandidateVoice().say(ANSWER)
    with tempfile.TemporaryDirectory(prefix="intervue-bench-") as folder:
        stack = LocalStack(
            Home(Path(folder)),
            worker_argv=[sys.executable, "-m", "bench.stub_worker"],
            env={"SILENCE_NUDGE_S": "600", "LOG_LEVEL": "warning"},
            say=lambda line: print(line, flush=True),
        )
        async with stack:
            url = stack.app_url
            await _interview(url, role, spoken, 60.0)  # warms both processes
            times: list[float] = []
            for number in range(rounds):
                results = await asyncio.gather(
                    *(_interview(url, role, spoken, 60.0) for _ in range(interviews))
                )
                times += [time for result in results for time in result]
                print(f"round {number + 1} of {rounds}: {len(times)} turns", flush=True)
    times.sort()
    return {
        "bench": "turn",
        "interviews": interviews,
        "turns": len(times),
        "p50_ms": round(times[len(times) // 2], 2),
        "p95_ms": round(times[int(len(times) * 0.95)], 2),
        "max_ms": round(times[-1], 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.turn", description=__doc__)
    parser.add_argument("--interviews", type=int, default=1, help="held at the same time")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--role", default="software-engineer")
    args = parser.parse_args()
    print(json.dumps(asyncio.run(_measure(args.interviews, args.rounds, args.role))))


if __name__ == "__main__":
    main()
