"""Between a caller that has bytes and a demuxer that wants to read them."""

from __future__ import annotations

import threading

__all__ = ["Exchange", "TooLong"]


class TooLong(Exception):
    """More was decoded than allowed."""


class Exchange:
    """Hands compressed bytes to the demuxer's thread and takes samples from it.

    The demuxer pulls, our callers push: `feed` returns when the demuxer has eaten everything
    and asks for more, so its result depends on the bytes alone and not on timing.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._condition = threading.Condition()
        self._input = bytearray()
        self._ended = False
        self._waiting = False
        """The demuxer waits for bytes."""
        self._done = False
        self._pcm = bytearray()
        self._decoded_bytes = 0
        self._limit_bytes = limit_bytes
        self._error: BaseException | None = None

    # The demuxer's side

    def read(self, size: int, /) -> bytes:
        with self._condition:
            if not self._input and not self._ended:
                self._waiting = True
                self._condition.notify_all()
                self._condition.wait_for(lambda: self._input or self._ended)
                self._waiting = False
            taken = bytes(self._input[:size])
            del self._input[:size]
            return taken

    def put(self, pcm: bytes) -> None:
        with self._condition:
            self._decoded_bytes += len(pcm)
            if self._decoded_bytes > self._limit_bytes:
                raise TooLong
            self._pcm += pcm

    def close(self, error: BaseException | None) -> None:
        with self._condition:
            self._error, self._done = error, True
            self._input.clear()
            self._condition.notify_all()

    # The caller's side

    def feed(self, data: bytes, *, last: bool) -> tuple[bytes, BaseException | None]:
        with self._condition:
            self._ended = self._ended or last
            if not self._done:
                self._input += data
                self._condition.notify_all()
                self._condition.wait_for(lambda: self._done or self._has_eaten_all())
            pcm = bytes(self._pcm)
            self._pcm.clear()
            return pcm, self._error

    def _has_eaten_all(self) -> bool:
        return self._waiting and not self._input and not self._ended

    def abandon(self) -> None:
        with self._condition:
            self._ended = True
            self._input.clear()
            self._condition.notify_all()
