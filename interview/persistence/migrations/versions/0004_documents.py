"""Résumés and job descriptions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("document_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("interview_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("text_key", sa.Text(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("characters", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "hidden",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("hidden_omitted", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(status = 'refused') = (error_code IS NOT NULL)"
            " AND (status = 'ready') = (key IS NOT NULL)"
            " AND (status = 'ready') = (text_key IS NOT NULL)"
            " AND (status = 'ready') = (format IS NOT NULL)",
            name=op.f("ck_documents_ready"),
        ),
        sa.CheckConstraint("format IN ('pdf', 'docx', 'text')", name=op.f("ck_documents_format")),
        sa.CheckConstraint("jsonb_typeof(hidden) = 'array'", name=op.f("ck_documents_hidden")),
        sa.CheckConstraint("kind IN ('resume', 'job_description')", name=op.f("ck_documents_kind")),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_documents_sha256")),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_documents_size_bytes")),
        sa.CheckConstraint("status IN ('ready', 'refused')", name=op.f("ck_documents_status")),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["users.user_id"],
            name="fk_documents_users_created_by",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.interview_id"],
            name=op.f("fk_documents_interviews"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_documents_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_documents")),
        sa.UniqueConstraint(
            "interview_id", "kind", "sha256", name=op.f("uq_documents_interview_id_kind_sha256")
        ),
        sa.UniqueConstraint("key", name=op.f("uq_documents_key")),
    )
    op.create_index(
        op.f("ix_documents_interview_id_created_at"),
        "documents",
        ["interview_id", "created_at"],
        unique=False,
    )


def downgrade() -> None:
    """The objects stay until their interviews are erased."""
    op.drop_index(op.f("ix_documents_interview_id_created_at"), table_name="documents")
    op.drop_table("documents")
