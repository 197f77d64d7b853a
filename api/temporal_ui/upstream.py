"""The UI server, which nobody else reaches. Nothing of the visitor's identity goes there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.background import BackgroundTask
from starlette.datastructures import Headers
from starlette.responses import StreamingResponse

from api.temporal_ui.links import BASE_PATH
from interview.errors import InterviewError

__all__ = ["AnswerTooLarge", "TemporalUiUnavailable", "UiServer"]

# A history is waited for in the server for 20 s at a time.
_TIMEOUT = httpx.Timeout(10.0, connect=2.0, read=70.0)
_LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=20)
_MOST_READ = 1024 * 1024
_AT_ONCE = 4
"""Answers that are held as a whole."""

_ASKED = ("accept", "accept-encoding", "content-type", "if-modified-since", "if-none-match")
_ANSWERED = ("content-type", "content-encoding", "content-length", "etag", "last-modified", "vary")

_TOKEN = "intervue-checked-the-origin-itself"
# The UI server's own protection compares a cookie with a header. Whoever asks here was looked at
# already, and its cookies are left on this side.
_CSRF = {"Cookie": f"_csrf={_TOKEN}", "X-CSRF-Token": _TOKEN}


class TemporalUiUnavailable(InterviewError):
    """`temporal_ui.unavailable`: not set up, not running, or too slow to answer."""

    http_status = 502
    default_retryable = True

    def __init__(self) -> None:
        super().__init__("temporal_ui.unavailable", "the Temporal UI is not to be reached")


class AnswerTooLarge(TemporalUiUnavailable):
    """Of what is read as a whole."""


class UiServer:
    """Connects when it is asked. All methods raise `TemporalUiUnavailable`."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._reading = asyncio.Semaphore(_AT_ONCE)
        self._client = httpx.AsyncClient(
            timeout=_TIMEOUT,
            limits=_LIMITS,
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # none are kept
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def pass_on(
        self,
        method: str,
        path: str,
        headers: Headers,
        *,
        parameters: Mapping[str, str] | None = None,
        body: bytes | None = None,
        extra: Mapping[str, str],
    ) -> StreamingResponse:
        """The answer as it comes, with the few headers that are its own, and `extra`. `path`
        begins after `BASE_PATH`."""
        asked = {name: headers[name] for name in _ASKED if name in headers}
        response = await self._send(method, path, asked, parameters, body)
        answered = {name: response.headers[name] for name in _ANSWERED if name in response.headers}
        if (location := self._location(response)) is not None:
            answered["location"] = location
        return StreamingResponse(
            _body(response),
            response.status_code,
            {**answered, **extra},
            background=BackgroundTask(response.aclose),
        )

    async def fetch(
        self, path: str, parameters: Mapping[str, str] | None = None, *, most_bytes: int
    ) -> tuple[int, bytes]:
        """Status and answer, as a whole. Raises `AnswerTooLarge`, which is one as well."""
        response = await self._send("GET", path, {}, parameters, None)
        try:
            # Taken only once there is something to read: a request may wait for long.
            async with self._reading:
                content = bytearray()
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > most_bytes:
                        raise AnswerTooLarge
                return response.status_code, bytes(content)
        except httpx.HTTPError:
            raise TemporalUiUnavailable from None
        finally:
            await response.aclose()

    async def read(self, path: str) -> bytes:
        """A small answer."""
        status, content = await self.fetch(path, most_bytes=_MOST_READ)
        if status != 200:
            raise TemporalUiUnavailable
        return content

    async def read_json(self, path: str) -> dict[str, Any]:
        try:
            found = json.loads(await self.read(path))
        except ValueError:
            raise TemporalUiUnavailable from None
        if not isinstance(found, dict):
            raise TemporalUiUnavailable
        return found  # pyright: ignore[reportUnknownVariableType] JSON's keys are strings

    async def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        parameters: Mapping[str, str] | None,
        body: bytes | None,
    ) -> httpx.Response:
        if not self._url:
            raise TemporalUiUnavailable
        try:
            request = self._client.build_request(
                method,
                f"{self._url}{BASE_PATH}{path}",
                params=parameters or None,
                content=body,
                # Names in lower case, as a request's own are: one of each.
                headers={"accept-encoding": "identity", **headers, **_CSRF},
            )
            return await self._client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise TemporalUiUnavailable from None

    def _location(self, response: httpx.Response) -> str | None:
        """Where it points to, as seen from here; None where that is nowhere under our path."""
        if "location" not in response.headers:
            return None
        target = urlsplit(str(response.url.join(response.headers["location"])))
        ours = urlsplit(self._url)
        if target.netloc != ours.netloc or not f"{target.path}/".startswith(f"{BASE_PATH}/"):
            return None
        return target.path + (f"?{target.query}" if target.query else "")


async def _body(response: httpx.Response) -> AsyncGenerator[bytes]:
    """Undecoded. Cut off where the server's is."""
    try:
        async for chunk in response.aiter_raw():
            yield chunk
    finally:
        await response.aclose()
