"""A PostgreSQL that a test may freeze and kill."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

from tests.services import RunningStack

__all__ = ["OwnPostgres"]

_DEATH_S = 10.0


class OwnPostgres:
    """The only service of a stack, which starts it again when it was killed."""

    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack
        self.url = stack.urls["DATABASE_URL"]

    async def restart(self) -> None:
        """SIGKILL, and back when it accepts connections again."""
        self.kill()
        await self._stack.wait_ready("postgres")

    def kill(self) -> None:
        """Returns when it is dead, so that nobody takes its last moment for a new life."""
        pid = self._stack.pid("postgres")
        self._stack.kill("postgres")
        deadline = time.monotonic() + _DEATH_S
        while _runs(pid):
            assert time.monotonic() < deadline
            time.sleep(0.001)

    async def ready(self) -> None:
        await self._stack.wait_ready("postgres")

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        parent = self._stack.pid("postgres")
        # The parent first: it would start new children.
        os.kill(parent, number)
        for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            # Its short-lived children end while we look.
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), number)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
