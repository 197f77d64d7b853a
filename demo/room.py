"""A version 2 client: everything a browser does, without one.

It reconnects and resumes by itself, keeps an answer until `turn_committed`, sends it again
when asked, and drops sound it has already received.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from demo.pending import PendingAnswer
from interview.protocol import SUBPROTOCOL_V2
from interview.protocol.client import (
    AnswerText,
    EndSession,
    Hello,
    Interruption,
    Pause,
    Ping,
    PlaybackComplete,
    Repeat,
    Resume,
    TurnCancel,
    UplinkFormat,
)
from interview.protocol.frames import AudioFrame
from interview.protocol.server import (
    SERVER_MESSAGE,
    CodePad,
    CodeResult,
    EndpointingChanged,
    ErrorMessage,
    PhaseChanged,
    Sentence,
    ServerMessage,
    SessionEnded,
    SessionStarted,
    Snapshot,
    Superseded,
    Transcript,
    TurnCommitted,
    TurnDiscarded,
    TurnResend,
    UtteranceEnd,
    UtteranceStart,
)

__all__ = ["PendingAnswer", "Room", "Utterance"]

PING_S = 5.0
RECONNECT_S = 0.05
CONNECT_TIMEOUT_S = 5.0


@dataclass(slots=True)
class Utterance:
    """What the interviewer said, as received. `pcm16` is mono 24 kHz, by sentence."""

    utterance_id: str
    turn_id: str
    sequence: int
    pcm16: dict[int, bytearray] = field(default_factory=dict[int, bytearray])
    captions: dict[int, str] = field(default_factory=dict[int, str])
    """By sentence."""
    frames_at: list[float] = field(default_factory=list[float])
    """`time.perf_counter()` of each piece of new sound."""
    sentences_at: dict[int, float] = field(default_factory=dict[int, float])
    """Of the first piece of each sentence."""
    ended: bool = False

    @property
    def first_audio_at(self) -> float | None:
        return self.frames_at[0] if self.frames_at else None

    def sound(self) -> bytes:
        return b"".join(bytes(self.pcm16[i]) for i in sorted(self.pcm16))


class Room:
    """One candidate's connection to one interview, over any number of sockets.

    `on_message` sees every server message once it has been applied.
    """

    def __init__(
        self,
        url: str,
        interview_id: str,
        *,
        on_message: Callable[[ServerMessage], None] = lambda _: None,
    ) -> None:
        self._url = f"{url.replace('http', 'ws', 1)}/ws/interview/{interview_id}"
        self._on_message = on_message
        self._socket: ClientConnection | None = None
        self._changed = asyncio.Condition()
        self._runner: asyncio.Task[None] | None = None
        self.last_seq: int | None = None
        self.snapshot: Snapshot | None = None
        self.transcript: dict[int, Transcript] = {}
        self.utterances: dict[int, Utterance] = {}
        self.committed: dict[str, int] = {}
        self.discarded: dict[str, str] = {}
        self.errors: list[ErrorMessage] = []
        self.ended: SessionEnded | None = None
        self.superseded = False
        self.pad: CodePad | None = None
        self.code_results: dict[str, CodeResult] = {}
        """By run."""
        self.pending: PendingAnswer | None = None
        self.pending_text: AnswerText | None = None
        self.endpointing_ms = 0
        """Silence that ends a hands-free answer."""
        self.spoken_until = 0.0
        self.connections = 0
        self.duplicate_frames = 0
        self.gaps_s: list[float] = []
        """From losing the server to being back in the room, each time."""
        self.connects_s: list[float] = []
        """The part of each until a socket was open; after it the server lets them in."""
        self._lost_at: float | None = None
        self._open_at = 0.0

    async def __aenter__(self) -> Room:
        self._runner = asyncio.create_task(self._stay_connected())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            self._runner.cancel()
            with suppress(asyncio.CancelledError):
                await self._runner
        if self._socket is not None:
            await self._socket.close()

    async def wait(self, condition: Callable[[], object], timeout_s: float = 60.0) -> None:
        """Raises `TimeoutError`."""
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(lambda: bool(condition()) or self._crashed())
        if self._crashed() and self._runner is not None:
            self._runner.result()

    async def speak(
        self,
        turn_id: str,
        chunks: Sequence[tuple[bytes, float]],
        *,
        format: UplinkFormat = "webm",
        sample_rate_hz: int = 16_000,
        duration_ms: int,
        at_chunk: dict[int, Callable[[], Awaitable[None]]] | None = None,
        hands_free: bool = False,
        silences: Sequence[tuple[int, int]] = (),
        trailing_ms: int = 0,
        interrupted: Interruption | None = None,
    ) -> float:
        """Sends `(bytes, seconds to wait before it)` as an answer being given; returns the
        `time.perf_counter()` of its end. `at_chunk` runs something in the middle.

        `hands_free`: in each of the `silences` (from chunk, to chunk) a voice detector hears
        nobody, and the answer ends when the last spoken sample, which `trailing_ms` of silence
        in `chunks` follow, is as long ago as the server wants for how it sounds. `spoken_until`
        tells when it was.
        """
        mode = "hands_free" if hands_free else "hold"
        answer = PendingAnswer(turn_id, format, sample_rate_hz, mode, interrupted)
        self.pending = answer
        await self._flush()
        for index, (data, wait_s) in enumerate(chunks):
            if at_chunk and index in at_chunk:
                await at_chunk[index]()
            await asyncio.sleep(wait_s)
            answer.chunks.append(data)
            answer.silent = hands_free and any(a <= index < b for a, b in silences)
            await self._flush()
        self.spoken_until = time.perf_counter() - trailing_ms / 1000
        if hands_free:
            await self._wait_for_silence(answer)
        answer.ended, answer.duration_ms = True, duration_ms
        ended_at = time.perf_counter()
        await self._flush()
        return ended_at

    async def type(self, turn_id: str, text: str) -> None:
        self.pending_text = AnswerText(type="answer_text", turn_id=turn_id, text=text)
        await self._send(self.pending_text.model_dump_json())

    async def cancel(self, turn_id: str) -> None:
        """It was only a cough."""
        self.pending = None
        await self._send(TurnCancel(type="turn_cancel", turn_id=turn_id).model_dump_json())

    async def repeat(self) -> None:
        await self._send(Repeat(type="repeat").model_dump_json())

    async def pause(self) -> None:
        await self._send(Pause(type="pause").model_dump_json())

    async def resume(self) -> None:
        await self._send(Resume(type="resume").model_dump_json())

    async def end(self) -> None:
        await self._send(EndSession(type="end_session").model_dump_json())

    async def drop(self) -> None:
        """Loses the network: the socket is torn down without a word."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def send_raw(self, data: str | bytes) -> None:
        await self._send(data)

    def last_utterance(self) -> Utterance | None:
        return self.utterances[max(self.utterances)] if self.utterances else None

    def settled(self, turn_id: str) -> bool:
        return turn_id in self.committed or turn_id in self.discarded

    def reply_to(self, turn_id: str) -> Utterance | None:
        return next((u for u in self.utterances.values() if u.turn_id == turn_id), None)

    async def _wait_for_silence(self, answer: PendingAnswer) -> None:
        def left_s() -> float:
            wait_ms = answer.other_wait_ms or self.endpointing_ms
            return self.spoken_until + wait_ms / 1000 - time.perf_counter()

        while (seconds := left_s()) > 0:
            known = answer.other_wait_ms
            with suppress(TimeoutError):
                await self.wait(lambda known=known: answer.other_wait_ms != known, seconds)

    def _is_usual(self, message: EndpointingChanged) -> bool:
        return message.usual_ms == self.endpointing_ms

    # Connection

    async def _stay_connected(self) -> None:
        while self.ended is None and not self.superseded:
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    socket = await connect(
                        self._url,
                        subprotocols=[Subprotocol(SUBPROTOCOL_V2)],
                        compression=None,
                        max_size=None,
                        ping_interval=None,
                        proxy=None,
                    )
            except (OSError, InvalidHandshake, TimeoutError, ConnectionClosed):
                await asyncio.sleep(RECONNECT_S)
                continue
            with suppress(ConnectionClosed):
                await self._use(socket)
            self._socket = None
            self._lost_at = self._lost_at or time.perf_counter()
            await asyncio.sleep(RECONNECT_S)

    async def _use(self, socket: ClientConnection) -> None:
        self._open_at = time.perf_counter()
        hello = Hello(type="hello", last_seq=self.last_seq)
        await socket.send(hello.model_dump_json())
        self.connections += 1
        pinging = asyncio.create_task(self._ping(socket))
        try:
            async for data in socket:
                if isinstance(data, bytes):
                    self._take_audio(AudioFrame.unpack(data))
                else:
                    message = SERVER_MESSAGE.validate_json(data)
                    await self._take(socket, message, data)
                async with self._changed:
                    self._changed.notify_all()
        finally:
            pinging.cancel()

    async def _ping(self, socket: ClientConnection) -> None:
        nonce = 0
        while True:
            await asyncio.sleep(PING_S)
            nonce += 1
            with suppress(ConnectionClosed):
                await socket.send(Ping(type="ping", nonce=nonce).model_dump_json())

    async def _take(self, socket: ClientConnection, message: ServerMessage, data: str) -> None:
        seq = _seq(data)
        if seq is not None:
            self.last_seq = max(self.last_seq or 0, seq)
        match message:
            case SessionStarted():
                await self._started(socket, message)
            case TurnResend():
                await self._resend(message)
            case UtteranceEnd():
                await self._utterance_ended(socket, message)
            case CodePad():
                self.pad = message
            case CodeResult():
                self.code_results[message.run_id] = message
            case _:
                self._note(message)
        self._on_message(message)

    def _note(self, message: ServerMessage) -> None:  # noqa: C901 - one case a message
        match message:
            case Transcript():
                self.transcript[message.sequence] = message
            case TurnCommitted():
                self._settle(message.turn_id)
                self.committed[message.turn_id] = message.sequence
            case TurnDiscarded():
                self._settle(message.turn_id)
                self.discarded[message.turn_id] = message.reason
            case UtteranceStart():
                self.utterances.setdefault(
                    message.sequence,
                    Utterance(message.utterance_id, message.turn_id, message.sequence),
                )
            case Sentence():
                self._caption(message)
            case PhaseChanged():
                self.endpointing_ms = message.endpointing_ms
            case EndpointingChanged() if self.pending and self._is_usual(message):
                self.pending.waits_otherwise(message)
            case ErrorMessage():
                self.errors.append(message)
            case SessionEnded():
                self.ended = message
            case Superseded():
                self.superseded = True
            case _:
                pass

    def _caption(self, message: Sentence) -> None:
        for utterance in self.utterances.values():
            if utterance.utterance_id == message.utterance_id:
                utterance.captions[message.index] = message.text

    async def _started(self, socket: ClientConnection, message: SessionStarted) -> None:
        assert message.snapshot is not None, "version 2 always has a snapshot"
        if self._lost_at is not None:
            self.gaps_s.append(time.perf_counter() - self._lost_at)
            self.connects_s.append(self._open_at - self._lost_at)
            self._lost_at = None
        self.snapshot = message.snapshot
        self.endpointing_ms = message.snapshot.endpointing_ms
        for line in message.snapshot.transcript:
            self.transcript[line.sequence] = line
        for turn_id in message.snapshot.committed_turns:
            self.committed.setdefault(turn_id, 0)
            self._settle(turn_id)
        if (answer := self.pending) is not None:
            answer.reconnected(message.snapshot.pending_turn)
        self._socket = socket
        if self.pending is not None:
            await self._flush()
        elif self.pending_text is not None:
            await self._send(self.pending_text.model_dump_json())

    async def _resend(self, message: TurnResend) -> None:
        answer = self.pending
        if answer is not None and answer.turn_id == message.turn_id:
            answer.wanted_again(message.from_chunk)
            await self._flush()

    async def _utterance_ended(self, socket: ClientConnection, message: UtteranceEnd) -> None:
        for utterance in self.utterances.values():
            if utterance.utterance_id == message.utterance_id:
                utterance.ended = True
        done = PlaybackComplete(type="playback_complete", utterance_id=message.utterance_id)
        await socket.send(done.model_dump_json())

    def _take_audio(self, frame: AudioFrame) -> None:
        self.last_seq = max(self.last_seq or 0, frame.seq)
        utterance = self.utterances.get(frame.sequence)
        if utterance is None:
            return
        sound = utterance.pcm16.setdefault(frame.sentence, bytearray())
        if frame.offset_samples * 2 == len(sound):
            sound += frame.pcm16
            now = time.perf_counter()
            utterance.frames_at.append(now)
            utterance.sentences_at.setdefault(frame.sentence, now)
        else:
            self.duplicate_frames += 1

    def _settle(self, turn_id: str) -> None:
        if self.pending is not None and self.pending.turn_id == turn_id:
            self.pending = None
        if self.pending_text is not None and self.pending_text.turn_id == turn_id:
            self.pending_text = None

    async def _flush(self) -> None:
        """Sends what the present connection has not seen of the pending answer."""
        answer = self.pending
        if answer is None or self._socket is None:
            return
        for message in answer.unsent():
            await self._send(message)

    async def _send(self, data: str | bytes) -> None:
        socket = self._socket
        if socket is not None:
            with suppress(ConnectionClosed):
                await socket.send(data)

    def _crashed(self) -> bool:
        runner = self._runner
        return (
            runner is not None
            and runner.done()
            and not runner.cancelled()
            and (runner.exception() is not None)
        )


def _seq(data: str) -> int | None:
    """`{"seq":123,...`: the server puts it first."""
    head = data[:40]
    if not head.startswith('{"seq":'):
        return None
    return int(head[7 : head.index(",")])
