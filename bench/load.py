"""`make bench-load N=200`: concurrent interviews, and what a turn costs the machine.

The whole stack runs as processes of its own, with Temporal's production server on the same
PostgreSQL, and with the load generator (`bench.load_candidates`) on the same machine. The
providers are modelled (150 ms to transcribe, 300 ms to the first token and 15 ms to each further
one, 150 ms to the first sound of a sentence), and replies are real speech.

`p50_ms` and `p95_ms` are from the end of speech, when the client sends `turn_end`, to the first
byte of sound at the client, minus what the modelled providers take themselves on that way:
transcription of the answer's last segment, the model up to the end of its first sentence, the
voice's first sound. Everything else is ours: also the timers of the modelled providers when they
fire late, and the load generator's own delays.

Counted are the turns, and the CPU time, between the moment when all candidates have heard the
greeting and the moment when the first one leaves.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.load_candidates import FORMATS, PACES
from bench.load_proc import cpu_ms, machine_busy_ms, memory_kb
from bench.load_providers import critical_path_s
from bench.stubs import MODELLED
from launcher.paths import REPOSITORY, Home
from launcher.process import end
from launcher.stack import ALL, LocalStack

_PROFILER = """
import atexit, cProfile, os, sys
if any(name in " ".join(sys.orig_argv) for name in ("-m api", "load_worker", "load_candidates")):
    profile = cProfile.Profile()
    name = "-".join(a for a in sys.orig_argv if a.isidentifier() or a.startswith("bench."))
    path = os.path.join(os.environ["BENCH_PROFILE"], f"{name}-{os.getpid()}.prof")
    atexit.register(lambda: (profile.disable(), profile.dump_stats(path)))
    profile.enable()
"""
"""Found by every Python that starts with its folder in PYTHONPATH."""
_EVENT = re.compile(r"\[(?:warning|error) *\] (\S+)")
"""Of a line of a log."""


@dataclass(slots=True)
class Span:
    """What the processes have used at two moments."""

    cpu_before: Counter[str]
    busy_before_ms: float
    cpu: Counter[str]
    busy_ms: float
    memory_kb: Counter[str]


async def _watch(generator: asyncio.subprocess.Process, roots: dict[str, int]) -> dict[str, Any]:
    """Takes the measurements when the generator says so; returns its report with them."""
    assert generator.stdout is not None
    memory_before = memory_kb(roots)
    everyone = {**roots, "load generator": generator.pid}
    before = after = cpu_ms(everyone)
    busy_before = busy_after = 0.0
    memory = memory_before
    report: dict[str, Any] = {}
    async for line in generator.stdout:
        text = line.decode().strip()
        if text.startswith("{"):
            report = json.loads(text)
            continue
        print(text, flush=True)
        if text == "all entered":
            before, busy_before = cpu_ms(everyone), machine_busy_ms()
        elif text == "first left":
            after, busy_after = cpu_ms(everyone), machine_busy_ms()
            memory = memory_kb(roots)
    await generator.wait()
    used = after - before
    return {
        **report,
        "cpu": used,
        "others_ms": busy_after - busy_before - used.total(),
        "memory": memory - memory_before,
    }


async def _generate(
    url: str, pace: str, format: str, interviews: int, ramp_s: float, seconds: float | None
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.load_candidates", url, "--pace", pace),
        *("--format", format, "--interviews", str(interviews), "--ramp", str(ramp_s)),
        *(("--seconds", str(seconds)) if seconds else ()),
        stdout=asyncio.subprocess.PIPE,
        cwd=REPOSITORY,
        limit=2**26,
        start_new_session=True,
    )


async def measure(
    interviews: int,
    ramp_s: float,
    seconds: float | None,
    *,
    pace: str,
    format: str,
    workers: int,
    temporal: str,
    env: dict[str, str],
) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="intervue-bench-") as folder:
        stack = LocalStack(
            Home(Path(folder)),
            temporal="postgres" if temporal == "postgres" else "development",
            worker_argv=[
                *(sys.executable, "-m", "bench.load_worker"),
                *("--modelled", "--spoken"),
            ],
            workers=workers,
            # What is waited for is the reply, and not what is said meanwhile.
            env={"LOG_LEVEL": "warning", "SILENCE_NUDGE_S": "60", "OPENERS": "off", **env},
            say=lambda line: print(line, flush=True),
        )
        async with stack:
            names = [*ALL, *(f"worker-{number}" for number in range(2, workers + 1))]
            roots = {name: stack.pid(name) for name in names}
            crowd = (interviews, ramp_s, seconds)
            generator = await _generate(stack.app_url, pace, format, *crowd)
            try:
                seen = await _watch(generator, roots)
            finally:
                await end(generator)
            for name in ("api", *(n for n in names if n.startswith("worker"))):
                lines = stack.home.log(name).read_text().splitlines()
                warnings = Counter(found[1] for line in lines if (found := _EVENT.search(line)))
                for event, count in warnings.most_common():
                    print(f"{name}: {count} × {event}", flush=True)
    return {"bench": "load", "interviews": interviews, "pace": pace, "format": format} | _report(
        interviews, seen
    )


def _report(interviews: int, seen: dict[str, Any]) -> dict[str, object]:
    counted = [turn for turn in seen["turns"] if seen["entered"] <= turn[0] <= seen["left"]]
    providers_ms = critical_path_s(MODELLED) * 1000
    late = sorted((sound - ended) * 1000 - providers_ms for ended, sound in counted)
    cpu: Counter[str] = seen["cpu"]
    seconds = seen["left"] - seen["entered"]
    turns = max(len(late), 1)

    def at(share: float) -> float | None:
        return round(late[min(int(len(late) * share), len(late) - 1)], 1) if late else None

    return {
        "turns": len(late),
        "p50_ms": at(0.5),
        "p95_ms": at(0.95),
        "max_ms": at(1.0),
        "errors": sum(seen["errors"].values()),
        "error_codes": seen["errors"],
        "turns_per_s": round(len(late) / seconds, 2),
        "cpu_ms_per_turn": round(cpu.total() / turns, 1),
        "cpu_ms_by_process": {n: round(ms / turns, 1) for n, ms in cpu.most_common()},
        "cores_used": round(cpu.total() / seconds / 1000, 2),
        "cores_used_by_others": round(seen["others_ms"] / seconds / 1000, 2),
        "memory_kb_per_interview": round(seen["memory"].total() / interviews),
        "memory_kb_by_process": {n: round(kb / interviews) for n, kb in seen["memory"].items()},
        "seconds": round(seconds, 1),
        "providers_ms": round(providers_ms),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("-n", "--interviews", type=int, default=200)
    parser.add_argument("--pace", choices=PACES, default="calm", help="of the candidates")
    parser.add_argument("--format", choices=FORMATS, default="pcm16", help="of the answers")
    parser.add_argument("--ramp", type=float, default=20.0, help="seconds until all are there")
    parser.add_argument("--seconds", type=float, help="of full load; without: whole interviews")
    parser.add_argument(
        "--workers", type=int, default=min(os.cpu_count() or 1, 8), help="a core each"
    )
    parser.add_argument("--temporal", choices=("postgres", "development"), default="postgres")
    parser.add_argument("--profile", type=Path, help="a folder for cProfile's files")
    parser.add_argument("--env", action="append", default=[], help="NAME=VALUE for API and worker")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as injected:
        env = dict(pair.split("=", 1) for pair in args.env)
        if args.profile is not None:
            args.profile.mkdir(parents=True, exist_ok=True)
            Path(injected, "sitecustomize.py").write_text(_PROFILER)
            env |= {"BENCH_PROFILE": str(args.profile.absolute()), "PYTHONPATH": injected}
            os.environ.update(env)
        report = asyncio.run(
            measure(
                args.interviews,
                args.ramp,
                args.seconds,
                pace=args.pace,
                format=args.format,
                workers=args.workers,
                temporal=args.temporal,
                env=env,
            )
        )
    print(json.dumps(report))


if __name__ == "__main__":
    main()
