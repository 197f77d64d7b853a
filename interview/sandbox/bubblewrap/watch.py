"""How much a sandbox uses, by its own `/proc`, which shows its processes and no others."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass

__all__ = ["Usage", "Watch"]

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """`memory_bytes` counts a page once, however many processes share it, once that matters."""

    memory_bytes: int = 0
    cpu_s: float = 0.0


class Watch:
    """`first_pid` is the sandbox's own init, as seen from here; everything inside descends from
    it."""

    def __init__(self, first_pid: int) -> None:
        self._first_pid = first_pid
        self._proc: int | None = None
        self._host_proc = os.stat("/proc").st_dev

    def close(self) -> None:
        if self._proc is not None:
            os.close(self._proc)
            self._proc = None

    def look(self, memory_limit: int) -> Usage:
        """Zero until the walls stand, and when nothing is left."""
        pids = self._pids()
        resident, cpu_s = 0, 0.0
        for pid in pids:
            with suppress(OSError, ValueError, IndexError):
                resident += int(self._read(f"{pid}/statm").split()[1]) * _PAGE_BYTES
                cpu_s += _cpu_s(self._read(f"{pid}/stat"))
        with suppress(OSError, ValueError):
            # Init's own is covered inside; it has waited for those that lost their parents.
            with open(f"/proc/{self._first_pid}/stat", "rb") as file:
                cpu_s += _cpu_s(file.read())
        if resident > memory_limit and len(pids) > 1:
            resident = sum(self._proportional(pid) for pid in pids)
        return Usage(resident, cpu_s)

    def _pids(self) -> list[str]:
        if self._proc is None and not self._open():
            return []
        try:
            return [name for name in os.listdir(self._proc) if name.isdigit()]
        except OSError:
            return []

    def _open(self) -> bool:
        try:
            folder = os.open(f"/proc/{self._first_pid}/root/proc", os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return False
        # Before the walls stand it is the host's, or an empty folder.
        device = os.fstat(folder).st_dev
        if device == self._host_proc or "1" not in os.listdir(folder):
            os.close(folder)
            return False
        self._proc = folder
        return True

    def _read(self, name: str) -> bytes:
        file = os.open(name, os.O_RDONLY, dir_fd=self._proc)
        try:
            return os.read(file, 4096)
        finally:
            os.close(file)

    def _proportional(self, pid: str) -> int:
        with suppress(OSError, ValueError, IndexError):
            for line in self._read(f"{pid}/smaps_rollup").splitlines():
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
        with suppress(OSError, ValueError, IndexError):
            return int(self._read(f"{pid}/statm").split()[1]) * _PAGE_BYTES
        return 0


def _cpu_s(stat: bytes) -> float:
    """utime, stime and those of the waited for come after the name, which may hold anything."""
    return sum(map(int, stat.rpartition(b")")[2].split()[11:15])) * _TICK_S
