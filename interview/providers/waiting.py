"""Limits and ends of streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from interview.providers.failures import Failures

__all__ = ["Watch", "closing", "each_within"]

T = TypeVar("T")


async def each_within(
    items: AsyncIterator[T], timeout_s: float, failures: Failures
) -> AsyncGenerator[T]:
    """`items`, waiting at most `timeout_s` for each, ended when they are left. Raises
    `ProviderError` for whatever the stream raises."""
    watch = Watch(timeout_s)
    try:
        async with closing(items):
            while True:
                with failures.translated():
                    try:
                        with watch:
                            item = await anext(items)
                    except StopAsyncIteration:
                        return
                yield item
    finally:
        watch.close()


class Watch:
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


@asynccontextmanager
async def closing(items: AsyncIterator[T]) -> AsyncGenerator[AsyncIterator[T]]:
    """Ends a stream at once when it is left, not when it happens to be collected."""
    try:
        yield items
    finally:
        close: Any = getattr(items, "aclose", None)
        if close is not None:
            await close()
