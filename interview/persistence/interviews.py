"""Statements on the interviews' own rows, each inside the caller's transaction."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import (
    DateTime,
    Text,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.contracts.ids import workflow_id
from interview.domain.phases import Phase
from interview.domain.plan import plan_hash
from interview.errors import NotFoundError
from interview.persistence import cursors, retention, returns, rubrics, webhooks
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Read, within
from interview.persistence.models import ACCOMMODATIONS, INTERVIEWS, UTTERANCES, UUID_TEXT
from interview.persistence.rows import (
    InterviewOwner,
    InterviewRecord,
    InterviewSummary,
    InterviewTotals,
    NewInterview,
    Page,
    storable,
)
from interview.persistence.vocabulary import ActorKind, InterviewStatus, Outcome
from interview.security.principal import Principal

__all__ = [
    "begin",
    "close",
    "create",
    "get",
    "no_interview",
    "owner",
    "page",
    "require",
    "set_status",
]


_LIKE_SPECIAL, _ESCAPED = re.compile(r"([\\%_])"), r"\\\1"
_THIS = INTERVIEWS.c.interview_id == bindparam("of_interview")

_INSERT = insert(INTERVIEWS).on_conflict_do_nothing()
_ASKED = select(ACCOMMODATIONS.c.text_only).where(
    ACCOMMODATIONS.c.interview_id == INTERVIEWS.c.interview_id
)
_GRANTED = select(ACCOMMODATIONS.c.extra_time_factor).where(
    ACCOMMODATIONS.c.interview_id == INTERVIEWS.c.interview_id,
    ACCOMMODATIONS.c.granted_at.is_not(None),
)
_GET = select(
    *INTERVIEWS.c,
    func.coalesce(
        _ASKED.order_by(ACCOMMODATIONS.c.requested_at.desc()).limit(1).scalar_subquery(), False
    ).label("text_only"),
    func.coalesce(
        _GRANTED.order_by(ACCOMMODATIONS.c.granted_at.desc()).limit(1).scalar_subquery(), 1.0
    ).label("extra_time_factor"),
).where(_THIS)
_OWNER = select(
    INTERVIEWS.c.organization_id, INTERVIEWS.c.candidate_id, INTERVIEWS.c.unclaimed
).where(_THIS)
_EXISTS = select(INTERVIEWS.c.interview_id).where(_THIS)
_BEGIN = (
    update(INTERVIEWS)
    .where(_THIS, INTERVIEWS.c.started_at.is_(None), INTERVIEWS.c.ended_at.is_(None))
    .values(started_at=func.now())
)
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
_STATUS_BEFORE = (
    select(INTERVIEWS.c.status, INTERVIEWS.c.organization_id).where(_THIS).with_for_update()
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
    INTERVIEWS.c.erase_at,
    select(func.count())
    .where(UTTERANCES.c.interview_id == INTERVIEWS.c.interview_id)
    .scalar_subquery()
    .label("utterances"),
).where(_THIS)
_LIST = select(*(INTERVIEWS.c[name] for name in InterviewSummary.model_fields)).order_by(
    INTERVIEWS.c.created_at.desc(), INTERVIEWS.c.interview_id.desc()
)


async def create(
    connection: AsyncConnection, new: NewInterview, by: Principal | None = None
) -> InterviewRecord:
    first = new.plan.phases[0]
    maker = _creator(new) if by is None else by
    made = await connection.execute(
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
            "plan_hash": plan_hash(new.plan),
            "limits": storable(new.limits.model_dump(mode="json")),
            "organization_id": new.organization_id,
            "candidate_id": new.candidate_id,
            "created_by": new.created_by,
            "unclaimed": maker.kind == "anonymous" and new.candidate_id is None,
        },
    )
    record = await get(within(connection), new.interview_id)
    if made.rowcount == 1:
        if new.rubric is not None:
            assert new.rubric.measures(new.plan), "another plan's rubric"
            await rubrics.keep(connection, new.organization_id, new.rubric)
        await AuditTrail.append(
            connection,
            maker,
            "interview.created",
            Subject.interview(new.interview_id),
            {"role": new.plan.role},
        )
    return record


async def get(read: Read, interview_id: str) -> InterviewRecord:
    rows = await read(_GET, {"of_interview": interview_id})
    if not rows:
        raise no_interview()
    return InterviewRecord.model_validate(rows[0])


async def begin(connection: AsyncConnection, interview_id: str) -> InterviewRecord:
    await connection.execute(_BEGIN, {"of_interview": interview_id})
    return await get(within(connection), interview_id)


async def owner(read: Read, interview_id: str) -> InterviewOwner:
    rows = await read(_OWNER, {"of_interview": interview_id})
    if not rows:
        raise no_interview()
    return InterviewOwner.model_validate(rows[0])


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
    q: str | None = None,
    role: str | None = None,
) -> Page:
    query = _LIST.limit(limit + 1)
    if q:
        holds = f"%{_LIKE_SPECIAL.sub(_ESCAPED, storable(q))}%"
        query = query.where(
            or_(INTERVIEWS.c.candidate_name.ilike(holds), INTERVIEWS.c.title.ilike(holds))
        )
    if role is not None:
        query = query.where(INTERVIEWS.c.role == storable(role))
    if organization_id is not None:
        query = query.where(INTERVIEWS.c.organization_id == organization_id)
    if unclaimed:
        query = query.where(INTERVIEWS.c.unclaimed)
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
    this = {"of_interview": interview_id}
    before = (await connection.execute(_STATUS_BEFORE, this)).one_or_none()
    in_force = await connection.scalar(
        _SET_STATUS, {"of_interview": interview_id, "new_status": status}
    )
    if before is None or in_force is None:
        raise no_interview()
    if (before.status, in_force) == ("paused", "active"):
        # Once, however often an activity is tried: the second time it is active already.
        await returns.resumed(connection, before.organization_id, interview_id, "pause")
    return in_force


async def close(
    connection: AsyncConnection, interview_id: str, outcome: Outcome, ended_at: datetime
) -> InterviewTotals:
    this = {"of_interview": interview_id}
    of = await owner(within(connection), interview_id)
    days = await retention.hold(connection, of.organization_id)
    changes: dict[str, Any] = {
        "status": "abandoned" if outcome in ("expired", "withdrawn") else "completed",
        "outcome": outcome,
        "ended_at": ended_at,
        "erase_at": retention.erase_at(ended_at, days),
    }
    if outcome == "completed":
        changes |= {"phase": Phase.COMPLETED, "question_id": None}
    closed = await connection.execute(_CLOSE, this | changes)
    totals = InterviewTotals.model_validate((await connection.execute(_TOTALS, this)).one())
    if closed.rowcount == 1:
        if totals.status == "completed":
            data = {"interview_id": interview_id, "status": totals.status, "outcome": outcome}
            await webhooks.tell(
                *(connection, of.organization_id, "interview.completed", interview_id, data),
                interview_id=interview_id,
            )
        await AuditTrail.append(
            connection,
            Actor.system(of.organization_id),
            "interview.closed",
            Subject.interview(interview_id),
            {"outcome": outcome, "turns": totals.total_turns},
        )
    return totals


def _creator(new: NewInterview) -> Actor:
    kind: ActorKind = "anonymous" if new.created_by is None else "user"
    return Actor(new.organization_id, kind, new.created_by)


def no_interview() -> NotFoundError:
    return NotFoundError("interview.not_found", "no such interview")
