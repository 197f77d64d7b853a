"""How a connection speaks: one dialect a protocol version and kind of sound."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Literal, Protocol

from interview.protocol.client import ClientMessageV1, ClientMessageV2
from interview.protocol.server import ServerMessage
from interview.streams.outbound import OutEvent

__all__ = ["ClientMessage", "Dialect"]

ClientMessage = ClientMessageV1 | ClientMessageV2


class Dialect(Protocol):
    """Puts into the connection's outbox what the client understands."""

    @property
    def version(self) -> Literal[1, 2]: ...

    def parse(self, text: str) -> ClientMessage:
        """Raises `InvalidInputError`."""
        ...

    def tell(self, message: ServerMessage) -> None:
        """A message that concerns this connection only."""
        ...

    def relay(self, event: OutEvent) -> Awaitable[None] | None:
        """An event of the interview, message or audio. What is returned is awaited before the
        next one."""
        ...
