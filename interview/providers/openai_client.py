"""What the three OpenAI adapters share: the client and a warm connection.

They work with any server that speaks the same protocol, each at its own address.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

import httpx2
from openai import AsyncOpenAI

from interview.providers.http import new_http_client

__all__ = ["OPENAI_BASE_URL", "Endpoint", "OpenAiConnection"]

OPENAI_BASE_URL = "https://api.openai.com/v1"
_WARM_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a provider is asked and for what. `base_url` empty means the provider's own."""

    api_key: str
    model: str
    base_url: str = ""
    timeout_s: float = 15.0
    """The transport's limit; each call brings its own as well."""


class OpenAiConnection:
    """A client without retries (Temporal owns those) on a pool of its own."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.model = endpoint.model
        self.base_url = endpoint.base_url or OPENAI_BASE_URL
        self._http = new_http_client(endpoint.timeout_s)
        self.client = AsyncOpenAI(
            api_key=endpoint.api_key,
            base_url=self.base_url,
            max_retries=0,
            timeout=endpoint.timeout_s,
            http_client=self._http,
        )

    async def warm(self) -> None:
        await open_connection(self._http, self.base_url)

    async def aclose(self) -> None:
        await self._http.aclose()


async def open_connection(http: httpx2.AsyncClient, base_url: str) -> None:
    """Leaves an open connection in the pool, whatever the server answers; never raises."""
    with contextlib.suppress(httpx2.HTTPError, httpx2.InvalidURL, OSError, TimeoutError):
        async with asyncio.timeout(_WARM_TIMEOUT_S):
            await http.head(base_url)
