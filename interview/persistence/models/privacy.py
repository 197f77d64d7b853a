"""What a candidate was promised, and what was done about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast, get_args

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Table, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from interview.persistence.models.base import NOW, UUID_TEXT, Base, one_of
from interview.persistence.vocabulary import ActorKind, ErasureReason

__all__ = [
    "ACCOMMODATIONS",
    "AUDIT_EVENTS",
    "AUDIT_HEADS",
    "CONSENTS",
    "DATA_KEYS",
    "ERASURE_RECEIPTS",
    "INVITATIONS",
]


class Invitation(Base):
    """A link to one interview, good for one use."""

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(None, "organization_id", "created_at"),
        CheckConstraint("token_hash ~ '^[0-9a-f]{64}$'", name="token_hash"),
        CheckConstraint("used_at IS NOT NULL OR used_by IS NULL", name="used"),
    )

    invitation_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    organization_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("organizations.organization_id", ondelete="CASCADE")
    )
    interview_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("interviews.interview_id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[str]
    candidate_email: Mapped[str | None]
    created_by: Mapped[str | None] = mapped_column(
        UUID_TEXT,
        ForeignKey("users.user_id", name="fk_invitations_users_created_by", ondelete="SET NULL"),
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[str | None] = mapped_column(
        UUID_TEXT,
        ForeignKey("users.user_id", name="fk_invitations_users_used_by", ondelete="SET NULL"),
    )
    revoked_at: Mapped[datetime | None]


class Consent(Base):
    """To one version of the notice, before the microphone opened."""

    __tablename__ = "consents"
    __table_args__ = (
        Index(None, "interview_id", "given_at"),
        CheckConstraint("notice_sha256 ~ '^[0-9a-f]{64}$'", name="notice_sha256"),
    )

    consent_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    interview_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("interviews.interview_id", ondelete="CASCADE")
    )
    user_id: Mapped[str | None] = mapped_column(
        UUID_TEXT, ForeignKey("users.user_id", ondelete="SET NULL")
    )
    notice_version: Mapped[str]
    notice_sha256: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(server_default=NOW)
    withdrawn_at: Mapped[datetime | None]


class Accommodation(Base):
    """Asked for by the candidate, granted by a person or by the organization's rule."""

    __tablename__ = "accommodations"
    __table_args__ = (
        Index(None, "interview_id", "requested_at"),
        CheckConstraint("extra_time_factor BETWEEN 1 AND 3", name="extra_time_factor"),
    )

    accommodation_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    interview_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("interviews.interview_id", ondelete="CASCADE")
    )
    extra_time_factor: Mapped[float] = mapped_column(server_default=sql("1"))
    text_only: Mapped[bool] = mapped_column(server_default=sql("false"))
    note: Mapped[str] = mapped_column(server_default=sql("''"))
    requested_at: Mapped[datetime] = mapped_column(server_default=NOW)
    granted_at: Mapped[datetime | None]
    granted_by: Mapped[str | None] = mapped_column(
        UUID_TEXT, ForeignKey("users.user_id", ondelete="SET NULL")
    )
    declined_at: Mapped[datetime | None]


class AuditEvent(Base):
    """Append-only, chained by hash within an organization. Holds ids, never a name, an address
    or a word that was said; so it outlives what it tells of, and refers to nothing by key."""

    __tablename__ = "audit_events"
    __table_args__ = (
        UniqueConstraint("organization_id", "sequence"),
        Index(None, "interview_id", "sequence"),
        one_of("actor_kind", get_args(ActorKind)),
        CheckConstraint("sequence >= 1", name="sequence"),
        CheckConstraint("hash ~ '^[0-9a-f]{64}$'", name="hash"),
        CheckConstraint("previous_hash ~ '^[0-9a-f]{64}$'", name="previous_hash"),
    )

    event_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    organization_id: Mapped[str] = mapped_column(UUID_TEXT)
    sequence: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None] = mapped_column(UUID_TEXT)
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str | None]
    interview_id: Mapped[str | None] = mapped_column(UUID_TEXT)
    details: Mapped[dict[str, Any]] = mapped_column(server_default=sql("'{}'"))
    previous_hash: Mapped[str]
    hash: Mapped[str]


class AuditHead(Base):
    """The newest event of an organization's chain: without it nobody could tell that the last
    ones were taken away."""

    __tablename__ = "audit_heads"
    __table_args__ = (
        CheckConstraint("sequence >= 1", name="sequence"),
        CheckConstraint("hash ~ '^[0-9a-f]{64}$'", name="hash"),
    )

    organization_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]


class DataKey(Base):
    """Encrypts one interview's payloads, streams and objects. Wrapped by a master key; destroyed
    for ever by an erasure."""

    __tablename__ = "data_keys"
    __table_args__ = (
        UniqueConstraint("interview_id"),
        CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="destroyed"),
        Index(None, "master_key_id", postgresql_where=sql("wrapped IS NOT NULL")),
    )

    key_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    interview_id: Mapped[str] = mapped_column(UUID_TEXT)
    """No foreign key: a workflow may need its key before its row is there, and an erased
    interview's key stays as the mark that it was destroyed."""
    wrapped: Mapped[bytes | None]
    master_key_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    rewrapped_at: Mapped[datetime | None]
    destroyed_at: Mapped[datetime | None]


class ErasureReceipt(Base):
    """What is left of an erased interview."""

    __tablename__ = "erasure_receipts"
    __table_args__ = (
        UniqueConstraint("interview_id"),
        Index(None, "organization_id", "requested_at"),
        # Those that are under way: a few at any time.
        Index(None, "interview_id", postgresql_where=sql("completed_at IS NULL")),
        one_of("reason", get_args(ErasureReason)),
        one_of("actor_kind", get_args(ActorKind)),
    )

    receipt_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    organization_id: Mapped[str] = mapped_column(UUID_TEXT)
    interview_id: Mapped[str] = mapped_column(UUID_TEXT)
    reason: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None] = mapped_column(UUID_TEXT)
    requested_at: Mapped[datetime] = mapped_column(server_default=NOW)
    begun_at: Mapped[datetime | None]
    """When its workflow first knew of it."""
    completed_at: Mapped[datetime | None]
    erased: Mapped[dict[str, Any]] = mapped_column(server_default=sql("'{}'"))
    """Counts by kind: rows by table, objects, bytes, keys, runs of the workflow."""


INVITATIONS = cast(Table, Invitation.__table__)
CONSENTS = cast(Table, Consent.__table__)
ACCOMMODATIONS = cast(Table, Accommodation.__table__)
AUDIT_EVENTS = cast(Table, AuditEvent.__table__)
AUDIT_HEADS = cast(Table, AuditHead.__table__)
DATA_KEYS = cast(Table, DataKey.__table__)
ERASURE_RECEIPTS = cast(Table, ErasureReceipt.__table__)
