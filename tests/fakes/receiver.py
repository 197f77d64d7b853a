"""A server that is sent webhooks: it answers as it is told, and remembers what came."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Call", "Receiver", "answer", "receiving"]


@dataclass(frozen=True, slots=True)
class Call:
    """Names of headers are in lower case."""

    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def delivery_id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """`answers`: what comes after the head of a request, by the number of the call, from 0. None:
    it hangs."""

    answers: Callable[[int], bytes | None]
    calls: list[Call] = field(default_factory=list[Call])
    connections: int = 0
    port: int = 0
    taking: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?of=ours"

    async def until(self, count: int, *, within_s: float = 60.0) -> list[Call]:
        async with asyncio.timeout(within_s), self.came:
            await self.came.wait_for(lambda: len(self.calls) >= count)
        return self.calls

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if (task := asyncio.current_task()) is not None:
            self.taking.add(task)
            task.add_done_callback(self.taking.discard)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            number = len(self.calls)
            async with self.came:
                self.calls.append(Call(head[0].split(" ")[1], headers, body))
                self.came.notify_all()
            said = self.answers(number)
            if said is None:
                await reader.read()  # until the other side has had enough
            else:
                writer.write(said)
                await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def answer(status: int, body: bytes = b"", **headers: Any) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextlib.asynccontextmanager
async def receiving(
    tls: ssl.SSLContext | None = None,
    *,
    answers: Callable[[int], bytes | None] = lambda _: answer(204),
) -> AsyncGenerator[Receiver]:
    receiver = Receiver(answers)
    server = await asyncio.start_server(receiver.take, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        await asyncio.gather(*receiver.taking, return_exceptions=True)
