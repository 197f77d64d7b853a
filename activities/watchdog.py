"""A backstop behind the providers' own timeouts: nothing waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from typing import TypeVar

from interview.errors import ProviderCategory, ProviderError, ProviderTimeout
from interview.providers.waiting import Watch, closing

__all__ = ["MAX_TIMEOUTS", "each_in_time", "in_time", "is_final", "stall_s"]

T = TypeVar("T")

MAX_TIMEOUTS = 2
"""Runs of a stage that end in silence before it goes on without the provider. Other failures may
be tried more often: they are told at once, and nobody sits waiting."""


def stall_s(timeout_s: float) -> float:
    """`timeout_s` is a provider's own limit: with a fallback, two of them may use it up."""
    return 2 * timeout_s + 1.0


def is_final(error: ProviderError, attempt: int, provider_attempts: int) -> bool:
    """Another run of the stage would not help, or has been tried often enough."""
    most = MAX_TIMEOUTS if isinstance(error, ProviderTimeout) else provider_attempts
    return not error.retryable or attempt >= min(most, provider_attempts)


async def in_time(result: Awaitable[T], within_s: float, category: ProviderCategory) -> T:
    """Raises `ProviderTimeout`."""
    try:
        async with asyncio.timeout(within_s):
            return await result
    except TimeoutError:
        raise _stalled(category) from None


async def each_in_time(
    items: AsyncIterator[T], within_s: float, category: ProviderCategory
) -> AsyncGenerator[T]:
    """`items`, ended at once when they are left. Raises `ProviderTimeout` when none comes for
    so long."""
    watch = Watch(within_s)
    try:
        async with closing(items):
            while True:
                try:
                    with watch:
                        item = await anext(items)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    raise _stalled(category) from None
                yield item
    finally:
        watch.close()


def _stalled(category: ProviderCategory) -> ProviderTimeout:
    return ProviderTimeout(
        "provider.timeout", "no progress within the limit", provider="", category=category
    )
