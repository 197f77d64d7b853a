"""Memory of processes over a long run: whether it grows with what they have done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

__all__ = ["Growth", "MemoryLog", "anonymous_kb"]

MOST_GROWTH = 1.10
_MIDDLE, _END = (0.45, 0.55), (0.9, 1.0)
_SETTLED = 0.1
"""Of the whole run: a process younger than that has not loaded yet all that it needs."""


def anonymous_kb(pid: int) -> int | None:
    """What is this process's alone; None when it is gone. Files that are mapped are left out: how
    many share them depends on who else is alive."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (OSError, ProcessLookupError):
        return None
    return sum(int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))


@dataclass(frozen=True, slots=True)
class Growth:
    """Of one process, in MB. `lives` is 1 where it was never killed. `over` is None where one of
    the two moments fell between two lives, or where it was too young at the first: nothing can be
    said then."""

    lives: int
    middle_mb: float | None
    end_mb: float | None

    @property
    def over(self) -> float | None:
        if not self.middle_mb or not self.end_mb:
            return None
        return self.end_mb / self.middle_mb

    def as_json(self) -> dict[str, Any]:
        over = self.over
        return {
            "lives": self.lives,
            "middle_mb": self.middle_mb and round(self.middle_mb, 1),
            "end_mb": self.end_mb and round(self.end_mb, 1),
            "end_over_middle": None if over is None else round(over, 3),
        }


@dataclass(slots=True)
class MemoryLog:
    """`note` now and then how far the run has come (0 to 1), and who is alive."""

    _seen: dict[str, list[tuple[float, int, int]]] = field(
        default_factory=dict[str, list[tuple[float, int, int]]]
    )

    def note(self, done: float, pids: Mapping[str, int]) -> None:
        for name, pid in pids.items():
            if (held := anonymous_kb(pid)) is not None:
                self._seen.setdefault(name, []).append((done, pid, held))

    def growth(self) -> dict[str, Growth]:
        return {name: _growth(seen) for name, seen in sorted(self._seen.items())}


def _growth(seen: list[tuple[float, int, int]]) -> Growth:
    lives = len({pid for _, pid, _ in seen})
    born = {pid: min(done for done, p, _ in seen if p == pid) for _, pid, _ in seen}

    def held(window: tuple[float, float]) -> float | None:
        low, high = window
        within = [
            kb / 1024
            for done, pid, kb in seen
            if low <= done <= high and (born[pid] == seen[0][0] or done - born[pid] >= _SETTLED)
        ]
        return median(within) if within else None

    return Growth(lives, held(_MIDDLE), held(_END))
