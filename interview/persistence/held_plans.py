"""Plans that interviews were made by, and of which role's versions they are."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from interview.domain.plan import Plan
from interview.domain.rubric import Rubric
from interview.persistence import interviews, rubrics
from interview.persistence.database import Database, within
from interview.persistence.models import INTERVIEWS, PLAN_VERSIONS

__all__ = ["MOST_LISTED", "BoundPlan", "HeldPlan", "HeldPlans"]

MOST_LISTED = 200
"""Those by which one ended last."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class HeldPlan(_Row):
    """`role_id` and `number`: the version of which role it is; null where it is a built-in one."""

    plan_hash: str
    title: str
    role_id: str | None
    number: int | None
    interviews: int
    """That have ended."""
    last_ended_at: datetime


class BoundPlan(_Row):
    """The plan of one interview: what every candidate is asked, and what was added for this one."""

    plan: Plan
    rubric: Rubric | None
    role_id: str | None
    number: int | None


_VERSIONS = (
    select(PLAN_VERSIONS.c.plan_hash, PLAN_VERSIONS.c.role_id, PLAN_VERSIONS.c.number)
    .where(
        PLAN_VERSIONS.c.organization_id == bindparam("of_organization"),
        PLAN_VERSIONS.c.state == "approved",
    )
    # The same plan may have been approved twice.
    .ext(distinct_on(PLAN_VERSIONS.c.plan_hash))
    .order_by(PLAN_VERSIONS.c.plan_hash, PLAN_VERSIONS.c.approved_at.desc())
    .subquery()
)
_HELD = (
    select(
        INTERVIEWS.c.plan_hash,
        # A built-in role's title may be mended and its questions stay.
        func.max(INTERVIEWS.c.title).label("title"),
        _VERSIONS.c.role_id,
        _VERSIONS.c.number,
        func.count().label("interviews"),
        func.max(INTERVIEWS.c.ended_at).label("last_ended_at"),
    )
    .outerjoin(_VERSIONS, _VERSIONS.c.plan_hash == INTERVIEWS.c.plan_hash)
    .where(
        INTERVIEWS.c.organization_id == bindparam("of_organization"),
        INTERVIEWS.c.plan_hash.is_not(None),
        INTERVIEWS.c.ended_at.is_not(None),
    )
    .group_by(INTERVIEWS.c.plan_hash, _VERSIONS.c.role_id, _VERSIONS.c.number)
    .order_by(func.max(INTERVIEWS.c.ended_at).desc(), INTERVIEWS.c.plan_hash)
    .limit(MOST_LISTED)
)
_VERSION = select(_VERSIONS.c.role_id, _VERSIONS.c.number).where(
    _VERSIONS.c.plan_hash == bindparam("of_plan")
)


class HeldPlans:
    """All methods raise `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, organization_id: str) -> list[HeldPlan]:
        """By which an interview has ended; those of the newest first."""
        async with self._database.transaction() as connection:
            found = await connection.execute(_HELD, {"of_organization": organization_id})
            return [HeldPlan.model_validate(row) for row in found]

    async def of(self, interview_id: str) -> BoundPlan:
        """Raises `NotFoundError` (`interview.not_found`)."""
        async with self._database.transaction() as connection:
            record = await interviews.get(within(connection), interview_id)
            organization_id, named = record.organization_id, record.plan.rubric
            rubric = await rubrics.known(
                connection, organization_id, named.rubric_hash if named else None
            )
            of = {"of_organization": organization_id, "of_plan": record.plan_hash}
            version = (await connection.execute(_VERSION, of)).one_or_none()
        return BoundPlan(
            plan=record.plan,
            rubric=rubric,
            role_id=version.role_id if version else None,
            number=version.number if version else None,
        )
