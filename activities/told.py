"""Listening, as it is told to the room and to the next stage."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from interview.contracts.turns import TranscribeResult
from interview.domain.endpointing import Endpointing, Sound
from interview.domain.phases import Phase
from interview.ports import Transcription
from interview.protocol.server import EndpointingChanged, PartialTranscript, Status, TurnResend
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
    phase: Phase
    """Of the question that is being answered."""
    endpointing: Endpointing

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

    async def sounded(self, sounds: Sound, chunks: int) -> None:
        usual_ms = self.endpointing.wait_ms(self.phase)
        wait_ms = self.endpointing.wait_ms(self.phase, sounds)
        if wait_ms == usual_ms:
            return
        changed = EndpointingChanged(
            turn_id=self.turn_id, chunks=chunks, sounds=sounds, wait_ms=wait_ms, usual_ms=usual_ms
        )
        await self.out.send(changed)
