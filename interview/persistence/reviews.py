"""Ratings by people, and who may see the scores of an interview by now."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import bindparam, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.domain.plan import Plan
from interview.domain.rubric import Rubric
from interview.errors import AccessError, ConflictError, InvalidInputError
from interview.persistence import decisions, holding, rubrics
from interview.persistence.audit import AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.decisions import DecisionRow
from interview.persistence.interviews import no_interview
from interview.persistence.models import (
    INTERVIEWS,
    ORGANIZATIONS,
    REVIEW_RATINGS,
    REVIEWS,
    SCORE_VIEWS,
    UUID_TEXT,
)
from interview.persistence.rows import storable
from interview.security.principal import Principal

__all__ = ["Rating", "ReviewRecords", "ReviewRow", "Standing"]


class Rating(BaseModel):
    """`rating` is from 1 to 5; null: the interview does not show it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    competency_id: str
    rating: int | None
    reason: str = Field(default="", repr=False)


class ReviewRow(BaseModel):
    """What one person handed in. `blind`: they had seen no scores of this interview."""

    model_config = ConfigDict(frozen=True)

    review_id: str
    reviewer_id: str | None
    rubric_hash: str
    blind: bool
    note: str = Field(repr=False)
    created_at: datetime
    ratings: tuple[Rating, ...]


class Standing(BaseModel):
    """Where an interview's review stands, for one person. While `hidden` they are told nothing of
    what others or a model made of it. `rubric` is None where nobody is rated by the plan."""

    rubric: Rubric | None
    rubric_hash: str | None
    has_ended: bool
    hidden: bool
    own: ReviewRow | None
    others: tuple[ReviewRow, ...]
    decision: DecisionRow | None


_REVIEWS = (
    select(
        *(REVIEWS.c[name] for name in ReviewRow.model_fields if name != "ratings"),
        REVIEW_RATINGS.c.competency_id,
        REVIEW_RATINGS.c.rating,
        REVIEW_RATINGS.c.reason,
    )
    .join(REVIEW_RATINGS, REVIEW_RATINGS.c.review_id == REVIEWS.c.review_id)
    .where(REVIEWS.c.interview_id == bindparam("of_interview"))
    .order_by(REVIEWS.c.created_at, REVIEWS.c.review_id)
)
_IS_BLIND = select(ORGANIZATIONS.c.blind_review).where(
    ORGANIZATIONS.c.organization_id == bindparam("of_organization")
)
_INTERVIEW = select(INTERVIEWS.c.organization_id, INTERVIEWS.c.plan, INTERVIEWS.c.ended_at).where(
    INTERVIEWS.c.interview_id == bindparam("of_interview")
)
_HAS_SEEN = select(SCORE_VIEWS.c.user_id).where(
    SCORE_VIEWS.c.interview_id == bindparam("of_interview"),
    SCORE_VIEWS.c.user_id == bindparam("of_user"),
)


class ReviewRecords:
    """All methods raise `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, interview_id: str) -> list[ReviewRow]:
        """Oldest first."""
        async with self._database.transaction() as connection:
            return await _all(connection, interview_id)

    async def standing(self, interview_id: str, of: Principal) -> Standing:
        """Raises `NotFoundError` (`interview.not_found`)."""
        async with self._database.transaction() as connection:
            found = await connection.execute(_INTERVIEW, {"of_interview": interview_id})
            if (row := found.one_or_none()) is None:
                raise no_interview()
            rubric, hashed = await _rubric(connection, row)
            reviews = await _all(connection, interview_id)
            own = next((one for one in reviews if one.reviewer_id == of.user_id), None)
            hidden = rubric is not None and own is None and await _is_blind(connection, of)
            return Standing(
                rubric=rubric,
                rubric_hash=hashed,
                has_ended=row.ended_at is not None,
                hidden=hidden,
                own=own,
                others=() if hidden else tuple(one for one in reviews if one is not own),
                decision=None if hidden else await decisions.newest(connection, interview_id),
            )

    async def are_hidden(self, interview_id: str, of: Principal) -> bool:
        """What others made of the interview, where they might still rate it themselves."""
        return of.user_id is not None and (await self.standing(interview_id, of)).hidden

    async def hand_in(
        self, interview_id: str, by: Principal, ratings: Mapping[str, Rating], note: str
    ) -> ReviewRow:
        """Once: what is handed in stays. The same again is no other review.

        Raises as `holding.ended_interview`, `ConflictError` (`review.no_rubric`,
        `review.handed_in`) and `InvalidInputError` (`review.incomplete`: a competency is missing,
        or there is none by that id).
        """
        assert by.user_id is not None, "people rate"
        async with self._database.transaction() as connection:
            held = await holding.ended_interview(connection, interview_id)
            rubric, hashed = await _rubric(connection, held)
            if rubric is None or hashed is None:
                raise ConflictError("review.no_rubric", "nobody is rated by this plan")
            wanted = _in_order(rubric, ratings)
            note = storable(note)
            if (own := await _own(connection, interview_id, by.user_id)) is not None:
                if (own.ratings, own.note) == (wanted, note):
                    return own
                raise ConflictError("review.handed_in", "your rating is handed in, and stays")
            of = {"of_interview": interview_id, "of_user": by.user_id}
            has_seen = await connection.scalar(_HAS_SEEN, of)
            review_id = str(uuid.uuid4())
            values = {
                "review_id": review_id,
                "interview_id": interview_id,
                "reviewer_id": by.user_id,
                "rubric_hash": hashed,
                "blind": has_seen is None,
                "note": note,
            }
            await connection.execute(insert(REVIEWS), values)
            rows = [{"review_id": review_id, **rating.model_dump()} for rating in wanted]
            await connection.execute(insert(REVIEW_RATINGS), rows)
            made = await _own(connection, interview_id, by.user_id)
            assert made is not None, "it was just handed in"
            await AuditTrail.append(
                *(connection, by, "review.handed_in", Subject.interview(interview_id)),
                {"review": review_id, "blind": made.blind},
            )
        return made

    async def see_scores(self, interview_id: str, by: Principal) -> None:
        """Before scores are shown: it is noted who saw them before rating. Raises `AccessError`
        (`review.first`)."""
        if interview_id in await self.see_what_is_open([interview_id], by):
            return
        raise AccessError("review.first", "hand in your own rating first")

    async def open_to(self, interview_ids: Collection[str], by: Principal) -> set[str]:
        """Those of them that are not hidden from this one. Integrations rate nobody, and nothing
        is hidden from them."""
        async with self._database.transaction() as connection:
            return await _open_to(connection, interview_ids, by)

    async def see_what_is_open(self, interview_ids: Collection[str], by: Principal) -> set[str]:
        """As `open_to`, before their scores are shown: it is noted who saw them before rating."""
        async with self._database.transaction() as connection:
            is_open = await _open_to(connection, interview_ids, by)
            if by.user_id is None or not is_open:
                return is_open
            rated = select(REVIEWS.c.interview_id).where(REVIEWS.c.reviewer_id == by.user_id)
            there = (
                select(INTERVIEWS.c.interview_id, literal(by.user_id, UUID_TEXT))
                .where(INTERVIEWS.c.interview_id.in_(is_open))
                .where(INTERVIEWS.c.interview_id.not_in(rated))
                # One that is being erased is waited for, and then it is not there.
                .with_for_update(read=True, key_share=True)
            )
            seen = insert(SCORE_VIEWS).from_select(["interview_id", "user_id"], there)
            await connection.execute(seen.on_conflict_do_nothing())
            return is_open


async def _open_to(
    connection: AsyncConnection, interview_ids: Collection[str], by: Principal
) -> set[str]:
    if by.user_id is None or not interview_ids or not await _is_blind(connection, by):
        return set(interview_ids)
    rated = select(REVIEWS.c.interview_id).where(
        REVIEWS.c.reviewer_id == by.user_id, REVIEWS.c.interview_id.in_(interview_ids)
    )
    return set((await connection.scalars(rated)).all())


async def _is_blind(connection: AsyncConnection, of: Principal) -> bool:
    found = await connection.scalar(_IS_BLIND, {"of_organization": of.organization_id})
    return bool(found)


async def _rubric(connection: AsyncConnection, interview: Any) -> tuple[Rubric | None, str | None]:
    """What the plan names, and its hash."""
    reference = Plan.model_validate(interview.plan).rubric
    hashed = reference and reference.rubric_hash
    return await rubrics.known(connection, interview.organization_id, hashed), hashed


def _in_order(rubric: Rubric, ratings: Mapping[str, Rating]) -> tuple[Rating, ...]:
    """As they are read back."""
    if set(ratings) != {one.competency_id for one in rubric.competencies}:
        raise InvalidInputError(
            "review.incomplete", "rate every competency of the rubric, and no other"
        )
    return _sorted(
        rating.model_copy(update={"reason": storable(rating.reason)}) for rating in ratings.values()
    )


async def _own(connection: AsyncConnection, interview_id: str, user_id: str) -> ReviewRow | None:
    reviews = await _all(connection, interview_id)
    return next((one for one in reviews if one.reviewer_id == user_id), None)


async def _all(connection: AsyncConnection, interview_id: str) -> list[ReviewRow]:
    ratings: dict[str, list[Rating]] = {}
    heads: dict[str, dict[str, Any]] = {}
    rows = await connection.execute(_REVIEWS, {"of_interview": interview_id})
    for row in rows.mappings():
        heads.setdefault(row["review_id"], dict(row))
        ratings.setdefault(row["review_id"], []).append(Rating.model_validate(dict(row)))
    return [
        ReviewRow.model_validate({**head, "ratings": _sorted(ratings[review_id])})
        for review_id, head in heads.items()
    ]


def _sorted(ratings: Iterable[Rating]) -> tuple[Rating, ...]:
    return tuple(sorted(ratings, key=lambda rating: rating.competency_id))
