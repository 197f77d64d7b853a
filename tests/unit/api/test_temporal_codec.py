"""What a request to the codec may cost, whoever sends it."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.requests import Request

from api.dependencies import Services
from api.temporal_ui import codec
from api.temporal_ui.codec import MAX_DECODE_BYTES, MAX_METADATA, MAX_PAYLOADS
from interview.errors import InvalidInputError
from interview.security.principal import ANONYMOUS


def services() -> Services:
    return cast(Services, SimpleNamespace(decoding=asyncio.Semaphore(2), keys=None))


async def decoded(body: bytes, at: Services) -> dict[str, Any]:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    return await codec.decode(request, ANONYMOUS, at)


async def test_the_most_that_may_be_sent_is_decoded() -> None:
    metadata = {f"{number}": base64.b64encode(b"x").decode() for number in range(MAX_METADATA)}
    data = base64.b64encode(b"{[," * 700).decode()
    sent = {"payloads": [{"metadata": metadata, "data": data}] * MAX_PAYLOADS}
    body = json.dumps(sent).encode()
    assert len(body) < MAX_DECODE_BYTES
    assert await decoded(body, services()) == sent


@pytest.mark.parametrize(
    "many", [b"{},", b"[],", b"1,", b'"",', b'{"data":1},', b"[[", b'{"a":'], ids=repr
)
async def test_what_is_made_to_be_slow_is_refused_before_it_is_read(
    many: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loads(_: bytes) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(json, "loads", loads)
    body = b'{"payloads":[' + many * ((MAX_DECODE_BYTES - 20) // len(many)) + b"{}]}"
    with pytest.raises(InvalidInputError) as refused:
        await decoded(body, services())
    assert refused.value.code == "temporal_ui.invalid_request"


async def test_two_are_decoded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lock, inside, most = threading.Lock(), 0, 0

    def parsed(_: bytes) -> list[Any]:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.02)  # as work does, in its thread
        with lock:
            inside -= 1
        return []

    monkeypatch.setattr(codec, "_parsed", parsed)
    at = services()
    answers = await asyncio.gather(*(decoded(b"", at) for _ in range(8)))
    assert answers == [{"payloads": []}] * 8
    assert most == 2
