"""What is looked for every minute is found by an index; probes are fitted in by a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"

_RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    for table in ("evaluations", "tailorings"):
        op.create_index(f"ix_{table}_running", table, ["interview_id"], postgresql_where=_RUNNING)
    op.add_column("tailorings", sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tailorings", sa.Column("fitted_from", sa.Uuid(as_uuid=False), nullable=True))
    # Until now they were fitted in as they came.
    op.execute(
        "UPDATE tailorings SET fitted_from = document_id,"
        " fitted_at = coalesce(finished_at, created_at) WHERE probes <> '[]'"
    )
    op.create_check_constraint(
        op.f("ck_tailorings_fitted"), "tailorings", "fitted_at IS NULL OR fitted_from IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_tailorings_fitted"), "tailorings", type_="check")
    op.drop_column("tailorings", "fitted_from")
    op.drop_column("tailorings", "fitted_at")
    for table in ("evaluations", "tailorings"):
        op.drop_index(f"ix_{table}_running", table)
