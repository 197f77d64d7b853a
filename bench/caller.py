"""A candidate's socket as thin as the clients of the peers: what is measured is the server.

It holds to talk, keeps nothing and does not reconnect. Before the first sound of a reply messages
are taken from the socket unread, as they wait in a page's queue.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.answers import Answer
from interview.protocol import SUBPROTOCOL_V2
from interview.protocol.frames import pack_uplink

__all__ = ["PATIENCE_S", "Caller", "calling", "first_sound_ms"]

PATIENCE_S = 60.0


async def first_sound_ms(
    socket: ClientConnection, since: float, passed: list[str] | None = None
) -> float:
    """To the next message of bytes, from the `time.perf_counter()` `since`. What comes before it
    is put into `passed`. Raises `TimeoutError`."""
    async with asyncio.timeout(PATIENCE_S):
        while isinstance(message := await socket.recv(), str):
            if passed is not None:
                passed.append(message)
    return (time.perf_counter() - since) * 1000


@asynccontextmanager
async def calling(url: str, interview_id: str) -> AsyncGenerator[Caller]:
    """Enters, and hears the greeting out. Raises `TimeoutError`."""
    async with connect(
        f"{url.replace('http', 'ws', 1)}/ws/interview/{interview_id}",
        subprotocols=[Subprotocol(SUBPROTOCOL_V2)],
        compression=None,
        max_size=None,
        ping_interval=None,
        proxy=None,
    ) as socket:
        await socket.send('{"type":"hello"}')
        caller = Caller(socket)
        await caller.listen("utterance_end")
        yield caller


class Caller:
    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.is_over = False
        """The interview."""

    async def turn(self, answer: Answer) -> float:
        """From the end of the answer to the first sound of its reply, in ms. The reply has been
        heard out, and the answer is on record. Raises `TimeoutError`."""
        turn_id = uuid.uuid4().hex
        await self._send(type="turn_start", turn_id=turn_id, format="pcm16")
        for index, frame in enumerate(answer.frames):
            await asyncio.sleep(answer.frame_s)
            await self._socket.send(pack_uplink(index, frame))
        chunks, duration_ms = len(answer.frames), answer.duration_ms
        ended_at = time.perf_counter()
        await self._send(type="turn_end", turn_id=turn_id, chunks=chunks, duration_ms=duration_ms)
        passed: list[str] = []
        ms = await first_sound_ms(self._socket, ended_at, passed)
        await self.listen("turn_committed", "utterance_end", passed=passed)
        return ms

    async def rest(self, seconds: float) -> None:
        """The interview may end meanwhile."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.listen("session_ended")

    async def listen(self, *awaited: str, passed: list[str] | None = None) -> None:
        """Until messages of these types have come, `passed` ones among them, or the interview is
        over."""
        missing = set(awaited)
        waiting = list(passed or ())
        async with asyncio.timeout(PATIENCE_S):
            while missing and not self.is_over:
                message = waiting.pop(0) if waiting else await self._socket.recv()
                if isinstance(message, str):
                    missing.discard(await self._take(json.loads(message)))

    async def _take(self, message: dict[str, str]) -> str:
        kind = message["type"]
        if kind == "utterance_end":
            await self._send(type="playback_complete", utterance_id=message["utterance_id"])
        self.is_over = self.is_over or kind == "session_ended"
        return kind

    async def _send(self, **message: str | int) -> None:
        await self._socket.send(json.dumps(message))
