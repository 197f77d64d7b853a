"""Files on their way: a place for each, and no patience with those that hardly move."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi import Request

from api.received import Uploads
from interview.documents.limits import MAX_DOCUMENT_BYTES
from interview.errors import InvalidInputError, RateLimitedError


class Sender:
    """Sends when it is told."""

    def __init__(self, *, declared: int | None = None) -> None:
        self.pieces: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        headers = [] if declared is None else [(b"content-length", str(declared).encode())]
        scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
        self.request = Request(scope, self.pieces.get)

    def send(self, data: bytes, *, more: bool = True) -> None:
        self.pieces.put_nowait({"type": "http.request", "body": data, "more_body": more})

    def leave(self) -> None:
        self.pieces.put_nowait({"type": "http.disconnect"})


async def test_a_file_comes_piece_by_piece() -> None:
    sender, uploads = Sender(), Uploads()
    for piece in (b"one ", b"two ", b""):
        sender.send(piece)
    sender.send(b"three", more=False)
    assert await uploads.received(sender.request) == b"one two three"


async def test_a_place_is_taken_before_it_is_read_and_given_back() -> None:
    uploads = Uploads(at_once=2)
    slow = [Sender() for _ in range(2)]
    reading = [asyncio.create_task(uploads.received(one.request)) for one in slow]
    await asyncio.sleep(0)
    with pytest.raises(RateLimitedError) as refused:
        await uploads.received(Sender().request)
    assert refused.value.retry_after_s
    slow[0].leave()
    slow[1].send(b"x", more=False)
    with pytest.raises(InvalidInputError):
        await reading[0]
    assert await reading[1] == b"x"
    after = Sender()
    after.send(b"y", more=False)
    assert await uploads.received(after.request) == b"y"


@pytest.mark.parametrize("declared", [None, MAX_DOCUMENT_BYTES + 1])
async def test_too_large_is_refused_as_soon_as_it_is_known(declared: int | None) -> None:
    sender, uploads = Sender(declared=declared), Uploads(at_once=1)
    if declared is None:
        sender.send(b"a" * (MAX_DOCUMENT_BYTES + 1))
    with pytest.raises(InvalidInputError) as refused:
        await uploads.received(sender.request)
    assert refused.value.code == "document.too_large"


async def test_who_sends_nothing_loses_the_place() -> None:
    uploads = Uploads(at_once=1, piece_s=0.02)
    sender = Sender()
    sender.send(b"a beginning")
    with pytest.raises(InvalidInputError) as refused:
        await uploads.received(sender.request)
    assert refused.value.code == "request.incomplete"


async def test_who_drips_loses_the_place() -> None:
    uploads = Uploads(at_once=1, patience_s=0.0, slowest_bytes_s=1e9)
    sender = Sender()
    reading = asyncio.create_task(uploads.received(sender.request))
    for _ in range(3):
        sender.send(b"a")
        await asyncio.sleep(0.001)
    with pytest.raises(InvalidInputError) as refused:
        await reading
    assert refused.value.code == "request.incomplete"
