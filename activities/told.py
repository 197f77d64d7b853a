"""Listening, as it is told to the room and to the next stage."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from interview.contracts.turns import TranscribeResult
from interview.ports import Transcription
from interview.protocol.server import PartialTranscript, Status, TurnResend
from interview.streams.log import StreamLog
from interview.streams.outbound import MAXLEN, OutboundWriter
from interview.streams.text import TextWriter

__all__ = ["Told"]

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """The `Reports` of one run of `transcribe`. Every method raises `StreamError`."""

    log: StreamLog
    text: TextWriter
    out: OutboundWriter
    turn_id: str
    provider: str
    """Who recognizes, where there is no choice."""

    async def partial(self, so_far: str) -> None:
        await self.out.send(PartialTranscript(turn_id=self.turn_id, text=so_far))

    async def missing(self, from_chunk: int) -> None:
        log.warning("audio.chunks_missing", from_chunk=from_chunk)
        await self.out.send(TurnResend(turn_id=self.turn_id, from_chunk=from_chunk))

    async def ended(self, spoken_ms: int) -> None:
        status = (self.out.key, self.out.entry(Status(state="processing_stt")), MAXLEN)
        # Redis wakes the reader of what it was told last before the others.
        answer = [(self.text.key, self.text.ended(spoken_ms), None)] if spoken_ms else []
        await self.log.append_to(status, *answer)

    async def tentative(self, heard: Transcription, duration_ms: int, spoken_ms: int) -> None:
        answer = TranscribeResult(
            outcome="committed",
            text=heard.text,
            confidence=heard.confidence,
            duration_ms=duration_ms,
            provider=heard.provider or self.provider,
            spoken_ms=spoken_ms,
        )
        words = self.out.entry(PartialTranscript(turn_id=self.turn_id, text=heard.text))
        await self.log.append_to(
            (self.text.key, self.text.tentative(answer), None), (self.out.key, words, MAXLEN)
        )

    async def withdrawn(self) -> None:
        await self.log.append_to((self.text.key, self.text.withdrawn(), None))
