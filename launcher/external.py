"""Services of the user's own: reachable, or one line that says what to do."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from launcher.errors import StartError

__all__ = ["check_redis", "check_temporal"]

_TIMEOUT_S = 5.0


async def check_redis(url: str) -> None:
    """Raises `StartError` when nobody listens there. What the server thinks of the password is
    for API and worker to say."""
    parts = urlsplit(url)
    await _reach(
        parts.hostname or "localhost",
        parts.port or 6379,
        "Redis",
        "start it (make docker-up), correct REDIS_URL, or unset it to use the built-in one",
    )


async def check_temporal(address: str) -> None:
    """Raises `StartError` when nobody listens at `host:port`."""
    host, _, port = address.rpartition(":")
    await _reach(
        host or address,
        int(port) if port.isdecimal() else 7233,
        "Temporal",
        "start it (docker compose up -d temporal), correct TEMPORAL_ADDRESS, or unset it to use "
        "the built-in one",
    )


async def _reach(host: str, port: int, what: str, cure: str) -> None:
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
    except (OSError, TimeoutError):
        raise StartError(f"Could not connect to {what} at {host}:{port}: {cure}") from None
