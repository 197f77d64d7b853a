"""Starting what was promised about erasing, and nobody works on: Temporal was away, or a process
died, between the promise and its workflow."""

from __future__ import annotations

from interview.erasing import Erasing
from interview.persistence import overdue
from interview.persistence.database import Database
from interview.persistence.overdue import Due, Unfinished
from interview.repeating import repeat

__all__ = ["Sweeping"]


class Sweeping:
    """Any number of processes may do so at once: a workflow that is there is not started again."""

    def __init__(self, database: Database, erasing: Erasing, every_s: float) -> None:
        self._database = database
        self._erasing = erasing
        self._every_s = every_s

    async def run(self) -> None:
        """For ever."""
        await repeat(self.once, self._every_s, "sweep")

    async def once(self) -> int:
        """How many it started, or told to look. Raises `DatabaseUnavailable` and
        `TemporalUnavailable`; what is left then is found the next time."""
        return await self._retentions() + await self._requests() + await self._due()

    async def _retentions(self) -> int:
        async with self._database.transaction() as connection:
            changed = await overdue.changed_organizations(connection)
        for organization_id in changed:
            await self._erasing.start_retiming(organization_id)
        return len(changed)

    async def _requests(self) -> int:
        after, started = "", 0
        while True:
            async with self._database.transaction() as connection:
                page = await overdue.unfinished(connection, after)
            for one in page:
                started += await self._request(one)
            if len(page) < overdue.PAGE:
                return started
            after = page[-1].interview_id

    async def _request(self, one: Unfinished) -> bool:
        if one.begun:
            # It is at it, and may be for long: a signal each time would fill its history.
            await self._erasing.resume(one.interview_id)
        else:
            # It may be asleep until the end of the retention.
            await self._erasing.start(one.interview_id)
        return not one.begun

    async def _due(self) -> int:
        async with self._database.transaction() as connection:
            organizations = await overdue.organizations_due(connection)
        return sum([await self._due_of(one) for one in organizations])

    async def _due_of(self, organization_id: str) -> int:
        after: Due | None = None
        started = 0
        while True:
            async with self._database.transaction() as connection:
                page = await overdue.due(connection, organization_id, after)
            for one in page:
                await self._erasing.start(one.interview_id)
            started += len(page)
            if len(page) < overdue.PAGE:
                return started
            after = page[-1]
