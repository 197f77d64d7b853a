"""Where an organization's events are sent, and what became of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast, get_args

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from interview.persistence.models.base import NOW, UUID_TEXT, Base, one_of
from interview.persistence.vocabulary import DeliveryState, WebhookDisabled, WebhookEvent

__all__ = ["WEBHOOKS", "WEBHOOK_DELIVERIES"]


class Webhook(Base):
    """An address of an integration. Its secret is sealed; the one before is good for a while."""

    __tablename__ = "webhooks"
    __table_args__ = (
        Index(None, "organization_id", "created_at"),
        one_of("disabled", get_args(WebhookDisabled)),
        CheckConstraint("jsonb_typeof(events) = 'array'", name="events"),
        CheckConstraint(
            "(old_secret IS NULL) = (old_secret_until IS NULL)", name="old_secret_until"
        ),
    )

    webhook_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    organization_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("organizations.organization_id", ondelete="CASCADE")
    )
    url: Mapped[str]
    events: Mapped[list[str]] = mapped_column(JSONB())
    secret: Mapped[bytes]
    secret_key_id: Mapped[str | None]
    """Of the master key it is sealed with; NULL: `ENCRYPTION` was off."""
    old_secret: Mapped[bytes | None]
    old_secret_key_id: Mapped[str | None]
    old_secret_until: Mapped[datetime | None]
    disabled: Mapped[str | None]
    """NULL: it is active."""
    created_by: Mapped[str | None] = mapped_column(
        UUID_TEXT,
        ForeignKey("users.user_id", name="fk_webhooks_users_created_by", ondelete="SET NULL"),
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)


class WebhookDelivery(Base):
    """One event for one webhook, written together with what it tells of. Ids and states, nothing
    of a person."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event", "subject"),
        Index(None, "organization_id", "created_at", "delivery_id"),
        Index(None, "interview_id"),
        Index(None, "look_at", postgresql_where=sql("state = 'pending'")),
        Index(None, "finished_at"),
        one_of("event", get_args(WebhookEvent)),
        one_of("state", get_args(DeliveryState)),
        CheckConstraint("(state = 'pending') = (finished_at IS NULL)", name="finished"),
        CheckConstraint("attempts >= tries AND tries >= 0", name="attempts"),
    )

    delivery_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    organization_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("organizations.organization_id", ondelete="CASCADE")
    )
    webhook_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("webhooks.webhook_id", ondelete="CASCADE")
    )
    event: Mapped[str]
    subject: Mapped[str]
    """What it happened to, in ids: once to each."""
    interview_id: Mapped[str | None] = mapped_column(UUID_TEXT)
    """No foreign key: that it was erased is told when it is gone."""
    data: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default=sql("'pending'"))
    attempts: Mapped[int] = mapped_column(server_default=sql("0"))
    tries: Mapped[int] = mapped_column(server_default=sql("0"))
    """Of the attempts, those since it was last asked for."""
    last_error: Mapped[str | None]
    last_status: Mapped[int | None]
    """Of HTTP."""
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    last_attempt_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=NOW)
    look_at: Mapped[datetime] = mapped_column(server_default=NOW)
    """When somebody looks whether its workflow runs."""
    finished_at: Mapped[datetime | None]


WEBHOOKS = cast(Table, Webhook.__table__)
WEBHOOK_DELIVERIES = cast(Table, WebhookDelivery.__table__)
