"""Tells whoever watches who is in a room of this process, and notes who came back."""

from __future__ import annotations

import asyncio

import structlog

from api.attendance import Attendance
from interview.errors import InterviewError
from interview.persistence.returns import Returns
from interview.streams.presence import AWAY_AFTER_S, MARK_S, Presence

__all__ = ["Marking"]

log = structlog.stdlib.get_logger(__name__)


class Marking:
    """One round trip to Redis in `MARK_S`, however many rooms there are."""

    def __init__(self, attendance: Attendance, presence: Presence, returns: Returns) -> None:
        self._attendance = attendance
        self._presence = presence
        self._returns = returns
        self._before: frozenset[str] = frozenset()

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self.once()
            except InterviewError as error:
                # Nobody is told, and nobody's interview is touched by that.
                log.debug("presence.not_marked", code=error.code)
            except Exception:
                log.exception("presence.crashed")
            await asyncio.sleep(MARK_S)

    async def once(self) -> None:
        """Raises `StreamError`, `DatabaseUnavailable`."""
        here, before = self._attendance.interviews, self._before
        marked = await self._presence.mark(here)
        self._before = here
        if marked.it_was_us:
            return
        # Whoever was here the last time was not away: it was us who did not get to say so.
        returned = [i for i in here - before if marked.ages.get(i, 0.0) > AWAY_AFTER_S]
        if returned:
            await self._returns.note(returned)
