"""Which worker is at what, by its own signs of life."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from interview.streams.pulse import PulseReader

__all__ = ["worker_at"]


async def worker_at(redis: Redis, interview_id: str) -> int:
    """The pid of a worker that is at a turn of this interview."""
    reader = PulseReader(redis)
    async with asyncio.timeout(10):
        while True:
            for worker in await reader.beats():
                if any(t.interview_id == interview_id for t in await reader.held(worker)):
                    return int(worker.split(":")[1])
            await asyncio.sleep(0.02)
