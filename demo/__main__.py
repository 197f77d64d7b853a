"""`make demo`: holds an interview against the running stack, from its plan to its report, and says
what came of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from demo.answers import candidate_of
from demo.checks import check_interview, word_error_rate
from demo.interview import HeldInterview, create_interview, hold_interview
from demo.results import fetch_result
from demo.stack import NotRunning, RunningStack
from interview.audio.wav import wav_file
from interview.domain.plan import plan_hash
from interview.domain.roles import get_plan
from interview.ports import TTS_SAMPLE_RATE_HZ
from interview.protocol.server import (
    CodeResult,
    ErrorMessage,
    PhaseChanged,
    ServerMessage,
    Transcript,
)

KILLABLE = {"worker", "api", "redis", "postgres", "temporal"}
_PROCESS = {"redis": "valkey"}
"""The launcher's name of a process where it is another."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--role", default="software-engineer")
    parser.add_argument("--name", help="the candidate's; by default one who has done that work")
    parser.add_argument("--kill", choices=sorted(KILLABLE), help="SIGKILL this in mid-answer")
    parser.add_argument("--speed", type=float, default=1.0, help="speak faster than real time")
    parser.add_argument("--hands-free", action="store_true", help="pause to think, no button")
    parser.add_argument("--typed", action="store_true", help="answer by keyboard")
    parser.add_argument("--home", type=Path, default=Path(".intervue"), help="the stack's data")
    return parser.parse_args()


def _print_message(message: ServerMessage) -> None:
    match message:
        case Transcript():
            who = "Interviewer" if message.role == "interviewer" else "Candidate  "
            print(f"{message.sequence:3}  {who}  {message.text}")
        case PhaseChanged() if message.question_number:
            place = f"{message.question_number} of {message.question_count}"
            print(f"     -- {message.phase.label}, question {place}")
        case CodeResult():
            print(f"     >> {'tests' if message.with_tests else 'run'}: {message.report.verdict}")
        case ErrorMessage():
            print(f"     !! {message.code}: {message.message}")
        case _:
            pass


def _save_sound(held: HeldInterview, folder: Path) -> Path:
    """What the interviewer said, one file an utterance and one of them all."""
    folder.mkdir(parents=True, exist_ok=True)
    everything = bytearray()
    for sequence, utterance in sorted(held.room.utterances.items()):
        sound = utterance.sound()
        everything += sound + bytes(TTS_SAMPLE_RATE_HZ)
        (folder / f"{sequence:03}.wav").write_bytes(wav_file(sound, TTS_SAMPLE_RATE_HZ))
    path = folder / "interviewer.wav"
    path.write_bytes(wav_file(bytes(everything), TTS_SAMPLE_RATE_HZ))
    return path


def _killer(stack: RunningStack, target: str) -> Callable[[], Awaitable[float]]:
    async def kill() -> float:
        process = _PROCESS.get(target, target)
        print(f"     ## SIGKILL {target} (pid {stack.pid(process)}) in mid-answer")
        return stack.kill(process)

    return kill


async def _print_plan(api: httpx.AsyncClient, interview_id: str, role: str) -> bool:
    """Whether the interview is bound to it."""
    plan = get_plan(role)
    response = await api.get(f"/api/v1/interviews/{interview_id}")
    bound: str = response.raise_for_status().json()["plan_hash"]
    scored = [question for question in plan.questions if question.scored]
    print(f"Plan {bound[:12]}: {plan.title}, about {plan.minutes} minutes")
    for question in plan.questions:
        print(f"     {'*' if question in scored else '-'} {question.text}")
    print(f"     {len(plan.questions)} questions, {len(scored)} scored (*)\n")
    return bound == plan_hash(plan)


async def _run(args: argparse.Namespace) -> bool:
    target: str | None = args.kill
    kill = _killer(RunningStack(args.home), target) if target else None

    async with httpx.AsyncClient(base_url=args.url, timeout=20.0, trust_env=False) as api:
        name: str = candidate_of(args.role) if args.name is None else args.name
        interview_id = await create_interview(api, args.role, name)
        print(f"Interview {interview_id}, role {args.role}, candidate {name}")
        bound = await _print_plan(api, interview_id, args.role)
        started = time.perf_counter()
        held = await hold_interview(
            args.url,
            interview_id,
            speed=args.speed,
            kill_at=2 if kill else None,
            kill=kill,
            on_message=_print_message,
            hands_free=args.hands_free,
            role=args.role,
            typed=args.typed,
        )
        seconds = time.perf_counter() - started
        checks = {"bound to the role's plan by hash": bound}
        checks |= await check_interview(api, interview_id, held)
        folder: Path = args.home / "demo" / interview_id
        result = await fetch_result(api, interview_id, folder)
    sound = _save_sound(held, folder)
    print()
    for name, holds in checks.items():
        print(f"{'ok    ' if holds else 'FAILED'}  {name}")
    print("", *result.lines(), sep="\n")
    print(f"\nReport: {result.json_path}\n        {result.pdf_path}")
    print(f"The interviewer's voice: {sound}")
    first_sound = [t.first_sound_ms for t in held.turns if t.first_sound_ms]
    report = {
        "interview_id": interview_id,
        "killed": target,
        "turns": len(held.turns),
        "phases": [p.value for p in held.phases],
        "verdicts": held.verdicts,
        "word_error_rate": round(word_error_rate(held), 4),
        "first_sound_p50_ms": round(statistics.median(first_sound), 1),
        "recovery_ms": None if held.recovery_ms is None else round(held.recovery_ms, 1),
        "connections": held.room.connections,
        "seconds": round(seconds, 1),
        **result.line(),
        "ok": all(checks.values()),
    }
    print(json.dumps(report))
    return bool(report["ok"])


def main() -> int:
    try:
        return 0 if asyncio.run(_run(_arguments())) else 1
    except NotRunning as error:
        print(error, file=sys.stderr)
    except httpx.ConnectError:
        print("Nothing answers there. Start it first: make start", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
