"""A TCP link that can be made slow, deaf or half-open, or be cut.

One program of ours and not a proxy server beside it: nothing to build, and a fault is an attribute.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, Self

__all__ = ["Link", "Weather"]

Weather = Literal["fine", "cut", "half_open", "deaf", "slow", "resets"]
"""`cut`: connections end, and none is made. `half_open`: nothing passes, and nobody is told.
`deaf`: what the server says is held. `slow`: 40 ms a piece each way, 400 kB/s. `resets`: those that
are open end at once; new ones are made."""

_PIECE = 64 * 1024
_SLOW_S = 0.040
_SLOW_BYTES_S = 400_000


@dataclass
class Link:
    """`async with Link(host, port) as link:` listens on `link.port` of 127.0.0.1."""

    host: str
    target_port: int
    port: int = 0
    weather: Weather = "fine"
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    _writers: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self._drop_all()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def turn(self, weather: Weather) -> None:
        """What is held is let go, in order, when it turns fine."""
        self.weather = "fine" if weather == "resets" else weather
        if weather in ("cut", "resets"):
            self._drop_all()
        self._changed.set()
        self._changed = asyncio.Event()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._writers.add(writer)
        try:
            if self.weather == "cut":
                return
            await self._passable("up")
            there_reader, there = await asyncio.open_connection(self.host, self.target_port)
            self._writers.add(there)
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._pump(reader, there, "up"))
                    both.create_task(self._pump(there_reader, writer, "down"))
            finally:
                self._writers.discard(there)
                there.transport.abort()
        except* (OSError, RuntimeError, _Closed):
            pass  # uvloop raises a bare RuntimeError on a connection that was dropped meanwhile
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        way: Literal["up", "down"],
    ) -> None:
        while data := await reader.read(_PIECE):
            await self._passable(way)
            if self.weather == "slow":
                await asyncio.sleep(_SLOW_S + len(data) / _SLOW_BYTES_S)
            writer.write(data)
            await writer.drain()
        await self._passable(way)  # a half-open link does not pass on the end either
        raise _Closed

    async def _passable(self, way: Literal["up", "down"]) -> None:
        while self.weather == "half_open" or (self.weather == "deaf" and way == "down"):
            await self._changed.wait()

    def _drop_all(self) -> None:
        for writer in list(self._writers):
            with suppress(OSError):
                writer.transport.abort()


class _Closed(Exception):
    """One side has ended: so does the other."""
