"""One browser tab: it resends and reconnects as the page does, and writes everything down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from chaos.fold import RoomState
from chaos.mangle import Honest, Mangler
from chaos.record import Arrived, Record
from interview.protocol import SUBPROTOCOL_V2, limits
from interview.protocol.client import (
    AnswerText,
    EndSession,
    Hello,
    Pause,
    Ping,
    PlaybackComplete,
    Resume,
    TurnCancel,
    TurnEnd,
    TurnStart,
)
from interview.protocol.frames import AudioFrame, pack_uplink
from interview.protocol.server import (
    SERVER_MESSAGE,
    ErrorMessage,
    PendingTurn,
    Pong,
    ServerMessage,
    SessionStarted,
    Superseded,
    TurnCommitted,
    TurnDiscarded,
    TurnResend,
    UtteranceEnd,
    UtteranceStart,
)

__all__ = ["Answer", "Tab"]

PING_S = 1.0
SILENCE_S = 3.0
"""The page waits longer; a test has no time to."""
CONNECT_S = 5.0
BACKOFF_S = (0.05, 1.0)
AGAIN_S = 1.0
_DELAYED = {"temporal.unavailable"}
_AGAIN = {"temporal.refused", "rate.exceeded"}
_FINAL = {limits.CLOSE_SUPERSEDED, limits.CLOSE_NOT_FOUND, limits.CLOSE_VIOLATION}


@dataclass(slots=True)
class Answer:
    """Until the server has it. `text` is None of a spoken one, whose `chunks` grow."""

    turn_id: str
    text: str | None = None
    chunks: list[bytes] = field(default_factory=list[bytes])
    ended: bool = False
    duration_ms: int = 0
    outcome: str = ""


@dataclass(slots=True)
class _Sent:
    """On the present connection."""

    start: bool = False
    chunks: int = 0
    end: bool = False


class Tab:
    """`on_message` and `on_sound` are called once what they tell of has been taken in."""

    def __init__(
        self,
        url: str,
        interview_id: str,
        name: str = "tab",
        *,
        mangler: Mangler | None = None,
    ) -> None:
        self._url = f"{url.replace('http', 'ws', 1)}/ws/interview/{interview_id}"
        self.record = Record(interview_id, name)
        self.state = RoomState()
        self.answer: Answer | None = None
        self.utterances: dict[str, bool] = {}
        """By turn: whether the reply's end has come."""
        self.sounding: set[str] = set()
        """Turns whose reply has been heard of."""
        self.superseded = False
        self.foreign: str | None = None
        """The answer of another tab that was under way when this one came in."""
        self.connections = 0
        self.entered = 0
        """Times it has been told where the interview stands."""
        self.on_message: Callable[[ServerMessage], None] = lambda _: None
        self.on_sound: Callable[[str], None] = lambda _: None
        self._mangler = mangler or Honest()
        self._socket: ClientConnection | None = None
        self._open = False
        self._sent = _Sent()
        self._last_seq: int | None = None
        self._turns: dict[int, str] = {}
        self._ids: dict[str, str] = {}
        self._changed = asyncio.Condition()
        self._heard_at = 0.0
        self._closed_for_good = False
        self._runner: asyncio.Task[None] | None = None
        self._later: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Tab:
        self._runner = asyncio.create_task(self._stay_connected())
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in (self._runner, *self._later):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        if self._socket is not None:
            self._socket.transport.abort()

    # What the candidate does

    async def begin(self, answer: Answer) -> None:
        self.answer, self._sent = answer, _Sent()
        await self._pump()

    async def go_on(self) -> None:
        """After `answer.chunks` has grown, or has come to its end."""
        await self._pump()

    async def pause(self) -> None:
        await self._send(Pause(type="pause").model_dump_json())

    async def resume(self) -> None:
        await self._send(Resume(type="resume").model_dump_json())

    async def end(self) -> None:
        await self._send(EndSession(type="end_session").model_dump_json())

    def drop(self) -> None:
        """Loses the network, without a word."""
        if self._socket is not None:
            self._socket.transport.abort()

    def reload(self) -> None:
        """The page anew: it knows nothing but the answer that is not safe yet."""
        self.record.reloads += 1
        self._last_seq = None
        self.drop()

    async def wait(self, condition: Callable[[], object], timeout_s: float) -> bool:
        """False when it did not come true."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: bool(condition()) or self._crashed())
        if self._crashed() and self._runner is not None:
            self._runner.result()
        return bool(condition())

    # Connection

    async def _stay_connected(self) -> None:
        backoff_s = BACKOFF_S[0]
        while not self._closed_for_good:
            try:
                async with asyncio.timeout(CONNECT_S):
                    socket = await connect(
                        self._url,
                        subprotocols=[Subprotocol(SUBPROTOCOL_V2)],
                        compression=None,
                        max_size=None,
                        ping_interval=None,
                        close_timeout=0.2,
                        proxy=None,
                    )
            except (OSError, InvalidHandshake, TimeoutError, ConnectionClosed):
                await asyncio.sleep(backoff_s)
                backoff_s = min(backoff_s * 2, BACKOFF_S[1])
                continue
            before = len(self.record.arrived)
            try:
                await self._use(socket)
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd is not None else 0
                self._closed_for_good = code in _FINAL
            finally:
                self._open, self._socket = False, None
                socket.transport.abort()
            if self.state.ended is not None:
                self._closed_for_good = True
            if len(self.record.arrived) > before:
                backoff_s = BACKOFF_S[0]
            await self._tell()
            await asyncio.sleep(backoff_s)

    async def _use(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._mangler.reset()
        self._heard_at = _now()
        await socket.send(Hello(type="hello", last_seq=self._last_seq).model_dump_json())
        self.connections += 1
        pinging = asyncio.create_task(self._ping(socket))
        try:
            while True:
                data = await socket.recv()
                self._heard_at = _now()
                if isinstance(data, bytes):
                    self._take_sound(AudioFrame.unpack(data))
                else:
                    await self._take(SERVER_MESSAGE.validate_json(data), _seq(data))
                await self._tell()
        finally:
            pinging.cancel()

    async def _ping(self, socket: ClientConnection) -> None:
        nonce = 0
        while _now() - self._heard_at < SILENCE_S:
            await asyncio.sleep(PING_S)
            nonce += 1
            with suppress(ConnectionClosed):
                await socket.send(Ping(type="ping", nonce=nonce).model_dump_json())
        socket.transport.abort()  # a frozen server closes nothing

    # Coming in

    async def _take(self, message: ServerMessage, seq: int | None) -> None:
        if isinstance(message, SessionStarted):
            if message.resumed_from_seq is None:
                self._last_seq = None
        elif not isinstance(message, Pong | Superseded) and seq is not None:
            self._last_seq = max(self._last_seq or 0, seq)
        if isinstance(message, Pong):
            return
        self.record.arrived.append(Arrived(_now(), self.connections, seq, message))
        self.state.take(message)
        match message:
            case SessionStarted():
                await self._entered(message)
            case TurnResend():
                await self._again(message.turn_id, message.from_chunk)
            case UtteranceEnd():
                self.utterances[self._ids.get(message.utterance_id, "")] = True
                done = PlaybackComplete(type="playback_complete", utterance_id=message.utterance_id)
                await self._send(done.model_dump_json())
            case _:
                self._note(message)
        self.on_message(message)

    def _note(self, message: ServerMessage) -> None:
        match message:
            case TurnCommitted():
                self._settle(message.turn_id, "committed")
            case TurnDiscarded():
                self._settle(message.turn_id, f"discarded: {message.reason}")
            case UtteranceStart():
                self._ids[message.utterance_id] = message.turn_id
                self._turns[message.sequence] = message.turn_id
                self.utterances.setdefault(message.turn_id, False)
            case ErrorMessage():
                self._failed(message)
            case Superseded():
                self.superseded = self._closed_for_good = True
            case _:
                pass

    def _take_sound(self, frame: AudioFrame) -> None:
        self._last_seq = max(self._last_seq or 0, frame.seq)
        turn_id = self._turns.get(frame.sequence)
        if turn_id is None:
            return  # as the page does: of nothing that was announced
        if self.record.hear(_now(), frame) and turn_id not in self.sounding:
            self.sounding.add(turn_id)
            self.on_sound(turn_id)

    async def _entered(self, message: SessionStarted) -> None:
        assert message.snapshot is not None, "version 2 always has a snapshot"
        self._open, self._sent = True, _Sent()
        self.entered += 1
        pending = message.snapshot.pending_turn
        answer = self.answer
        if answer is not None and answer.turn_id in message.snapshot.committed_turns:
            self._settle(answer.turn_id, "committed")
        elif answer is not None and pending is not None and pending.turn_id == answer.turn_id:
            self._sent = _Sent(pending.ended, pending.next_chunk, pending.ended)
        if pending is not None and not pending.ended:
            mine = self.answer
            if mine is None or mine.turn_id != pending.turn_id:
                self.foreign = pending.turn_id
                await self._send(_finish(pending).model_dump_json())
        await self._pump()

    def _failed(self, message: ErrorMessage) -> None:
        answer = self.answer
        if answer is None or message.turn_id != answer.turn_id or message.code in _DELAYED:
            return
        if message.code in _AGAIN:
            task = asyncio.create_task(self._again_later(answer.turn_id))
            self._later.add(task)
            task.add_done_callback(self._later.discard)
        else:
            self._settle(answer.turn_id, f"refused: {message.code}")

    def _settle(self, turn_id: str, outcome: str) -> None:
        for said in self.record.said:
            # What is committed stays so, whatever is said of it afterwards.
            if said.turn_id == turn_id and said.outcome != "committed":
                said.outcome = outcome
        if self.answer is not None and self.answer.turn_id == turn_id:
            self.answer.outcome = outcome
            self.answer = None

    # Going out

    async def _again_later(self, turn_id: str) -> None:
        await asyncio.sleep(AGAIN_S)
        await self._again(turn_id, 0)

    async def _again(self, turn_id: str, from_chunk: int) -> None:
        if self.answer is not None and self.answer.turn_id == turn_id:
            self._sent = _Sent(from_chunk > 0, from_chunk, False)
            await self._pump()

    async def _pump(self) -> None:
        """Sends what this connection has not seen of the answer."""
        answer, sent = self.answer, self._sent
        if not self._open or answer is None or sent.end:
            return
        if answer.text is not None:
            sent.start = sent.end = True
            typed = AnswerText(type="answer_text", turn_id=answer.turn_id, text=answer.text)
            await self._send(typed.model_dump_json())
            return
        if not sent.start:
            sent.start = True
            start = TurnStart(type="turn_start", turn_id=answer.turn_id, format="webm")
            await self._send(start.model_dump_json())
        while self._sent is sent and sent.chunks < len(answer.chunks):
            index = sent.chunks
            sent.chunks += 1
            await self._send(pack_uplink(index, answer.chunks[index]))
        if answer.ended and self._sent is sent and not sent.end:
            sent.end = True
            end = TurnEnd(
                type="turn_end",
                turn_id=answer.turn_id,
                chunks=len(answer.chunks),
                duration_ms=answer.duration_ms,
            )
            await self._send(end.model_dump_json())

    async def _send(self, data: str | bytes) -> None:
        socket = self._socket
        if socket is not None:
            with suppress(ConnectionClosed):
                for piece in self._mangler.pieces(data):
                    await socket.send(piece)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _crashed(self) -> bool:
        runner = self._runner
        if runner is None or not runner.done() or runner.cancelled():
            return False
        return runner.exception() is not None


def _finish(pending: PendingTurn) -> TurnEnd | TurnCancel:
    """Begun in a tab that is gone: what arrived is the answer."""
    if pending.next_chunk:
        return TurnEnd(type="turn_end", turn_id=pending.turn_id, chunks=pending.next_chunk)
    return TurnCancel(type="turn_cancel", turn_id=pending.turn_id)


def _seq(data: str) -> int | None:
    head = data[:40]
    return int(head[7 : head.index(",")]) if head.startswith('{"seq":') else None


def _now() -> float:
    return time.monotonic()
