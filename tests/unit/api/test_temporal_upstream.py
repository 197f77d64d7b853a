"""What reaches the UI server, and what comes back from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from starlette.datastructures import Headers
from starlette.responses import StreamingResponse

from api.temporal_ui.upstream import AnswerTooLarge, TemporalUiUnavailable, UiServer


class FakeUiServer:
    """Answers every request with the same bytes, and remembers what was asked."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.asked: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(head.decode())
            writer.write(self.answer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def asked_of(answer: bytes) -> AsyncGenerator[tuple[UiServer, FakeUiServer]]:
    fake = FakeUiServer(answer)
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    client = UiServer(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    try:
        yield client, fake
    finally:
        await client.aclose()
        server.close()


def answer(*headers: str, body: bytes = b"{}", status: str = "200 OK") -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])
    return f"{head}\r\n\r\n".encode() + body


async def read(response: StreamingResponse) -> bytes:
    return b"".join([bytes(chunk) async for chunk in response.body_iterator])  # pyright: ignore[reportArgumentType] ours gives bytes


async def test_nothing_of_the_visitor_goes_there() -> None:
    headers = Headers(
        {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "Content-Type": "application/json",
            "Cookie": "intervue_access=secret; _csrf=theirs",
            "Authorization": "Bearer secret",
            "Authorization-Extras": "secret",
            "Connection": "close, X-Hop",
            "Transfer-Encoding": "chunked",
            "X-Hop": "secret",
            "X-Forwarded-For": "secret",
            "Origin": "https://interviews.example",
            "Host": "interviews.example",
        }
    )
    async with asked_of(answer()) as (client, fake):
        response = await client.pass_on("POST", "/x", headers, body=b'{"a": 1}', extra={})
        assert await read(response) == b"{}"

    (head,) = fake.asked
    names = [line.partition(":")[0].lower() for line in head.splitlines()[1:] if line]
    sent = set(names)
    assert len(names) == len(sent)
    assert head.startswith("POST /temporal/x HTTP/1.1\r\n")
    assert "secret" not in head
    assert "interviews.example" not in head
    assert sent == {
        *("host", "accept", "accept-encoding", "connection", "user-agent"),
        *("content-type", "content-length", "cookie", "x-csrf-token"),
    }


async def test_only_known_headers_come_back() -> None:
    sent = answer(
        "Content-Type: application/json",
        "Set-Cookie: _csrf=x; Path=/",
        "Connection: keep-alive, X-Hop",
        "X-Hop: 1",
        "Access-Control-Allow-Origin: *",
        "Content-Security-Policy: script-src *",
        "X-Frame-Options: SAMEORIGIN",
        "ETag: one",
    )
    async with asked_of(sent) as (client, fake):
        await client.read("/y")
        response = await client.pass_on("GET", "/x", Headers({}), extra={"X-Ours": "1"})
        assert await read(response) == b"{}"

    assert set(response.headers) == {"content-type", "content-length", "etag", "x-ours"}
    assert "_csrf=x" not in fake.asked[1]


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/temporal/namespaces?a=1#b", "/temporal/namespaces?a=1"),
        ("namespaces", "/temporal/namespaces"),
        (".", "/temporal/"),
        ("{url}/temporal/x", "/temporal/x"),
        ("/elsewhere", None),
        ("/temporalx", None),
        ("/temporal/../elsewhere", None),
        ("//evil.test/temporal/", None),
        ("https://evil.test/temporal/", None),
    ],
)
async def test_it_leads_nowhere_else(location: str, expected: str | None) -> None:
    async with asked_of(b"") as (client, fake):
        url = client._url  # pyright: ignore[reportPrivateUsage] the port is the system's choice
        fake.answer = answer(f"Location: {location.format(url=url)}", status="302 Found")
        response = await client.pass_on("GET", "/x", Headers({}), extra={})

    assert response.status_code == 302
    assert response.headers.get("location") == expected


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        answer("Location: javascript:alert(1)", status="302 Found"),
    ],
    ids=["closed", "nonsense", "cut", "no address"],
)
async def test_what_is_no_answer_is_unavailable(broken: bytes) -> None:
    async with asked_of(broken) as (client, _):
        for ask in _asks(client):
            with pytest.raises(TemporalUiUnavailable) as failed:
                await ask()
            assert (failed.value.code, failed.value.http_status) == (
                "temporal_ui.unavailable",
                502,
            )


@pytest.mark.parametrize(
    "useless",
    [
        answer(status="500 Internal Server Error"),
        answer(body=b"["),
        answer(body=b"[]"),
        answer(body=b"\xff"),
        answer(body=b'"' + b"x" * 1_100_000 + b'"'),
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
    ],
    ids=["error", "no JSON", "a list", "no text", "large", "cut"],
)
async def test_what_cannot_be_read_is_unavailable(useless: bytes) -> None:
    async with asked_of(useless) as (client, _):
        with pytest.raises(TemporalUiUnavailable):
            await client.read_json("/x")


async def test_an_answer_that_breaks_off_is_not_passed_off_as_whole() -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"
    async with asked_of(cut) as (client, _):
        response = await client.pass_on("GET", "/x", Headers({}), extra={})
        with pytest.raises(Exception, match="closed"):
            await read(response)


async def test_few_large_answers_are_held_at_once() -> None:
    """The others wait on the other side, which has them anyway."""
    length, let_go = 64 * 1024, asyncio.Event()
    begun: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        begun.append(writer)
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode())
        await let_go.wait()
        writer.write(b"x" * length)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    client = UiServer(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    reading = client._reading  # pyright: ignore[reportPrivateUsage] who waits is told by nothing else
    try:
        async with asyncio.timeout(10):
            asks = [asyncio.create_task(client.fetch("/x", most_bytes=length)) for _ in range(8)]
            while len(begun) < 8 or not reading.locked():  # noqa: ASYNC110 nothing tells
                await asyncio.sleep(0.01)
            let_go.set()
            answers = await asyncio.gather(*asks)
        assert {len(content) for _, content in answers} == {length}
        assert not reading.locked()
        with pytest.raises(AnswerTooLarge):
            await client.fetch("/x", most_bytes=length - 1)
    finally:
        await client.aclose()
        server.close()


def _asks(client: UiServer) -> list[Callable[[], Awaitable[object]]]:
    return [
        lambda: client.read("/"),
        lambda: client.read_json("/x"),
        lambda: client.pass_on("GET", "/x", Headers({}), extra={}),
    ]
