"""What waits to be sent on one socket, bounded in bytes."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from interview.protocol import limits

__all__ = ["OUTBOX_BYTES", "Close", "Outbox"]

OUTBOX_BYTES = 4 * 1024 * 1024
"""85 s of PCM16: more than one utterance, far less than the kernel would take."""


@dataclass(frozen=True, slots=True)
class Close:
    """The last thing that is sent."""

    code: int


@dataclass(frozen=True, slots=True)
class _Waiting:
    data: str | bytes
    is_audio: bool


class Outbox:
    """First in, first out. Over its bound the oldest audio is dropped, which is stale by the
    time a slow socket could take it. Control messages are never dropped: when they alone are
    too many, nobody is reading, and the socket is to be closed with 1013.
    """

    def __init__(self, limit_bytes: int = OUTBOX_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._queue: deque[_Waiting | Close] = deque()
        self._bytes = 0
        self._something = asyncio.Event()
        self._closed = False
        self.dropped = 0
        """Audio frames that were never sent."""

    @property
    def closed(self) -> bool:
        return self._closed

    def put(self, data: str | bytes, *, is_audio: bool = False) -> None:
        """Nothing is taken after `close`."""
        if self._closed:
            return
        self._queue.append(_Waiting(data, is_audio))
        self._bytes += len(data)
        if self._bytes > self._limit_bytes:
            self._make_room()
        self._something.set()

    def close(self, code: int) -> None:
        """What waits is sent first. The first code stays."""
        if not self._closed:
            self._closed = True
            self._queue.append(Close(code))
            self._something.set()

    def drop_audio(self) -> None:
        """Nobody wants to hear it any more."""
        self._drop_audio(down_to=-1)

    async def take(self) -> str | bytes | Close:
        while not self._queue:
            self._something.clear()
            await self._something.wait()
        item = self._queue.popleft()
        if isinstance(item, Close):
            return item
        self._bytes -= len(item.data)
        return item.data

    def _make_room(self) -> None:
        self._drop_audio(down_to=self._limit_bytes)
        if self._bytes > self._limit_bytes:
            self._queue.clear()
            self._bytes = 0
            self.close(limits.CLOSE_TRY_AGAIN)

    def _drop_audio(self, *, down_to: int) -> None:
        """The oldest first, until what waits is no longer than `down_to`."""
        kept: deque[_Waiting | Close] = deque()
        while self._queue and self._bytes > down_to:
            item = self._queue.popleft()
            if isinstance(item, _Waiting) and item.is_audio:
                self._bytes -= len(item.data)
                self.dropped += 1
            else:
                kept.append(item)
        self._queue.extendleft(reversed(kept))
