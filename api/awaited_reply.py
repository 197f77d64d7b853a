"""How long a candidate waits for the first sound of a reply, as one connection sees it."""

from __future__ import annotations

import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from interview.domain.phrases import is_opener
from interview.errors import InterviewError
from interview.protocol.client import TurnMode
from interview.streams.outbound import OutEvent
from interview.telemetry import tracing
from interview.telemetry.metrics import FIRST_SOUND_S

__all__ = ["AwaitedReply"]

_BEGINS = b'{"type":"utterance_start"'
_CAPTION = b'{"type":"sentence"'
_ENDS = (b'{"type":"utterance_end"', b'{"type":"turn_discarded"')


@dataclass(slots=True)
class AwaitedReply:
    """From an answer to its reply: the first sound after an opener is counted from the end of the
    answer, and the trace of the turn begins and ends here."""

    interview_id: str
    _turn_id: bytes = field(init=False, default=b"")
    _mode: TurnMode | Literal["typed"] = field(init=False, default="hold")
    _ended_at: float = field(init=False, default=0.0)
    _has_begun: bool = field(init=False, default=False)
    _is_opener: bool = field(init=False, default=False)
    """What is being said."""
    _is_heard: bool = field(init=False, default=False)
    _span: tracing.Span = field(init=False, default=tracing.NOTHING)
    _part: tracing.Span = field(init=False, default=tracing.NOTHING)

    def begun(self, turn_id: str, mode: TurnMode | Literal["typed"]) -> None:
        """The candidate answers. A typed answer is one when it begins."""
        self.close()
        self._turn_id, self._mode = turn_id.encode(), mode
        self._has_begun = self._is_heard = False
        self._span = tracing.turn_span(self.interview_id, turn_id, mode=mode)
        if mode == "typed":
            self._wait(turn_id)
        else:
            self._part = tracing.turn_span(self.interview_id, turn_id, "bridge answer")

    def is_due(self, turn_id: str) -> None:
        """The answer has ended just now."""
        if self._turn_id == turn_id.encode():
            self._part.end()
            self._wait(turn_id)

    @contextmanager
    def asking(self, turn_id: str, what: str) -> Generator[None]:
        """The workflow, for as long as it takes to say that it knows."""
        span = tracing.turn_span(self.interview_id, turn_id, f"bridge {what}")
        try:
            yield
        except InterviewError as error:
            span.failed(error.code)
            raise
        finally:
            span.end()

    def saw(self, event: OutEvent) -> None:
        """An event that is on its way to the client."""
        if not self._turn_id:
            return
        if event.kind == "message":
            if event.data.startswith(_BEGINS):
                self._has_begun = self._turn_id in event.data
            elif not self._is_heard and event.data.startswith(_CAPTION):
                self._is_opener = is_opener(json.loads(event.data)["text"])
            elif event.data.startswith(_ENDS) and self._is_over(event.data):
                self.close()
        elif self._has_begun and not (self._is_heard or self._is_opener) and event.kind == "audio":
            self._is_heard = True
            if self._ended_at:
                FIRST_SOUND_S.labels(self._mode).observe(time.monotonic() - self._ended_at)
            self._part.end()

    def close(self) -> None:
        """The reply has been sent, or nobody waits for it here any more."""
        if self._turn_id:
            self._turn_id, self._ended_at = b"", 0.0
            self._part.end()
            self._span.end()

    def _wait(self, turn_id: str) -> None:
        self._ended_at = time.monotonic()
        self._part = tracing.turn_span(self.interview_id, turn_id, "bridge first_sound")

    def _is_over(self, data: bytes) -> bool:
        """An utterance's end does not say whose it is: it is that of the one that has begun."""
        return self._has_begun or self._turn_id in data
