"""Small real processes in the place of services."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from launcher.child import Child, ChildSpec
from launcher.process import Program


@dataclass
class Bench:
    """Makes children that are ready as soon as `ready-PID` exists."""

    folder: Path
    said: list[str] = field(default_factory=list[str])
    children: list[Child] = field(default_factory=list[Child])

    def program(self, script: str, **fields: object) -> Program:
        argv = [sys.executable, "-c", script]
        values: dict[str, Any] = {"argv": argv, "cwd": self.folder, **fields}
        return Program(log=self.folder / "toy.log", **values)

    def child(self, program: Program | str, *, steady_s: float = 10.0, **fields: object) -> Child:
        values: dict[str, Any] = fields
        child = Child(
            ChildSpec(
                name="toy",
                program=self.program(program) if isinstance(program, str) else program,
                ready=self._is_ready,
                **values,
            ),
            say=self.said.append,
            steady_s=steady_s,
        )
        self.children.append(child)
        return child

    async def _is_ready(self, pid: int) -> bool:
        return (self.folder / f"ready-{pid}").exists()


READY = "import os, pathlib, sys, time; pathlib.Path(f'ready-{os.getpid()}').touch();"
LIVE = READY + "time.sleep(600)"


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncGenerator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    for child in bench.children:
        await child.stop()


async def until(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 processes set no event of ours
            await asyncio.sleep(0.005)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
