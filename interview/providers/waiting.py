"""A limit on every wait for a next item of a stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar

from interview.providers.failures import Failures

__all__ = ["each_within"]

T = TypeVar("T")


async def each_within(
    items: AsyncIterator[T], timeout_s: float, failures: Failures
) -> AsyncIterator[T]:
    """`items`, waiting at most `timeout_s` for each. Raises `ProviderError` for whatever the
    stream raises."""
    while True:
        with failures.translated():
            try:
                async with asyncio.timeout(timeout_s):
                    item = await anext(items)
            except StopAsyncIteration:
                return
        yield item
