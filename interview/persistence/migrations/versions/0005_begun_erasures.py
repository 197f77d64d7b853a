"""Whether an erasure that was asked for has begun."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column(
        "erasure_receipts",
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index(
        op.f("ix_erasure_receipts_interview_id"),
        "erasure_receipts",
        ["interview_id"],
        postgresql_where=sa.text("completed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_erasure_receipts_interview_id"), "erasure_receipts")
    op.drop_column("erasure_receipts", "begun_at")
