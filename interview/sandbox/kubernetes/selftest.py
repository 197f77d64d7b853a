"""Whether the walls of a pod hold here and now, tried before anything of a stranger runs."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path

from interview.domain.code_runs import Ending, Limits, Run, RunResult
from interview.sandbox.kubernetes.probe import PROBE

__all__ = ["broken_walls"]

Running = Callable[[Run], Awaitable[RunResult]]

_MB = 2**20
_AMPLE = Limits(cpu_s=10, wall_s=30, memory_bytes=64 * _MB, output_bytes=8192)
"""Of time, for a node that has much to do."""
_BRIEF = Limits(cpu_s=10, wall_s=1, memory_bytes=64 * _MB)
_ENDLESS: tuple[tuple[str, str, tuple[Ending, ...]], ...] = (
    ("output", "output", ("output_limit",)),
    # Each has memory too, and where the kernel does not say what they share, too much of it.
    ("processes", "processes", ("runtime_error", "memory_limit")),
    ("memory", "memory", ("memory_limit",)),
    ("files", "memory in files", ("memory_limit",)),
)
"""What the probe is told, what it breaks, and how it may end. Last, what a cluster that counts less
than we do would end the whole pod for."""
_LAST_WALL = "network"
_RESOLVERS = Path("/etc/resolv.conf")
_BEYOND = (("tcp", "169.254.169.254", 80), ("tcp", "1.1.1.1", 443), ("udp", "1.1.1.1", 53))
"""Whom a network that is open shows: the machine's own keeper of secrets, and the world."""


async def broken_walls(running: Running, strangers: Iterable[tuple[str, int]]) -> str:
    """The first that does not hold, or empty. `strangers` are known to answer."""
    addresses = [("tcp", host, port) for host, port in strangers]
    addresses += [(kind, host, 53) for host in _resolvers() for kind in ("tcp", "udp")]
    result = await running(_probe(f"walls {json.dumps([*addresses, *_BEYOND])}"))
    if result.ending == "sandbox_unavailable":
        return result.reason
    (walls,) = result.cases
    name = ""
    for line in walls.stdout.splitlines():
        name, held = json.loads(line)
        if not held:
            return f"the sandbox does not hold here: {name}"
    if walls.ending != "finished" or name != _LAST_WALL:
        why = walls.stderr.strip()[-300:] or walls.ending
        return f"the sandbox does not start here: {why}"
    brief, ample = await asyncio.gather(
        running(_probe("time", limits=_BRIEF)),
        running(_probe(*(word for word, _, _ in _ENDLESS))),
    )
    if reason := brief.reason or ample.reason:
        return reason
    kept = {"time": [case.ending for case in brief.cases] == ["time_limit"]}
    for case, (_, name, endings) in zip(ample.cases, _ENDLESS, strict=True):
        kept[name] = case.ending in endings
    broken = next((name for name, holds in kept.items() if not holds), "")
    return f"the sandbox does not hold here: the limit on {broken} is not kept" if broken else ""


def _probe(*inputs: str, limits: Limits = _AMPLE) -> Run:
    return Run(language="python", source=PROBE, inputs=inputs, limits=limits)


def _resolvers() -> list[str]:
    """Whom this worker asks for names."""
    found: list[str] = []
    with suppress(OSError):
        for line in _RESOLVERS.read_text().splitlines():
            word, _, host = line.strip().partition(" ")
            with suppress(ValueError):
                if word == "nameserver":
                    found.append(str(ipaddress.ip_address(host.strip())))
    return found
