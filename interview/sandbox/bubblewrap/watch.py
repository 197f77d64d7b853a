"""How much a sandbox uses, by the run's own `/proc`, which shows its processes and no others."""

from __future__ import annotations

import os
from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass

from interview.sandbox.bubblewrap.kernel import KernelMemory

__all__ = ["Usage", "Watch"]

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_SUPERVISOR = 1
_MOST_BYTES = 4096
_Key = tuple[int, int]
"""A process, and when it began: numbers are given again."""


@dataclass(frozen=True, slots=True)
class Usage:
    """`memory_bytes`: what lies in memory or swap, the page tables that lead there, files, and what
    else the kernel keeps for it. It counts a page once, however many processes share it, once that
    matters."""

    memory_bytes: int = 0
    cpu_s: float = 0.0
    threads: int = 0
    """Of all processes."""


class Watch:
    """One step's. `keepers` are bubblewrap's own two processes, whose memory is not the program's;
    their time is, for it is they who wait for those that lost their parents."""

    def __init__(self, keepers: Container[int]) -> None:
        self._keepers = keepers
        self._kernel = KernelMemory()
        self._alive: dict[_Key, float] = {}
        self._gone_s = 0.0

    def look(self, memory_limit: int, files_bytes: int = 0) -> Usage:
        """`files_bytes`: what its files hold."""
        resident, with_children_s, threads = 0, 0.0, 0
        alive: dict[_Key, float] = {}
        programs: list[int] = []
        for pid in _pids():
            with suppress(OSError, ValueError, IndexError):
                began, own_s, children_s = _times(_read(f"/proc/{pid}/stat"))
                alive[pid, began] = own_s
                with_children_s += own_s + children_s
                if pid not in self._keepers:
                    status = _read(f"/proc/{pid}/status")
                    resident += _held_bytes(status)
                    threads += _sum(status, (b"Threads:",))
                    programs.append(pid)
        # Nobody may have waited for those that are gone.
        self._gone_s += sum(used for key, used in self._alive.items() if key not in alive)
        self._alive = alive
        kept = self._kernel.held_bytes(programs, memory_limit) + files_bytes
        if resident + kept > memory_limit and len(programs) > 1:
            resident = sum(_proportional(pid) for pid in programs)
        used_s = max(with_children_s, self._gone_s + sum(alive.values()))
        return Usage(resident + kept, used_s, threads)


def _pids() -> list[int]:
    return [int(one) for one in os.listdir("/proc") if one.isdigit() and int(one) != _SUPERVISOR]


def _read(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, _MOST_BYTES)
    finally:
        os.close(file)


def _proportional(pid: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        status = _read(f"/proc/{pid}/status")
        with suppress(OSError):
            shares = _kilobytes(_read(f"/proc/{pid}/smaps_rollup"), (b"Pss:", b"SwapPss:"))
            return shares + _kilobytes(status, (b"VmPTE:",))
        return _held_bytes(status)
    return 0


def _held_bytes(status: bytes) -> int:
    return _kilobytes(status, (b"VmRSS:", b"VmSwap:", b"VmPTE:"))


def _kilobytes(lines: bytes, names: tuple[bytes, ...]) -> int:
    """Their sum in bytes: the kernel writes kB and means 1024."""
    return _sum(lines, names) * 1024


def _sum(lines: bytes, names: tuple[bytes, ...]) -> int:
    return sum(int(line.split()[1]) for line in lines.splitlines() if line.startswith(names))


def _times(stat: bytes) -> tuple[int, float, float]:
    """When it began in ticks, its own time in seconds, and that of the children it waited for. They
    come after the name, which may hold anything."""
    fields = stat.rpartition(b")")[2].split()
    own, children = (sum(map(int, fields[at : at + 2])) * _TICK_S for at in (11, 13))
    return int(fields[19]), own, children
