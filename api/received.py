"""A file that comes as a request's body."""

from __future__ import annotations

import asyncio

from fastapi import Request
from starlette.requests import ClientDisconnect

from interview.documents.extractor import refused
from interview.documents.limits import MAX_DOCUMENT_BYTES
from interview.errors import InvalidInputError

__all__ = ["received"]

_UPLOAD_S = 120.0
"""Longest time in which a file has to arrive."""


async def received(request: Request) -> bytes:
    """Raises `InvalidInputError` (`document.too_large`, `request.incomplete`)."""
    data = bytearray()
    try:
        async with asyncio.timeout(_UPLOAD_S):
            async for piece in request.stream():
                data += piece
                if len(data) > MAX_DOCUMENT_BYTES:
                    raise refused("document.too_large")
    except (ClientDisconnect, TimeoutError):
        raise InvalidInputError("request.incomplete", "the file did not arrive") from None
    return bytes(data)
