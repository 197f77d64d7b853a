"""The kernel's own count of a run's processor time, which leaves nobody out: a child that no one
waits for is in no other.

It is a performance event that every process inherits. Where the kernel gives none (it is for those
with `CAP_PERFMON` or `CAP_SYS_ADMIN`, and not built in everywhere), `Watch` counts by itself.
"""

from __future__ import annotations

import os
import platform
import struct
import time
from contextlib import suppress

from interview.sandbox.bubblewrap.linux import perf_event_open
from interview.sandbox.bubblewrap.syscalls import PERF_EVENT_OPEN

__all__ = ["Meter"]

_SOFTWARE, _TASK_CLOCK, _INHERIT = 1, 1, 2
_ATTRIBUTES = struct.pack("=IIQQQQQQ", _SOFTWARE, 64, _TASK_CLOCK, 0, 0, 0, _INHERIT, 0)
_NS = 1_000_000_000


class Meter:
    """Of this process's descendants, from now on: it must be made before the first."""

    def __init__(self) -> None:
        self._own_s = time.process_time()
        self._event: int | None = None
        with suppress(OSError, KeyError):
            number = PERF_EVENT_OPEN[platform.machine()]
            self._event = perf_event_open(number, _ATTRIBUTES)

    def cpu_s(self) -> float:
        """Zero where there is no such count."""
        if self._event is None:
            return 0.0
        (counted,) = struct.unpack("=Q", os.read(self._event, 8))
        return max(0.0, counted / _NS - (time.process_time() - self._own_s))
