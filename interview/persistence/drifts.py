"""The interviews of a re-evaluation, with both sides of their scores."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from interview.domain.rubric import Rubric
from interview.persistence import rubrics
from interview.persistence.database import Database
from interview.persistence.models import (
    COMPETENCY_SCORES,
    EVALUATION_SAMPLES,
    EVALUATIONS,
    REEVALUATION_ITEMS,
)
from interview.persistence.vocabulary import EvaluationState, ScoreReason, Skipped

__all__ = ["DriftRecords", "Scored", "Side", "Sides", "Twice"]


@dataclass(frozen=True, slots=True)
class Scored:
    """`human`: a person has to look at it."""

    score: float | None
    unscored: ScoreReason | None
    human: bool


@dataclass(slots=True)
class Side:
    """An evaluation, with its scores by competency."""

    number: int
    state: EvaluationState
    rubric_hash: str | None
    prompt: str | None
    scores: dict[str, Scored] = field(default_factory=dict[str, Scored])


@dataclass(slots=True)
class Twice:
    """One interview. `new` is None while it is not begun, or where it is skipped."""

    interview_id: str
    skipped: Skipped | None
    old: Side
    new: Side | None = None


@dataclass(frozen=True, slots=True)
class Sides:
    """`rubrics` by hash, of both sides; `models`: who answered, old and new."""

    interviews: tuple[Twice, ...]
    rubrics: dict[str, Rubric]
    models: tuple[tuple[str, ...], tuple[str, ...]]


_ITEM = REEVALUATION_ITEMS.c
_THIS = _ITEM.reevaluation_id == bindparam("of_reevaluation")


def _evaluations(number: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(
            _ITEM.interview_id,
            _ITEM.skipped,
            EVALUATIONS.c.number,
            EVALUATIONS.c.state,
            EVALUATIONS.c.rubric_hash,
            EVALUATIONS.c.prompt,
        )
        .join(
            EVALUATIONS,
            (EVALUATIONS.c.interview_id == _ITEM.interview_id) & (EVALUATIONS.c.number == number),
        )
        .where(_THIS)
        .order_by(_ITEM.interview_id)
    )


def _scores(number: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(
            _ITEM.interview_id,
            COMPETENCY_SCORES.c.competency_id,
            COMPETENCY_SCORES.c.score,
            COMPETENCY_SCORES.c.unscored,
            (func.jsonb_array_length(COMPETENCY_SCORES.c.human) > 0).label("human"),
        )
        .join(
            COMPETENCY_SCORES,
            (COMPETENCY_SCORES.c.interview_id == _ITEM.interview_id)
            & (COMPETENCY_SCORES.c.number == number),
        )
        .where(_THIS)
    )


def _models(number: Any) -> Select[Any]:
    scored = COMPETENCY_SCORES.c
    sample = EVALUATION_SAMPLES.c
    return (
        select(sample.provider)
        .select_from(
            REEVALUATION_ITEMS.join(
                COMPETENCY_SCORES,
                (scored.interview_id == _ITEM.interview_id) & (scored.number == number),
            ).join(
                EVALUATION_SAMPLES,
                (sample.interview_id == scored.interview_id)
                & (sample.competency_id == scored.competency_id)
                & (sample.number == func.coalesce(scored.taken_from, scored.number)),
            )
        )
        .where(_THIS)
        .distinct()
        .order_by(sample.provider)
    )


_OLD, _NEW = _ITEM.based_on, _ITEM.number
_EVALUATIONS = (_evaluations(_OLD), _evaluations(_NEW))
_SCORES = (_scores(_OLD), _scores(_NEW))
_MODELS = (_models(_OLD), _models(_NEW))


class DriftRecords:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, organization_id: str, reevaluation_id: str) -> Sides:
        """Of a re-evaluation that is the organization's. Raises `DatabaseUnavailable`."""
        of = {"of_reevaluation": reevaluation_id}
        async with self._database.transaction() as connection:
            old, new = [(await connection.execute(query, of)).all() for query in _EVALUATIONS]
            found = {
                row.interview_id: Twice(row.interview_id, row.skipped, _side(row)) for row in old
            }
            for row in new:
                found[row.interview_id].new = _side(row)
            before, after = [(await connection.execute(query, of)).all() for query in _SCORES]
            hashes = {row.rubric_hash for row in (*old, *new) if row.rubric_hash is not None}
            known = {
                hashed: rubric
                for hashed in sorted(hashes)
                if (rubric := await rubrics.known(connection, organization_id, hashed)) is not None
            }
            models = [(await connection.scalars(query, of)).all() for query in _MODELS]
        for row in before:
            found[row.interview_id].old.scores[row.competency_id] = _scored(row)
        for row in after:
            side = found[row.interview_id].new
            assert side is not None, "scores are of an evaluation"
            side.scores[row.competency_id] = _scored(row)
        return Sides(tuple(found.values()), known, (tuple(models[0]), tuple(models[1])))


def _side(row: Any) -> Side:
    return Side(row.number, row.state, row.rubric_hash, row.prompt)


def _scored(row: Any) -> Scored:
    return Scored(row.score, row.unscored, row.human)
