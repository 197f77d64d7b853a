"""What is looked for every minute is found by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"

_RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    for table in ("evaluations", "tailorings"):
        op.create_index(f"ix_{table}_running", table, ["interview_id"], postgresql_where=_RUNNING)


def downgrade() -> None:
    for table in ("evaluations", "tailorings"):
        op.drop_index(f"ix_{table}_running", table)
