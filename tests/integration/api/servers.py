"""API servers in this process, wires that can be cut, and clients without manners."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any, Self

import uvicorn
from fastapi import FastAPI
from redis.asyncio import Redis
from starlette.routing import BaseRoute
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from api.__main__ import server_options
from api.main import create_app
from interview.config import Settings
from interview.protocol import SUBPROTOCOL_V2
from interview.protocol.frames import AudioFrame

__all__ = ["PATIENCE_S", "Client", "Received", "Wire", "forget_limits", "serving"]

PATIENCE_S = 20.0
_routes: list[BaseRoute] = []


@contextlib.asynccontextmanager
async def serving(settings: Settings) -> AsyncGenerator[str]:
    """The real application on a real port; yields its URL."""
    # With its protocol named: asyncio holds back small answers on any other.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    options: dict[str, Any] = {
        **server_options(settings),
        "loop": "none",
        "timeout_graceful_shutdown": 2,
    }
    server = uvicorn.Server(uvicorn.Config(_application(settings), **options))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110 - uvicorn offers no event for it
            await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


def _application(settings: Settings) -> FastAPI:
    """With the routes of the first one: whatever the settings are, they are the same, and putting
    them together, on the first request, takes half a second of work."""
    app = create_app(settings)
    if not settings.web_dir.is_dir():  # which has one route less
        if not _routes:
            _routes.extend(app.router.routes)
        assert len(app.router.routes) == len(_routes)
        app.router.routes[:] = _routes
    return app


async def forget_limits(redis: Redis) -> None:
    """Who was counted may begin anew."""
    counted: Any = await redis.keys("intervue:limit*")  # pyright: ignore[reportUnknownMemberType] an open argument
    if counted:
        await redis.delete(*counted)


class Wire:
    """A TCP connection to `target` that can be cut and mended."""

    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._port = 0

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """New connections are refused, open ones are reset."""
        if self._server is not None:
            self._server.close()
        self._server = None
        for writer in list(self._open):
            writer.transport.abort()
        for pump in list(self._pumps):
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, far_writer}
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pump(source, sink))
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                sink.write(data)
                await sink.drain()
        sink.transport.abort()
        self._open.discard(sink)


@dataclass(frozen=True, slots=True)
class Received:
    """One message from the server. `body` of an audio frame holds its header's fields."""

    type: str
    seq: int
    body: dict[str, Any]
    raw: str | bytes


class Client:
    """A WebSocket with nothing on top but a record of what came."""

    def __init__(self, url: str, interview_id: str, *, version: int = 2, **options: Any) -> None:
        self._url = f"{url.replace('http', 'ws', 1)}/ws/interview/{interview_id}"
        self._subprotocols = [Subprotocol(SUBPROTOCOL_V2)] if version == 2 else None
        self._options = options
        self.received: list[Received] = []
        self._read = 0

    async def __aenter__(self) -> Self:
        self.socket: ClientConnection = await connect(
            self._url,
            subprotocols=self._subprotocols,
            compression=None,
            max_size=None,
            ping_interval=None,
            proxy=None,
            close_timeout=1,
            **self._options,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()

    async def hello(self, last_seq: int | None = None, **more: Any) -> dict[str, Any]:
        """Returns `session_started`."""
        await self.send(type="hello", last_seq=last_seq, **more)
        return (await self.until("session_started")).body

    async def send(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def send_raw(self, data: str | bytes) -> None:
        await self.socket.send(data)

    async def next(self) -> Received:
        async with asyncio.timeout(PATIENCE_S):
            data = await self.socket.recv()
        if isinstance(data, bytes):
            frame = AudioFrame.unpack(data)
            body = {"sequence": frame.sequence, "sentence": frame.sentence}
            message = Received("audio", frame.seq, {**body, "pcm16": frame.pcm16}, data)
        else:
            body = json.loads(data)
            message = Received(body["type"], body.get("seq", 0), body, data)
        self.received.append(message)
        return message

    async def until(
        self, kind: str, where: Callable[[dict[str, Any]], bool] = lambda _: True
    ) -> Received:
        """The next message of this kind, reading on past others."""
        while True:
            message = await self.next()
            if message.type == kind and where(message.body):
                return message

    async def seen(
        self, kind: str, where: Callable[[dict[str, Any]], bool] = lambda _: True
    ) -> Received:
        """As `until`, but it may have come already: stages of a turn run side by side."""
        for message in self.received:
            if message.type == kind and where(message.body):
                return message
        return await self.until(kind, where)

    async def error(self, code: str) -> dict[str, Any]:
        return (await self.until("error", lambda body: body["code"] == code)).body

    async def closed(self) -> int:
        """Reads on to the end; the close code."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.next()
        assert self.socket.close_code is not None, "the connection was torn"
        return self.socket.close_code

    async def alive(self) -> bool:
        """Answers a ping."""
        nonce = len(self.received)
        await self.send(type="ping", nonce=nonce)
        await self.until("pong", lambda body: body["nonce"] == nonce)
        return True
