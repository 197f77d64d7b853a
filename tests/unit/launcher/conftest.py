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


@dataclass
class Bench:
    """Makes children that run `script`, ready as soon as `ready-PID` exists."""

    folder: Path
    said: list[str] = field(default_factory=list[str])
    children: list[Child] = field(default_factory=list[Child])

    def child(self, script: str, *, steady_s: float = 10.0, **spec: object) -> Child:
        fields: dict[str, Any] = {"cwd": self.folder, **spec}
        child = Child(
            ChildSpec(
                name="toy",
                argv=[sys.executable, "-c", script],
                log=self.folder / "toy.log",
                ready=self._is_ready,
                **fields,
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
