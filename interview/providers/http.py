"""The connection pool under both SDKs."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ssl

import httpx2

__all__ = ["new_http_client", "open_connection"]

_KEEPALIVE_S = 120.0
"""An answer takes a minute: a connection opened when it begins must live until it ends.
The library's own default is 5 s."""

_CONNECT_TIMEOUT_S = 5.0
_WARM_TIMEOUT_S = 5.0


def new_http_client(timeout_s: float) -> httpx2.AsyncClient:
    """`timeout_s` bounds every wait of the transport, whatever else is forgotten above it."""
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(timeout_s, connect=min(_CONNECT_TIMEOUT_S, timeout_s)),
        limits=httpx2.Limits(
            max_connections=1000, max_keepalive_connections=200, keepalive_expiry=_KEEPALIVE_S
        ),
        verify=_ssl_context(),
        follow_redirects=False,
    )


@functools.cache
def _ssl_context() -> ssl.SSLContext:
    """Reading the certificates takes 40 ms: once for all clients."""
    return httpx2.create_ssl_context()


async def open_connection(http: httpx2.AsyncClient, base_url: str) -> None:
    """Leaves an open connection in the pool, whatever the server answers; never raises."""
    with contextlib.suppress(httpx2.HTTPError, httpx2.InvalidURL, OSError, TimeoutError):
        async with asyncio.timeout(_WARM_TIMEOUT_S):
            await http.head(base_url)
