"""Asking for the interviews of a role to be scored once more, and for no more of it. Statements
inside the caller's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, exists, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import ConflictError, NotFoundError
from interview.persistence import reevaluation_reads as stored
from interview.persistence import rubrics
from interview.persistence.audit import Actor, AuditTrail
from interview.persistence.models import (
    ERASURE_RECEIPTS,
    EVALUATIONS,
    INTERVIEWS,
    REEVALUATION_ITEMS,
    REEVALUATIONS,
)
from interview.persistence.reevaluation_reads import ReevaluationRow
from interview.persistence.rows import storable
from interview.security.principal import Principal

__all__ = ["MOST_REEVALUATED", "ask", "ask_again", "stop"]

MOST_REEVALUATED = 200
"""Interviews at once: those that ended last."""

_IS_ERASED = exists().where(ERASURE_RECEIPTS.c.interview_id == INTERVIEWS.c.interview_id)
_NEWEST = (
    select(EVALUATIONS.c.interview_id, EVALUATIONS.c.number, INTERVIEWS.c.ended_at)
    .join(INTERVIEWS, INTERVIEWS.c.interview_id == EVALUATIONS.c.interview_id)
    .where(
        INTERVIEWS.c.organization_id == bindparam("of_organization"),
        INTERVIEWS.c.role == bindparam("of_role"),
        INTERVIEWS.c.ended_at.is_not(None),
        ~_IS_ERASED,
        EVALUATIONS.c.state == "done",
        EVALUATIONS.c.kind != "reevaluated",
    )
    .ext(distinct_on(EVALUATIONS.c.interview_id))
    .order_by(EVALUATIONS.c.interview_id, EVALUATIONS.c.number.desc())
)


async def ask(
    connection: AsyncConnection,
    by: Principal | Actor,
    role: str,
    *,
    plan_hash: str | None = None,
    rubric_hash: str | None = None,
    model: str | None = None,
) -> ReevaluationRow:
    """Of the interviews of `role`, or of those by one of its plans, that are scored by now. Raises
    `NotFoundError` (`rubric.not_found`) and `ConflictError` (`reevaluation.running`;
    `reevaluation.nothing`: none is scored)."""
    if rubric_hash is not None:
        if await rubrics.known(connection, by.organization_id, rubric_hash) is None:
            raise NotFoundError("rubric.not_found", "no rubric is kept by that hash")
    reevaluation_id = str(uuid.uuid4())
    values = {
        "reevaluation_id": reevaluation_id,
        "organization_id": by.organization_id,
        "role": storable(role),
        "plan_hash": plan_hash,
        "rubric_hash": rubric_hash,
        "model": model,
        "requested_by": by.user_id if isinstance(by, Principal) else None,
    }
    added = upsert(REEVALUATIONS).on_conflict_do_nothing().returning(REEVALUATIONS.c.created_at)
    if await connection.scalar(added, values) is None:
        raise _running()
    those = _NEWEST if plan_hash is None else _NEWEST.where(INTERVIEWS.c.plan_hash == plan_hash)
    last = those.subquery()
    query = select(last.c.interview_id, last.c.number)
    query = query.order_by(last.c.ended_at.desc(), last.c.interview_id).limit(MOST_REEVALUATED)
    of = {"of_organization": by.organization_id, "of_role": values["role"]}
    found: Sequence[Any] = (await connection.execute(query, of)).all()
    if not found:
        raise ConflictError("reevaluation.nothing", "no interview of it is scored")
    items = [
        {
            "reevaluation_id": reevaluation_id,
            "interview_id": row.interview_id,
            "based_on": row.number,
        }
        for row in found
    ]
    await connection.execute(insert(REEVALUATION_ITEMS), items)
    details = {"interviews": len(items)}
    await AuditTrail.append(
        connection, by, "reevaluation.asked_for", stored.subject(reevaluation_id), details
    )
    return await stored.get(connection, by.organization_id, reevaluation_id)


async def ask_again(
    connection: AsyncConnection, by: Principal, reevaluation_id: str
) -> ReevaluationRow:
    """For what is missing: evaluations whose model could not be had, and what had not been begun
    when it was stopped. Raises `NotFoundError`
    (`reevaluation.not_found`) and `ConflictError` (`reevaluation.running`: this one or another;
    `reevaluation.complete`)."""
    row = await stored.get(connection, by.organization_id, reevaluation_id)
    if row.state == "running" or await _one_runs(connection, by.organization_id):
        raise _running()
    left = row.interviews - row.over if row.state == "stopped" else 0
    if not row.pending and not left:
        raise ConflictError("reevaluation.complete", "nothing is missing")
    of = {"of_reevaluation": reevaluation_id}
    lacking = exists().where(stored.NEW, EVALUATIONS.c.state == "pending")
    those = update(REEVALUATION_ITEMS).where(
        REEVALUATION_ITEMS.c.reevaluation_id == bindparam("of_reevaluation"), lacking
    )
    await connection.execute(those.values(again=True), of)
    this = update(REEVALUATIONS).where(stored.THIS, REEVALUATIONS.c.state != "running")
    try:
        await connection.execute(this.values(state="running", reason=None, finished_at=None), of)
    except IntegrityError:
        raise _running() from None
    await AuditTrail.append(
        *(connection, by, "reevaluation.asked_for", stored.subject(reevaluation_id)),
        {"interviews": row.pending + left},
    )
    return await stored.get(connection, by.organization_id, reevaluation_id)


async def stop(connection: AsyncConnection, by: Principal, reevaluation_id: str) -> ReevaluationRow:
    """As it is where it has ended. Raises `NotFoundError` (`reevaluation.not_found`)."""
    row = await stored.get(connection, by.organization_id, reevaluation_id)
    await stored.stop(connection, Actor.of(by), row.reevaluation_id, "asked")
    # Whoever else has stopped it, or its end, may have come first.
    return await stored.get(connection, by.organization_id, reevaluation_id)


async def _one_runs(connection: AsyncConnection, organization_id: str) -> bool:
    of = exists().where(
        REEVALUATIONS.c.organization_id == organization_id, REEVALUATIONS.c.state == "running"
    )
    return bool(await connection.scalar(select(of)))


def _running() -> ConflictError:
    return ConflictError("reevaluation.running", "interviews are being scored once more already")
