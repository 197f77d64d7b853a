"""Where a program to be run, and what it writes, lie for the minutes that it takes.

In Redis, under `code:{run_id}:…`, sealed by the run's own key; everything goes after `TTL_S`. The
worker that runs code reaches Redis with no more rights than to `code:*`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from redis.asyncio import Redis

from interview.domain.code_runs import OutputPiece, Run, RunResult, SandboxStatus

__all__ = ["TTL_S", "CodeExchange"]

TTL_S = 600
"""From the moment a run is offered."""


class CodeExchange:
    """Every method raises `StreamError` (`stream.unavailable`) when Redis stays away, and those
    that are given a run `NotFoundError` (`code.run_lost`) when it is not, or no longer, there."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def status(self) -> SandboxStatus:
        """Of the workers that are alive now: none, and nothing is available."""
        raise NotImplementedError

    async def offer(self, run_id: str, run: Run) -> str:
        """The run's key. Offered twice, the second has a key of its own, and replaces it."""
        raise NotImplementedError

    def output(self, run_id: str, key: str) -> AsyncIterator[OutputPiece]:
        """As it is written, from the beginning; ends when the result is there. What an attempt that
        died had written is followed by what the next one writes."""
        raise NotImplementedError

    async def result(self, run_id: str, key: str) -> RunResult | None:
        """None: not yet."""
        raise NotImplementedError

    async def forget(self, run_id: str) -> None:
        """Idempotent."""
        raise NotImplementedError
