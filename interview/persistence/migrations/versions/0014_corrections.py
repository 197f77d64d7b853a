"""Corrections of transcripts, evaluations that go by others, and whole roles scored once more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

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
    op.add_column("evaluations", sa.Column("model", sa.Text(), nullable=True))
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
    _reevaluations()


def _reevaluations() -> None:
    op.create_table(
        "reevaluations",
        sa.Column("reevaluation_id", _UUID, nullable=False),
        sa.Column("organization_id", _UUID, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("plan_hash", sa.Text(), nullable=True),
        sa.Column("rubric_hash", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'running'"), nullable=False),
        sa.Column("requested_by", _UUID, nullable=True),
        sa.Column("created_at", _TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", _TIME, nullable=True),
        sa.CheckConstraint("state IN ('running', 'done')", name=op.f("ck_reevaluations_state")),
        sa.CheckConstraint(
            "(state = 'running') = (finished_at IS NULL)", name=op.f("ck_reevaluations_finished")
        ),
        sa.CheckConstraint("plan_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_reevaluations_plan_hash")),
        sa.CheckConstraint(
            "rubric_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_reevaluations_rubric_hash")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_reevaluations_organizations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"],
            ["users.user_id"],
            name="fk_reevaluations_users_requested_by",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("reevaluation_id", name=op.f("pk_reevaluations")),
    )
    op.create_index(
        "ix_reevaluations_running",
        "reevaluations",
        ["organization_id"],
        unique=True,
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        op.f("ix_reevaluations_organization_id_created_at_reevaluation_id"),
        "reevaluations",
        ["organization_id", "created_at", "reevaluation_id"],
    )
    op.create_table(
        "reevaluation_items",
        sa.Column("reevaluation_id", _UUID, nullable=False),
        sa.Column("interview_id", _UUID, nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("again", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("skipped", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "skipped IN ('erased', 'other_rubric', 'too_many')",
            name=op.f("ck_reevaluation_items_skipped"),
        ),
        sa.CheckConstraint(
            "number IS NULL OR skipped IS NULL", name=op.f("ck_reevaluation_items_either")
        ),
        sa.CheckConstraint(
            "number IS NOT NULL OR NOT again", name=op.f("ck_reevaluation_items_again")
        ),
        sa.ForeignKeyConstraint(
            ["reevaluation_id"],
            ["reevaluations.reevaluation_id"],
            name=op.f("fk_reevaluation_items_reevaluations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["interview_id", "based_on"],
            ["evaluations.interview_id", "evaluations.number"],
            name="fk_reevaluation_items_evaluations_based_on",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["interview_id", "number"],
            ["evaluations.interview_id", "evaluations.number"],
            name="fk_reevaluation_items_evaluations_number",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "reevaluation_id", "interview_id", name=op.f("pk_reevaluation_items")
        ),
    )
    op.create_index(
        op.f("ix_reevaluation_items_interview_id"), "reevaluation_items", ["interview_id"]
    )


def downgrade() -> None:
    op.drop_table("reevaluation_items")
    op.drop_table("reevaluations")
    # What it goes by is gone then, and so is what it is.
    op.execute("DELETE FROM evaluations WHERE kind <> 'anew'")
    op.drop_column("competency_scores", "taken_from")
    for name in ("model", "corrections", "based_on", "kind"):
        op.drop_column("evaluations", name)
    op.drop_table("transcript_corrections")
