"""What was asked for, is not finished, and may have nobody who works on it: a few rows at any time,
each kind by an index of its own. Statements inside the caller's transaction; pages are read by
`after`, the id of the last one before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.persistence.models import (
    ERASURE_RECEIPTS,
    EVALUATIONS,
    PLAN_PROPOSALS,
    REEVALUATIONS,
    TAILORINGS,
)

__all__ = ["PAGE", "evaluations", "proposals", "reevaluations", "tailorings"]

PAGE = 100
_SOON = timedelta(seconds=30)
"""Whoever has just asked starts it."""


def _pages(id_column: Any, number: Any, of: Any, *, of_interview: bool) -> Select[Any, Any]:
    query = (
        select(id_column, number)
        .where(of.c.state == "running", of.c.created_at < func.now() - _SOON)
        .order_by(id_column)
        .limit(PAGE)
    )
    if of_interview:
        # Nobody is told anything of it any more.
        query = query.where(~exists().where(ERASURE_RECEIPTS.c.interview_id == of.c.interview_id))
    return query


_EVALUATIONS = _pages(
    EVALUATIONS.c.interview_id, EVALUATIONS.c.number, EVALUATIONS, of_interview=True
)
_TAILORINGS = _pages(TAILORINGS.c.interview_id, TAILORINGS.c.run, TAILORINGS, of_interview=True)
_PROPOSALS = _pages(
    PLAN_PROPOSALS.c.proposal_id, PLAN_PROPOSALS.c.run, PLAN_PROPOSALS, of_interview=False
)
_REEVALUATIONS = _pages(
    REEVALUATIONS.c.reevaluation_id, literal(1), REEVALUATIONS, of_interview=False
)


async def evaluations(connection: AsyncConnection, after: str) -> Sequence[tuple[str, int]]:
    """Interview and number. Of one interview one at a time runs."""
    return await _page(connection, _EVALUATIONS, EVALUATIONS.c.interview_id, after)


async def tailorings(connection: AsyncConnection, after: str) -> Sequence[tuple[str, int]]:
    """Interview and run."""
    return await _page(connection, _TAILORINGS, TAILORINGS.c.interview_id, after)


async def proposals(connection: AsyncConnection, after: str) -> Sequence[tuple[str, int]]:
    """Proposal and run."""
    return await _page(connection, _PROPOSALS, PLAN_PROPOSALS.c.proposal_id, after)


async def reevaluations(connection: AsyncConnection, after: str) -> Sequence[tuple[str, int]]:
    """Re-evaluations; the number says nothing."""
    return await _page(connection, _REEVALUATIONS, REEVALUATIONS.c.reevaluation_id, after)


async def _page(
    connection: AsyncConnection, query: Select[Any, Any], of: Any, after: str
) -> Sequence[tuple[str, int]]:
    rows = await connection.execute(query.where(of > after) if after else query)
    return [(row[0], row[1]) for row in rows]
