"""How often something may be asked for: counted in Redis for all processes together, and in this
process alone while Redis is away.

`api.rate_limits` puts a limit on a route.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter

from interview.errors import RateLimitedError
from interview.streams.client import RedisError

__all__ = ["Limit", "Throttle"]

log = structlog.stdlib.get_logger(__name__)

REDIS_TIMEOUT_S = 0.5
"""Nobody waits longer for being counted."""
REDIS_RETRY_S = 5.0
"""After a failure Redis is left alone for so long."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` in any `per_s` seconds. `name` tells limits apart."""

    name: str
    amount: int
    per_s: int


class Throttle:
    """Whom it counts is kept as a keyed digest: an address or a name is nobody's business in
    Redis. `secret` must be the same in all processes."""

    def __init__(
        self, redis_url: str, secret: bytes, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._secret = secret
        self._clock = clock
        self._redis = RedisStorage(
            redis_url.replace("unix://", "redis+unix://", 1),
            implementation="redispy",
            key_prefix="intervue:limit",
            socket_timeout=REDIS_TIMEOUT_S,
            socket_connect_timeout=REDIS_TIMEOUT_S,
        )
        self._shared = MovingWindowRateLimiter(self._redis)
        self._local = MovingWindowRateLimiter(MemoryStorage())
        self._try_redis_at = 0.0

    async def hit(self, limit: Limit, whom: str) -> None:
        """Counts one. Raises `RateLimitedError`, and does not count, when it is one too many."""
        item, name = RateLimitItemPerSecond(limit.amount, limit.per_s, limit.name), self._name(whom)
        # Here as well: when Redis goes away the count goes on and does not begin anew.
        full_until = await _counted(self._local, item, name)
        try:
            if self._is_redis_tried():
                async with asyncio.timeout(REDIS_TIMEOUT_S * 2):
                    full_until = await _counted(self._shared, item, name)
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            self._redis_failed(error)
        if full_until is not None:
            wait_s = min(max(full_until - time.time(), 1.0), limit.per_s)
            raise RateLimitedError("too many attempts, try again later", retry_after_s=wait_s)

    async def forgive(self, limit: Limit, whom: str) -> None:
        """What was counted is forgotten."""
        item, name = RateLimitItemPerSecond(limit.amount, limit.per_s, limit.name), self._name(whom)
        await self._local.clear(item, name)
        try:
            if self._is_redis_tried():
                async with asyncio.timeout(REDIS_TIMEOUT_S * 2):
                    await self._shared.clear(item, name)
        except (RedisError, OSError) as error:
            self._redis_failed(error)

    async def aclose(self) -> None:
        bridge: Any = self._redis.bridge  # its base does not declare what all of them have
        with suppress(RedisError, OSError):
            await bridge.get_connection().aclose()

    def _is_redis_tried(self) -> bool:
        return self._clock() >= self._try_redis_at

    def _redis_failed(self, error: Exception) -> None:
        if self._is_redis_tried():
            log.warning("throttle.local", reason=type(error).__name__)
        self._try_redis_at = self._clock() + REDIS_RETRY_S

    def _name(self, whom: str) -> str:
        return hmac.new(self._secret, whom.encode(), hashlib.sha256).hexdigest()[:32]


async def _counted(
    limiter: MovingWindowRateLimiter, item: RateLimitItemPerSecond, name: str
) -> float | None:
    """One more, if it is not one too many: then until when, in seconds of the epoch."""
    if await limiter.hit(item, name):
        return None
    return (await limiter.get_window_stats(item, name)).reset_time
