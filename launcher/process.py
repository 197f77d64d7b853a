"""One child process: started so that it cannot outlive us, stopped politely, then not."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, STDOUT
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

__all__ = ["Command", "Process", "read_start_ticks", "tail"]

_TAIL_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Command:
    """What to run. `user` is the account to run as (root only).

    `on_parent_death` is the signal the child gets when this process is gone. `tree` says that
    the child has children of its own, which must go with it.
    """

    name: str
    argv: tuple[str, ...]
    cwd: Path
    log: Path
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    user: str | None = None
    on_parent_death: Literal["INT", "TERM", "KILL"] = "KILL"
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 10.0
    tree: bool = False

    def guarded_argv(self) -> tuple[str, ...]:
        """`argv` behind what ends it with us."""
        setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
        if setpriv and not self.tree:
            return (setpriv, "--pdeathsig", self.on_parent_death, "--", *self.argv)
        guard = str(Path(__file__).with_name("guard.py"))
        return (sys.executable, "-I", guard, *self.argv)


class Process:
    """A running child. Its output goes straight into the log file, with no pipe in between,
    so a busy launcher never holds it up."""

    def __init__(
        self, command: Command, child: asyncio.subprocess.Process, log_start_bytes: int
    ) -> None:
        self.command = command
        self.pid = child.pid
        self._child = child
        self._log_start_bytes = log_start_bytes

    @classmethod
    async def spawn(cls, command: Command) -> Process:
        """Raises `OSError` when the program cannot be run."""
        command.log.parent.mkdir(parents=True, exist_ok=True)
        with command.log.open("ab") as log:
            child = await asyncio.create_subprocess_exec(
                *command.guarded_argv(),
                cwd=command.cwd,
                env=dict(command.env),
                stdin=DEVNULL,
                stdout=log,
                stderr=STDOUT,
                # Ctrl-C must reach the launcher only: it stops the children in order.
                start_new_session=True,
                **_as_user(command.user),
            )
            return cls(command, child, log.tell())

    @property
    def running(self) -> bool:
        return self._child.returncode is None

    async def wait(self) -> int:
        """The exit code; negative for a signal."""
        return await self._child.wait()

    def signal_group(self, number: int) -> None:
        """Sends to the child and to what it started in its process group."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def kill(self) -> None:
        self.signal_group(signal.SIGKILL)

    async def stop(self) -> int:
        """Asks, waits `stop_timeout_s`, then kills. Returns the exit code."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, self.command.stop_signal)
            # A frozen child would not see the request before it runs again.
            self.signal_group(signal.SIGCONT)
        try:
            return await asyncio.wait_for(self.wait(), self.command.stop_timeout_s)
        except TimeoutError:
            self.kill()
            return await self.wait()

    def last_lines(self, count: int = 12) -> list[str]:
        """The end of what this child (not an earlier one) wrote."""
        return tail(self.command.log, count, start_bytes=self._log_start_bytes)


def tail(path: Path, count: int, *, start_bytes: int = 0) -> list[str]:
    """The last `count` lines of a file after `start_bytes`; none when it cannot be read."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(start_bytes, size - _TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return []
    return [line for line in lines if line.strip()][-count:]


def read_start_ticks(pid: int) -> int | None:
    """When the process began, in clock ticks since boot: with the pid, its identity.
    None when there is no such process, or no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[19])


def _as_user(name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    account = pwd.getpwnam(name)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
