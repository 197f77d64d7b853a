"""A file that comes as a request's body."""

from __future__ import annotations

import asyncio
import time

from fastapi import Request
from starlette.requests import ClientDisconnect

from interview.documents.extractor import refused
from interview.documents.limits import MAX_DOCUMENT_BYTES
from interview.errors import InvalidInputError, RateLimitedError

__all__ = ["Uploads"]

AT_ONCE = 16
"""Files on their way, of all people together: with the largest of them 80 MB."""
_UPLOAD_S = 120.0
"""Longest time in which a file has to arrive."""
_PIECE_S = 10.0
"""Longest time without any of it."""
_SLOWEST_BYTES_S = 16 * 1024
_PATIENCE_S = 5.0
"""Before anybody is too slow."""
_RETRY_S = 5.0


class Uploads:
    """A place is taken before the first byte is read, so that slow senders fill no memory, and
    keep nobody out for long."""

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        piece_s: float = _PIECE_S,
        patience_s: float = _PATIENCE_S,
        slowest_bytes_s: float = _SLOWEST_BYTES_S,
    ) -> None:
        self._room = at_once
        self._piece_s = piece_s
        self._patience_s = patience_s
        self._slowest_bytes_s = slowest_bytes_s

    async def received(self, request: Request) -> bytes:
        """Raises `InvalidInputError` (`document.too_large`, `request.incomplete`), and
        `RateLimitedError` where too many send at once."""
        if int(request.headers.get("content-length") or 0) > MAX_DOCUMENT_BYTES:
            raise refused("document.too_large")
        if self._room == 0:
            raise RateLimitedError("too many files are on their way", retry_after_s=_RETRY_S)
        self._room -= 1
        try:
            async with asyncio.timeout(_UPLOAD_S):
                return await self._read(request)
        except (ClientDisconnect, TimeoutError):
            raise InvalidInputError("request.incomplete", "the file did not arrive") from None
        finally:
            self._room += 1

    async def _read(self, request: Request) -> bytes:
        data, began = bytearray(), time.monotonic()
        pieces = aiter(request.stream())
        while True:
            try:
                async with asyncio.timeout(self._piece_s):
                    data += await anext(pieces)
            except StopAsyncIteration:
                return bytes(data)
            if len(data) > MAX_DOCUMENT_BYTES:
                raise refused("document.too_large")
            late_s = time.monotonic() - began - self._patience_s
            if late_s > 0 and len(data) < late_s * self._slowest_bytes_s:
                raise TimeoutError
