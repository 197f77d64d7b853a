"""The running stack, as `make start` describes it in its data folder."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

__all__ = ["NotRunning", "RunningStack"]


class NotRunning(Exception):
    """No stack is running here."""


class RunningStack:
    """Reads `run/stack.json`, which the launcher rewrites whenever a process is restarted."""

    def __init__(self, home: Path) -> None:
        self._path = home / "run" / "stack.json"
        self._read()

    def pid(self, name: str) -> int:
        pids = self._read()["pids"]
        if name not in pids:
            raise NotRunning(f"{name} is not run by this stack; it runs: {', '.join(pids)}")
        return int(pids[name])

    def kill(self, name: str) -> float:
        """SIGKILL; returns the `time.perf_counter()` of it."""
        os.kill(self.pid(name), signal.SIGKILL)
        return time.perf_counter()

    def _read(self) -> dict[str, Any]:
        try:
            return json.loads(self._path.read_text())
        except FileNotFoundError:
            raise NotRunning("Nothing is running here. Start it first: make start") from None
