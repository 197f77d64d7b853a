"""The API server: requests that end, in time and with a bounded answer, or with `ClusterFailure`.

Its REST interface as it is, over httpx: https://kubernetes.io/docs/reference/using-api/api-concepts
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import httpx

from interview.sandbox.waiting import wait_s

__all__ = ["ApiServer", "ClusterFailure", "Kind"]

Kind = Literal["jobs", "secrets", "pods"]
Body = dict[str, Any]

_GROUPS: dict[Kind, str] = {"jobs": "apis/batch/v1", "secrets": "api/v1", "pods": "api/v1"}
_MOST_ANSWER_BYTES = 8 * 1024 * 1024
_MOST_REASON = 300
_BUSY = frozenset((429, 500, 502, 503, 504))
_TRIES = 4
_TIMEOUT_S = 10.0
_SILENCE_S = 15.0
"""Of a pod's log, whose writer is never quiet for that long."""
_WATCH_S = 50
_MERGE = "application/merge-patch+json"


class ClusterFailure(Exception):
    """Says why, to operators; never what was run. `status` is the answer's, where there was one.
    What is `passing` may be otherwise in a moment."""

    def __init__(self, reason: str, status: int | None = None, *, passing: bool = False) -> None:
        super().__init__(reason)
        self.status = status
        self.passing = passing or status in _BUSY


class ApiServer:
    """`credentials`: a folder with `token`, which changes now and then, and `ca.crt`. Raises
    `OSError` where they are not there. Every method raises `ClusterFailure`."""

    def __init__(self, url: str, namespace: str, credentials: Path) -> None:
        self._namespace = namespace
        self._token = credentials / "token"
        self._token.read_bytes()
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/") + "/",
            verify=ssl.create_default_context(cafile=credentials / "ca.crt"),
            timeout=_TIMEOUT_S,
            # Each run has a stream or two: whoever counts runs counts those.
            limits=httpx.Limits(max_connections=None),
            follow_redirects=False,
            trust_env=False,
        )
        self.date = ""
        """As the server had it when it last answered."""

    async def close(self) -> None:
        await self._http.aclose()

    async def create(self, kind: Kind, body: Body) -> Body:
        """Asked again because no answer came, it may be refused as what is there already."""
        return await self._ask("POST", self._path(kind), body=body)

    async def get(self, kind: Kind, name: str) -> Body:
        return await self._ask("GET", self._path(kind, name))

    async def list(self, kind: Kind, selector: str, **more: str) -> Body:
        return await self._ask("GET", self._path(kind), params={"labelSelector": selector, **more})

    async def patch(self, kind: Kind, name: str, body: Body) -> Body:
        return await self._ask("PATCH", self._path(kind, name), body=body, content_type=_MERGE)

    async def delete(self, kind: Kind, name: str, **preconditions: str) -> None:
        """And what it owns. Idempotent."""
        body = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"}
        try:
            await self._ask(
                "DELETE",
                self._path(kind, name),
                body={**body, **({"preconditions": preconditions} if preconditions else {})},
            )
        except ClusterFailure as failure:
            if failure.status != 404:
                raise

    async def watch(self, kind: Kind, selector: str, version: str) -> AsyncGenerator[Body]:
        """Events since `version`, for some time: whoever wants more lists again and goes on."""
        params = {"watch": "1", "labelSelector": selector, "resourceVersion": version}
        params["timeoutSeconds"] = str(_WATCH_S)
        async with self._open(self._path(kind), params, _WATCH_S + _TIMEOUT_S) as response:
            async with aclosing(_lines(response)) as lines:
                async for line in lines:
                    yield _parsed(line)

    async def log(self, pod: str, *, follow: bool) -> AsyncGenerator[bytes]:
        """Whole lines, from the first."""
        params = {"follow": "true" if follow else "false"}
        async with self._open(f"{self._path('pods', pod)}/log", params, _SILENCE_S) as response:
            async with aclosing(_lines(response)) as lines:
                async for line in lines:
                    yield line

    def _path(self, kind: Kind, name: str = "") -> str:
        path = f"{_GROUPS[kind]}/namespaces/{self._namespace}/{kind}"
        return f"{path}/{name}" if name else path

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        body: Body | None = None,
        params: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Body:
        content = None if body is None else json.dumps(body).encode()
        last = ClusterFailure("the API server does not answer", passing=True)
        for tried in range(1, _TRIES + 1):
            wait: str | None = None
            try:
                async with asyncio.timeout(_TIMEOUT_S):
                    request = self._request(method, path, params, content, content_type)
                    response = await self._http.send(request, stream=True)
                    try:
                        return _parsed(await self._whole(response))
                    finally:
                        wait = response.headers.get("retry-after")
                        await response.aclose()
            except TimeoutError:
                last = ClusterFailure("the API server does not answer in time", passing=True)
            except httpx.HTTPError as error:
                last = _cut(error)
            except ClusterFailure as failure:
                # A token that has just been replaced is read anew.
                if not (failure.passing or (failure.status == 401 and tried == 1)):
                    raise
                last = failure
            if tried < _TRIES:
                await asyncio.sleep(wait_s(wait, tried))
        raise last

    @asynccontextmanager
    async def _open(
        self, path: str, params: Mapping[str, str], silence_s: float
    ) -> AsyncGenerator[httpx.Response]:
        request = self._request("GET", path, params)
        request.extensions["timeout"] = {
            **{"connect": _TIMEOUT_S, "pool": _TIMEOUT_S},
            **{"write": _TIMEOUT_S, "read": silence_s},
        }
        try:
            response = await self._http.send(request, stream=True)
            try:
                if response.status_code != 200:
                    await self._whole(response)
                yield response
            finally:
                await response.aclose()
        except httpx.HTTPError as error:
            raise _cut(error) from None

    def _request(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        content: bytes | None = None,
        content_type: str = "application/json",
    ) -> httpx.Request:
        try:
            token = self._token.read_text().strip()
        except OSError as error:
            raise ClusterFailure(f"the token is gone: {error.strerror}") from None
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        if content is not None:
            headers["content-type"] = content_type
        return self._http.build_request(
            method, path, params=params, content=content, headers=headers
        )

    async def _whole(self, response: httpx.Response) -> bytes:
        content = bytearray()
        async for piece in response.aiter_bytes():
            content += piece
            if len(content) > _MOST_ANSWER_BYTES:
                raise ClusterFailure("its answer is too large")
        self.date = response.headers.get("date", self.date)
        if not 200 <= response.status_code < 300:
            raise _failure(response.status_code, bytes(content))
        return bytes(content)


async def _lines(response: httpx.Response) -> AsyncGenerator[bytes]:
    """One that is longer than any answer may be ends the reading."""
    rest = bytearray()
    async for piece in response.aiter_bytes():
        rest += piece
        *lines, last = rest.split(b"\n")
        for line in lines:
            yield bytes(line)
        rest = last
        if len(rest) > _MOST_ANSWER_BYTES:
            raise ClusterFailure("a line of its answer is too long")


def _parsed(content: bytes) -> Body:
    try:
        found: Any = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ClusterFailure("the API server's answer is no object")
    return found  # pyright: ignore[reportUnknownVariableType] JSON has names for keys


def _cut(error: httpx.HTTPError) -> ClusterFailure:
    return ClusterFailure(f"the API server is out of reach ({type(error).__name__})", passing=True)


def _failure(status: int, content: bytes) -> ClusterFailure:
    """A `Status` says in words what it is about: kinds, names and limits of ours."""
    said = ""
    try:
        said = str(_parsed(content).get("message", ""))
    except ClusterFailure:
        pass
    said = " ".join(said.split())[:_MOST_REASON]
    return ClusterFailure(f"the API server answered {status}{': ' if said else ''}{said}", status)
