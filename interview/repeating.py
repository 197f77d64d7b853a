"""What a worker does again and again beside its activities."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog

from interview.errors import DatabaseUnavailable, TemporalUnavailable

__all__ = ["repeat"]

log = structlog.stdlib.get_logger(__name__)


async def repeat(once: Callable[[], Awaitable[int]], every_s: float, name: str) -> None:
    """For ever. `once` tells how many it started; where PostgreSQL or Temporal is away it is left
    for the next time. Logged as `{name}.started` and `{name}.postponed`."""
    while True:
        try:
            started = await once()
        except (DatabaseUnavailable, TemporalUnavailable) as error:
            log.warning(f"{name}.postponed", code=error.code)
        else:
            if started:
                log.info(f"{name}.started", count=started)
        # Replicas that began together do not stay together.
        await asyncio.sleep(every_s * random.uniform(0.8, 1.2))
