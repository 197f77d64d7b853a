"""All links of a stack in a process of their own: a proxy that waits for its tester's event loop
would look like a fault nobody ordered.

`python -m chaos.links NAME=PORT …` prints the ports it listens on as one JSON line, then takes a
line `NAME WEATHER` at a time, each answered with an empty line.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from typing import Self, cast

import uvloop

from chaos.link import Link, Weather
from launcher.paths import REPOSITORY

__all__ = ["Links"]


class Links:
    """`async with Links({"api-valkey": 6379, …}) as links:`; `ports` names where each listens."""

    def __init__(self, targets: dict[str, int]) -> None:
        self._targets = targets
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()
        self.ports: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "chaos.links"),
            *(f"{name}={port}" for name, port in self._targets.items()),
            cwd=REPOSITORY,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self.ports = json.loads(await self._process.stdout.readline())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()  # it ends with its last order
            await self._process.wait()

    async def turn(self, name: str, weather: Weather) -> None:
        """Returns once it is so."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        async with self._lock:
            process.stdin.write(f"{name} {weather}\n".encode())
            await process.stdout.readline()


async def _serve(targets: list[tuple[str, int]]) -> None:
    async with AsyncExitStack() as stack:
        links = {
            name: await stack.enter_async_context(Link("127.0.0.1", port)) for name, port in targets
        }
        _answer(json.dumps({name: link.port for name, link in links.items()}))
        orders = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
        )
        while line := await orders.readline():
            name, weather = line.decode().split()
            links[name].turn(cast(Weather, weather))
            _answer("")


def _answer(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    given = [argument.split("=") for argument in sys.argv[1:]]
    uvloop.run(_serve([(name, int(port)) for name, port in given]))
