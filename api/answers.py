"""The candidate's turns on one connection: audio into the stream, begun beside it."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from api.awaited_reply import AwaitedReply
from api.background import Background
from api.engine import Engine
from api.errors import error_message
from api.incoming import RateLimit, decode_answer
from api.pending import PendingTurns
from api.uplink import Answer, Uplink
from interview.contracts.interview import AnswerTextInput, BeginTurnInput, TurnAck
from interview.errors import ConflictError, InterviewError, InvalidInputError, StreamError
from interview.persistence.records import Records
from interview.protocol import limits
from interview.protocol.client import (
    AnswerText,
    Audio,
    Interruption,
    SpeechPaused,
    SpeechResumed,
    TurnCancel,
    TurnEnd,
    TurnStart,
)
from interview.protocol.server import (
    ErrorMessage,
    PendingTurn,
    ServerMessage,
    TurnAccepted,
    TurnCommitted,
    TurnDiscarded,
)
from interview.streams.audio import AudioStart, AudioStream
from interview.streams.log import StreamLog

__all__ = ["Answers"]

log = structlog.stdlib.get_logger(__name__)

REQUESTS_PER_S = 1.0
REQUESTS_WINDOW_S = 20.0
"""Updates of the workflow on one connection, averaged: a run of it takes 2,000."""
MAX_REQUESTS_WAITING = 16
DRAIN_S = 5.0
V1_SAMPLE_RATE_HZ = 16_000
"""Of version 1 answers in `pcm16`, which cannot say."""
SAVED = "Your answer is saved. The interview goes on in a moment, by itself."
SOON = "The interview goes on in a moment, by itself."

_V1_TURNS = uuid.UUID("0c0e3a0e-54a5-4a55-8c3b-6d4a1a5f6b0e")


@dataclass(slots=True)
class Answers:
    """Acts on the client's messages; none of its methods waits for anything.

    Raises `InvalidInputError` and `ConflictError` for what does not fit, with the interview
    going on.
    """

    interview_id: str
    connection_id: str
    streams: StreamLog
    records: Records
    engine: Engine
    pending: PendingTurns
    uplink: Uplink
    background: Background
    tell: Callable[[ServerMessage], None]
    joins_chunks: bool
    reply: AwaitedReply
    stall_after_s: float
    """Of the workflow: an answer without a chunk for so long is put back."""
    current: Answer | None = field(init=False, default=None)
    _heard_at: float = field(init=False, default=0.0)
    _requests: RateLimit = field(init=False)
    _request_number: int = field(init=False, default=0)
    _requests_waiting: int = field(init=False, default=0)
    _told: set[str] = field(init=False, default_factory=set[str])
    """Turns whose delay the room has been told of."""
    _digests: dict[str, str] = field(init=False, default_factory=dict[str, str])
    """Of version 1 answers on this connection, by turn."""
    _replied: Counter[str] = field(init=False, default_factory=Counter[str])
    """How often this connection has seen the reply to an answer of this digest."""

    def __post_init__(self) -> None:
        self._requests = RateLimit(REQUESTS_PER_S, REQUESTS_WINDOW_S, _now())

    @property
    def talking(self) -> bool:
        return self.current is not None and self.current.state == "open"

    def adopt(self, begun: BeginTurnInput, known: PendingTurn) -> None:
        """Takes up an answer from another connection, whose process may have died before the
        workflow heard of it."""
        answer = Answer(
            begun,
            self._stream(begun.turn_id),
            start=None,
            state="ended" if known.ended else "open",
            next_chunk=known.next_chunk,
        )
        self.current, self._heard_at = answer, _now()
        self.uplink.adopt(answer)
        self._begin(answer)

    # Version 2

    def start(self, message: TurnStart) -> None:
        start = AudioStart(message.format, message.sample_rate_hz)
        before = self.current
        if before is not None and before.turn_id == message.turn_id:
            self._start_again(before, start)
            return
        if before is not None and before.state == "open":
            # The one before has no end, and gets none: what arrived of it is the answer.
            self.uplink.finish(before)
            if before.start is not None:
                self.tell(error_message(_out_of_order("the answer before was still open")))
        begun = BeginTurnInput(
            turn_id=message.turn_id, interruption=message.interrupted, mode=message.mode
        )
        self._take(begun, start)

    def chunk(self, index: int, data: bytes) -> None:
        answer = self.current
        if answer is None:
            raise InvalidInputError("turn.not_started", "audio outside a turn")
        if len(data) > limits.MAX_CHUNK_BYTES:
            self.uplink.finish(answer)
            raise InvalidInputError(
                "message.too_large", f"a chunk holds at most {limits.MAX_CHUNK_BYTES} bytes"
            )
        self._keep_alive(answer)
        try:
            self.uplink.chunk(answer, index, data)
        except InvalidInputError:
            self.uplink.finish(answer)
            raise

    def pause(self, message: SpeechPaused) -> None:
        answer = self._under_way(message.turn_id)
        self._keep_alive(answer)
        self.uplink.pause(answer, message.chunks, _now())

    def resume(self, message: SpeechResumed) -> None:
        answer = self._under_way(message.turn_id)
        self._keep_alive(answer)
        self.uplink.resume(answer)

    def end(self, message: TurnEnd) -> None:
        answer = self._under_way(message.turn_id)
        # First of all: the answer to it waits for nothing else.
        self.uplink.end(answer, message.chunks, message.duration_ms)
        if answer.state == "ended":
            self.reply.is_due(answer.turn_id)
        self._keep_alive(answer)

    def cancel(self, message: TurnCancel) -> None:
        answer = self._under_way(message.turn_id)
        if answer.state != "ended":
            self.uplink.cancel(answer)

    def typed(self, message: AnswerText) -> None:
        if not message.text.strip():
            raise InvalidInputError("protocol.violation", "text: blank")
        if self.talking and self.current is not None:
            self.uplink.cancel(self.current)
        answer = AnswerTextInput(
            turn_id=message.turn_id, text=message.text, interruption=message.interrupted
        )
        self.reply.begun(message.turn_id, "typed")
        self.request(self._give_typed(answer, self._update_id(message.turn_id)))

    # Version 1

    def whole(self, message: Audio) -> None:
        """The same bytes sent again are the same turn, until the interviewer has replied."""
        data, format = decode_answer(message)
        digest = hashlib.sha256(data).hexdigest()
        name = f"{self.interview_id}/{digest}/{self._replied[digest]}"
        turn_id = uuid.uuid5(_V1_TURNS, name).hex
        self._digests[turn_id] = digest
        if self.current is not None and self.current.turn_id == turn_id:
            self._begin(self.current)
            return
        answer = self._take(BeginTurnInput(turn_id=turn_id), AudioStart(format, V1_SAMPLE_RATE_HZ))
        for index, at in enumerate(range(0, len(data), limits.MAX_CHUNK_BYTES)):
            self.uplink.chunk(answer, index, data[at : at + limits.MAX_CHUNK_BYTES])
        self.uplink.end(answer, answer.next_chunk, None)
        self.reply.is_due(turn_id)

    def replied(self, turn_id: str) -> None:
        """The client has been told what came of this turn."""
        if (digest := self._digests.pop(turn_id, None)) is not None:
            self._replied[digest] += 1

    # The workflow

    def request(self, call: Coroutine[Any, Any, None]) -> None:
        """Runs beside the connection and outlives it. Raises `InvalidInputError`
        (`rate.exceeded`)."""
        if self._requests_waiting >= MAX_REQUESTS_WAITING:
            call.close()
            raise InvalidInputError("rate.exceeded", "too many requests are waiting")
        self._requests_waiting += 1
        self.background.spawn(self._in_turn(call, self._requests.take(_now())))

    def delayed(self, turn_id: str | None, message: str) -> Callable[[], None]:
        """To be called when something takes long; the room hears of it once a turn."""

        def tell() -> None:
            if (turn_id or "") not in self._told:
                self._told.add(turn_id or "")
                self.tell(
                    ErrorMessage(
                        code="temporal.unavailable",
                        message=message,
                        recoverable=True,
                        turn_id=turn_id,
                    )
                )

        return tell

    def update_id(self) -> str:
        """Unique: a request that is made again is another one."""
        return self._update_id("request")

    # Inside

    def _under_way(self, turn_id: str) -> Answer:
        answer = self.current
        if answer is None or answer.turn_id != turn_id:
            raise _out_of_order("another answer is under way, or none")
        return answer

    def _take(self, begun: BeginTurnInput, start: AudioStart) -> Answer:
        answer = self.current = Answer(begun, self._stream(begun.turn_id), start)
        self._heard_at = _now()
        self.reply.begun(begun.turn_id, begun.mode)
        self.uplink.start(answer)
        self._begin(answer)
        return answer

    def _stream(self, turn_id: str) -> AudioStream:
        return AudioStream(self.streams, self.interview_id, turn_id, joins=self.joins_chunks)

    def _start_again(self, answer: Answer, start: AudioStart) -> None:
        """The client begins the same turn again: after a reconnect, or after a refusal."""
        answer.start = start
        if answer.state == "closed":
            answer.state, answer.cancelled = "open", False
            self._begin(answer)
        if answer.next_chunk == 0:
            self.uplink.start(answer)

    def _keep_alive(self, answer: Answer) -> None:
        """An answer that was silent for long may have been put back: it is begun again."""
        now = _now()
        if now - self._heard_at > self.stall_after_s * 0.75 and answer.state != "closed":
            self._begin(answer)
        self._heard_at = now

    def _begin(self, answer: Answer) -> None:
        try:
            self.request(self._begin_turn(answer, self._update_id(answer.turn_id)))
        except InvalidInputError:
            answer.state = "closed"
            raise

    async def _begin_turn(self, answer: Answer, update_id: str) -> None:
        turn_id = answer.turn_id
        with structlog.contextvars.bound_contextvars(turn_id=turn_id):
            try:
                with self.reply.asking(turn_id, "begin_turn"):
                    ack = await self.engine.begin_turn(
                        answer.begun, update_id, self.delayed(turn_id, SAVED)
                    )
            except InterviewError as error:
                log.warning("turn.refused", code=error.code)
                self.uplink.drop(answer)
                self.tell(error_message(error, turn_id=turn_id, recoverable=_goes_on(error)))
                await self._forget(turn_id)
                return
            if ack.outcome != "running":
                self.replied(turn_id)
            await self._close_orphan(ack.behind)
            await self._acknowledged(ack, answer.begun.interruption)

    async def _give_typed(self, answer: AnswerTextInput, update_id: str) -> None:
        turn_id = answer.turn_id
        with structlog.contextvars.bound_contextvars(turn_id=turn_id):
            try:
                with self.reply.asking(turn_id, "answer_text"):
                    ack = await self.engine.answer_text(
                        answer, update_id, self.delayed(turn_id, SAVED)
                    )
            except InterviewError as error:
                log.warning("turn.refused", code=error.code)
                self.tell(error_message(error, turn_id=turn_id, recoverable=_goes_on(error)))
                return
            await self._close_orphan(ack.behind)
            await self._acknowledged(ack)

    async def _close_orphan(self, turn_id: str | None) -> None:
        """A client gives one answer at a time: the one before has no sender any more, and its
        stages would wait for the rest of it."""
        if turn_id is None:
            return
        with suppress(TimeoutError):  # a connection that is over appends nothing more
            async with asyncio.timeout(DRAIN_S):
                await self.uplink.drain()
        try:
            await AudioStream(self.streams, self.interview_id, turn_id).close()
        except StreamError:
            pass  # the stage notices by itself, later

    async def _acknowledged(self, ack: TurnAck, cut: Interruption | None = None) -> None:
        """What became of it, for a client that may have missed it."""
        match ack.outcome:
            case "running" | "stalled":
                self.tell(TurnAccepted(turn_id=ack.turn_id))
            case "committed":
                answer = await self.records.find_answer(self.interview_id, ack.turn_id)
                sequence = 0 if answer is None else answer.sequence
                self.tell(TurnCommitted(turn_id=ack.turn_id, sequence=sequence))
            case "no_speech" | "cancelled" | "failed":
                await self._forget(ack.turn_id)
                resume = cut if ack.outcome == "cancelled" else None
                self.tell(TurnDiscarded(turn_id=ack.turn_id, reason=ack.outcome, resume=resume))

    async def _forget(self, turn_id: str) -> None:
        try:
            await self.pending.forget(turn_id)
        except StreamError:
            pass  # it expires, and whoever takes it up is told the same

    async def _in_turn(self, call: Coroutine[Any, Any, None], wait_s: float) -> None:
        try:
            if wait_s:
                await asyncio.sleep(wait_s)
            await call
        finally:
            call.close()
            self._requests_waiting -= 1

    def _update_id(self, name: str) -> str:
        # Not the turn id alone: the server would answer a repeated one with what was said then,
        # and not with what has become of the turn since.
        self._request_number += 1
        return f"{name}.{self.connection_id}.{self._request_number}"


def _goes_on(error: InterviewError) -> bool:
    return error.code != "interview.ended"


def _out_of_order(message: str) -> ConflictError:
    return ConflictError("turn.out_of_order", message)


def _now() -> float:
    return asyncio.get_running_loop().time()
