"""Who is in the rooms of this process, and whether they may stay."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from interview.errors import AccessError, InterviewError
from interview.persistence.access import AccessRecords
from interview.security.principal import Principal

__all__ = ["LEAVE_WITHIN_S", "SWEEP_S", "Attendance"]

log = structlog.stdlib.get_logger(__name__)

SWEEP_S = 1.0
LEAVE_EVERY_S = 0.04
"""Longer than it takes to let somebody in on a busy machine."""
LEAVE_WITHIN_S = 5.0
"""However many there are."""


@dataclass(eq=False, slots=True)
class _Present:
    principal: Principal
    interview_id: str
    send_away: Callable[[AccessError], None]
    leave: Callable[[], None]


class Attendance:
    """Once in `SWEEP_S` the sessions of all sockets of this process, and the consents to their
    interviews, are looked at together: two statements by key, however many sockets there are.

    Asked rather than told, because that cannot be missed. A message on a channel is lost while
    Redis is away, and has to be sent by everything that ever ends a session, disables a user or
    records a withdrawal; the rows are what all of them write, on any process or by hand. While
    PostgreSQL is away nothing can be revoked, and everybody stays.
    """

    def __init__(self, access: AccessRecords, *, sweep_s: float = SWEEP_S) -> None:
        self._access = access
        self._sweep_s = sweep_s
        self._present: dict[_Present, None] = {}

    @property
    def count(self) -> int:
        return len(self._present)

    @property
    def interviews(self) -> frozenset[str]:
        """Those with somebody in their room."""
        return frozenset(entry.interview_id for entry in self._present)

    @contextmanager
    def present(
        self,
        principal: Principal,
        interview_id: str,
        send_away: Callable[[AccessError], None],
        leave: Callable[[], None],
    ) -> Generator[None]:
        """`send_away` is called once, should the right to be here end before the block does, and
        `leave` when this process ends."""
        entry = _Present(principal, interview_id, send_away, leave)
        self._present[entry] = None
        try:
            yield
        finally:
            self._present.pop(entry, None)

    async def empty(self) -> None:
        """Asks everybody to leave, those who came first before the others, not all at once."""
        leaving = list(self._present)
        log.info("attendance.leaving", count=len(leaving))
        pause_s = min(LEAVE_EVERY_S, LEAVE_WITHIN_S / max(1, len(leaving)))
        for entry in leaving:
            if entry in self._present:
                entry.leave()
                await asyncio.sleep(pause_s)

    async def run(self) -> None:
        """For ever."""
        blind = False
        while True:
            await asyncio.sleep(self._sweep_s)
            try:
                await self.sweep()
                blind = False
            except InterviewError as error:
                if not blind:
                    log.warning("attendance.blind", code=error.code)
                blind = True
            except Exception:
                # Whatever it was: without this loop the revoked would stay.
                log.exception("attendance.crashed")

    async def sweep(self) -> None:
        """Raises `DatabaseUnavailable`."""
        if not self._present:
            return
        looked_at = list(self._present)
        refusals = await self._access.refusals({(p.principal, p.interview_id) for p in looked_at})
        for entry in looked_at:
            refusal = refusals.get((entry.principal, entry.interview_id))
            if refusal is not None and entry in self._present:
                del self._present[entry]
                log.info("attendance.sent_away", code=refusal.code)
                entry.send_away(refusal)
