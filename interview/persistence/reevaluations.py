"""Scoring the interviews of a role once more: how far it is, and what comes next.

The evaluations that reports go by are not touched: each has another one beside it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import InterviewError
from interview.persistence import evaluation_requests, holding
from interview.persistence import reevaluation_reads as stored
from interview.persistence.audit import Actor, AuditTrail
from interview.persistence.database import Database
from interview.persistence.models import (
    ERASURE_RECEIPTS,
    EVALUATIONS,
    INTERVIEWS,
    REEVALUATION_ITEMS,
    REEVALUATIONS,
)
from interview.persistence.reevaluation_reads import ReevaluationRow
from interview.persistence.vocabulary import Skipped, StopReason

__all__ = ["ReevaluationRecords", "ReevaluationRow"]

_ITEM = REEVALUATION_ITEMS.c
_IS_ERASED = exists().where(ERASURE_RECEIPTS.c.interview_id == INTERVIEWS.c.interview_id)
_OPEN = (
    select(_ITEM.interview_id, _ITEM.based_on, _ITEM.number, _ITEM.again)
    .select_from(
        REEVALUATION_ITEMS.join(
            INTERVIEWS, INTERVIEWS.c.interview_id == _ITEM.interview_id
        ).outerjoin(EVALUATIONS, stored.NEW)
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
        # It may have been stopped since.
        exists().where(stored.THIS, REEVALUATIONS.c.state == "running"),
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
            return await stored.all_of(connection, organization_id)

    async def get(self, organization_id: str, reevaluation_id: str) -> ReevaluationRow:
        """Raises `NotFoundError` (`reevaluation.not_found`)."""
        async with self._database.transaction() as connection:
            return await stored.get(connection, organization_id, reevaluation_id)

    async def take(self, reevaluation_id: str, at_most: int) -> tuple[list[tuple[str, int]], bool]:
        """Interviews and the numbers of their evaluations which are to be made now, those that were
        taken before included; and whether others wait for something else to end first."""
        of = {"of_reevaluation": reevaluation_id}
        async with self._database.transaction() as connection:
            which = (
                await connection.execute(select(REEVALUATIONS).where(stored.THIS), of)
            ).one_or_none()
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
            .where(stored.THIS, REEVALUATIONS.c.state == "running")
            .values(state="done", finished_at=func.now())
            .returning(REEVALUATIONS.c.organization_id)
        )
        async with self._database.transaction() as connection:
            organization_id = await connection.scalar(ended, of)
            if organization_id is not None:
                by, subject = Actor.system(organization_id), stored.subject(reevaluation_id)
                await AuditTrail.append(connection, by, "reevaluation.made", subject, {})

    async def stop(self, reevaluation_id: str, reason: StopReason) -> None:
        """Where it runs: it does not come to its end."""
        of = {"of_reevaluation": reevaluation_id}
        organization = select(REEVALUATIONS.c.organization_id).where(stored.THIS)
        async with self._database.transaction() as connection:
            organization_id = await connection.scalar(organization, of)
            if organization_id is not None:
                by = Actor.system(organization_id)
                await stored.stop(connection, by, reevaluation_id, reason)


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
    await _change(connection, of, skipped=skipped, number=None, again=False)
    return None, False


async def _change(connection: AsyncConnection, of: dict[str, str], **values: Any) -> None:
    changed = update(REEVALUATION_ITEMS).where(
        _ITEM.reevaluation_id == of["of_reevaluation"],
        _ITEM.interview_id == of["of_interview"],
    )
    await connection.execute(changed.values(values))
