"""Each way a provider can fail, for each adapter, through the real SDKs and sockets."""

from __future__ import annotations

import socket
import time
from email.utils import formatdate

import pytest

from interview.errors import (
    ProviderError,
    ProviderOutputInvalid,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnavailable,
)
from tests.contract.adapters import ADAPTERS, KEY, SECRET, STREAMING, Adapter
from tests.fakes.behaviours import Behaviour, Body, Cut, ErrorInStream, Hang, Status
from tests.fakes.provider_server import FakeProviders

every_adapter = pytest.mark.parametrize("adapter", ADAPTERS, ids=str)
streaming_adapter = pytest.mark.parametrize("adapter", STREAMING, ids=str)
PATIENT_S = 10.0
SHORT_S = 0.3


async def failure(
    fake: FakeProviders,
    adapter: Adapter,
    behaviour: Behaviour,
    timeout_s: float = PATIENT_S,
    given: list[object] | None = None,
) -> ProviderError:
    """What the adapter raises; checked for what every failure has to be."""
    fake.will(adapter.endpoint, behaviour)
    with pytest.raises(ProviderError) as caught:
        await adapter.ask(fake.base_url, timeout_s, [] if given is None else given)
    error = caught.value
    assert error.provider == adapter.name
    assert error.category == adapter.category
    shown = f"{error} {error!r} {error.message} {error.__cause__} {error.__dict__}"
    assert KEY not in shown
    assert SECRET not in shown
    assert error.__suppress_context__ or error.__context__ is None
    assert len(fake.asked(adapter.endpoint)) == 1, "retries are not the SDK's business"
    return error


@pytest.mark.parametrize(
    ("adapter", "status"),
    [
        (adapter, status)
        for adapter in ADAPTERS
        for status in (400, 401, 403, 404, 413)
        # chat asks once more, without the schema: see test_language_models
        if (adapter.endpoint, status) != ("chat", 400)
    ],
    ids=str,
)
async def test_a_refusal_is_not_tried_again(
    fake: FakeProviders, adapter: Adapter, status: int
) -> None:
    error = await failure(fake, adapter, Status(status))
    assert type(error) is ProviderRejected
    assert error.code == "provider.rejected"
    assert not error.retryable


@every_adapter
async def test_a_wrong_key_is_a_refusal(fake: FakeProviders, adapter: Adapter) -> None:
    fake.key = "another"
    assert isinstance(await failure(fake, adapter, Hang()), ProviderRejected)


@every_adapter
@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"retry-after": "7"}, 7.0, 7.0),
        ({"retry-after": "1.5"}, 1.5, 1.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25, 0.25),
        ({"retry-after": formatdate(time.time() + 9_000, usegmt=True)}, 8_000.0, 9_001.0),
        ({"retry-after": formatdate(time.time() - 9_000, usegmt=True)}, 0.0, 0.0),
        ({"retry-after": "-3"}, 0.0, 0.0),
    ],
)
async def test_too_many_requests_says_when_to_come_again(
    fake: FakeProviders, adapter: Adapter, headers: dict[str, str], least: float, most: float
) -> None:
    error = await failure(fake, adapter, Status(429, headers))
    assert type(error) is ProviderRateLimited
    assert error.retryable
    assert error.retry_after_s is not None
    assert least <= error.retry_after_s <= most


@every_adapter
@pytest.mark.parametrize("headers", [{}, {"retry-after": "soon"}, {"retry-after": "nan"}])
async def test_too_many_requests_without_a_time(
    fake: FakeProviders, adapter: Adapter, headers: dict[str, str]
) -> None:
    error = await failure(fake, adapter, Status(429, headers))
    assert type(error) is ProviderRateLimited
    assert error.retry_after_s is None


async def test_a_key_without_credit_is_a_refusal(fake: FakeProviders) -> None:
    error = await failure(fake, ADAPTERS[0], Status(429, error_code="insufficient_quota"))
    assert type(error) is ProviderRejected


@every_adapter
async def test_overloaded_is_rate_limited(fake: FakeProviders, adapter: Adapter) -> None:
    error = await failure(fake, adapter, Status(529, {"retry-after": "2"}))
    assert type(error) is ProviderRateLimited
    assert error.retry_after_s == 2.0


@every_adapter
@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_broken_server_is_unavailable(
    fake: FakeProviders, adapter: Adapter, status: int
) -> None:
    error = await failure(fake, adapter, Status(status))
    assert type(error) is ProviderUnavailable
    assert error.retryable


@every_adapter
async def test_nobody_listens(adapter: Adapter) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(ProviderUnavailable, match="cannot be reached"):
            await adapter.ask(base_url, PATIENT_S, [])


@every_adapter
async def test_a_slow_first_byte_is_a_timeout(fake: FakeProviders, adapter: Adapter) -> None:
    error = await failure(fake, adapter, Hang(), SHORT_S)
    assert type(error) is ProviderTimeout
    assert error.retryable


@every_adapter
async def test_headers_and_then_nothing_is_a_timeout(fake: FakeProviders, adapter: Adapter) -> None:
    assert type(await failure(fake, adapter, Hang(after=0), SHORT_S)) is ProviderTimeout


@streaming_adapter
async def test_a_stream_that_stops_is_a_timeout_and_what_came_stands(
    fake: FakeProviders, adapter: Adapter
) -> None:
    given: list[object] = []
    error = await failure(fake, adapter, Hang(after=12), SHORT_S, given)
    assert type(error) is ProviderTimeout
    assert given


@every_adapter
async def test_an_answer_cut_at_its_beginning_is_unavailable(
    fake: FakeProviders, adapter: Adapter
) -> None:
    assert type(await failure(fake, adapter, Cut(after=0))) is ProviderUnavailable


@streaming_adapter
async def test_a_stream_cut_in_the_middle_is_unavailable_and_what_came_stands(
    fake: FakeProviders, adapter: Adapter
) -> None:
    given: list[object] = []
    error = await failure(fake, adapter, Cut(after=12), given=given)
    assert type(error) is ProviderUnavailable
    assert given


GARBAGE = {
    "html": Body(b"<html>maintenance</html>", "text/html"),
    "broken json": Body(b'{"text": "unfin', "application/json"),
    "other json": Body(b'{"hello": 1}', "application/json"),
    "a list": Body(b"[1, 2]", "application/json"),
    "a null": Body(b"null", "application/json"),
    "bytes": Body(bytes(range(256)) * 3, "application/json"),
    "empty": Body(b"", "application/json"),
}


@every_adapter
@pytest.mark.parametrize("name", GARBAGE)
async def test_garbage_is_output_invalid(fake: FakeProviders, adapter: Adapter, name: str) -> None:
    given: list[object] = []
    error = await failure(fake, adapter, GARBAGE[name], given=given)
    assert type(error) is ProviderOutputInvalid
    assert error.retryable
    assert not given


GARBAGE_STREAMS = {
    "no events": b"this is no event stream\n\n",
    "broken json": b'event: content_block_delta\ndata: {"type": "content_blo\n\n',
    "numbers": b"event: message_start\ndata: 17\n\nevent: ping\ndata: 18\n\n",
    "lists": b"event: content_block_delta\ndata: [[]]\n\n",
    "strings": b'event: content_block_delta\ndata: "x"\n\n',
    "other objects": b'event: content_block_delta\ndata: {"type": "content_block_delta"}\n\n',
    "nulls": b'event: x\ndata: {"choices": [{"delta": null}, null], "delta": 3}\n\n',
    "bad utf-8": b'event: content_block_delta\ndata: {"type": "\xff\xfe"}\n\n',
    "empty": b"",
}


@pytest.mark.parametrize("adapter", ADAPTERS[2:], ids=str)
@pytest.mark.parametrize("name", GARBAGE_STREAMS)
async def test_a_garbage_stream_is_output_invalid(
    fake: FakeProviders, adapter: Adapter, name: str
) -> None:
    given: list[object] = []
    body = Body(GARBAGE_STREAMS[name], "text/event-stream")
    error = await failure(fake, adapter, body, given=given)
    assert type(error) is ProviderOutputInvalid
    assert not given


@pytest.mark.parametrize("adapter", ADAPTERS[2:], ids=str)
@pytest.mark.parametrize(
    ("type_told", "expected"),
    [
        ("overloaded_error", ProviderRateLimited),
        ("rate_limit_error", ProviderRateLimited),
        ("api_error", ProviderUnavailable),
        ("server_error", ProviderUnavailable),
        ("timeout_error", ProviderTimeout),
        ("invalid_request_error", ProviderRejected),
    ],
)
async def test_an_error_told_in_the_stream(
    fake: FakeProviders, adapter: Adapter, type_told: str, expected: type[ProviderError]
) -> None:
    given: list[object] = []
    error = await failure(fake, adapter, ErrorInStream(type_told, after=12), given=given)
    assert type(error) is expected
    assert given
