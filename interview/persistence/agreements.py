"""How far people and the model agree: over ratings by people who had seen no scores."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Integer, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from interview.domain.evaluation.agreement import agreement
from interview.persistence.database import Database
from interview.persistence.models import (
    COMPETENCY_SCORES,
    EVALUATIONS,
    INTERVIEWS,
    REVIEW_RATINGS,
    REVIEWS,
)

__all__ = ["AgreementRecords", "Agreements", "Figures", "RoleFigures"]


class Figures(BaseModel):
    """Of `pairs`, a person's rating and the model's score of one competency: the part that is the
    same, the part that is one apart at most, and Cohen's kappa with quadratic weights. Null where
    there is nothing to say it of."""

    reviews: int
    pairs: int
    exact: float | None
    within_one: float | None
    kappa: float | None


class RoleFigures(Figures):
    role: str


class Agreements(BaseModel):
    """`not_blind`: ratings by people who had seen scores before; they count for nothing here."""

    overall: Figures
    roles: tuple[RoleFigures, ...]
    not_blind: int


_NEWEST = (
    select(EVALUATIONS.c.interview_id, EVALUATIONS.c.number)
    .join(INTERVIEWS, INTERVIEWS.c.interview_id == EVALUATIONS.c.interview_id)
    .where(
        INTERVIEWS.c.organization_id == bindparam("of_organization"),
        EVALUATIONS.c.state.in_(["done", "pending"]),
        EVALUATIONS.c.kind != "reevaluated",
    )
    .ext(distinct_on(EVALUATIONS.c.interview_id))
    .order_by(EVALUATIONS.c.interview_id, EVALUATIONS.c.number.desc())
    .subquery()
)
# A median between two levels counts as the upper one.
_LEVEL = cast(func.floor(COMPETENCY_SCORES.c.score + 0.5), Integer)
_COUNTS = (
    select(
        INTERVIEWS.c.role,
        REVIEW_RATINGS.c.rating,
        _LEVEL.label("level"),
        func.count().label("pairs"),
    )
    .select_from(REVIEWS)
    .join(INTERVIEWS, INTERVIEWS.c.interview_id == REVIEWS.c.interview_id)
    .join(REVIEW_RATINGS, REVIEW_RATINGS.c.review_id == REVIEWS.c.review_id)
    .join(_NEWEST, _NEWEST.c.interview_id == REVIEWS.c.interview_id)
    .join(
        COMPETENCY_SCORES,
        (COMPETENCY_SCORES.c.interview_id == _NEWEST.c.interview_id)
        & (COMPETENCY_SCORES.c.number == _NEWEST.c.number)
        & (COMPETENCY_SCORES.c.competency_id == REVIEW_RATINGS.c.competency_id),
    )
    .where(
        INTERVIEWS.c.organization_id == bindparam("of_organization"),
        REVIEWS.c.blind,
        REVIEW_RATINGS.c.rating.is_not(None),
        COMPETENCY_SCORES.c.score.is_not(None),
    )
    .group_by(INTERVIEWS.c.role, REVIEW_RATINGS.c.rating, _LEVEL)
)
_REVIEWS = (
    select(INTERVIEWS.c.role, REVIEWS.c.blind, func.count().label("reviews"))
    .join(INTERVIEWS, INTERVIEWS.c.interview_id == REVIEWS.c.interview_id)
    .where(INTERVIEWS.c.organization_id == bindparam("of_organization"))
    .group_by(INTERVIEWS.c.role, REVIEWS.c.blind)
)


class AgreementRecords:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(
        self, organization_id: str, *, role: str | None = None, plan_hash: str | None = None
    ) -> Agreements:
        """By the newest evaluation of each interview that has scores. Raises
        `DatabaseUnavailable`."""
        where: list[Any] = []
        if role is not None:
            where.append(INTERVIEWS.c.role == role)
        if plan_hash is not None:
            where.append(INTERVIEWS.c.plan_hash == plan_hash)
        of = {"of_organization": organization_id}
        pairs: dict[str, Counter[tuple[int, int]]] = {}
        reviews, not_blind = Counter[str](), 0
        async with self._database.transaction() as connection:
            for row in await connection.execute(_COUNTS.where(*where), of):
                pairs.setdefault(row.role, Counter())[row.rating, row.level] += row.pairs
            for row in await connection.execute(_REVIEWS.where(*where), of):
                if row.blind:
                    reviews[row.role] += row.reviews
                else:
                    not_blind += row.reviews
        together = sum(pairs.values(), Counter[tuple[int, int]]())
        return Agreements(
            overall=Figures(**_figures(reviews.total(), together)),
            roles=tuple(
                RoleFigures(role=name, **_figures(reviews[name], pairs.get(name, Counter())))
                for name in sorted(reviews)
            ),
            not_blind=not_blind,
        )


def _figures(reviews: int, counts: Counter[tuple[int, int]]) -> dict[str, Any]:
    found = agreement(counts)
    return {
        "reviews": reviews,
        "pairs": found.pairs,
        "exact": found.exact,
        "within_one": found.within_one,
        "kappa": found.kappa,
    }
