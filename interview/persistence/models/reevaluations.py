"""Many interviews scored once more, to see what changes."""

from __future__ import annotations

from datetime import datetime
from typing import cast, get_args

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Table
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from interview.persistence.models.base import NOW, UUID_TEXT, Base, one_of
from interview.persistence.vocabulary import ReevaluationState, Skipped, StopReason

__all__ = ["REEVALUATIONS", "REEVALUATION_ITEMS"]


class Reevaluation(Base):
    """Of the interviews of one role that were scored when it was asked for."""

    __tablename__ = "reevaluations"
    __table_args__ = (
        one_of("state", get_args(ReevaluationState)),
        CheckConstraint("(state = 'running') = (finished_at IS NULL)", name="finished"),
        one_of("reason", get_args(StopReason)),
        CheckConstraint("(state = 'stopped') = (reason IS NOT NULL)", name="stopped"),
        CheckConstraint("plan_hash ~ '^[0-9a-f]{64}$'", name="plan_hash"),
        CheckConstraint("rubric_hash ~ '^[0-9a-f]{64}$'", name="rubric_hash"),
        # One at a time: they are many calls.
        Index(
            "ix_reevaluations_running",
            "organization_id",
            unique=True,
            postgresql_where=sql("state = 'running'"),
        ),
        Index(None, "organization_id", "created_at", "reevaluation_id"),
    )

    reevaluation_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    organization_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("organizations.organization_id", ondelete="CASCADE")
    )
    role: Mapped[str]
    plan_hash: Mapped[str | None]
    """Of interviews by this plan alone."""
    rubric_hash: Mapped[str | None]
    """NULL: each by the rubric that it was scored by."""
    model: Mapped[str | None]
    """NULL: whoever is configured."""
    state: Mapped[str] = mapped_column(server_default=sql("'running'"))
    reason: Mapped[str | None]
    """Why it was stopped."""
    requested_by: Mapped[str | None] = mapped_column(
        UUID_TEXT,
        ForeignKey(
            "users.user_id", name="fk_reevaluations_users_requested_by", ondelete="SET NULL"
        ),
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    finished_at: Mapped[datetime | None]


class ReevaluationItem(Base):
    """One of its interviews, and the two evaluations that are compared."""

    __tablename__ = "reevaluation_items"
    __table_args__ = (
        ForeignKeyConstraint(
            ["interview_id", "based_on"],
            ["evaluations.interview_id", "evaluations.number"],
            name="fk_reevaluation_items_evaluations_based_on",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["interview_id", "number"],
            ["evaluations.interview_id", "evaluations.number"],
            name="fk_reevaluation_items_evaluations_number",
            ondelete="CASCADE",
        ),
        one_of("skipped", get_args(Skipped)),
        CheckConstraint("number IS NULL OR skipped IS NULL", name="either"),
        CheckConstraint("number IS NOT NULL OR NOT again", name="again"),
        Index(None, "interview_id"),
    )

    reevaluation_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("reevaluations.reevaluation_id", ondelete="CASCADE"), primary_key=True
    )
    interview_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    based_on: Mapped[int]
    """What reports went by when it was asked for."""
    number: Mapped[int | None]
    """The new one, once it is begun."""
    again: Mapped[bool] = mapped_column(server_default=sql("false"))
    """What is missing in it is to be asked for once more."""
    skipped: Mapped[str | None]


REEVALUATIONS = cast(Table, Reevaluation.__table__)
REEVALUATION_ITEMS = cast(Table, ReevaluationItem.__table__)
