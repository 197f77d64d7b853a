"""What runs a program. Backends: `bubblewrap`, `kubernetes`, `remote` (Piston or Judge0)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from interview.domain.code_runs import OutputPiece, Run, RunResult, SandboxStatus

__all__ = ["OutputSink", "Sandbox"]

OutputSink = Callable[[OutputPiece], None]
"""Called as output comes; it must not block."""


class Sandbox(Protocol):
    @property
    def name(self) -> str: ...

    async def check(self) -> SandboxStatus:
        """Tries the walls and each language. Never raises; without walls that hold, no language is
        available."""
        ...

    async def run(self, run: Run, output: OutputSink, name: str = "") -> RunResult:
        """`name` is the same at each attempt at one run: a backend whose runs outlive their worker
        goes on where that one was. Nothing of it is left when this returns, raises or is cancelled.
        What the sandbox itself cannot do is `sandbox_unavailable`, never an exception."""
        ...

    async def close(self) -> None:
        """Idempotent."""
        ...
