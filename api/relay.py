"""From the interview's outbound stream to the socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from api.awaited_reply import AwaitedReply
from api.code_output import CODE_OUTPUT, OutputTold
from api.dialect import Dialect
from api.outbox import Outbox
from interview.errors import StreamError
from interview.protocol import limits
from interview.protocol.server import ServerMessage, Superseded, TurnResend
from interview.streams.fence import Fence
from interview.streams.outbound import OutboundReader, OutEvent, told

__all__ = ["Relay"]

log = structlog.stdlib.get_logger(__name__)

CLOSE_DONE = 1000
_RETRY_S = 0.1
_IDLE_S = 3.0
"""Of a room where nothing is said there is nothing to look after; hundreds of them would wake."""
_LAST_WORDS_S = 1.0
_RESEND = b'{"type":"turn_resend"'
_PHASE = b'{"type":"phase"'
_ENDED = b'{"type":"session_ended"'
"""Events that the bridge acts on itself are told by their first bytes."""


@dataclass(slots=True)
class Relay:
    """Between an event and the outbox lies nothing that waits, but for sound that has to be
    encoded. `on_away` and `on_back` tell of Redis."""

    reader: OutboundReader
    dialect: Dialect
    outbox: Outbox
    connection_id: bytes
    takeover_seq: int
    fences: dict[bytes, Fence]
    """Put up before what is read; they outlast an absence of Redis."""
    last_words: ServerMessage | None
    """Of an interview that was over already: said when the stream does not hold them."""
    on_resend: Callable[[str, int], None]
    on_phase: Callable[[str | None], None]
    """Is told the question that is being asked."""
    on_away: Callable[[StreamError], None]
    on_back: Callable[[], None]
    reply: AwaitedReply
    _output: OutputTold = field(init=False, default_factory=OutputTold)

    async def run(self, after_seq: int) -> None:
        """Until the interview is over or another connection has taken it."""
        idle_s = _IDLE_S if self.last_words is None else _LAST_WORDS_S
        while not self.outbox.closed:
            try:
                async for events in self.reader.events(after_seq, self.fences, idle_s=idle_s):
                    self.on_back()
                    for event in events:
                        after_seq = event.seq
                        if not self._is_news(event):
                            continue
                        if (work := self.dialect.relay(event)) is not None:
                            await work
                        self.reply.saw(event)
                        if event.data.startswith((_RESEND, _ENDED, _PHASE)):
                            self._act_on(event)
                    if not events and self.last_words is not None:
                        self.dialect.tell(self.last_words)
                        self.outbox.close(CLOSE_DONE)
                    if self.outbox.closed:
                        return
            except StreamError as error:
                self.on_away(error)
                await asyncio.sleep(_RETRY_S)

    def _is_news(self, event: OutEvent) -> bool:
        """For the client."""
        if event.kind == "takeover":
            self._taken_over(event)
            return False
        return not (event.data.startswith(CODE_OUTPUT) and self._output.is_known(event.data))

    def _act_on(self, event: OutEvent) -> None:
        if event.data.startswith(_RESEND):
            again = TurnResend.model_validate_json(event.data)
            self.on_resend(again.turn_id, again.from_chunk)
        elif event.data.startswith(_PHASE):
            self.on_phase(told(event.data).question_id)
        else:
            self.outbox.close(CLOSE_DONE)

    def _taken_over(self, event: OutEvent) -> None:
        if event.seq > self.takeover_seq and event.data != self.connection_id:
            log.info("connection.superseded")
            self.dialect.tell(Superseded())
            self.outbox.close(limits.CLOSE_SUPERSEDED)
