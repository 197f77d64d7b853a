"""Answers on their way into their audio streams: at once, in order, beside everything else."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from api.incoming import RateLimit
from api.pending import PendingTurns
from interview.contracts.interview import BeginTurnInput
from interview.errors import ConflictError, InvalidInputError, StreamError
from interview.protocol import limits
from interview.protocol.server import TurnResend
from interview.streams.audio import (
    AudioChunk,
    AudioEnd,
    AudioPause,
    AudioResume,
    AudioStart,
    AudioStream,
)

__all__ = ["Answer", "Uplink", "gathering_s"]

MAX_CHUNKS = 1_000_000
"""Of one answer; the bound of `turn_end.chunks`."""
_RETRY_S = 0.25
_GATHER_S_A_ROOM = 0.0025
_GATHER_MOST_S = 0.5
_GATHER_LEAST_S = 0.25
"""Less than this would find no second chunk, but its last one an answer's end, which comes right
behind it."""
_GATHER_END_S = 0.002
_GATHER_BYTES = 65_536

Piece = AudioChunk | AudioPause | AudioResume | AudioEnd
Step = AudioStart | Piece | Literal["drop"] | None
"""None stands for a cancel."""


def gathering_s(rooms: int) -> float:
    """How long chunks of an answer are kept together where `rooms` candidates may be talking.

    Each append wakes a stage, and with hundreds of rooms most of the machine's work is waking:
    what the last half second of an answer costs at its end is a few milliseconds.
    """
    wait_s = min(rooms * _GATHER_S_A_ROOM, _GATHER_MOST_S)
    return wait_s if wait_s >= _GATHER_LEAST_S else _GATHER_END_S


@dataclass(slots=True)
class Answer:
    """One answer, as this connection knows it.

    `open` takes chunks; `ended` has its end; `closed` takes nothing more, and what a client
    still sends of it is passed over in silence, because it has been told why.
    """

    begun: BeginTurnInput
    stream: AudioStream
    start: AudioStart | None
    """None: begun on another connection."""
    state: Literal["open", "ended", "closed"] = "open"
    cancelled: bool = False
    next_chunk: int = 0
    """The first chunk that is not on its way."""
    size_bytes: int = 0
    asked_for: int = -1
    """The last gap that was asked for."""
    paused: bool | None = False
    """None: begun on another connection, which may know."""
    pause_is_known: bool = False
    """To the stage: a pause above the rate is passed over."""

    @property
    def turn_id(self) -> str:
        return self.begun.turn_id


@dataclass(slots=True)
class Uplink:
    """Appends in the order of the calls. Between a call and its append lies nothing but one
    round trip, or the appends that were called for before it; chunks alone may wait for more of
    their kind for `gather_s()`.

    `on_away` and `on_back` tell of Redis; `on_missing` is told what has to be sent again.
    """

    pending: PendingTurns
    on_away: Callable[[StreamError], None]
    on_back: Callable[[], None]
    on_missing: Callable[[TurnResend], None]
    gather_s: Callable[[], float] = lambda: 0.0
    _draining: int = field(init=False, default=0)
    _waiting: deque[tuple[Answer, Step]] = field(
        init=False, default_factory=deque[tuple[Answer, Step]]
    )
    _something: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _idle: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _is_gathering: bool = field(init=False, default=False)
    _broken: bool = field(init=False, default=False)
    _latest: Answer | None = field(init=False, default=None)
    _pauses: RateLimit = field(
        init=False,
        default_factory=lambda: RateLimit(limits.MAX_PAUSES_PER_S, limits.PAUSES_WINDOW_S, 0.0),
    )

    def start(self, answer: Answer) -> None:
        """Names the answer and opens its stream."""
        self._latest = answer
        if answer.start is not None:
            self._put(answer, answer.start)

    def adopt(self, answer: Answer) -> None:
        """Goes on with an answer that was begun on another connection."""
        answer.paused = None
        self._latest = answer

    def chunk(self, answer: Answer, index: int, data: bytes) -> None:
        """A chunk that is there already is skipped; one after a gap is asked for again.

        Raises `InvalidInputError` (`audio.too_large`).
        """
        if answer.state != "open" or self._broken or index < answer.next_chunk:
            return
        if index >= MAX_CHUNKS or answer.size_bytes + len(data) > limits.MAX_ANSWER_BYTES:
            raise InvalidInputError(
                "audio.too_large",
                f"an answer holds at most {limits.MAX_ANSWER_BYTES} bytes; it ends here",
            )
        if index > answer.next_chunk:
            if answer.asked_for != answer.next_chunk:
                self._ask_again(answer)
            return
        answer.next_chunk += 1
        answer.size_bytes += len(data)
        self._put(answer, AudioChunk(index, data))

    def pause(self, answer: Answer, chunks: int, now: float) -> None:
        """The candidate has fallen silent after `chunks` chunks; repeated it does nothing.

        Raises `InvalidInputError` (`protocol.violation`, `rate.exceeded`), `ConflictError`
        (`turn.out_of_order`) when the chunks are not there.
        """
        self._require_hands_free(answer)
        if answer.state != "open" or self._broken or answer.paused:
            return
        if chunks > answer.next_chunk:
            if answer.asked_for == answer.next_chunk:
                return  # they are on their way again, and their end comes after them
            raise ConflictError("turn.out_of_order", "a pause after chunks that were not sent")
        answer.paused = True
        answer.pause_is_known = not self._pauses.take(now)
        if not answer.pause_is_known:
            raise InvalidInputError("rate.exceeded", "so many pauses are passed over")
        self._put(answer, AudioPause())

    def resume(self, answer: Answer) -> None:
        """They speak again. Raises as `pause`, `turn.out_of_order` where there was no pause."""
        self._require_hands_free(answer)
        if answer.state != "open" or self._broken:
            return
        if answer.paused is False:
            raise ConflictError("turn.out_of_order", "speech resumed without a pause")
        if answer.pause_is_known or answer.paused is None:
            self._put(answer, AudioResume())
        answer.paused = answer.pause_is_known = False

    def end(self, answer: Answer, chunks: int, duration_ms: int | None) -> None:
        """The answer has `chunks` chunks; what is missing of them is asked for again."""
        if answer.state != "open" or self._broken:
            return
        if chunks > answer.next_chunk:
            self._ask_again(answer)
            return
        answer.state = "ended"
        self._put(answer, AudioEnd(chunks, duration_ms))

    def finish(self, answer: Answer) -> None:
        """Closes an answer that cannot go on: what arrived of it is the answer."""
        if answer.state == "open":
            if answer.next_chunk:
                self.end(answer, answer.next_chunk, None)
            else:
                self.cancel(answer)
        answer.state = "closed"

    def cancel(self, answer: Answer) -> None:
        answer.state, answer.cancelled = "closed", True
        self._put(answer, None)

    def drop(self, answer: Answer) -> None:
        """Nobody takes it: it is not kept either. It may be begun again, from its first chunk."""
        answer.state, answer.next_chunk, answer.size_bytes = "closed", 0, 0
        self._put(answer, "drop")

    def sent_again_from(self, turn_id: str, from_chunk: int) -> None:
        """A stage has asked the client for these chunks again: they are not duplicates."""
        answer = self._latest
        if answer is not None and answer.turn_id == turn_id and answer.state != "closed":
            answer.state, answer.next_chunk, answer.size_bytes = "open", from_chunk, 0
            answer.paused = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            while not self._waiting:
                self._idle.set()
                self._something.clear()
                await self._something.wait()
                self._idle.clear()
            try:
                await self._gather()
                await self._append_next()
            except StreamError as error:
                await self._recover(error)

    async def drain(self) -> None:
        """Until all that was called for is appended."""
        if self._waiting:
            self._idle.clear()
        self._draining += 1
        self._something.set()
        try:
            await self._idle.wait()
        finally:
            self._draining -= 1

    def _require_hands_free(self, answer: Answer) -> None:
        if answer.begun.mode != "hands_free":
            raise InvalidInputError("protocol.violation", "this answer is ended by hand")

    def _put(self, answer: Answer, frame: Step) -> None:
        self._waiting.append((answer, frame))
        if not (self._is_gathering and self._may_wait()):
            self._something.set()

    async def _gather(self) -> None:
        """Until something comes that must not wait, or enough has come."""
        if not (wait_s := self.gather_s()) or not self._may_wait():
            return
        self._something.clear()
        self._is_gathering = True
        over = asyncio.get_running_loop().call_later(wait_s, self._something.set)
        try:
            await self._something.wait()
        finally:
            self._is_gathering = False
            over.cancel()

    def _may_wait(self) -> bool:
        size = 0
        for _, frame in self._waiting:
            if not isinstance(frame, AudioChunk):
                return False
            size += len(frame.data)
        return size < _GATHER_BYTES and not self._draining

    async def _append_next(self) -> None:
        answer, frame = self._waiting[0]
        if frame is None or frame == "drop":
            await answer.stream.cancel()
            await self.pending.forget(answer.turn_id)
            self._waiting.popleft()
        elif isinstance(frame, AudioStart):
            await self.pending.put(answer.begun)
            await answer.stream.start(frame)
            self._waiting.popleft()
        else:
            # All that waits of this answer in one round trip: a burst, or its last chunk and end.
            frames: list[Piece] = []
            for other, more in self._waiting:
                if other is not answer or not isinstance(more, Piece):
                    break
                frames.append(more)
            await answer.stream.append(*frames)
            for _ in frames:
                self._waiting.popleft()

    def _ask_again(self, answer: Answer) -> None:
        answer.asked_for = answer.next_chunk
        self.on_missing(TurnResend(turn_id=answer.turn_id, from_chunk=answer.next_chunk))

    async def _recover(self, error: StreamError) -> None:
        """Redis stayed away. What waits is let go: the client has it, and is asked for what
        did not arrive once Redis is back."""
        self._broken = True
        self._waiting.clear()
        self.on_away(error)
        while error.retryable:
            await asyncio.sleep(_RETRY_S)
            answer = self._latest
            try:
                if answer is not None:
                    await self._resume(answer)
            except StreamError as again:
                error = again
                continue
            if answer is self._latest:
                self._broken = False
                self.on_back()
                return
        # Nothing can be taken any more: the interview was erased.

    async def _resume(self, answer: Answer) -> None:
        if answer.cancelled:
            await answer.stream.cancel()
            await self.pending.forget(answer.turn_id)
            return
        if answer.state == "closed":
            return
        received, ended = await answer.stream.received()
        if ended:
            answer.state = "ended"
            return
        if answer.start is not None and not await answer.stream.exists():
            await self.pending.put(answer.begun)
            await answer.stream.start(answer.start)
        answer.state, answer.next_chunk, answer.size_bytes = "open", received, 0
        answer.paused = None  # what waited may have told of it, and was let go
        self._broken = False  # what is asked for may come before the next await
        self._ask_again(answer)
