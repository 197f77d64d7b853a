"""An entered interview on one socket: what a client's messages do, and what is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import assert_never

import structlog

from api.answers import SOON, Answers
from api.awaited_reply import AwaitedReply
from api.dependencies import Services
from api.dialect import ClientMessage, Dialect
from api.engine import Engine
from api.entry import Entry, is_over, pending_turns, snapshot
from api.errors import error_message
from api.outbox import Outbox
from api.pads import PadDesk
from api.relay import Relay
from api.uplink import Uplink, gathering_s
from api.version1 import Version1
from api.version2 import Version2, Version2Mp3
from interview.errors import InterviewError, InvalidInputError
from interview.protocol.client import (
    AnswerText,
    Audio,
    CodeRun,
    CodeSnapshot,
    EndSession,
    Hello,
    Pause,
    Ping,
    PlaybackComplete,
    Repeat,
    Resume,
    SpeechPaused,
    SpeechResumed,
    TurnCancel,
    TurnEnd,
    TurnStart,
)
from interview.protocol.frames import unpack_uplink
from interview.protocol.server import Pong, ServerMessage, SessionEnded, SessionStarted, Status
from interview.streams.outbound import OutboundReader

__all__ = ["Room"]

log = structlog.stdlib.get_logger(__name__)


class Room:
    """Keeps nothing that a second process would need: all it knows is in the streams."""

    def __init__(
        self,
        services: Services,
        entry: Entry,
        connection_id: str,
        outbox: Outbox,
        hello: Hello | None,
    ) -> None:
        """`hello` is None on version 1."""
        record = entry.record
        self._services = services
        self._entry = entry
        self._engine = Engine(
            services.temporal, record, services.settings.public_url, services.records
        )
        self._streams_away = False
        pending = pending_turns(services, record.interview_id)
        self.uplink = Uplink(
            pending,
            self._away,
            self._back,
            self.tell,
            gather_s=lambda: gathering_s(services.attendance.count),
        )
        reply = self.reply = AwaitedReply(record.interview_id)
        self._answers = Answers(
            interview_id=record.interview_id,
            connection_id=connection_id,
            streams=services.streams,
            records=services.records,
            engine=self._engine,
            pending=pending,
            uplink=self.uplink,
            background=services.background,
            tell=self.tell,
            joins_chunks=services.settings.joined_chunks == "on",
            stall_after_s=record.limits.stall_after_s,
            reply=reply,
        )
        self._pads = PadDesk(
            services=services,
            record=record,
            engine=self._engine,
            connection_id=connection_id,
            tell=self.tell,
        )
        self._read_from = entry.after_seq
        self.dialect: Dialect
        if hello is None:
            self.dialect = Version1(outbox, self._answers.replied)
        elif hello.audio == "pcm16":
            self.dialect = Version2(outbox, entry.after_seq)
        else:
            self.dialect = Version2Mp3(outbox, entry.after_seq)
            self._read_from = min(entry.after_seq, entry.recent.utterance_seq or entry.after_seq)
        self._relay = Relay(
            reader=OutboundReader(services.streams, record.interview_id),
            dialect=self.dialect,
            outbox=outbox,
            connection_id=connection_id.encode(),
            takeover_seq=entry.takeover_seq,
            fences=entry.recent.fences(self._read_from),
            last_words=_last_words(entry) if is_over(record) else None,
            on_resend=self.uplink.sent_again_from,
            on_phase=self._at,
            on_away=self._away,
            on_back=self._back,
            reply=reply,
        )

    def open(self, tasks: asyncio.TaskGroup) -> None:
        """Says where the interview stands, and goes on from there."""
        entry, is_v2 = self._entry, self.dialect.version == 2
        self.tell(
            SessionStarted(
                session_id=entry.record.interview_id,
                version=self.dialect.version,
                resumed_from_seq=entry.resumed_from_seq,
                snapshot=snapshot(entry) if is_v2 else None,
            )
        )
        over = is_over(entry.record)
        if not is_v2 and entry.recent.utterance_seq is None and not over:
            self.tell(Status(state="ready"))
        if not over:
            self._at(entry.question_id)
        tasks.create_task(self._relay.run(self._read_from))
        tasks.create_task(self.uplink.run())
        if not over:
            self._services.background.spawn(
                self._ask(lambda _, on_delay: self._engine.start(on_delay))
            )
        if entry.begun is not None and entry.pending is not None:
            self._answers.adopt(entry.begun, entry.pending)
        resumed = entry.resumed_from_seq is not None
        log.info("connection.opened", version=self.dialect.version, resumed=resumed)

    def tell(self, message: ServerMessage) -> None:
        self.dialect.tell(message)

    def close(self) -> None:
        """The connection is over."""
        self.reply.close()
        self._pads.leave()

    def chunk(self, frame: bytes) -> None:
        """Raises `InvalidInputError`."""
        if self.dialect.version == 1:
            raise InvalidInputError("protocol.violation", "version 1 has no binary messages")
        index, data = unpack_uplink(frame)
        self._answers.chunk(index, data)

    @property
    def turn_id(self) -> str | None:
        """Of the answer that chunks belong to."""
        return self._answers.current.turn_id if self._answers.current else None

    def handle(self, message: ClientMessage) -> None:  # noqa: C901 - one case a message
        """Waits for nothing. Raises `InvalidInputError`, `ConflictError`."""
        answers = self._answers
        match message:
            case TurnEnd():
                answers.end(message)
            case TurnStart():
                answers.start(message)
            case SpeechPaused():
                answers.pause(message)
            case SpeechResumed():
                answers.resume(message)
            case TurnCancel():
                answers.cancel(message)
            case AnswerText():
                answers.typed(message)
            case Audio():
                answers.whole(message)
            case Ping():
                self.tell(Pong(nonce=message.nonce))
            case PlaybackComplete():
                if not answers.talking:
                    self.tell(Status(state="ready"))
            case Pause():
                answers.request(self._ask(self._engine.pause))
            case Resume():
                answers.request(self._ask(self._engine.resume))
            case Repeat():
                answers.request(self._ask(self._engine.repeat))
            case CodeSnapshot():
                self._pads.save(message)
            case CodeRun():
                self._pads.run(message)
            case EndSession():
                answers.request(self._ask(self._engine.end))
            case Hello():
                raise InvalidInputError("protocol.violation", "hello comes once, and first")
            case _:
                assert_never(message)

    async def _ask(self, update: Callable[[str, Callable[[], None]], Awaitable[None]]) -> None:
        try:
            await update(self._answers.update_id(), self._answers.delayed(None, SOON))
        except InterviewError as error:
            self.tell(error_message(error, recoverable=error.code != "interview.ended"))

    def _at(self, question_id: str | None) -> None:
        if self.dialect.version == 2:
            self._pads.at(question_id)

    def _away(self, error: InterviewError) -> None:
        if not self._streams_away:
            self._streams_away = True
            log.warning("streams.away")
            self.tell(error_message(error))

    def _back(self) -> None:
        self._streams_away = False


def _last_words(entry: Entry) -> SessionEnded:
    record = entry.record
    return SessionEnded(
        session_id=record.interview_id,
        total_turns=record.total_turns,
        outcome=record.outcome or "completed",
    )
