"""Which addresses of accounts are proved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column(
        "users", sa.Column("address_proved_at", sa.DateTime(timezone=True), nullable=True)
    )
    # Who set a password by a mailed link, or came by a provider that vouched. The others are
    # asked to open one.
    op.execute(
        """
        UPDATE users SET address_proved_at = now()
        WHERE EXISTS (SELECT FROM identities i WHERE i.user_id = users.user_id)
           OR EXISTS (
               SELECT FROM audit_events a
               WHERE a.action = 'password.reset' AND a.actor_id = users.user_id
           )
        """
    )


def downgrade() -> None:
    op.drop_column("users", "address_proved_at")
