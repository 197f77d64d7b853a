"""How often an interview went on: after a pause, or after its candidate had been away."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.models import AUDIT_EVENTS, INTERVIEWS
from interview.persistence.vocabulary import AuditAction

__all__ = ["Returns", "resumed"]

_ACTION: AuditAction = "interview.resumed"
_COUNTS = (
    select(AUDIT_EVENTS.c.interview_id, func.count().label("times"))
    .where(
        AUDIT_EVENTS.c.interview_id.in_(bindparam("interview_ids", expanding=True)),
        AUDIT_EVENTS.c.action == _ACTION,
    )
    .group_by(AUDIT_EVENTS.c.interview_id)
)
# One that is paused goes on later, and that is noted then.
_UNDER_WAY = (
    select(INTERVIEWS.c.interview_id, INTERVIEWS.c.organization_id)
    .where(
        INTERVIEWS.c.interview_id.in_(bindparam("interview_ids", expanding=True)),
        INTERVIEWS.c.status == "active",
    )
    # In one order everywhere: each organization's trail is locked until the end.
    .order_by(INTERVIEWS.c.organization_id, INTERVIEWS.c.interview_id)
)


async def resumed(
    connection: AsyncConnection, organization_id: str, interview_id: str, after: str
) -> None:
    """`after`: `pause` or `absence`."""
    by, of = Actor.system(organization_id), Subject.interview(interview_id)
    await AuditTrail.append(connection, by, _ACTION, of, {"after": after})


class Returns:
    """All methods raise `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, interview_ids: Collection[str]) -> None:
        """Their candidates were away and are back."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(_UNDER_WAY, {"interview_ids": list(interview_ids)})
            for row in rows.all():
                await resumed(connection, row.organization_id, row.interview_id, "absence")

    async def counts(self, interview_ids: Collection[str]) -> Mapping[str, int]:
        """Of those that did at all."""
        if not interview_ids:
            return {}
        async with self._database.transaction() as connection:
            rows = await connection.execute(_COUNTS, {"interview_ids": list(interview_ids)})
            return {row.interview_id: row.times for row in rows}
