"""A balancer in front of several API processes, as an ingress is: it knows who is up by asking."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle

__all__ = ["Balancer"]

_PIECE = 65_536


@dataclass
class Balancer:
    """`async with Balancer(ports) as balancer:`. Connections are dealt out in turn; one that is
    refused goes to the next process."""

    ports: Sequence[int]
    _server: asyncio.Server = field(init=False)
    _pumps: set[asyncio.Task[None]] = field(init=False, default_factory=set[asyncio.Task[None]])

    async def __aenter__(self) -> Balancer:
        self._turn = cycle(range(len(self.ports)))
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for pump in list(self._pumps):
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = next(self._turn)
        for port in (*self.ports[first:], *self.ports[:first]):
            with suppress(OSError):
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
                break
        else:
            writer.transport.abort()
            return
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            pump = asyncio.create_task(_pump(source, sink))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(_PIECE):
            sink.write(data)
            await sink.drain()
    with suppress(OSError, RuntimeError):
        sink.close()
