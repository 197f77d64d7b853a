"""A backstop behind the providers' own timeouts: nothing waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from typing import Any, TypeVar

from interview.errors import ProviderCategory, ProviderError, ProviderTimeout
from interview.providers.waiting import closing

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
    watch = _Watch(within_s)
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


class _Watch:
    """`asyncio.timeout` around each of many waits. Most of them are over at once, and a timer for
    each costs more than the wait: this is one timer, which looks how long the last one has
    taken."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(within_s, self._look)
        self._waiting: asyncio.Task[Any] | None = None
        self._since = 0.0
        self._cancelling = 0
        self._expired = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._waiting, self._since = task, self._loop.time()
        self._cancelling = task.cancelling()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Raises `TimeoutError` where it was this that cancelled the wait."""
        task, self._waiting = self._waiting, None
        assert task is not None
        if not self._expired:
            return
        self._expired = False
        self._timer = self._loop.call_later(self._within_s, self._look)
        if task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError

    def close(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        waited_s = 0.0 if self._waiting is None else self._loop.time() - self._since
        if self._waiting is not None and waited_s >= self._within_s:
            self._expired = True
            self._waiting.cancel()
        else:
            self._timer = self._loop.call_later(self._within_s - waited_s, self._look)


def _stalled(category: ProviderCategory) -> ProviderTimeout:
    return ProviderTimeout(
        "provider.timeout", "no progress within the limit", provider="", category=category
    )
