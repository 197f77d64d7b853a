"""What is to be given other days is known by the organization, and found by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("organizations", sa.Column("retimed_to", sa.Text(), nullable=True))
    op.create_index(
        "ix_organizations_retimed_to",
        "organizations",
        ["organization_id"],
        postgresql_where=sa.text("retimed_to IS NOT NULL"),
    )
    # Until now this was looked for every minute.
    op.execute(
        "UPDATE organizations SET retimed_to = '' WHERE EXISTS ("
        " SELECT FROM interviews"
        " WHERE interviews.organization_id = organizations.organization_id"
        " AND ended_at IS NOT NULL AND erase_at IS DISTINCT FROM"
        " ended_at + make_interval(hours => organizations.retention_days * 24))"
    )


def downgrade() -> None:
    op.drop_index("ix_organizations_retimed_to", "organizations")
    op.drop_column("organizations", "retimed_to")
