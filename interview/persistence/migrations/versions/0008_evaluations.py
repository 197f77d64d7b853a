"""How interviews were scored."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

_JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.create_table(
        "evaluations",
        sa.Column("interview_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'running'"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("rubric_hash", sa.Text(), nullable=True),
        sa.Column("plan_hash", sa.Text(), nullable=True),
        sa.Column("prompt", sa.Text(), nullable=True),
        sa.Column("transcript_sha256", sa.Text(), nullable=True),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_evaluations_number")),
        sa.CheckConstraint(
            "(state = 'unscored') = (reason IS NOT NULL)", name=op.f("ck_evaluations_reasoned")
        ),
        sa.CheckConstraint(
            "(state = 'running') = (finished_at IS NULL)", name=op.f("ck_evaluations_finished")
        ),
        sa.CheckConstraint(
            "state IN ('running', 'pending', 'done', 'unscored')",
            name=op.f("ck_evaluations_state"),
        ),
        sa.CheckConstraint(
            "reason IN ('no_model', 'no_rubric')", name=op.f("ck_evaluations_reason")
        ),
        sa.CheckConstraint(
            "rubric_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_evaluations_rubric_hash")
        ),
        sa.CheckConstraint("plan_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_evaluations_plan_hash")),
        sa.CheckConstraint(
            "transcript_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_evaluations_transcript_sha256")
        ),
        sa.CheckConstraint("samples BETWEEN 1 AND 9", name=op.f("ck_evaluations_samples")),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.interview_id"],
            name=op.f("fk_evaluations_interviews"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"],
            ["users.user_id"],
            name="fk_evaluations_users_requested_by",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("interview_id", "number", name=op.f("pk_evaluations")),
    )
    op.create_table(
        "evaluation_samples",
        sa.Column("interview_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("competency_id", sa.Text(), nullable=False),
        sa.Column("sample", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shows_suspicious", sa.Boolean(), nullable=False),
        sa.Column("content", _JSON, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "input_tokens >= 0 AND output_tokens >= 0", name=op.f("ck_evaluation_samples_tokens")
        ),
        sa.CheckConstraint("duration_ms >= 0", name=op.f("ck_evaluation_samples_duration_ms")),
        sa.ForeignKeyConstraint(
            ["interview_id", "number"],
            ["evaluations.interview_id", "evaluations.number"],
            name=op.f("fk_evaluation_samples_evaluations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "interview_id",
            "number",
            "competency_id",
            "sample",
            "shows_suspicious",
            name=op.f("pk_evaluation_samples"),
        ),
    )
    op.create_table(
        "competency_scores",
        sa.Column("interview_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("competency_id", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(53), nullable=True),
        sa.Column("unscored", sa.Text(), nullable=True),
        sa.Column("spread", sa.Integer(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("human", _JSON, nullable=False),
        sa.Column("evidence", _JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_competency_scores_score")),
        sa.CheckConstraint(
            "(score IS NULL) = (unscored IS NOT NULL)", name=op.f("ck_competency_scores_scored")
        ),
        sa.CheckConstraint(
            "score IS NULL OR jsonb_array_length(evidence) > 0",
            name=op.f("ck_competency_scores_shown"),
        ),
        sa.CheckConstraint(
            "unscored IN ('not_asked', 'no_answer', 'weak_transcript', 'no_evidence', 'pending')",
            name=op.f("ck_competency_scores_unscored"),
        ),
        sa.CheckConstraint(
            "jsonb_typeof(human) = 'array'", name=op.f("ck_competency_scores_human")
        ),
        sa.ForeignKeyConstraint(
            ["interview_id", "number"],
            ["evaluations.interview_id", "evaluations.number"],
            name=op.f("fk_competency_scores_evaluations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "interview_id", "number", "competency_id", name=op.f("pk_competency_scores")
        ),
    )


def downgrade() -> None:
    op.drop_table("competency_scores")
    op.drop_table("evaluation_samples")
    op.drop_table("evaluations")
