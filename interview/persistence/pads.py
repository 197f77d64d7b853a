"""Rows of pads and of runs, sealed as they come. Statements inside the caller's transaction.

The interview's row is held while something is added, so that nothing is after its end, or while
it is being erased.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, literal, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import ConflictError
from interview.persistence.models import CODE_RUNS, CODE_SNAPSHOTS, INTERVIEWS

__all__ = [
    "MAX_RUNS",
    "MAX_SNAPSHOTS",
    "add_run",
    "add_snapshot",
    "finish_run",
    "forget_run",
    "newest_run",
    "newest_snapshot",
    "run",
    "runs",
    "snapshot",
    "snapshots",
    "verdicts",
]

MAX_SNAPSHOTS = 2_000
"""Of a question. After that the newest takes the place of the one before: nothing is lost but the
way there."""
MAX_RUNS = 300
"""Of an interview."""

_OPEN = (
    select(INTERVIEWS.c.interview_id)
    .where(INTERVIEWS.c.interview_id == bindparam("of_interview"), INTERVIEWS.c.ended_at.is_(None))
    .with_for_update(read=True)
)
# One writer of a pad at a time: revisions have no gaps.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:of_pad, 0))")
_THIS_PAD = (CODE_SNAPSHOTS.c.interview_id == bindparam("of_interview")) & (
    CODE_SNAPSHOTS.c.question_id == bindparam("of_question")
)
_NEWEST = (
    select(CODE_SNAPSHOTS).where(_THIS_PAD).order_by(CODE_SNAPSHOTS.c.revision.desc()).limit(1)
)
_RUN_OF = (
    select(CODE_RUNS.c.run_id)
    .where(
        CODE_RUNS.c.interview_id == bindparam("of_interview"),
        CODE_RUNS.c.question_id == bindparam("of_question"),
        CODE_RUNS.c.revision == bindparam("of_revision"),
    )
    .limit(1)
)
_THIS_RUN = (CODE_RUNS.c.interview_id == bindparam("of_interview")) & (
    CODE_RUNS.c.run_id == bindparam("of_run")
)
_ADD_RUN = insert(CODE_RUNS).on_conflict_do_nothing().returning(CODE_RUNS.c.run_id)


async def add_snapshot(
    connection: AsyncConnection,
    interview_id: str,
    question_id: str,
    values: dict[str, Any],
    *,
    known: int | None = None,
) -> int:
    """Its revision. With `known` only after that one. Raises `ConflictError` (`interview.ended`,
    `code.outdated`)."""
    of = {"of_interview": interview_id, "of_question": question_id}
    await _require_open(connection, interview_id)
    await connection.execute(_LOCK, {"of_pad": f"{interview_id}/{question_id}"})
    before = (await connection.execute(_NEWEST, of)).one_or_none()
    revision = 1 if before is None else before.revision + 1
    if known is not None and revision != known + 1:
        raise ConflictError("code.outdated", "a newer version of the pad was kept meanwhile")
    if before is not None and before.revision >= MAX_SNAPSHOTS:
        # Unless somebody has run it: then it has to stay what was run, and runs are bounded.
        was_run = await connection.scalar(_RUN_OF, {**of, "of_revision": before.revision})
        if was_run is None:
            gone = CODE_SNAPSHOTS.c.snapshot_id == before.snapshot_id
            await connection.execute(delete(CODE_SNAPSHOTS).where(gone))
            revision = before.revision
    await connection.execute(
        insert(CODE_SNAPSHOTS),
        {
            **values,
            "interview_id": interview_id,
            "question_id": question_id,
            "revision": revision,
        },
    )
    return revision


async def newest_snapshot(
    connection: AsyncConnection, interview_id: str, question_id: str
) -> Any | None:
    of = {"of_interview": interview_id, "of_question": question_id}
    return (await connection.execute(_NEWEST, of)).one_or_none()


async def snapshot(
    connection: AsyncConnection, interview_id: str, question_id: str, revision: int
) -> Any | None:
    query = select(CODE_SNAPSHOTS).where(_THIS_PAD, CODE_SNAPSHOTS.c.revision == revision)
    of = {"of_interview": interview_id, "of_question": question_id}
    return (await connection.execute(query, of)).one_or_none()


async def snapshots(
    connection: AsyncConnection, interview_id: str, *, after: tuple[str, int] | None, limit: int
) -> list[Any]:
    """By question and revision; `after` one of them."""
    place = (CODE_SNAPSHOTS.c.question_id, CODE_SNAPSHOTS.c.revision)
    query = select(CODE_SNAPSHOTS).where(CODE_SNAPSHOTS.c.interview_id == interview_id)
    if after is not None:
        question_id, revision = after
        query = query.where(
            (place[0] > question_id) | ((place[0] == question_id) & (place[1] > revision))
        )
    return list((await connection.execute(query.order_by(*place).limit(limit))).all())


async def add_run(connection: AsyncConnection, interview_id: str, values: dict[str, Any]) -> bool:
    """False: it was asked for before. Raises `ConflictError` (`interview.ended`,
    `code.too_many_runs`)."""
    await _require_open(connection, interview_id)
    this = CODE_RUNS.c.interview_id == interview_id
    count = await connection.scalar(select(func.count()).select_from(CODE_RUNS).where(this))
    if (count or 0) >= MAX_RUNS:
        raise ConflictError("code.too_many_runs", f"an interview has at most {MAX_RUNS} runs")
    added = await connection.scalar(_ADD_RUN, {**values, "interview_id": interview_id})
    return added is not None


async def finish_run(
    connection: AsyncConnection, interview_id: str, run_id: str, values: dict[str, Any]
) -> bool:
    """The first result stands. False: it has one, or there is no such run any more."""
    statement = update(CODE_RUNS).where(_THIS_RUN, CODE_RUNS.c.verdict.is_(None))
    statement = statement.values(finished_at=func.now(), **values).returning(CODE_RUNS.c.run_id)
    of = {"of_interview": interview_id, "of_run": run_id}
    return (await connection.execute(statement, of)).one_or_none() is not None


async def forget_run(connection: AsyncConnection, interview_id: str, run_id: str) -> None:
    """Unless it has a result."""
    statement = delete(CODE_RUNS).where(_THIS_RUN, CODE_RUNS.c.verdict.is_(None))
    await connection.execute(statement, {"of_interview": interview_id, "of_run": run_id})


async def run(connection: AsyncConnection, interview_id: str, run_id: str) -> Any | None:
    of = {"of_interview": interview_id, "of_run": run_id}
    return (await connection.execute(select(CODE_RUNS).where(_THIS_RUN), of)).one_or_none()


async def newest_run(
    connection: AsyncConnection, interview_id: str, question_id: str
) -> Any | None:
    """Of those that are over."""
    query = (
        select(CODE_RUNS)
        .where(
            CODE_RUNS.c.interview_id == interview_id,
            CODE_RUNS.c.question_id == question_id,
            CODE_RUNS.c.verdict.is_not(None),
        )
        .order_by(CODE_RUNS.c.created_at.desc(), CODE_RUNS.c.run_id)
        .limit(1)
    )
    return (await connection.execute(query)).one_or_none()


async def runs(
    connection: AsyncConnection,
    interview_id: str,
    *,
    after: tuple[datetime, str] | None = None,
    limit: int = MAX_RUNS,
) -> list[Any]:
    """Oldest first; `after` when and which the one before was."""
    place = (CODE_RUNS.c.created_at, CODE_RUNS.c.run_id)
    query = select(CODE_RUNS).where(CODE_RUNS.c.interview_id == interview_id)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*map(literal, after)))
    return list((await connection.execute(query.order_by(*place).limit(limit))).all())


async def verdicts(connection: AsyncConnection, interview_id: str) -> list[tuple[str, str]]:
    """Questions and verdicts of the runs that are over, oldest first."""
    query = (
        select(CODE_RUNS.c.question_id, CODE_RUNS.c.verdict)
        .where(CODE_RUNS.c.interview_id == interview_id, CODE_RUNS.c.verdict.is_not(None))
        .order_by(CODE_RUNS.c.created_at, CODE_RUNS.c.run_id)
    )
    return [(row.question_id, row.verdict) for row in await connection.execute(query)]


async def _require_open(connection: AsyncConnection, interview_id: str) -> None:
    if await connection.scalar(_OPEN, {"of_interview": interview_id}) is None:
        raise ConflictError("interview.ended", "the interview is over")
