"""The short way to Redis, for what a candidate waits for.

redis-py opens the connections: it knows addresses, passwords and TLS. Once open they are spoken to
directly, because a command through its client passes thirty coroutines, which is longer than
Redis itself takes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import hiredis
from redis._parsers import BaseParser
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError, InvalidResponse, TimeoutError

__all__ = ["ANSWER_TIMEOUT_S", "BACKOFF", "RETRIES", "Command", "Wires"]

Command = tuple[str | bytes | int, ...]

ANSWER_TIMEOUT_S = 5.0
LARGE_BYTES = 128 * 1024
"""More than a second of sound."""
RETRIES = 14
BACKOFF = ExponentialBackoff(cap=0.2, base=0.01)
"""In seconds: two of them in all."""

_INCOMPLETE = object()
# Both lack the types for it.
_packed = cast(Callable[[Command], bytes], hiredis.pack_command)  # pyright: ignore[reportUnknownMemberType]
_error_of = cast(Callable[[str], Exception], BaseParser.parse_error)  # pyright: ignore[reportUnknownMemberType]


@dataclass(slots=True)
class _Call:
    answered: asyncio.Future[list[Any]]
    missing: int
    late: asyncio.TimerHandle
    replies: list[Any] = field(default_factory=list[Any])


class _Wire(asyncio.Protocol):
    """One open connection. Redis answers in the order of the calls, so any number of them may be
    under way at once. Who calls waits for the answer: what is not sent yet stays bounded."""

    def __init__(self, connection: AbstractConnection, lost: list[AbstractConnection]) -> None:
        """`lost` gets the connection once it is of no use."""
        writer = connection._writer  # pyright: ignore[reportPrivateUsage] nothing else leads to it
        assert writer is not None, "connected"
        self._connection = connection
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader(
            protocolError=InvalidResponse, replyError=_error_of, notEnoughData=_INCOMPLETE
        )
        self._calls: deque[_Call] = deque()
        self._error: Exception | None = None
        self._transport = writer.transport
        self._predecessor = self._transport.get_protocol()
        self._transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        return self._error is None

    @property
    def is_idle(self) -> bool:
        return self._error is None and not self._calls

    def call(self, packed: bytes, count: int, blocking_s: float) -> asyncio.Future[list[Any]]:
        """The reply to each of the `count` commands. Raises what redis-py does: `ConnectionError`,
        `TimeoutError`, or the first error among the replies."""
        answered: asyncio.Future[list[Any]] = self._loop.create_future()
        if self._error is not None:
            answered.set_exception(self._error)
            return answered
        late = self._loop.call_later(ANSWER_TIMEOUT_S + blocking_s, self._is_late)
        self._calls.append(_Call(answered, count, late))
        self._transport.write(packed)
        return answered

    def abort(self, error: Exception) -> None:
        """What is under way fails with it."""
        if self._error is not None:
            return
        self._error = error
        self._transport.abort()
        calls, self._calls = self._calls, deque()
        for call in calls:
            call.late.cancel()
            if not call.answered.done():
                call.answered.set_exception(error)
        self._lost.append(self._connection)

    def _is_late(self) -> None:
        self.abort(TimeoutError("Redis does not answer"))

    # As its transport calls it

    def data_received(self, data: bytes) -> None:
        try:
            self._reader.feed(data)
            while (reply := self._reader.gets()) is not _INCOMPLETE:
                if not isinstance(reply, hiredis.PushNotification):
                    self._take(reply)
        except InvalidResponse as error:
            self.abort(ConnectionError(str(error)))

    def connection_lost(self, exc: Exception | None) -> None:
        self.abort(ConnectionError("Connection closed by server."))
        # Whoever closes the connection waits for its predecessor to be told.
        self._predecessor.connection_lost(exc)

    def _take(self, reply: Any) -> None:
        call = self._calls[0]
        call.replies.append(reply)
        call.missing -= 1
        if call.missing:
            return
        self._calls.popleft()
        call.late.cancel()
        if call.answered.done():
            return  # nobody waits for it any more
        for each in call.replies:
            if isinstance(each, Exception):
                call.answered.set_exception(each)
                return
        call.answered.set_result(call.replies)


class Wires:
    """Commands to one Redis. A restart of about two seconds is ridden out.

    All that is small and answered at once shares one connection. What blocks, or would hold up
    the others, has one for itself.
    """

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._shared: _Wire | None = None
        self._sharing: asyncio.Task[_Wire] | None = None
        self._idle: list[_Wire] = []
        self._lost: list[AbstractConnection] = []

    async def call(self, *commands: Command) -> list[Any]:
        """The reply to each, in one round trip. What is called for first is carried out first.

        Raises what redis-py does. A call that failed or was cancelled may have been carried out.
        """
        packed = b"".join(map(_packed, commands))
        if len(packed) > LARGE_BYTES:
            return await self._alone(packed, len(commands), 0.0)
        failures = 0
        while True:
            wire = self._shared
            if wire is None or not wire.is_open:
                wire = await self._share()
            try:
                return await wire.call(packed, len(commands), 0.0)
            except (ConnectionError, TimeoutError):
                failures += 1
                if failures > RETRIES:
                    raise
            await asyncio.sleep(BACKOFF.compute(failures))

    async def ask(self, command: Command, *, block_ms: int = 0) -> Any:
        """The reply to a command whose answer is large, or blocks for so long. Raises as `call`."""
        return (await self._alone(_packed(command), 1, block_ms / 1000))[0]

    async def _alone(self, packed: bytes, count: int, blocking_s: float) -> list[Any]:
        failures = 0
        while True:
            wire = await self._own()
            try:
                return await wire.call(packed, count, blocking_s)
            except (ConnectionError, TimeoutError):
                failures += 1
                if failures > RETRIES:
                    raise
            finally:
                if wire.is_idle:
                    self._idle.append(wire)
                else:
                    wire.abort(ConnectionError("nobody waits for the answer"))
            await asyncio.sleep(BACKOFF.compute(failures))

    async def _own(self) -> _Wire:
        while self._idle:
            if (wire := self._idle.pop()).is_open:
                return wire
        return await self._open()

    async def _share(self) -> _Wire:
        """Opened once for all that ask for it meanwhile."""
        if self._sharing is None:
            self._sharing = asyncio.create_task(self._open())
            self._sharing.add_done_callback(self._now_shared)
        return await asyncio.shield(self._sharing)

    def _now_shared(self, opening: asyncio.Task[_Wire]) -> None:
        self._sharing = None
        if not opening.cancelled() and opening.exception() is None:
            self._shared = opening.result()

    async def _open(self) -> _Wire:
        """Rides out a restart too."""
        while self._lost:
            connection = self._lost.pop()
            await connection.disconnect(nowait=True)
            await self._pool.release(connection)
        return _Wire(await self._pool.get_connection(), self._lost)
