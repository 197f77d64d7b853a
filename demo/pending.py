"""An answer as the client keeps it, until the server has it for good."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from interview.protocol.client import (
    Interruption,
    SpeechPaused,
    SpeechResumed,
    TurnEnd,
    TurnMode,
    TurnStart,
    UplinkFormat,
)
from interview.protocol.frames import pack_uplink
from interview.protocol.server import EndpointingChanged, PendingTurn

__all__ = ["PendingAnswer"]


@dataclass(slots=True)
class PendingAnswer:
    """`chunks` grows while the candidate speaks."""

    turn_id: str
    format: UplinkFormat
    sample_rate_hz: int
    mode: TurnMode = "hold"
    interrupted: Interruption | None = None
    chunks: list[bytes] = field(default_factory=list[bytes])
    silent: bool = False
    """Hands-free: no speech is heard at the moment."""
    ended: bool = False
    duration_ms: int = 0
    sent: int = 0
    """Chunks sent on the present connection."""
    silence_sent: bool = False
    paused_after: int | None = None
    """Chunks before the pause that the present connection was told of, while it lasts."""
    other_wait_ms: int | None = None
    """Of this pause; None where nothing else than usual was said of it."""
    end_sent: bool = False

    def reconnected(self, known: PendingTurn | None) -> None:
        """`known` is what the server has of its last pending answer."""
        mine = known if known is not None and known.turn_id == self.turn_id else None
        self.sent = mine.next_chunk if mine else 0
        self.end_sent = mine.ended if mine else False
        self.silence_sent = False
        self.paused_after = None

    def waits_otherwise(self, message: EndpointingChanged) -> None:
        if (message.turn_id, message.chunks) == (self.turn_id, self.paused_after):
            self.other_wait_ms = message.wait_ms

    def wanted_again(self, from_chunk: int) -> None:
        self.sent, self.end_sent = min(self.sent, from_chunk), False

    def unsent(self) -> Iterator[str | bytes]:
        """Messages that the present connection has not seen; each counts as sent."""
        if self.sent == 0 and not self.end_sent:
            yield TurnStart(
                type="turn_start",
                turn_id=self.turn_id,
                format=self.format,
                sample_rate_hz=self.sample_rate_hz,
                mode=self.mode,
                interrupted=self.interrupted,
            ).model_dump_json()
        while self.sent < len(self.chunks):
            self.sent += 1
            yield pack_uplink(self.sent - 1, self.chunks[self.sent - 1])
        if self.silent != self.silence_sent and not self.end_sent:
            self.silence_sent = self.silent
            yield self._silence()
        if self.ended and not self.end_sent:
            self.end_sent = True
            yield TurnEnd(
                type="turn_end",
                turn_id=self.turn_id,
                chunks=len(self.chunks),
                duration_ms=self.duration_ms,
            ).model_dump_json()

    def _silence(self) -> str:
        self.paused_after, self.other_wait_ms = (self.sent if self.silent else None), None
        if not self.silent:
            return SpeechResumed(type="speech_resumed", turn_id=self.turn_id).model_dump_json()
        return SpeechPaused(
            type="speech_paused", turn_id=self.turn_id, chunks=self.sent
        ).model_dump_json()
