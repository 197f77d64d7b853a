"""What people made of an interview, and what an organization lets be seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_UUID = sa.Uuid(as_uuid=False)


def upgrade() -> None:
    op.add_column(
        "organizations",
        sa.Column("blind_review", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.add_column(
        "organizations",
        sa.Column(
            "candidate_feedback", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )
    op.create_index(
        op.f("ix_interviews_organization_id_plan_hash"),
        "interviews",
        ["organization_id", "plan_hash"],
    )
    op.create_table(
        "reviews",
        sa.Column("review_id", _UUID, nullable=False),
        sa.Column("interview_id", _UUID, nullable=False),
        sa.Column("reviewer_id", _UUID, nullable=True),
        sa.Column("rubric_hash", sa.Text(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        _created_at(),
        sa.CheckConstraint("rubric_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_reviews_rubric_hash")),
        _of_interview("reviews"),
        _by("reviews", "reviewer_id", "SET NULL"),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_reviews")),
        sa.UniqueConstraint(
            "interview_id", "reviewer_id", name=op.f("uq_reviews_interview_id_reviewer_id")
        ),
    )
    op.create_table(
        "review_ratings",
        sa.Column("review_id", _UUID, nullable=False),
        sa.Column("competency_id", sa.Text(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_review_ratings_rating")),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["reviews.review_id"],
            name=op.f("fk_review_ratings_reviews"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("review_id", "competency_id", name=op.f("pk_review_ratings")),
    )
    op.create_table(
        "score_views",
        sa.Column("interview_id", _UUID, nullable=False),
        sa.Column("user_id", _UUID, nullable=False),
        _created_at(),
        _of_interview("score_views"),
        _by("score_views", "user_id", "CASCADE"),
        sa.PrimaryKeyConstraint("interview_id", "user_id", name=op.f("pk_score_views")),
    )
    op.create_table(
        "score_overrides",
        sa.Column("override_id", _UUID, nullable=False),
        sa.Column("interview_id", _UUID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("competency_id", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("overridden_by", _UUID, nullable=True),
        _created_at(),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_score_overrides_score")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_score_overrides_reason")),
        sa.ForeignKeyConstraint(
            ["interview_id", "number"],
            ["evaluations.interview_id", "evaluations.number"],
            name=op.f("fk_score_overrides_evaluations"),
            ondelete="CASCADE",
        ),
        _by("score_overrides", "overridden_by", "SET NULL"),
        sa.PrimaryKeyConstraint("override_id", name=op.f("pk_score_overrides")),
    )
    op.create_index(
        op.f("ix_score_overrides_interview_id_number_competency_id_created_at"),
        "score_overrides",
        ["interview_id", "number", "competency_id", "created_at"],
    )
    op.create_table(
        "decisions",
        sa.Column("decision_id", _UUID, nullable=False),
        sa.Column("interview_id", _UUID, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", _UUID, nullable=True),
        _created_at(),
        sa.CheckConstraint(
            "decision IN ('advance', 'hold', 'reject')", name=op.f("ck_decisions_decision")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_decisions_reason")),
        _of_interview("decisions"),
        _by("decisions", "decided_by", "SET NULL"),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decisions")),
    )
    op.create_index(
        op.f("ix_decisions_interview_id_created_at"), "decisions", ["interview_id", "created_at"]
    )


def downgrade() -> None:
    for table in ("decisions", "score_overrides", "score_views", "review_ratings", "reviews"):
        op.drop_table(table)
    op.drop_index(op.f("ix_interviews_organization_id_plan_hash"), "interviews")
    op.drop_column("organizations", "candidate_feedback")
    op.drop_column("organizations", "blind_review")


def _created_at() -> sa.Column[object]:
    return sa.Column(
        "created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )


def _of_interview(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["interview_id"],
        ["interviews.interview_id"],
        name=op.f(f"fk_{table}_interviews"),
        ondelete="CASCADE",
    )


def _by(table: str, column: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["users.user_id"], name=f"fk_{table}_users_{column}", ondelete=ondelete
    )
