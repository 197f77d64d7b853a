"""Scores that people put in place of a model's. Nothing is overwritten: the newest one holds."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import bindparam, exists, func, literal, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import ConflictError, NotFoundError
from interview.persistence import holding as held
from interview.persistence.audit import AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.models import COMPETENCY_SCORES, EVALUATIONS, SCORE_OVERRIDES
from interview.persistence.rows import storable
from interview.security.principal import Principal

__all__ = ["OverrideRecords", "OverrideRow", "holding", "take_over"]


class OverrideRow(BaseModel):
    """`score` is from 1 to 5; null where the model's score holds again."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    override_id: str
    competency_id: str
    score: int | None
    reason: str = Field(repr=False)
    overridden_by: str | None
    created_at: datetime


_ROW = [SCORE_OVERRIDES.c[name] for name in OverrideRow.model_fields]
_OF = (SCORE_OVERRIDES.c.interview_id == bindparam("of_interview")) & (
    SCORE_OVERRIDES.c.number == bindparam("of_number")
)
_NEWEST = (
    select(*_ROW)
    .where(_OF)
    .ext(distinct_on(SCORE_OVERRIDES.c.competency_id))
    .order_by(SCORE_OVERRIDES.c.competency_id, SCORE_OVERRIDES.c.created_at.desc())
)
_LIST = (
    select(*_ROW)
    .where(_OF)
    .order_by(SCORE_OVERRIDES.c.created_at.desc(), SCORE_OVERRIDES.c.override_id)
)
_STATE = select(EVALUATIONS.c.state).where(
    EVALUATIONS.c.interview_id == bindparam("of_interview"),
    EVALUATIONS.c.number == bindparam("of_number"),
)
_IS_SCORED = select(
    exists().where(
        COMPETENCY_SCORES.c.interview_id == bindparam("of_interview"),
        COMPETENCY_SCORES.c.number == bindparam("of_number"),
        COMPETENCY_SCORES.c.competency_id == bindparam("of_competency"),
    )
)


async def holding(
    connection: AsyncConnection, interview_id: str, number: int
) -> dict[str, OverrideRow]:
    """By competency. Where the model's score holds again there is none."""
    of = {"of_interview": interview_id, "of_number": number}
    rows = [OverrideRow.model_validate(row) for row in await connection.execute(_NEWEST, of)]
    return {row.competency_id: row for row in rows if row.score is not None}


async def take_over(
    connection: AsyncConnection,
    interview_id: str,
    from_number: int,
    number: int,
    competency_ids: Collection[str],
) -> None:
    """Those that hold of one evaluation, to another one that has taken these scores. May be
    repeated."""
    columns = [c for c in SCORE_OVERRIDES.c if c.name not in ("override_id", "number")]
    newest = (
        select(SCORE_OVERRIDES)
        .where(_OF, SCORE_OVERRIDES.c.competency_id.in_(competency_ids))
        .ext(distinct_on(SCORE_OVERRIDES.c.competency_id))
        .order_by(SCORE_OVERRIDES.c.competency_id, SCORE_OVERRIDES.c.created_at.desc())
        .subquery()
    )
    there = SCORE_OVERRIDES.alias("there")
    taken = select(
        func.gen_random_uuid(), literal(number), *(newest.c[c.name] for c in columns)
    ).where(
        newest.c.score.is_not(None),
        ~exists().where(
            there.c.interview_id == newest.c.interview_id,
            there.c.number == number,
            there.c.competency_id == newest.c.competency_id,
        ),
    )
    names = ["override_id", "number", *(c.name for c in columns)]
    of = {"of_interview": interview_id, "of_number": from_number}
    await connection.execute(insert(SCORE_OVERRIDES).from_select(names, taken), of)


class OverrideRecords:
    """All methods raise `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, interview_id: str, number: int) -> list[OverrideRow]:
        """Newest first."""
        of = {"of_interview": interview_id, "of_number": number}
        async with self._database.transaction() as connection:
            return [OverrideRow.model_validate(row) for row in await connection.execute(_LIST, of)]

    async def put(
        self,
        interview_id: str,
        number: int,
        competency_id: str,
        by: Principal,
        *,
        score: int | None,
        reason: str,
    ) -> OverrideRow:
        """What the same person says twice in a row is said once. Raises `NotFoundError`
        (`interview.not_found`, `interview.erased`, `evaluation.not_found`,
        `evaluation.no_competency`) and `ConflictError` (`evaluation.running`)."""
        of = {"of_interview": interview_id, "of_number": number}
        said = {"score": score, "reason": storable(reason), "overridden_by": by.user_id}
        async with self._database.transaction() as connection:
            await held.interview(connection, interview_id)
            state = await connection.scalar(_STATE, of)
            if state is None:
                raise NotFoundError("evaluation.not_found", "no such evaluation")
            if state == "running":
                raise ConflictError("evaluation.running", "it is being scored; wait for its end")
            if not await connection.scalar(_IS_SCORED, of | {"of_competency": competency_id}):
                raise NotFoundError("evaluation.no_competency", "it has no such competency")
            rows = (
                OverrideRow.model_validate(row) for row in await connection.execute(_NEWEST, of)
            )
            before = next((row for row in rows if row.competency_id == competency_id), None)
            if before is not None and before.model_dump(include=set(said)) == said:
                return before
            made = await connection.execute(
                insert(SCORE_OVERRIDES)
                .values(
                    override_id=str(uuid.uuid4()),
                    interview_id=interview_id,
                    number=number,
                    competency_id=competency_id,
                    created_at=func.clock_timestamp(),
                    **said,
                )
                .returning(*_ROW)
            )
            row = OverrideRow.model_validate(made.one())
            # Not the score: the trail is read by people who are still to rate.
            await AuditTrail.append(
                *(connection, by, "score.overridden", Subject.interview(interview_id)),
                {"number": number, "competency": competency_id},
            )
        return row
