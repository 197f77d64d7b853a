"""What candidates write on their pads, and what came of running it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_UUID = sa.Uuid(as_uuid=False)
_TIME = sa.DateTime(timezone=True)
_LANGUAGES = "'python', 'javascript', 'typescript', 'java', 'cpp', 'go', 'sql'"
_VERDICTS = (
    "'finished', 'accepted', 'wrong_answer', 'runtime_error', 'time_limit', 'memory_limit', "
    "'output_limit', 'compile_error', 'sandbox_unavailable'"
)


def upgrade() -> None:
    op.create_table(
        "code_snapshots",
        sa.Column("snapshot_id", _UUID, nullable=False),
        sa.Column("interview_id", _UUID, nullable=False),
        sa.Column("question_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("created_at", _TIME, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"language IN ({_LANGUAGES})", name=op.f("ck_code_snapshots_language")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_code_snapshots_revision")),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_code_snapshots_size_bytes")),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.interview_id"],
            name=op.f("fk_code_snapshots_interviews"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_code_snapshots")),
        sa.UniqueConstraint(
            "interview_id",
            "question_id",
            "revision",
            name=op.f("uq_code_snapshots_interview_id_question_id_revision"),
        ),
    )
    op.create_table(
        "code_runs",
        sa.Column("interview_id", _UUID, nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("question_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("tests", sa.Boolean(), nullable=False),
        sa.Column("input", sa.LargeBinary(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("created_at", _TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", _TIME, nullable=True),
        sa.CheckConstraint(f"verdict IN ({_VERDICTS})", name=op.f("ck_code_runs_verdict")),
        sa.CheckConstraint(
            "(verdict IS NULL) = (finished_at IS NULL) AND (verdict IS NULL) = (report IS NULL)",
            name=op.f("ck_code_runs_finished"),
        ),
        sa.CheckConstraint(
            "char_length(run_id) BETWEEN 1 AND 128", name=op.f("ck_code_runs_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.interview_id"],
            name=op.f("fk_code_runs_interviews"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("interview_id", "run_id", name=op.f("pk_code_runs")),
    )
    op.create_index(
        op.f("ix_code_runs_interview_id_question_id_created_at"),
        "code_runs",
        ["interview_id", "question_id", "created_at"],
    )


def downgrade() -> None:
    op.drop_table("code_runs")
    op.drop_table("code_snapshots")
