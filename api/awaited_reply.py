"""How long a candidate waits for the first sound of a reply, as one connection sees it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from interview.protocol.client import TurnMode
from interview.streams.outbound import OutEvent
from interview.telemetry.metrics import FIRST_SOUND_S

__all__ = ["AwaitedReply"]

_BEGINS = b'{"type":"utterance_start"'


@dataclass(slots=True)
class AwaitedReply:
    """From the end of an answer to the first sound that follows the beginning of its reply."""

    _turn_id: bytes = field(init=False, default=b"")
    _mode: TurnMode = field(init=False, default="hold")
    _ended_at: float = field(init=False, default=0.0)
    _has_begun: bool = field(init=False, default=False)

    def is_due(self, turn_id: str, mode: TurnMode) -> None:
        """The answer has ended just now."""
        self._turn_id, self._mode, self._has_begun = turn_id.encode(), mode, False
        self._ended_at = time.monotonic()

    def saw(self, event: OutEvent) -> None:
        """An event that is on its way to the client."""
        if not self._turn_id:
            return
        if event.kind == "message":
            if event.data.startswith(_BEGINS) and self._turn_id in event.data:
                self._has_begun = True
        elif self._has_begun and event.kind == "audio":
            FIRST_SOUND_S.labels(self._mode).observe(time.monotonic() - self._ended_at)
            self._turn_id = b""
