"""Requests that end: in time, with a bounded answer, or with `RemoteFailure`."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any, TypeVar

import httpx
from pydantic import BaseModel, Field, ValidationError

from interview.sandbox.waiting import wait_s

__all__ = ["Measure", "RemoteClient", "RemoteFailure", "checked"]

M = TypeVar("M", bound=BaseModel)

Measure = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
"""Time or memory. JSON's readers take `Infinity`, and 1e999 for it."""

_MOST_ANSWER_BYTES = 8 * 1024 * 1024
_BUSY = frozenset((429, 502, 503, 504))
_TRIES = 3


class RemoteFailure(Exception):
    """Says why, to operators; never what was run."""


class RemoteClient:
    """`headers` go with every request."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/") + "/", headers=headers, follow_redirects=False, trust_env=False
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(self, method: str, path: str, *, body: Any = None, timeout_s: float) -> Any:
        """The answer's JSON. A server that is busy is asked again, a few times. Raises
        `RemoteFailure`."""
        for tried in range(1, _TRIES + 1):
            try:
                async with asyncio.timeout(timeout_s):
                    status, headers, content = await self._once(method, path, body, timeout_s)
            except TimeoutError:
                raise RemoteFailure(f"no answer within {timeout_s:.0f} s") from None
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise RemoteFailure(f"out of reach ({type(error).__name__})") from None
            if status in _BUSY and tried < _TRIES:
                await asyncio.sleep(wait_s(headers.get("retry-after"), tried))
                continue
            if not 200 <= status < 300:
                raise RemoteFailure(f"it answered {status}")
            return _parsed(content)
        raise AssertionError

    async def _once(
        self, method: str, path: str, body: Any, timeout_s: float
    ) -> tuple[int, httpx.Headers, bytes]:
        async with self._http.stream(method, path, json=body, timeout=timeout_s) as response:
            content = bytearray()
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > _MOST_ANSWER_BYTES:
                    raise RemoteFailure("its answer is too large")
            return response.status_code, response.headers, bytes(content)


def checked(kind: type[M], value: Any) -> M:
    """Raises `RemoteFailure`."""
    try:
        return kind.model_validate(value)
    except ValidationError:
        raise RemoteFailure("its answer has another shape") from None


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise RemoteFailure("its answer is no JSON") from None
