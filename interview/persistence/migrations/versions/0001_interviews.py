"""Interviews, their turns and what was said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "interviews",
        sa.Column("interview_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("candidate_name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'created'"), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("question_id", sa.Text(), nullable=True),
        sa.Column("total_turns", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("limits", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NOT NULL) = (status IN ('completed', 'abandoned')) AND (ended_at IS NOT NULL) = (outcome IS NOT NULL)",
            name=op.f("ck_interviews_ended"),
        ),
        sa.CheckConstraint(
            "outcome IN ('completed', 'ended_by_candidate', 'expired', 'withdrawn')",
            name=op.f("ck_interviews_outcome"),
        ),
        sa.CheckConstraint(
            "phase IN ('introduction', 'warmup', 'main_questions', 'wrap_up', 'completed')",
            name=op.f("ck_interviews_phase"),
        ),
        sa.CheckConstraint(
            "status IN ('created', 'active', 'paused', 'completed', 'abandoned')",
            name=op.f("ck_interviews_status"),
        ),
        sa.CheckConstraint("total_turns >= 0", name=op.f("ck_interviews_total_turns")),
        sa.PrimaryKeyConstraint("interview_id", name=op.f("pk_interviews")),
        sa.UniqueConstraint("workflow_id", name=op.f("uq_interviews_workflow_id")),
    )
    op.create_index(
        op.f("ix_interviews_created_at_interview_id"),
        "interviews",
        ["created_at", "interview_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_interviews_status_created_at_interview_id"),
        "interviews",
        ["status", "created_at", "interview_id"],
        unique=False,
    )
    op.create_table(
        "turns",
        sa.Column("interview_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("turn_id", sa.Text(), nullable=False),
        sa.Column("turn_number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("question_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'committed') = (committed_at IS NOT NULL)", name=op.f("ck_turns_committed")
        ),
        sa.CheckConstraint("kind IN ('audio', 'typed', 'proactive')", name=op.f("ck_turns_kind")),
        sa.CheckConstraint(
            "phase IN ('introduction', 'warmup', 'main_questions', 'wrap_up', 'completed')",
            name=op.f("ck_turns_phase"),
        ),
        sa.CheckConstraint(
            "status IN ('open', 'committed', 'empty', 'failed')", name=op.f("ck_turns_status")
        ),
        sa.CheckConstraint("char_length(turn_id) BETWEEN 1 AND 128", name=op.f("ck_turns_turn_id")),
        sa.CheckConstraint("turn_number >= 0", name=op.f("ck_turns_turn_number")),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.interview_id"],
            name=op.f("fk_turns_interviews"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("interview_id", "turn_id", name=op.f("pk_turns")),
        sa.UniqueConstraint(
            "interview_id", "turn_number", name=op.f("uq_turns_interview_id_turn_number")
        ),
    )
    op.create_table(
        "utterances",
        sa.Column("utterance_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("interview_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("turn_id", sa.Text(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(53), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("heard_ms", sa.Integer(), nullable=True),
        sa.Column("interrupted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("modality", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("question_id", sa.Text(), nullable=True),
        sa.Column("directive", sa.Text(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column(
            "sentences",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "jsonb_typeof(sentences) = 'array'", name=op.f("ck_utterances_sentences")
        ),
        sa.CheckConstraint(
            "modality IN ('audio', 'typed', 'shown')", name=op.f("ck_utterances_modality")
        ),
        sa.CheckConstraint(
            "phase IN ('introduction', 'warmup', 'main_questions', 'wrap_up', 'completed')",
            name=op.f("ck_utterances_phase"),
        ),
        sa.CheckConstraint(
            "speaker IN ('interviewer', 'candidate')", name=op.f("ck_utterances_speaker")
        ),
        sa.CheckConstraint("text <> ''", name=op.f("ck_utterances_text")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_utterances_confidence")),
        sa.CheckConstraint("duration_ms >= 0", name=op.f("ck_utterances_duration_ms")),
        sa.CheckConstraint(
            "heard_ms BETWEEN 0 AND duration_ms", name=op.f("ck_utterances_heard_ms")
        ),
        sa.CheckConstraint(
            "interrupted = (heard_ms IS NOT NULL)", name=op.f("ck_utterances_interrupted")
        ),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_utterances_sequence")),
        sa.ForeignKeyConstraint(
            ["interview_id", "turn_id"],
            ["turns.interview_id", "turns.turn_id"],
            name=op.f("fk_utterances_turns"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("utterance_id", name=op.f("pk_utterances")),
        sa.UniqueConstraint(
            "interview_id", "sequence", name=op.f("uq_utterances_interview_id_sequence")
        ),
        sa.UniqueConstraint(
            "interview_id",
            "turn_id",
            "speaker",
            name=op.f("uq_utterances_interview_id_turn_id_speaker"),
        ),
    )


def downgrade() -> None:
    op.drop_table("utterances")
    op.drop_table("turns")
    op.drop_table("interviews")
