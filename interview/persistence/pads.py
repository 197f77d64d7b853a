"""Rows of pads and of runs, sealed as they come. Statements inside the caller's transaction.

The interview's row is held while something is added, so that nothing is after its end, or while
it is being erased.

A question is over once the interviewer has said something that belongs to another one, which is on
record, and holds the same row, so what is added is before it or after it. `GRACE_S` later its pad
is frozen: what comes then is kept, and is late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, literal, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import ConflictError
from interview.persistence.models import CODE_RUNS, CODE_SNAPSHOTS, INTERVIEWS, UTTERANCES

__all__ = [
    "GRACE_S",
    "MAX_LATE",
    "MAX_RUNS",
    "MAX_SNAPSHOTS",
    "Kept",
    "add_run",
    "add_snapshot",
    "finish_run",
    "forget_run",
    "frozen_at",
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
GRACE_S = 5.0
"""What was written before the interviewer went on is on its way for no longer, or was held up."""
MAX_LATE = 20
"""Snapshots of a question after it was frozen: what browsers that were cut off still had."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`late`: the pad was frozen by then, and this is no part of what is judged."""

    revision: int
    late: bool = False


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
_ASKED = UTTERANCES.alias("asked")
_LAST_ASKED = (
    select(func.max(_ASKED.c.sequence))
    .where(
        _ASKED.c.interview_id == bindparam("of_interview"),
        _ASKED.c.speaker == "interviewer",
        _ASKED.c.question_id == bindparam("of_question"),
    )
    .scalar_subquery()
)
_OVER = select(func.min(UTTERANCES.c.created_at), func.now()).where(
    UTTERANCES.c.interview_id == bindparam("of_interview"),
    UTTERANCES.c.speaker == "interviewer",
    # Nothing is, where it was never asked; nor is it over where the interviewer came back to it.
    UTTERANCES.c.sequence > _LAST_ASKED,
)
_LATE = (
    select(func.count())
    .select_from(CODE_SNAPSHOTS)
    .where(_THIS_PAD, CODE_SNAPSHOTS.c.created_at > bindparam("of_moment"))
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
) -> Kept:
    """With `known` only after that one. Raises `ConflictError` (`interview.ended`,
    `code.outdated`, and `code.over` where too many came late)."""
    of = {"of_interview": interview_id, "of_question": question_id}
    await _require_open(connection, interview_id)
    await connection.execute(_LOCK, {"of_pad": f"{interview_id}/{question_id}"})
    before = (await connection.execute(_NEWEST, of)).one_or_none()
    revision = 1 if before is None else before.revision + 1
    if known is not None and revision != known + 1:
        raise ConflictError("code.outdated", "a newer version of the pad was kept meanwhile")
    frozen, now = await _frozen(connection, of)
    is_late = frozen is not None and now > frozen
    if is_late:
        late = await connection.scalar(_LATE, {**of, "of_moment": frozen})
        if (late or 0) >= MAX_LATE:
            raise _over()
    elif before is not None and before.revision >= MAX_SNAPSHOTS:
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
    return Kept(revision, is_late)


async def frozen_at(
    connection: AsyncConnection, interview_id: str, question_id: str
) -> datetime | None:
    """What was kept after it is late. None: the question is being asked, or was not yet."""
    of = {"of_interview": interview_id, "of_question": question_id}
    return (await _frozen(connection, of))[0]


async def _frozen(
    connection: AsyncConnection, of: dict[str, str]
) -> tuple[datetime | None, datetime]:
    """And now, by the same clock."""
    over, now = (await connection.execute(_OVER, of)).one()
    return (None if over is None else over + timedelta(seconds=GRACE_S)), now


async def newest_snapshot(
    connection: AsyncConnection,
    interview_id: str,
    question_id: str,
    *,
    until: datetime | None = None,
) -> Any | None:
    """`until`: of those that were kept by then."""
    of = {"of_interview": interview_id, "of_question": question_id}
    query = _NEWEST if until is None else _NEWEST.where(CODE_SNAPSHOTS.c.created_at <= until)
    return (await connection.execute(query, of)).one_or_none()


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
    `code.too_many_runs`, `code.over`)."""
    await _require_open(connection, interview_id)
    added = await connection.scalar(_ADD_RUN, {**values, "interview_id": interview_id})
    if added is None:
        return False
    of = {"of_interview": interview_id, "of_question": values["question_id"]}
    frozen, now = await _frozen(connection, of)
    if frozen is not None and now > frozen:
        raise _over()
    this = CODE_RUNS.c.interview_id == interview_id
    count = await connection.scalar(select(func.count()).select_from(CODE_RUNS).where(this))
    if (count or 0) > MAX_RUNS:
        raise ConflictError("code.too_many_runs", f"an interview has at most {MAX_RUNS} runs")
    return True


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


def _over() -> ConflictError:
    return ConflictError("code.over", "this question is over, and its pad is as it was left")
