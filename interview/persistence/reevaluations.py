"""Scoring the interviews of a role once more: what was asked for, and how far it is.

The evaluations that reports go by are not touched: each has another one beside it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import ConflictError, InterviewError, NotFoundError
from interview.persistence import evaluation_requests, holding, rubrics
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.models import (
    ERASURE_RECEIPTS,
    EVALUATIONS,
    INTERVIEWS,
    REEVALUATION_ITEMS,
    REEVALUATIONS,
)
from interview.persistence.rows import canonical_uuid, storable
from interview.persistence.vocabulary import ReevaluationState, Skipped
from interview.security.principal import Principal

__all__ = ["MOST_REEVALUATED", "ReevaluationRecords", "ReevaluationRow", "ask", "ask_again"]

MOST_REEVALUATED = 200
"""Interviews at once: those that ended last."""
_MOST_SHOWN = 100


class ReevaluationRow(BaseModel):
    """`rubric_hash` and `model` are null where they are as they were, or as configured. Of its
    `interviews`, `over` have their new evaluation or are `skipped`; `pending` have it and lack
    scores, because the model could not be had."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    reevaluation_id: str
    role: str
    plan_hash: str | None
    rubric_hash: str | None
    model: str | None
    state: ReevaluationState
    interviews: int
    over: int
    pending: int
    skipped: int
    requested_by: str | None
    created_at: datetime
    finished_at: datetime | None


_ITEM = REEVALUATION_ITEMS.c
_NEW = (EVALUATIONS.c.interview_id == _ITEM.interview_id) & (EVALUATIONS.c.number == _ITEM.number)
_COUNTS = (
    select(
        func.count(_ITEM.interview_id).label("interviews"),
        func.count(_ITEM.interview_id)
        .filter(_ITEM.skipped.is_not(None) | (EVALUATIONS.c.state != "running"))
        .label("over"),
        func.count(_ITEM.interview_id).filter(EVALUATIONS.c.state == "pending").label("pending"),
        func.count(_ITEM.skipped).label("skipped"),
    )
    .select_from(REEVALUATION_ITEMS.outerjoin(EVALUATIONS, _NEW))
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
_ONE = _ROWS.where(REEVALUATIONS.c.reevaluation_id == bindparam("of_reevaluation"))
_THIS = REEVALUATIONS.c.reevaluation_id == bindparam("of_reevaluation")
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
_OPEN = (
    select(_ITEM.interview_id, _ITEM.based_on, _ITEM.number, _ITEM.again)
    .select_from(
        REEVALUATION_ITEMS.join(
            INTERVIEWS, INTERVIEWS.c.interview_id == _ITEM.interview_id
        ).outerjoin(EVALUATIONS, _NEW)
    )
    .where(
        _ITEM.reevaluation_id == bindparam("of_reevaluation"),
        _ITEM.skipped.is_(None),
        _ITEM.number.is_(None) | _ITEM.again | (EVALUATIONS.c.state == "running"),
        # Nobody is told anything of it any more, and it ceases to exist.
        ~_IS_ERASED,
    )
    # Those that are begun come first.
    .order_by(_ITEM.number.is_(None), _ITEM.interview_id)
)
_ITEM_HELD = (
    select(_ITEM.number, _ITEM.skipped, _ITEM.again)
    .where(
        _ITEM.reevaluation_id == bindparam("of_reevaluation"),
        _ITEM.interview_id == bindparam("of_interview"),
    )
    .with_for_update()
)
_SKIPPED: dict[str, Skipped] = {
    "interview.not_found": "erased",
    "interview.erased": "erased",
    "rubric.other": "other_rubric",
    "evaluation.too_many": "too_many",
}


class ReevaluationRecords:
    """Every write may be repeated. All methods raise `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, organization_id: str) -> list[ReevaluationRow]:
        """Newest first, a hundred at most."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(_LIST, {"of_organization": organization_id})
            return [ReevaluationRow.model_validate(row) for row in rows]

    async def get(self, organization_id: str, reevaluation_id: str) -> ReevaluationRow:
        """Raises `NotFoundError` (`reevaluation.not_found`)."""
        async with self._database.transaction() as connection:
            return await _get(connection, organization_id, reevaluation_id)

    async def take(self, reevaluation_id: str, at_most: int) -> tuple[list[tuple[str, int]], bool]:
        """Interviews and the numbers of their evaluations which are to be made now, those that were
        taken before included; and whether others wait for something else to end first."""
        of = {"of_reevaluation": reevaluation_id}
        async with self._database.transaction() as connection:
            which = (await connection.execute(select(REEVALUATIONS).where(_THIS), of)).one_or_none()
            if which is None or which.state != "running":
                return [], False
            rows = (await connection.execute(_OPEN, of)).all()
        begun = [row for row in rows if row.number is not None and not row.again]
        due: list[tuple[str, int]] = [(row.interview_id, row.number) for row in begun]
        waits = False
        for row in rows:
            if len(due) >= at_most:
                break
            if row in begun:
                continue
            # In a transaction of its own: nobody waits for two interviews at once.
            number, is_busy = await self._begin(which, row)
            waits |= is_busy
            if number is not None:
                due.append((row.interview_id, number))
        return due, waits

    async def _begin(self, which: Any, item: Any) -> tuple[int | None, bool]:
        of = {"of_reevaluation": which.reevaluation_id, "of_interview": item.interview_id}
        async with self._database.transaction() as connection:
            try:
                # In this order, as whoever erases it holds them.
                await holding.ended_interview(connection, item.interview_id)
            except InterviewError as error:
                return await _left(connection, of, error)
            held = (await connection.execute(_ITEM_HELD, of)).one_or_none()
            if held is None or held.skipped is not None:
                return None, False
            if held.number is not None and not held.again:
                return held.number, False
            try:
                number = await _asked(connection, which, item, held.number)
            except InterviewError as error:
                return await _left(connection, of, error)
            await _change(connection, of, number=number, again=False)
            return number, False

    async def finish(self, reevaluation_id: str) -> None:
        of = {"of_reevaluation": reevaluation_id}
        ended = (
            update(REEVALUATIONS)
            .where(_THIS, REEVALUATIONS.c.state == "running")
            .values(state="done", finished_at=func.now())
            .returning(REEVALUATIONS.c.organization_id)
        )
        async with self._database.transaction() as connection:
            organization_id = await connection.scalar(ended, of)
            if organization_id is not None:
                by, subject = Actor.system(organization_id), _subject(reevaluation_id)
                await AuditTrail.append(connection, by, "reevaluation.made", subject, {})


async def ask(
    connection: AsyncConnection,
    by: Principal,
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
        "requested_by": by.user_id,
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
        connection, by, "reevaluation.asked_for", _subject(reevaluation_id), details
    )
    return await _get(connection, by.organization_id, reevaluation_id)


async def ask_again(
    connection: AsyncConnection, by: Principal, reevaluation_id: str
) -> ReevaluationRow:
    """For what is missing: evaluations whose model could not be had. Raises `NotFoundError`
    (`reevaluation.not_found`) and `ConflictError` (`reevaluation.running`: this one or another;
    `reevaluation.complete`)."""
    row = await _get(connection, by.organization_id, reevaluation_id)
    if row.state == "running" or await _one_runs(connection, by.organization_id):
        raise _running()
    if not row.pending:
        raise ConflictError("reevaluation.complete", "nothing is missing")
    of = {"of_reevaluation": reevaluation_id}
    lacking = exists().where(_NEW, EVALUATIONS.c.state == "pending")
    those = update(REEVALUATION_ITEMS).where(
        _ITEM.reevaluation_id == bindparam("of_reevaluation"), lacking
    )
    await connection.execute(those.values(again=True), of)
    this = update(REEVALUATIONS).where(_THIS, REEVALUATIONS.c.state == "done")
    try:
        await connection.execute(this.values(state="running", finished_at=None), of)
    except IntegrityError:
        raise _running() from None
    await AuditTrail.append(
        *(connection, by, "reevaluation.asked_for", _subject(reevaluation_id)),
        {"interviews": row.pending},
    )
    return await _get(connection, by.organization_id, reevaluation_id)


async def _one_runs(connection: AsyncConnection, organization_id: str) -> bool:
    of = exists().where(
        REEVALUATIONS.c.organization_id == organization_id, REEVALUATIONS.c.state == "running"
    )
    return bool(await connection.scalar(select(of)))


async def _asked(connection: AsyncConnection, which: Any, item: Any, number: int | None) -> int:
    """The evaluation that is to be made."""
    by = Actor.system(which.organization_id)
    if number is not None:
        row, _ = await evaluation_requests.ask_again(connection, item.interview_id, number, by)
        return row.number
    row = await evaluation_requests.ask_reevaluated(
        *(connection, item.interview_id, item.based_on, by, which.requested_by),
        rubric_hash=which.rubric_hash,
        model=which.model,
    )
    return row.number


async def _left(
    connection: AsyncConnection, of: dict[str, str], error: InterviewError
) -> tuple[None, bool]:
    """Whether it is to be looked at again."""
    if error.code == "evaluation.running":
        return None, True
    if error.code == "evaluation.done":
        # Somebody had it made meanwhile.
        await _change(connection, of, again=False)
        return None, False
    skipped = _SKIPPED.get(error.code)
    if skipped is None:
        raise error
    await _change(connection, of, skipped=skipped)
    return None, False


async def _change(connection: AsyncConnection, of: dict[str, str], **values: Any) -> None:
    changed = update(REEVALUATION_ITEMS).where(
        _ITEM.reevaluation_id == of["of_reevaluation"],
        _ITEM.interview_id == of["of_interview"],
    )
    await connection.execute(changed.values(values))


async def _get(
    connection: AsyncConnection, organization_id: str, reevaluation_id: str
) -> ReevaluationRow:
    row = None
    if canonical_uuid(reevaluation_id) is not None:
        of = {"of_organization": organization_id, "of_reevaluation": reevaluation_id}
        row = (await connection.execute(_ONE, of)).one_or_none()
    if row is None:
        raise NotFoundError("reevaluation.not_found", "no such re-evaluation")
    return ReevaluationRow.model_validate(row)


def _subject(reevaluation_id: str) -> Subject:
    return Subject("reevaluation", reevaluation_id)


def _running() -> ConflictError:
    return ConflictError("reevaluation.running", "interviews are being scored once more already")
