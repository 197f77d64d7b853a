"""Statements on the interviews' own rows, each inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Text, bindparam, case, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.contracts.ids import workflow_id
from interview.domain.phases import Phase
from interview.errors import NotFoundError
from interview.persistence import cursors
from interview.persistence.models import INTERVIEWS, UTTERANCES, UUID_TEXT
from interview.persistence.rows import (
    InterviewOwner,
    InterviewRecord,
    InterviewSummary,
    InterviewTotals,
    NewInterview,
    Page,
    storable,
)
from interview.persistence.vocabulary import InterviewStatus, Outcome

__all__ = ["close", "create", "get", "no_interview", "owner", "page", "require", "set_status"]


_THIS = INTERVIEWS.c.interview_id == bindparam("of_interview")

_INSERT = insert(INTERVIEWS).on_conflict_do_nothing()
_GET = select(*INTERVIEWS.c).where(_THIS)
_OWNER = select(INTERVIEWS.c.organization_id, INTERVIEWS.c.candidate_id).where(_THIS)
_EXISTS = select(INTERVIEWS.c.interview_id).where(_THIS)
_SET_STATUS = (
    update(INTERVIEWS)
    .where(_THIS)
    .values(
        status=case(
            (INTERVIEWS.c.ended_at.is_(None), bindparam("new_status", type_=Text)),
            else_=INTERVIEWS.c.status,
        ),
        updated_at=func.now(),
    )
    .returning(INTERVIEWS.c.status)
)
_CLOSE = (
    update(INTERVIEWS).where(_THIS, INTERVIEWS.c.ended_at.is_(None)).values(updated_at=func.now())
)
_TOTALS = select(
    INTERVIEWS.c.interview_id,
    INTERVIEWS.c.status,
    INTERVIEWS.c.outcome,
    INTERVIEWS.c.ended_at,
    INTERVIEWS.c.total_turns,
    select(func.count())
    .where(UTTERANCES.c.interview_id == INTERVIEWS.c.interview_id)
    .scalar_subquery()
    .label("utterances"),
).where(_THIS)
_LIST = select(*(INTERVIEWS.c[name] for name in InterviewSummary.model_fields)).order_by(
    INTERVIEWS.c.created_at.desc(), INTERVIEWS.c.interview_id.desc()
)


async def create(connection: AsyncConnection, new: NewInterview) -> InterviewRecord:
    first = new.plan.phases[0]
    await connection.execute(
        _INSERT,
        {
            "interview_id": new.interview_id,
            "workflow_id": workflow_id(new.interview_id),
            "role": new.plan.role,
            "title": storable(new.plan.title),
            "language": storable(new.plan.language),
            "candidate_name": new.candidate_name,
            "phase": first.phase,
            "question_id": first.questions[0].question_id,
            "plan": storable(new.plan.model_dump(mode="json")),
            "limits": storable(new.limits.model_dump(mode="json")),
            "organization_id": new.organization_id,
            "candidate_id": new.candidate_id,
            "created_by": new.created_by,
        },
    )
    return await get(connection, new.interview_id)


async def get(connection: AsyncConnection, interview_id: str) -> InterviewRecord:
    found = await connection.execute(_GET, {"of_interview": interview_id})
    row = found.one_or_none()
    if row is None:
        raise no_interview()
    return InterviewRecord.model_validate(row)


async def owner(connection: AsyncConnection, interview_id: str) -> InterviewOwner:
    row = (await connection.execute(_OWNER, {"of_interview": interview_id})).one_or_none()
    if row is None:
        raise no_interview()
    return InterviewOwner.model_validate(row)


async def require(connection: AsyncConnection, interview_id: str) -> None:
    """Raises `NotFoundError` (`interview.not_found`)."""
    if await connection.scalar(_EXISTS, {"of_interview": interview_id}) is None:
        raise no_interview()


async def page(
    connection: AsyncConnection,
    organization_id: str | None,
    limit: int,
    cursor: str | None,
    status: InterviewStatus | None,
    *,
    unclaimed: bool,
) -> Page:
    query = _LIST.limit(limit + 1)
    if organization_id is not None:
        query = query.where(INTERVIEWS.c.organization_id == organization_id)
    if unclaimed:
        query = query.where(INTERVIEWS.c.candidate_id.is_(None))
    if status is not None:
        query = query.where(INTERVIEWS.c.status == status)
    if cursor is not None:
        created_at, interview_id = cursors.decode(cursor)
        query = query.where(
            tuple_(INTERVIEWS.c.created_at, INTERVIEWS.c.interview_id)
            < tuple_(literal(created_at, DateTime(timezone=True)), literal(interview_id, UUID_TEXT))
        )
    rows = (await connection.execute(query)).all()
    items = tuple(InterviewSummary.model_validate(row) for row in rows[:limit])
    last = items[-1] if len(rows) > limit else None
    return Page(
        items=items,
        next_cursor=cursors.encode(last.created_at, last.interview_id) if last else None,
    )


async def set_status(
    connection: AsyncConnection, interview_id: str, status: InterviewStatus
) -> InterviewStatus:
    in_force = await connection.scalar(
        _SET_STATUS, {"of_interview": interview_id, "new_status": status}
    )
    if in_force is None:
        raise no_interview()
    return in_force


async def close(
    connection: AsyncConnection, interview_id: str, outcome: Outcome, ended_at: datetime
) -> InterviewTotals:
    this = {"of_interview": interview_id}
    changes: dict[str, Any] = {
        "status": "abandoned" if outcome in ("expired", "withdrawn") else "completed",
        "outcome": outcome,
        "ended_at": ended_at,
    }
    if outcome == "completed":
        changes |= {"phase": Phase.COMPLETED, "question_id": None}
    await connection.execute(_CLOSE, this | changes)
    row = (await connection.execute(_TOTALS, this)).one_or_none()
    if row is None:
        raise no_interview()
    return InterviewTotals.model_validate(row)


def no_interview() -> NotFoundError:
    return NotFoundError("interview.not_found", "no such interview")
