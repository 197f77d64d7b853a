"""What the sandbox adds to the start of a Python program, beside the same program as a bare
process; and what ten runs at once do to each other. JSON last."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time

from interview.domain.code_runs import Limits, Run
from interview.logging import configure_logging
from interview.sandbox.bubblewrap.backend import Bubblewrap

ROUNDS = 60
AT_ONCE = 10
_NOTHING = "pass"
_WORK = "total = 0\nfor n in range(1_500_000): total += n * n % 7\nprint(total)"
_BARE = ("/usr/bin/python3", "-I", "-S", "-B", "-u", "-c", _NOTHING)


async def main() -> int:
    configure_logging("console", "warning")
    sandbox = Bubblewrap(slots=AT_ONCE)
    try:
        status = await sandbox.check(("python",))
        if "python" not in status.available:
            print(json.dumps({"python_overhead_p50_ms": None, "reason": status.reason}))
            return 1
        bare, walled = await _starts(sandbox)
        took = await _together(sandbox)
    finally:
        await sandbox.close()
    overhead = statistics.median(walled) - statistics.median(bare)
    result = {
        "python_overhead_p50_ms": round(overhead, 1),
        "python_bare_p50_ms": round(statistics.median(bare), 1),
        "python_sandbox_p50_ms": round(statistics.median(walled), 1),
        "concurrent": AT_ONCE,
        "concurrent_fastest_s": round(min(took), 2),
        "concurrent_slowest_s": round(max(took), 2),
        "concurrent_slowest_to_fastest": round(max(took) / min(took), 2),
    }
    print(json.dumps(result))
    return 0


async def _starts(sandbox: Bubblewrap) -> tuple[list[float], list[float]]:
    """By turns, so that a noisy moment meets both."""
    bare: list[float] = []
    walled: list[float] = []
    run = Run(language="python", source=_NOTHING)
    for _ in range(ROUNDS):
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(*_BARE, stdin=asyncio.subprocess.DEVNULL)
        await process.wait()
        bare.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        result = await sandbox.run(run, lambda _: None)
        walled.append((time.perf_counter() - began) * 1000)
        assert result.cases[0].ending == "finished"
    return bare, walled


async def _together(sandbox: Bubblewrap) -> list[float]:
    run = Run(language="python", source=_WORK, limits=Limits(cpu_s=10, wall_s=60))

    async def one() -> float:
        began = time.perf_counter()
        result = await sandbox.run(run, lambda _: None)
        assert result.cases[0].ending == "finished"
        return time.perf_counter() - began

    return list(await asyncio.gather(*(one() for _ in range(AT_ONCE))))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
