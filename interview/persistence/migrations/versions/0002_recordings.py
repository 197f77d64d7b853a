"""Recordings: objects by key and hash."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "recordings",
        sa.Column("recording_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("interview_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("turn_id", sa.Text(), nullable=False),
        sa.Column("utterance_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_recordings_sha256")),
        sa.CheckConstraint("duration_ms >= 0", name=op.f("ck_recordings_duration_ms")),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_recordings_size_bytes")),
        sa.ForeignKeyConstraint(
            ["interview_id", "turn_id"],
            ["turns.interview_id", "turns.turn_id"],
            name=op.f("fk_recordings_turns"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["utterance_id"],
            ["utterances.utterance_id"],
            name=op.f("fk_recordings_utterances"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_recordings")),
        sa.UniqueConstraint("key", name=op.f("uq_recordings_key")),
        sa.UniqueConstraint("utterance_id", name=op.f("uq_recordings_utterance_id")),
    )
    op.create_index(
        op.f("ix_recordings_interview_id_turn_id"),
        "recordings",
        ["interview_id", "turn_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("recordings")
