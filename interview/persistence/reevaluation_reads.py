"""What is kept of re-evaluations, and how one is stopped. Statements inside the caller's
transaction."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import NotFoundError
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.models import EVALUATIONS, REEVALUATION_ITEMS, REEVALUATIONS
from interview.persistence.rows import canonical_uuid
from interview.persistence.vocabulary import ReevaluationState, StopReason

__all__ = ["NEW", "THIS", "ReevaluationRow", "all_of", "get", "stop", "subject"]

_MOST_SHOWN = 100


class ReevaluationRow(BaseModel):
    """`rubric_hash` and `model` are null where they are as they were, or as configured. Of its
    `interviews`, `over` have their new evaluation or are `skipped`; `pending` have it and lack
    scores, because the model could not be had or it was stopped meanwhile. `reason`: why it was
    stopped. Whatever was scored until then stays."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    reevaluation_id: str
    role: str
    plan_hash: str | None
    rubric_hash: str | None
    model: str | None
    state: ReevaluationState
    reason: StopReason | None
    interviews: int
    over: int
    pending: int
    skipped: int
    requested_by: str | None
    created_at: datetime
    finished_at: datetime | None


_ITEM = REEVALUATION_ITEMS.c
NEW = (EVALUATIONS.c.interview_id == _ITEM.interview_id) & (EVALUATIONS.c.number == _ITEM.number)
"""The evaluation that an item was given."""
THIS = REEVALUATIONS.c.reevaluation_id == bindparam("of_reevaluation")
_COUNTS = (
    select(
        func.count(_ITEM.interview_id).label("interviews"),
        func.count(_ITEM.interview_id)
        .filter(_ITEM.skipped.is_not(None) | (EVALUATIONS.c.state != "running"))
        .label("over"),
        func.count(_ITEM.interview_id).filter(EVALUATIONS.c.state == "pending").label("pending"),
        func.count(_ITEM.skipped).label("skipped"),
    )
    .select_from(REEVALUATION_ITEMS.outerjoin(EVALUATIONS, NEW))
    .where(_ITEM.reevaluation_id == REEVALUATIONS.c.reevaluation_id)
    .correlate(REEVALUATIONS)
    .lateral("counts")
)
_COUNTED = ("interviews", "over", "pending", "skipped")
_ROWS = select(
    *(REEVALUATIONS.c[name] for name in ReevaluationRow.model_fields if name not in _COUNTED),
    *(_COUNTS.c[name] for name in _COUNTED),
).where(REEVALUATIONS.c.organization_id == bindparam("of_organization"))
_LIST = _ROWS.order_by(
    REEVALUATIONS.c.created_at.desc(), REEVALUATIONS.c.reevaluation_id.desc()
).limit(_MOST_SHOWN)
_ONE = _ROWS.where(THIS)


async def all_of(connection: AsyncConnection, organization_id: str) -> list[ReevaluationRow]:
    """Newest first, a hundred at most."""
    rows = await connection.execute(_LIST, {"of_organization": organization_id})
    return [ReevaluationRow.model_validate(row) for row in rows]


async def get(
    connection: AsyncConnection, organization_id: str, reevaluation_id: str
) -> ReevaluationRow:
    """Raises `NotFoundError` (`reevaluation.not_found`)."""
    row = None
    if canonical_uuid(reevaluation_id) is not None:
        of = {"of_organization": organization_id, "of_reevaluation": reevaluation_id}
        row = (await connection.execute(_ONE, of)).one_or_none()
    if row is None:
        raise NotFoundError("reevaluation.not_found", "no such re-evaluation")
    return ReevaluationRow.model_validate(row)


async def stop(
    connection: AsyncConnection, by: Actor, reevaluation_id: str, reason: StopReason
) -> bool:
    """Whether it ran."""
    stopped = (
        update(REEVALUATIONS)
        .where(THIS, REEVALUATIONS.c.state == "running")
        .values(state="stopped", reason=reason, finished_at=func.now())
        .returning(REEVALUATIONS.c.reevaluation_id)
    )
    if await connection.scalar(stopped, {"of_reevaluation": reevaluation_id}) is None:
        return False
    await AuditTrail.append(
        connection, by, "reevaluation.stopped", subject(reevaluation_id), {"reason": reason}
    )
    return True


def subject(reevaluation_id: str) -> Subject:
    return Subject("reevaluation", reevaluation_id)
