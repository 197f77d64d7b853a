"""What the kernel keeps for a run and charges to none of its processes: buffers of sockets, one
record for each mapping, one for each lock on a part of a file. Read from the run's own `/proc`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

__all__ = ["KernelMemory"]

_MAPPING_BYTES = 256
_LOCK_BYTES = 256
_FREE_SOCKETS = 16
"""A runtime has a few for itself, and never fills them."""
_BUFFER_BYTES = 212_992
_BUFFER = "/proc/sys/net/core/wmem_default"
"""Not seen from every network namespace."""
_MOST_LOCKS_BYTES = 256 * 1024
"""Nobody needs that many: the list is not read any further."""
_CHUNK_BYTES = 1 << 20


class KernelMemory:
    """One step's. Mappings of one process are counted at each look, for that takes its time."""

    def __init__(self) -> None:
        self._socket_bytes = _BUFFER_BYTES
        with suppress(OSError), open(_BUFFER) as file:
            self._socket_bytes = int(file.read())
        self._mappings: dict[int, int] = {}
        self._turn = 0

    def held_bytes(self, programs: list[int], memory_limit: int) -> int:
        if not programs:
            return 0
        return (
            self._mapped(programs)
            + max(0, _sockets(programs) - _FREE_SOCKETS) * self._socket_bytes
            + _locked(memory_limit)
        )

    def _mapped(self, programs: list[int]) -> int:
        self._turn += 1
        pid = programs[self._turn % len(programs)]
        # One that was not counted yet may be the child of any other.
        most = max(self._mappings.values(), default=0)
        known = {one: self._mappings.get(one, most) for one in programs}
        known[pid] = _lines(f"/proc/{pid}/maps")
        self._mappings = known
        return sum(known.values()) * _MAPPING_BYTES


def _sockets(programs: Iterable[int]) -> int:
    """All are of one network namespace, and of one kind; the list has a line above."""
    for pid in programs:
        if found := _lines(f"/proc/{pid}/net/unix"):
            return found - 1
    return 0


def _locked(memory_limit: int) -> int:
    with suppress(OSError), open("/proc/locks", "rb") as file:
        seen = file.read(_MOST_LOCKS_BYTES)
        return (
            memory_limit + 1 if len(seen) >= _MOST_LOCKS_BYTES else seen.count(b"\n") * _LOCK_BYTES
        )
    return 0


def _lines(path: str) -> int:
    count = 0
    with suppress(OSError):
        file = os.open(path, os.O_RDONLY)
        try:
            while piece := os.read(file, _CHUNK_BYTES):
                count += piece.count(b"\n")
        finally:
            os.close(file)
    return count
