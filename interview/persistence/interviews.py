"""Statements on the interviews' own rows, each inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, case, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from interview.contracts.ids import workflow_id
from interview.domain.phases import Phase
from interview.errors import NotFoundError
from interview.persistence import cursors
from interview.persistence.models import UUID_TEXT, Interview, Utterance
from interview.persistence.rows import (
    InterviewRecord,
    InterviewSummary,
    InterviewTotals,
    NewInterview,
    Page,
    storable,
)
from interview.persistence.vocabulary import InterviewStatus, Outcome

__all__ = ["close", "create", "get", "no_interview", "page", "require", "set_status"]


async def create(session: AsyncSession, new: NewInterview) -> InterviewRecord:
    first = new.plan.phases[0]
    await session.execute(
        insert(Interview)
        .values(
            interview_id=new.interview_id,
            workflow_id=workflow_id(new.interview_id),
            role=new.plan.role,
            title=storable(new.plan.title),
            language=storable(new.plan.language),
            candidate_name=new.candidate_name,
            phase=first.phase,
            question_id=first.questions[0].question_id,
            plan=storable(new.plan.model_dump(mode="json")),
            limits=storable(new.limits.model_dump(mode="json")),
        )
        .on_conflict_do_nothing()
    )
    return await get(session, new.interview_id)


async def get(session: AsyncSession, interview_id: str) -> InterviewRecord:
    interview = await session.get(Interview, interview_id)
    if interview is None:
        raise no_interview()
    return InterviewRecord.model_validate(interview)


async def require(session: AsyncSession, interview_id: str) -> None:
    """Raises `NotFoundError` (`interview.not_found`)."""
    query = select(Interview.interview_id).where(Interview.interview_id == interview_id)
    if await session.scalar(query) is None:
        raise no_interview()


async def page(
    session: AsyncSession, limit: int, cursor: str | None, status: InterviewStatus | None
) -> Page:
    columns = [getattr(Interview, name) for name in InterviewSummary.model_fields]
    query = select(*columns).order_by(Interview.created_at.desc(), Interview.interview_id.desc())
    if status is not None:
        query = query.where(Interview.status == status)
    if cursor is not None:
        created_at, interview_id = cursors.decode(cursor)
        query = query.where(
            tuple_(Interview.created_at, Interview.interview_id)
            < tuple_(literal(created_at, DateTime(timezone=True)), literal(interview_id, UUID_TEXT))
        )
    rows = (await session.execute(query.limit(limit + 1))).all()
    items = tuple(InterviewSummary.model_validate(row) for row in rows[:limit])
    last = items[-1] if len(rows) > limit else None
    return Page(
        items=items,
        next_cursor=cursors.encode(last.created_at, last.interview_id) if last else None,
    )


async def set_status(
    session: AsyncSession, interview_id: str, status: InterviewStatus
) -> InterviewStatus:
    in_force = await session.scalar(
        update(Interview)
        .where(Interview.interview_id == interview_id)
        .values(
            status=case((Interview.ended_at.is_(None), status), else_=Interview.status),
            updated_at=func.now(),
        )
        .returning(Interview)
        .execution_options(synchronize_session=False)
    )
    if in_force is None:
        raise no_interview()
    return InterviewSummary.model_validate(in_force).status


async def close(
    session: AsyncSession, interview_id: str, outcome: Outcome, ended_at: datetime
) -> InterviewTotals:
    abandoned = outcome in ("expired", "withdrawn")
    await session.execute(
        update(Interview)
        .where(Interview.interview_id == interview_id, Interview.ended_at.is_(None))
        .values(
            status="abandoned" if abandoned else "completed",
            outcome=outcome,
            ended_at=ended_at,
            phase=Phase.COMPLETED if outcome == "completed" else Interview.phase,
            question_id=None if outcome == "completed" else Interview.question_id,
            updated_at=func.now(),
        )
    )
    utterances = (
        select(func.count())
        .where(Utterance.interview_id == Interview.interview_id)
        .scalar_subquery()
    )
    row = (
        await session.execute(
            select(
                Interview.interview_id,
                Interview.status,
                Interview.outcome,
                Interview.ended_at,
                Interview.total_turns,
                utterances.label("utterances"),
            ).where(Interview.interview_id == interview_id)
        )
    ).one_or_none()
    if row is None:
        raise no_interview()
    return InterviewTotals.model_validate(row)


def no_interview() -> NotFoundError:
    return NotFoundError("interview.not_found", "no such interview")
