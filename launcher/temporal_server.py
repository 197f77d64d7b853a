"""The Temporal dev server, tuned, with its history in one SQLite file."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL
from pathlib import Path

from launcher.paths import Home
from launcher.ports import LOOPBACK
from launcher.process import Command

__all__ = ["TemporalServer"]

# As delivered, the dev server polls its queues 20 times a second and fires timers up to 1 s
# late: 100 ms an activity. These make it a quarter of that.
_DYNAMIC_CONFIG: dict[str, object] = {
    "history.transferProcessorMaxPollRPS": 2000,
    "history.timerProcessorMaxPollRPS": 2000,
    "history.timerProcessorMaxTimeShift": "50ms",
    "system.enableActivityEagerExecution": True,
}
_PRAGMAS = {"journal_mode": "WAL", "synchronous": "NORMAL"}


class TemporalServer:
    """The embedded server. Its web UI listens on `ui_port`."""

    name = "temporal"

    def __init__(self, home: Home, port: int, ui_port: int, binary: Path) -> None:
        self.port = port
        self.ui_port = ui_port
        self._home = home
        self._binary = binary

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def ui_url(self) -> str:
        return f"http://localhost:{self.ui_port}"

    @property
    def database(self) -> Path:
        return self._home.temporal / "temporal.db"

    async def prepare(self) -> None:
        self._home.temporal.mkdir(parents=True, exist_ok=True, mode=0o700)

    def command(self) -> Command:
        tuning = [
            part
            for key, value in _DYNAMIC_CONFIG.items()
            for part in ("--dynamic-config-value", f"{key}={json.dumps(value)}")
        ]
        pragmas = [
            part
            for key, value in _PRAGMAS.items()
            for part in ("--sqlite-pragma", f"{key}={value}")
        ]
        return Command(
            name=self.name,
            argv=(
                *(str(self._binary), "server", "start-dev"),
                *("--ip", LOOPBACK, "--port", str(self.port), "--ui-port", str(self.ui_port)),
                *("--db-filename", str(self.database), "--log-level", "warn"),
                *pragmas,
                *tuning,
            ),
            cwd=self._home.temporal,
            log=self._home.log(self.name),
            env=_environment(),
            # Killed in WAL mode it loses nothing, and the next start need not wait for it.
            on_parent_death="KILL",
            stop_timeout_s=5.0,
        )

    async def is_ready(self, pid: int) -> bool:
        """The frontend says SERVING. The port is tried first: a refused connection costs less
        than a client process."""
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, self.port)
            writer.close()
        except OSError:
            return False
        check = await asyncio.create_subprocess_exec(
            *(str(self._binary), "operator", "cluster", "health", "--address", self.address),
            *("--command-timeout", "2s"),
            env=_environment(),
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
        )
        return await check.wait() == 0


def _environment() -> dict[str, str]:
    """Nothing of TEMPORAL_*: it would reconfigure the server and its client."""
    kept = ("PATH", "HOME", "TMPDIR", "LANG", "SSL_CERT_FILE")
    environment = {key: os.environ[key] for key in kept if key in os.environ}
    if sys.platform == "linux":
        environment.setdefault("HOME", "/tmp")  # its client library asks for a home folder
    return environment
