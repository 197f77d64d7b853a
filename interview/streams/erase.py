"""Everything Redis holds of one interview, by the names its keys have."""

from __future__ import annotations

from typing import Any, cast

from interview.streams.client import Redis
from interview.streams.log import translated

__all__ = ["delete_keys", "find_keys"]

_BATCH = 500


async def find_keys(redis: Redis, interview_id: str) -> list[bytes]:
    """Looks at every key's name. Raises `StreamError`."""
    with translated():
        # The client leaves the types of its iterator open.
        keys = cast(Any, redis).scan_iter(match=f"intervue:{{{interview_id}}}:*", count=_BATCH)
        return [key async for key in keys]


async def delete_keys(redis: Redis, keys: list[bytes]) -> None:
    """Raises `StreamError`."""
    with translated():
        for first in range(0, len(keys), _BATCH):
            await redis.unlink(*keys[first : first + _BATCH])
