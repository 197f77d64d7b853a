"""What the three OpenAI adapters share: the client and a warm connection.

They work with any server that speaks the same protocol, each at its own address.
"""

from __future__ import annotations

from openai import AsyncOpenAI

from interview.providers.endpoint import Endpoint
from interview.providers.http import new_http_client, open_connection

__all__ = ["OPENAI_BASE_URL", "OpenAiConnection"]

OPENAI_BASE_URL = "https://api.openai.com/v1"


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
