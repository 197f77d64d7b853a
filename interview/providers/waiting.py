"""Limits and ends of streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from interview.providers.failures import Failures

__all__ = ["closing", "each_within"]

T = TypeVar("T")


async def each_within(
    items: AsyncIterator[T], timeout_s: float, failures: Failures
) -> AsyncGenerator[T]:
    """`items`, waiting at most `timeout_s` for each, ended when they are left. Raises
    `ProviderError` for whatever the stream raises."""
    async with closing(items):
        while True:
            with failures.translated():
                try:
                    async with asyncio.timeout(timeout_s):
                        item = await anext(items)
                except StopAsyncIteration:
                    return
            yield item


@asynccontextmanager
async def closing(items: AsyncIterator[T]) -> AsyncGenerator[AsyncIterator[T]]:
    """Ends a stream at once when it is left, not when it happens to be collected."""
    try:
        yield items
    finally:
        close: Any = getattr(items, "aclose", None)
        if close is not None:
            await close()
