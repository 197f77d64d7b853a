"""A server that answers as OpenAI and Anthropic do, fails as it is told, and remembers what it
was asked. In a test: `with serving() as mount: fake = mount.put(FakeProviders())`. As a process,
with constant delays for benchmarks: `python -m tests.fakes.provider_server --stt-ms 150`, which
prints its address.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import threading
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from tests.fakes import wire
from tests.fakes.behaviours import Answer, Behaviour, Status
from tests.fakes.provider_exchange import (
    Exchange,
    Receive,
    Recorded,
    Scope,
    Send,
    tone_pcm,
)

__all__ = ["FakeProviders", "Mount", "Recorded", "serving", "tone_pcm"]

_ENDPOINTS = {
    "/v1/audio/transcriptions": "stt",
    "/v1/audio/speech": "tts",
    "/v1/chat/completions": "chat",
    "/v1/messages": "messages",
}


Reply = Callable[[dict[str, Any]], tuple[str, str]]
"""Request → (directive, text)."""


def _moves_on(request: dict[str, Any]) -> tuple[str, str]:
    return wire.allowed_in(request)[0], "Thanks, that is clear to me."


Structured = Callable[[str, dict[str, Any]], Awaitable[object]]
"""Task, as a schema or tool is named by it, and request → the answer, as JSON has it."""


async def _nothing(task: str, request: dict[str, Any]) -> object:
    return {}


@dataclass(slots=True)
class FakeProviders:
    """`stt_ms`, `ttft_ms` and `tts_ms` pass before the first byte of an answer, `token_ms`
    between tokens. `will` queues behaviours; without any the answer is as it should be."""

    key: str = ""
    """When set, any other key is refused."""
    transcripts: deque[str] = field(default_factory=deque[str])
    default_transcript: str = "I moved the billing service to another platform."
    reply: Reply = _moves_on
    structured: Structured = _nothing
    stt_ms: float = 0.0
    ttft_ms: float = 0.0
    token_ms: float = 0.0
    tts_ms: float = 0.0
    chunk_bytes: int = 4_801
    """Of speech; odd on purpose."""
    requests: list[Recorded] = field(default_factory=list[Recorded])
    base_url: str = ""
    """Set by whoever serves it, without a path."""
    _queues: defaultdict[str, deque[Behaviour]] = field(
        default_factory=lambda: defaultdict[str, deque[Behaviour]](deque)
    )

    def will(self, endpoint: str, *behaviours: Behaviour) -> None:
        """`endpoint`: stt, tts, chat or messages."""
        self._queues[endpoint].extend(behaviours)

    def asked(self, endpoint: str) -> list[Recorded]:
        return [request for request in self.requests if request.endpoint == endpoint]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _read(receive)
        endpoint = _ENDPOINTS.get(scope["path"], "")
        exchange = Exchange(self, endpoint, scope, receive, send)
        if scope["method"] != "POST" or not endpoint:
            await exchange.whole(b'{"object": "list", "data": []}')
            return
        request = _recorded(endpoint, scope, body)
        self.requests.append(request)
        queue = self._queues[endpoint]
        behaviour = queue.popleft() if queue else Answer()
        if self.key and self.key not in _credentials(request):
            behaviour = Status(401)
        await exchange.act(request, behaviour)


@dataclass(slots=True)
class Mount:
    """A server that lives longer than the fakes it serves: one for many tests."""

    base_url: str
    fake: FakeProviders = field(default_factory=FakeProviders)

    def put(self, fake: FakeProviders) -> FakeProviders:
        fake.base_url = self.base_url
        self.fake = fake
        return fake

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.fake(scope, receive, send)


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def _recorded(endpoint: str, scope: Scope, body: bytes) -> Recorded:
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    content_type = headers.get("content-type", "")
    if content_type.startswith("multipart/"):
        return Recorded(endpoint, headers, {}, wire.parse_multipart(content_type, body))
    return Recorded(endpoint, headers, json.loads(body), [])


def _credentials(request: Recorded) -> str:
    return request.headers.get("authorization", "") + request.headers.get("x-api-key", "")


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Signals belong to the test runner."""
        yield


@contextmanager
def serving() -> Generator[Mount]:
    """Serves on a free port of 127.0.0.1, in a thread, until left."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        mount = Mount(f"http://127.0.0.1:{listener.getsockname()[1]}")
        config = uvicorn.Config(
            mount, log_level="critical", lifespan="off", ws="none", timeout_graceful_shutdown=1
        )
        server = _Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            server.up.wait()
            yield mount
        finally:
            server.should_exit = True
            server.force_exit = True
            thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description="Answers as OpenAI and Anthropic do.")
    parser.add_argument("--port", type=int, default=0)
    for name in ("stt-ms", "ttft-ms", "token-ms", "tts-ms"):
        parser.add_argument(f"--{name}", type=float, default=0.0)
    options = parser.parse_args()
    fake = FakeProviders(
        stt_ms=options.stt_ms,
        ttft_ms=options.ttft_ms,
        token_ms=options.token_ms,
        tts_ms=options.tts_ms,
        chunk_bytes=9_600,
    )
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", options.port))
    sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(fake, log_level="warning", access_log=False, lifespan="off", ws="none")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
