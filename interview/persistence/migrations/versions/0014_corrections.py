"""Corrections of transcripts, and evaluations that go by others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"

_UUID = sa.Uuid(as_uuid=False)
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "transcript_corrections",
        sa.Column("interview_id", _UUID, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("utterance_id", _UUID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("corrected_by", _UUID, nullable=True),
        sa.Column("created_at", _TIME, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_transcript_corrections_sequence")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_transcript_corrections_version")),
        sa.CheckConstraint("text <> ''", name=op.f("ck_transcript_corrections_text")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_transcript_corrections_reason")),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.interview_id"],
            name=op.f("fk_transcript_corrections_interviews"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["utterance_id"],
            ["utterances.utterance_id"],
            name=op.f("fk_transcript_corrections_utterances"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["corrected_by"],
            ["users.user_id"],
            name="fk_transcript_corrections_users_corrected_by",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("interview_id", "sequence", name=op.f("pk_transcript_corrections")),
        sa.UniqueConstraint(
            "utterance_id", "version", name=op.f("uq_transcript_corrections_utterance_id_version")
        ),
    )
    op.add_column(
        "evaluations",
        sa.Column("kind", sa.Text(), server_default=sa.text("'anew'"), nullable=False),
    )
    op.add_column("evaluations", sa.Column("based_on", sa.Integer(), nullable=True))
    op.add_column(
        "evaluations",
        sa.Column("corrections", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("evaluations", sa.Column("provider", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_evaluations_kind"), "evaluations", "kind IN ('anew', 'corrected', 'reevaluated')"
    )
    op.create_check_constraint(
        op.f("ck_evaluations_based_on"), "evaluations", "(kind = 'anew') = (based_on IS NULL)"
    )
    op.create_check_constraint(
        op.f("ck_evaluations_corrections"), "evaluations", "corrections >= 0"
    )
    op.add_column("competency_scores", sa.Column("taken_from", sa.Integer(), nullable=True))


def downgrade() -> None:
    # What it goes by is gone then, and so is what it is.
    op.execute("DELETE FROM evaluations WHERE kind <> 'anew'")
    op.drop_column("competency_scores", "taken_from")
    for name in ("provider", "corrections", "based_on", "kind"):
        op.drop_column("evaluations", name)
    op.drop_table("transcript_corrections")
