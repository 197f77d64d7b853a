"""Processor time and memory of whole process trees, from /proc."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

__all__ = ["cpu_ms", "machine_busy_ms", "memory_kb"]

_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def cpu_ms(roots: Mapping[str, int]) -> Counter[str]:
    """CPU time by name since the start of each tree, ended children included. PostgreSQL's is
    told apart by database: ours, and Temporal's own."""
    used: Counter[str] = Counter()
    for pid, (name, is_root) in _members(roots).items():
        fields = _stat(pid)
        if fields is None:
            continue
        ticks = sum(map(int, fields[11:15] if is_root else fields[11:13]))
        used[_share(name, pid)] += round(ticks * _TICK_MS)
    return used


def memory_kb(roots: Mapping[str, int]) -> Counter[str]:
    """Proportional set size by name: shared memory is counted once."""
    held: Counter[str] = Counter()
    for pid, (name, _) in _members(roots).items():
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except (OSError, ProcessLookupError):
            continue
        held[name] += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return held


def machine_busy_ms() -> float:
    """All processors' busy time since the boot."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, fields[:8])
    return (user + nice + system + irq + softirq + steal) * _TICK_MS


def _members(roots: Mapping[str, int]) -> dict[int, tuple[str, bool]]:
    """Every process of the trees → its tree's name, and whether it is the root."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (fields := _stat(int(entry.name))) is not None:
            parents[int(entry.name)] = int(fields[1])
    names = {pid: name for name, pid in roots.items()}
    members: dict[int, tuple[str, bool]] = {}
    for pid in parents:
        at, seen = pid, 0
        while at not in names and at in parents and seen < len(parents):
            at, seen = parents[at], seen + 1
        if at in names:
            members[pid] = (names[at], at == pid)
    return members


def _stat(pid: int) -> list[str] | None:
    """The fields after the name, which may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ProcessLookupError):
        return None


def _share(name: str, pid: int) -> str:
    if name != "postgres":
        return name
    try:
        title = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return name
    return "postgres (Temporal's)" if b" temporal" in title else name
