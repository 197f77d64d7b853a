"""The interviews of one plan that have ended, with what is known of each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.domain.rubric import Rubric
from interview.persistence import rubrics
from interview.persistence.database import Database
from interview.persistence.models import (
    COMPETENCY_SCORES,
    DECISIONS,
    EVALUATION_SAMPLES,
    EVALUATIONS,
    INTERVIEWS,
    SCORE_OVERRIDES,
    UUID_TEXT,
)
from interview.persistence.vocabulary import DecisionKind, ScoreReason

__all__ = ["MOST_COMPARED", "Compared", "ComparisonRecords", "Known", "KnownScore"]

MOST_COMPARED = 500
"""Those that ended last."""


@dataclass(slots=True)
class KnownScore:
    """`lowest` and `highest` of the samples, None where none has a score."""

    score: float | None
    unscored: ScoreReason | None
    human: bool
    lowest: int | None = None
    highest: int | None = None
    override: int | None = None


@dataclass(slots=True)
class Known:
    """Of one interview. `number` is None while it has no evaluation that is over."""

    interview_id: str
    candidate_name: str = field(repr=False)
    ended_at: datetime
    number: int | None = None
    prompt: str | None = None
    models: tuple[str, ...] = ()
    scores: dict[str, KnownScore] = field(default_factory=dict[str, KnownScore])
    decision: DecisionKind | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """`rubric` is None where nothing is scored. `more`: there are others, which ended before."""

    title: str
    rubric: Rubric | None
    interviews: tuple[Known, ...]
    more: bool


_INTERVIEWS = (
    select(
        INTERVIEWS.c.interview_id,
        INTERVIEWS.c.candidate_name,
        INTERVIEWS.c.title,
        INTERVIEWS.c.ended_at,
    )
    .where(
        INTERVIEWS.c.organization_id == bindparam("of_organization"),
        INTERVIEWS.c.plan_hash == bindparam("of_plan"),
        INTERVIEWS.c.ended_at.is_not(None),
    )
    .order_by(INTERVIEWS.c.ended_at.desc(), INTERVIEWS.c.interview_id)
    .limit(MOST_COMPARED + 1)
)
_THOSE = bindparam("those", expanding=True, type_=UUID_TEXT)
_NEWEST = (
    select(
        EVALUATIONS.c.interview_id,
        EVALUATIONS.c.number,
        EVALUATIONS.c.prompt,
        EVALUATIONS.c.rubric_hash,
    )
    .where(EVALUATIONS.c.interview_id.in_(_THOSE), EVALUATIONS.c.state.in_(["done", "pending"]))
    .where(EVALUATIONS.c.kind != "reevaluated")
    .ext(distinct_on(EVALUATIONS.c.interview_id))
    .order_by(EVALUATIONS.c.interview_id, EVALUATIONS.c.number.desc())
    .cte("newest")
)
_EVALUATIONS = select(_NEWEST)


def _newest(table: Any) -> Any:
    """Rows of the newest evaluations alone."""
    return (table.c.interview_id == _NEWEST.c.interview_id) & (table.c.number == _NEWEST.c.number)


_SCORES = select(
    COMPETENCY_SCORES.c.interview_id,
    COMPETENCY_SCORES.c.competency_id,
    COMPETENCY_SCORES.c.score,
    COMPETENCY_SCORES.c.unscored,
    (func.jsonb_array_length(COMPETENCY_SCORES.c.human) > 0).label("human"),
).join(_NEWEST, _newest(COMPETENCY_SCORES))
_SAMPLED = cast(EVALUATION_SAMPLES.c.content["score"].astext, Integer)
_SAMPLES = (
    select(
        EVALUATION_SAMPLES.c.interview_id,
        EVALUATION_SAMPLES.c.competency_id,
        func.min(_SAMPLED).label("lowest"),
        func.max(_SAMPLED).label("highest"),
        func.array_agg(EVALUATION_SAMPLES.c.provider.distinct()).label("models"),
    )
    .join(_NEWEST, _newest(EVALUATION_SAMPLES))
    .where(EVALUATION_SAMPLES.c.shows_suspicious.is_(False))
    .group_by(EVALUATION_SAMPLES.c.interview_id, EVALUATION_SAMPLES.c.competency_id)
)
_OVERRIDES = (
    select(SCORE_OVERRIDES.c.interview_id, SCORE_OVERRIDES.c.competency_id, SCORE_OVERRIDES.c.score)
    .join(_NEWEST, _newest(SCORE_OVERRIDES))
    .ext(distinct_on(SCORE_OVERRIDES.c.interview_id, SCORE_OVERRIDES.c.competency_id))
    .order_by(
        SCORE_OVERRIDES.c.interview_id,
        SCORE_OVERRIDES.c.competency_id,
        SCORE_OVERRIDES.c.created_at.desc(),
    )
)
_DECISIONS = (
    select(DECISIONS.c.interview_id, DECISIONS.c.decision)
    .where(DECISIONS.c.interview_id.in_(_THOSE))
    .ext(distinct_on(DECISIONS.c.interview_id))
    .order_by(DECISIONS.c.interview_id, DECISIONS.c.created_at.desc())
)


class ComparisonRecords:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, organization_id: str, plan_hash: str) -> Compared:
        """By the newest evaluation of each that is over. Raises `DatabaseUnavailable`."""
        of = {"of_organization": organization_id, "of_plan": plan_hash}
        async with self._database.transaction() as connection:
            rows = (await connection.execute(_INTERVIEWS, of)).all()
            known = {
                row.interview_id: Known(row.interview_id, row.candidate_name, row.ended_at)
                for row in rows[:MOST_COMPARED]
            }
            hashed = await _add_evaluations(connection, known)
            rubric = await rubrics.known(connection, organization_id, hashed)
        title = rows[0].title if rows else ""
        return Compared(title, rubric, tuple(known.values()), len(rows) > MOST_COMPARED)


async def _add_evaluations(connection: AsyncConnection, known: dict[str, Known]) -> str | None:
    """The hash of the rubric that they go by: a plan names one."""
    those: dict[str, Collection[str]] = {"those": list(known)}
    hashed: str | None = None
    for row in await connection.execute(_EVALUATIONS, those):
        one = known[row.interview_id]
        one.number, one.prompt = row.number, row.prompt
        hashed = row.rubric_hash
    for row in await connection.execute(_SCORES, those):
        score = KnownScore(row.score, row.unscored, row.human)
        known[row.interview_id].scores[row.competency_id] = score
    for row in await connection.execute(_SAMPLES, those):
        one = known[row.interview_id]
        one.models = tuple(sorted({*one.models, *row.models}))
        if (score := one.scores.get(row.competency_id)) is not None:
            score.lowest, score.highest = row.lowest, row.highest
    for row in await connection.execute(_OVERRIDES, those):
        if (score := known[row.interview_id].scores.get(row.competency_id)) is not None:
            score.override = row.score
    for row in await connection.execute(_DECISIONS, those):
        known[row.interview_id].decision = row.decision
    return hashed
