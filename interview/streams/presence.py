"""Who is in their room, for whoever watches from outside: a key an interview, marked every few
seconds by the process that holds the candidate's socket.

How long ago that was is read from what is left of the key's life, so that no two clocks are
compared. Nothing but the interview's id is in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from interview.streams.client import Redis
from interview.streams.log import translated

__all__ = ["AWAY_AFTER_S", "MARK_S", "Marked", "Presence"]

MARK_S = 2.0
AWAY_AFTER_S = 8.0
"""A page that connects again, or a process that is exchanged, is not missed."""
KEPT_S = 30 * 24 * 3600
"""Longer than any pause."""


_HOUSE = "intervue:here"
"""Marked by every process, rooms or not."""
_BACK = "intervue:here:back"
"""There for a while after no process had marked anything for long."""


def _key(interview_id: str) -> str:
    return f"intervue:{{{interview_id}}}:here"


@dataclass(frozen=True, slots=True)
class Marked:
    ages: Mapping[str, float]
    """Seconds for which each had not been marked; without those that never were."""
    it_was_us: bool
    """Whoever comes now may have been kept out: no process was up, until a moment ago."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Every method raises `StreamError`."""

    redis: Redis

    async def mark(self, interview_ids: Collection[str]) -> Marked:
        """They are there now, and so is a process."""
        with translated():
            # All together: of two processes one alone sees that somebody was away.
            async with self.redis.pipeline(transaction=True) as pipe:
                pipe.exists(_BACK)
                for key in (_HOUSE, *map(_key, interview_ids)):
                    pipe.pttl(key)
                    pipe.set(key, b"", ex=KEPT_S)
                is_back, *answers = await pipe.execute()
            house_left_ms, *left_ms = answers[::2]
            if silent := 0 <= house_left_ms < (KEPT_S - AWAY_AFTER_S) * 1000:
                await self.redis.set(_BACK, b"", ex=round(AWAY_AFTER_S))
        return Marked(_ages(interview_ids, left_ms), silent or bool(is_back))

    async def ages(self, interview_ids: Collection[str]) -> Mapping[str, float]:
        """Seconds since each was marked last; without those that never were."""
        with translated():
            async with self.redis.pipeline(transaction=False) as pipe:
                for interview_id in interview_ids:
                    pipe.pttl(_key(interview_id))
                answers: list[Any] = await pipe.execute() if interview_ids else []
        return _ages(interview_ids, answers)


def _ages(interview_ids: Collection[str], left_ms: list[Any]) -> Mapping[str, float]:
    pairs = zip(interview_ids, left_ms, strict=True)
    return {
        interview_id: max(0.0, KEPT_S - left / 1000) for interview_id, left in pairs if left >= 0
    }
