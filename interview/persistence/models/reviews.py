"""What people made of an interview: their ratings, what they set right, and what they decided.

All of it is the interview's, and goes with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast, get_args

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from interview.persistence.models.base import NOW, UUID_TEXT, Base, one_of
from interview.persistence.vocabulary import DecisionKind

__all__ = ["DECISIONS", "REVIEWS", "REVIEW_RATINGS", "SCORE_OVERRIDES", "SCORE_VIEWS"]


class Review(Base):
    """What one person handed in, once."""

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("interview_id", "reviewer_id"),
        CheckConstraint("rubric_hash ~ '^[0-9a-f]{64}$'", name="rubric_hash"),
    )

    review_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    interview_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("interviews.interview_id", ondelete="CASCADE")
    )
    reviewer_id: Mapped[str | None] = mapped_column(
        UUID_TEXT,
        ForeignKey("users.user_id", name="fk_reviews_users_reviewer_id", ondelete="SET NULL"),
    )
    rubric_hash: Mapped[str]
    blind: Mapped[bool]
    """They had seen no scores of this interview."""
    note: Mapped[str] = mapped_column(server_default=sql("''"))
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class ReviewRating(Base):
    __tablename__ = "review_ratings"
    __table_args__ = (CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),)

    review_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("reviews.review_id", ondelete="CASCADE"), primary_key=True
    )
    competency_id: Mapped[str] = mapped_column(primary_key=True)
    rating: Mapped[int | None]
    """NULL: the interview does not show it."""
    reason: Mapped[str] = mapped_column(server_default=sql("''"))


class ScoreView(Base):
    """Who has seen scores of an interview before they handed in their own rating."""

    __tablename__ = "score_views"

    interview_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("interviews.interview_id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(
        UUID_TEXT,
        ForeignKey("users.user_id", name="fk_score_views_users_user_id", ondelete="CASCADE"),
        primary_key=True,
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class ScoreOverride(Base):
    """A person's score in place of the model's. The newest one holds; those before stay."""

    __tablename__ = "score_overrides"
    __table_args__ = (
        ForeignKeyConstraint(
            ["interview_id", "number"],
            ["evaluations.interview_id", "evaluations.number"],
            ondelete="CASCADE",
        ),
        Index(None, "interview_id", "number", "competency_id", "created_at"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    override_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    interview_id: Mapped[str] = mapped_column(UUID_TEXT)
    number: Mapped[int]
    competency_id: Mapped[str]
    score: Mapped[int | None]
    """NULL: the model's holds again."""
    reason: Mapped[str]
    overridden_by: Mapped[str | None] = mapped_column(
        UUID_TEXT,
        ForeignKey(
            "users.user_id", name="fk_score_overrides_users_overridden_by", ondelete="SET NULL"
        ),
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class Decision(Base):
    """What a person decided. The newest one holds; those before stay."""

    __tablename__ = "decisions"
    __table_args__ = (
        Index(None, "interview_id", "created_at"),
        one_of("decision", get_args(DecisionKind)),
        CheckConstraint("reason <> ''", name="reason"),
    )

    decision_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    interview_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("interviews.interview_id", ondelete="CASCADE")
    )
    decision: Mapped[str]
    reason: Mapped[str]
    decided_by: Mapped[str | None] = mapped_column(
        UUID_TEXT,
        ForeignKey("users.user_id", name="fk_decisions_users_decided_by", ondelete="SET NULL"),
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


REVIEWS = cast(Table, Review.__table__)
REVIEW_RATINGS = cast(Table, ReviewRating.__table__)
SCORE_VIEWS = cast(Table, ScoreView.__table__)
SCORE_OVERRIDES = cast(Table, ScoreOverride.__table__)
DECISIONS = cast(Table, Decision.__table__)
