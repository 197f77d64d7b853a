"""Scoring a role once more may be stopped, or not come to its end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("reevaluations", sa.Column("reason", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_reevaluations_reason"),
        "reevaluations",
        "reason IN ('asked', 'too_long', 'failed')",
    )
    op.create_check_constraint(
        op.f("ck_reevaluations_stopped"),
        "reevaluations",
        "(state = 'stopped') = (reason IS NOT NULL)",
    )
    _states("running", "done", "stopped")


def downgrade() -> None:
    op.drop_column("reevaluations", "reason")
    op.execute("UPDATE reevaluations SET state = 'done' WHERE state = 'stopped'")
    _states("running", "done")


def _states(*those: str) -> None:
    name = op.f("ck_reevaluations_state")
    op.drop_constraint(name, "reevaluations")
    listed = ", ".join(f"'{one}'" for one in those)
    op.create_check_constraint(name, "reevaluations", f"state IN ({listed})")
