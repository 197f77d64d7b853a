"""One socket: hello, entering the room, then reading and writing until it is closed."""

from __future__ import annotations

import asyncio
import uuid
from collections import deque
from collections.abc import Coroutine
from enum import Enum, auto
from typing import Any, Literal, TypeVar

import structlog
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.admission import admit, prove
from api.dependencies import Services
from api.dialect import Dialect
from api.entry import Entry, enter
from api.errors import error_message
from api.incoming import RateLimit, parse_v2
from api.outbox import Close, Outbox
from api.room import Room
from api.version1 import Version1
from api.version2 import Version2
from interview.errors import (
    AccessError,
    ConflictError,
    InterviewError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
)
from interview.protocol import limits
from interview.protocol.client import Hello
from interview.security.principal import Principal
from interview.telemetry.metrics import SOCKETS, SOCKETS_CLOSED, SOCKETS_REFUSED, code_label

__all__ = ["Connection", "State"]

log = structlog.stdlib.get_logger(__name__)

T = TypeVar("T")

SEND_TIMEOUT_S = 5.0
ENTER_TIMEOUT_S = 8.0
DRAIN_TIMEOUT_S = 3.0
MOST_EARLY_BYTES = 256 * 1024
"""Of messages that are taken from the socket before its connection has entered: then, or after one
larger message, no more is read."""
MOST_EARLY = 32
_RETRY_S = 0.25
_CLOSE_CODES = {
    401: limits.CLOSE_UNAUTHENTICATED,
    403: limits.CLOSE_FORBIDDEN,
    404: limits.CLOSE_NOT_FOUND,
}


class State(Enum):
    """`OPENING → ENTERING → OPEN → CLOSING`; any of them may be followed by the last."""

    OPENING = auto()
    """Version 2: the hello is awaited."""
    ENTERING = auto()
    OPEN = auto()
    CLOSING = auto()
    """What waits is sent; what comes is passed over."""


class _Gone(Exception):
    """The socket is closed, by whomever."""


class Connection:
    def __init__(
        self, socket: WebSocket, services: Services, interview_id: str, version: Literal[1, 2]
    ) -> None:
        self._socket = socket
        self._services = services
        self._interview_id = interview_id
        self._connection_id = uuid.uuid4().hex[:12]
        self._version = version
        self.state = State.OPENING
        self._outbox = Outbox()
        self._dialect: Dialect = (
            Version2(self._outbox, 0) if version == 2 else Version1(self._outbox)
        )
        self._principal: Principal | None = None
        """None until it is proved, once a connection: a ticket is good for one use."""
        self._room: Room | None = None
        self._rate = RateLimit(limits.MAX_MESSAGES_PER_S, limits.RATE_WINDOW_S, _now())
        self._flood_told_at = 0.0
        self._violations = 0
        self._heard_at = _now()
        self._reading: asyncio.Task[Message] | None = None
        self._early: deque[Message] = deque()
        self._early_bytes = 0
        self._closed_with = "left"

    async def run(self) -> None:
        """Until the socket is closed. The reader sees a disconnect that a writer would not."""
        with SOCKETS.labels(f"{self._version}").track_inprogress():
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._write())
                    tasks.create_task(self._attend(tasks))
            except* _Gone:
                pass
            finally:
                SOCKETS_CLOSED.labels(self._closed_with).inc()
                if self._reading is not None:
                    self._reading.cancel()
                if self._room is not None:
                    self._room.close()
                log.info("connection.closed", dropped_audio=self._outbox.dropped)

    # Sending

    async def _write(self) -> None:
        while True:
            item = await self._outbox.take()
            try:
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await self._send(item)
            except TimeoutError:
                log.warning("connection.stalled")
                self._closed_with = "stalled"
                raise _Gone from None
            except (WebSocketDisconnect, RuntimeError):
                raise _Gone from None  # the other side was faster

    async def _send(self, item: str | bytes | Close) -> None:
        match item:
            case str():
                await self._socket.send({"type": "websocket.send", "text": item})
            case bytes():
                await self._socket.send({"type": "websocket.send", "bytes": item})
            case Close(code=code):
                self.state = State.CLOSING
                self._closed_with = str(code)
                await self._socket.close(code)
                raise _Gone

    # Coming in

    async def _attend(self, tasks: asyncio.TaskGroup) -> None:
        hello = None
        if self._version == 1 or (hello := await self._hello()) is not None:
            self.state = State.ENTERING
            entry = await self._enter(hello)
            if entry is not None:
                assert self._principal is not None, "nobody enters unproved"
                with self._services.attendance.present(
                    self._principal, self._interview_id, self._refuse, self._leave
                ):
                    self._open(entry, hello, tasks)
                    await self._listen()
        await self._listen()

    async def _listen(self) -> None:
        """Until the socket is closed."""
        while True:
            received = await self._receive()
            if self._room is not None and not self._outbox.closed:
                await self._take(self._room, received)

    async def _hello(self) -> Hello | None:
        """None when it does not come; the socket is being closed then."""
        missing = InvalidInputError("protocol.hello_missing", "say hello first")
        try:
            async with asyncio.timeout(limits.HELLO_TIMEOUT_S):
                while not self._outbox.closed:
                    received = await self._receive()
                    try:
                        message = parse_v2(received.get("text") or "{}")
                        if isinstance(message, Hello):
                            return message
                        raise missing
                    except InvalidInputError as error:
                        self._violation(error, None)
        except TimeoutError:
            self._dialect.tell(error_message(missing, recoverable=False))
            self._outbox.close(limits.CLOSE_VIOLATION)
        return None

    async def _enter(self, hello: Hello | None) -> Entry | None:
        """None when it cannot be; the socket is being closed then."""
        try:
            async with asyncio.timeout(ENTER_TIMEOUT_S):
                return await self._while_here(self._enter_when_possible(hello))
        except TimeoutError:
            self._outbox.close(limits.CLOSE_TRY_AGAIN)
        except (AccessError, NotFoundError) as error:
            self._refuse(error)
        except RateLimitedError as error:
            log.warning("connection.too_many")
            SOCKETS_REFUSED.labels(code_label(error.code)).inc()
            self._dialect.tell(error_message(error))
            self._outbox.close(limits.CLOSE_TRY_AGAIN)
        return None

    async def _while_here(self, entering: Coroutine[Any, Any, T]) -> T:
        """Who has left meanwhile does not enter: they may have come in anew, and would be taken
        the room from by themselves."""
        task = asyncio.create_task(entering)
        try:
            while not task.done():
                waiting: set[asyncio.Task[Any]] = {task}
                if len(self._early) < MOST_EARLY and self._early_bytes < MOST_EARLY_BYTES:
                    self._reading = self._reading or asyncio.create_task(self._socket.receive())
                    waiting.add(self._reading)
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                if self._reading is not None and self._reading.done():
                    self._early.append(await self._heard())
                    self._early_bytes += _size(self._early[-1])
            return task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _refuse(self, error: AccessError | NotFoundError) -> None:
        """At the door, or later when the right to be here has ended."""
        log.info("connection.refused", code=error.code)
        SOCKETS_REFUSED.labels(code_label(error.code)).inc()
        self._outbox.drop_audio()
        self._dialect.tell(error_message(error, recoverable=False))
        self._outbox.close(_CLOSE_CODES[error.http_status])

    def _leave(self) -> None:
        """This process ends; another one takes them in."""
        self._outbox.close(limits.CLOSE_GOING_AWAY)

    async def _enter_when_possible(self, hello: Hello | None) -> Entry:
        interview_id, ticket = self._interview_id, hello.ticket if hello else None
        told = False
        while True:
            try:
                if self._principal is None:
                    self._principal = await prove(
                        self._socket, self._services, interview_id, ticket
                    )
                record = await admit(
                    self._services, self._principal, interview_id, may_create=self._version == 1
                )
                last_seq = hello.last_seq if hello else None
                return await enter(self._services, record, self._connection_id, last_seq)
            except InterviewError as error:
                if not error.retryable or isinstance(error, RateLimitedError):
                    raise  # asking again at once is what there was too much of
                log.warning("connection.waiting", code=error.code)
                if not told:
                    told = True
                    self._dialect.tell(error_message(error))
            await asyncio.sleep(_RETRY_S)

    def _open(self, entry: Entry, hello: Hello | None, tasks: asyncio.TaskGroup) -> None:
        room = Room(self._services, entry, self._connection_id, self._outbox, hello)
        self._room, self._dialect = room, room.dialect
        self.state = State.OPEN
        room.open(tasks)
        if self._version == 2:
            tasks.create_task(self._watch())

    # Receiving

    async def _receive(self) -> Message:
        return self._early.popleft() if self._early else await self._heard()

    async def _heard(self) -> Message:
        reading, self._reading = self._reading, None
        received = await (reading or self._socket.receive())
        if received["type"] == "websocket.disconnect":
            self.state = State.CLOSING
            await self._drain()
            raise _Gone
        self._heard_at = _now()
        return received

    async def _take(self, room: Room, received: Message) -> None:
        await self._slow_down()
        turn_id = None
        try:
            text = received.get("text")
            if text is None:
                turn_id = room.turn_id
                room.chunk(received["bytes"])
            else:
                message = room.dialect.parse(text)
                turn_id = getattr(message, "turn_id", None)
                room.handle(message)
        except (InvalidInputError, ConflictError) as error:
            self._violation(error, turn_id)

    async def _drain(self) -> None:
        """What was received is kept, even when the sender hangs up at once."""
        if self._room is None:
            return
        try:
            async with asyncio.timeout(DRAIN_TIMEOUT_S):
                await self._room.uplink.drain()
        except TimeoutError:
            log.warning("connection.not_drained")

    # Limits

    async def _slow_down(self) -> None:
        """Above the rate, reading waits: the flood stays in the sender's buffers."""
        now = _now()
        wait_s = self._rate.take(now)
        if not wait_s:
            return
        if now - self._flood_told_at >= 1:
            self._flood_told_at = now
            most = f"at most {limits.MAX_MESSAGES_PER_S} messages a second"
            self._violation(InvalidInputError("rate.exceeded", most), None)
        await asyncio.sleep(wait_s)

    def _violation(self, error: InterviewError, turn_id: str | None) -> None:
        log.info("connection.violation", code=error.code, turn_id=turn_id)
        self._violations += 1
        self._dialect.tell(error_message(error, turn_id=turn_id))
        if self._violations >= limits.MAX_VIOLATIONS:
            final = InvalidInputError(
                "protocol.too_many_violations", "the connection is closed; the interview is not"
            )
            self._dialect.tell(error_message(final, recoverable=False))
            self._outbox.close(limits.CLOSE_VIOLATION)

    async def _watch(self) -> None:
        """A version 2 client is heard of every few seconds, or is gone."""
        silent_at = self._heard_at + limits.CLIENT_SILENCE_TIMEOUT_S
        while silent_at > _now():
            await asyncio.sleep(silent_at - _now())
            silent_at = self._heard_at + limits.CLIENT_SILENCE_TIMEOUT_S
        self._dialect.tell(error_message(InvalidInputError("connection.idle", "no sign of life")))
        self._outbox.close(limits.CLOSE_TRY_AGAIN)


def _size(received: Message) -> int:
    return len(received.get("text") or received.get("bytes") or b"")


def _now() -> float:
    return asyncio.get_running_loop().time()
