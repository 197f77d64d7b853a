"""A process that has loaded its program already and waits to be needed."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
from collections.abc import Mapping

from launcher.process import Program, end, spawn

__all__ = ["Standby"]


class Standby:
    """Keeps one spare of a Python `program` (whose argv begins with the interpreter)."""

    def __init__(self, program: Program) -> None:
        gate = [sys.executable, "-m", "launcher.gate", *program.argv[1:]]
        self._program = dataclasses.replace(program, argv=gate)
        self._spare: asyncio.subprocess.Process | None = None
        # `empty` races a `fill` that is being cancelled, and must see what it leaves.
        self._lock = asyncio.Lock()

    async def fill(self) -> None:
        """Idempotent. The spare loads in the background. Raises `OSError`."""
        async with self._lock:
            await self._fill()

    async def take(self, env: Mapping[str, str]) -> asyncio.subprocess.Process:
        """The program, running: from the spare where there is one. Raises `OSError`."""
        async with self._lock:
            process = await self._fill()
            self._spare = None
        assert process.stdin is not None
        process.stdin.write(json.dumps(dict(env)).encode() + b"\n")
        process.stdin.close()
        return process

    async def empty(self) -> None:
        async with self._lock:
            spare, self._spare = self._spare, None
            if spare is not None:
                await end(spare)

    async def _fill(self) -> asyncio.subprocess.Process:
        if self._spare is None or self._spare.returncode is not None:
            self._spare = await spawn(self._program, stdin=asyncio.subprocess.PIPE)
        return self._spare
