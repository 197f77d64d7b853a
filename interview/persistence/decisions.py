"""What people decided after an interview. Nothing is overwritten: the newest one holds."""

from __future__ import annotations

import uuid
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.persistence import holding
from interview.persistence.audit import AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.models import DECISIONS
from interview.persistence.rows import storable
from interview.persistence.vocabulary import DecisionKind
from interview.security.principal import Principal

__all__ = ["DecisionRecords", "DecisionRow", "newest"]


class DecisionRow(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)

    decision_id: str
    decision: DecisionKind
    reason: str = Field(repr=False)
    decided_by: str | None
    created_at: datetime


_ROW = [DECISIONS.c[name] for name in DecisionRow.model_fields]
_NEWEST = (
    select(*_ROW)
    .where(DECISIONS.c.interview_id == bindparam("of_interview"))
    .order_by(DECISIONS.c.created_at.desc(), DECISIONS.c.decision_id)
    .limit(1)
)


async def newest(connection: AsyncConnection, interview_id: str) -> DecisionRow | None:
    row = (await connection.execute(_NEWEST, {"of_interview": interview_id})).one_or_none()
    return None if row is None else DecisionRow.model_validate(row)


class DecisionRecords:
    """All methods raise `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, interview_id: str) -> DecisionRow | None:
        async with self._database.transaction() as connection:
            return await newest(connection, interview_id)

    async def put(
        self, interview_id: str, by: Principal, *, decision: DecisionKind, reason: str
    ) -> DecisionRow:
        """What the same person says twice in a row is said once. Raises as
        `holding.ended_interview`."""
        said = {"decision": decision, "reason": storable(reason), "decided_by": by.user_id}
        async with self._database.transaction() as connection:
            await holding.ended_interview(connection, interview_id)
            before = await newest(connection, interview_id)
            if before is not None and before.model_dump(include=set(said)) == said:
                return before
            made = await connection.execute(
                insert(DECISIONS)
                .values(
                    decision_id=str(uuid.uuid4()),
                    interview_id=interview_id,
                    created_at=func.clock_timestamp(),
                    **said,
                )
                .returning(*_ROW)
            )
            row = DecisionRow.model_validate(made.one())
            # Not what was decided: the trail is read by people who are still to rate.
            await AuditTrail.append(
                connection, by, "decision.made", Subject.interview(interview_id)
            )
        return row
