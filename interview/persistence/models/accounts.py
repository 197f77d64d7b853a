"""Who may come in: organizations, their people, and what they sign in with.

Secrets are kept as SHA-256 of what was given out (`*_hash`), passwords as argon2id.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast, get_args

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from interview.persistence.models.base import NOW, UUID_TEXT, Base, one_of
from interview.persistence.vocabulary import SignInMethod, UserRole

__all__ = [
    "API_KEYS",
    "AUTH_SESSIONS",
    "IDENTITIES",
    "ORGANIZATIONS",
    "PASSWORD_RESETS",
    "REFRESH_TOKENS",
    "USERS",
]


class Organization(Base):
    __tablename__ = "organizations"
    __table_args__ = (
        CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name"),
        CheckConstraint("retention_days BETWEEN 1 AND 3650", name="retention_days"),
        # Those that are at it: a few at any time.
        Index(
            "ix_organizations_retimed_to",
            "organization_id",
            postgresql_where=sql("retimed_to IS NOT NULL"),
        ),
    )

    organization_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    name: Mapped[str]
    retention_days: Mapped[int | None]
    """How long an ended interview is kept; NULL: until it is erased by hand."""
    retimed_to: Mapped[str | None]
    """Since those days were changed: the last interview that has them, by id. NULL: all have."""
    blind_review: Mapped[bool] = mapped_column(server_default=sql("true"))
    """Nobody sees the scores of an interview before they have handed in their own rating."""
    candidate_feedback: Mapped[bool] = mapped_column(server_default=sql("false"))
    """Candidates may read what they could tell better."""
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class User(Base):
    """A candidate who came by invitation may have neither address nor password."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("email"),
        Index(None, "organization_id", "created_at"),
        one_of("role", get_args(UserRole)),
        CheckConstraint("email = lower(email) AND email <> ''", name="email"),
        CheckConstraint("role = 'candidate' OR email IS NOT NULL", name="reachable"),
    )

    user_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    organization_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("organizations.organization_id", ondelete="CASCADE")
    )
    role: Mapped[str]
    email: Mapped[str | None]
    name: Mapped[str] = mapped_column(server_default=sql("''"))
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[datetime | None]
    address_proved_at: Mapped[datetime | None]
    """When whoever goes by it had opened a link mailed to it, or an OpenID provider vouched."""
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)


class Identity(Base):
    """A user at an OpenID provider."""

    __tablename__ = "identities"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("users.user_id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class AuthSession(Base):
    """One device that is signed in: the family of its refresh tokens."""

    __tablename__ = "auth_sessions"
    __table_args__ = (
        Index(None, "user_id", "created_at"),
        one_of("method", get_args(SignInMethod)),
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked"),
    )

    session_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    user_id: Mapped[str] = mapped_column(UUID_TEXT, ForeignKey("users.user_id", ondelete="CASCADE"))
    method: Mapped[str]
    device: Mapped[str] = mapped_column(server_default=sql("''"))
    """Browser and system in a few words, for the list of devices."""
    interview_id: Mapped[str | None] = mapped_column(
        UUID_TEXT, ForeignKey("interviews.interview_id", ondelete="CASCADE"), index=True
    )
    """Of an invitation: the one interview this session is for."""
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    last_seen_at: Mapped[datetime] = mapped_column(server_default=NOW)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]


class RefreshToken(Base):
    """Rotated at each use."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (CheckConstraint("token_hash ~ '^[0-9a-f]{64}$'", name="token_hash"),)

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("auth_sessions.session_id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiKey(Base):
    """Of an integration; it acts for its organization, within its scopes."""

    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("secret_hash"),
        Index(None, "organization_id", "created_at"),
        CheckConstraint("secret_hash ~ '^[0-9a-f]{64}$'", name="secret_hash"),
        CheckConstraint("jsonb_typeof(scopes) = 'array'", name="scopes"),
    )

    key_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    organization_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("organizations.organization_id", ondelete="CASCADE")
    )
    name: Mapped[str]
    secret_hash: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(JSONB())
    created_by: Mapped[str | None] = mapped_column(
        UUID_TEXT, ForeignKey("users.user_id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class PasswordReset(Base):
    __tablename__ = "password_resets"
    __table_args__ = (CheckConstraint("token_hash ~ '^[0-9a-f]{64}$'", name="token_hash"),)

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("users.user_id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


ORGANIZATIONS = cast(Table, Organization.__table__)
USERS = cast(Table, User.__table__)
IDENTITIES = cast(Table, Identity.__table__)
AUTH_SESSIONS = cast(Table, AuthSession.__table__)
REFRESH_TOKENS = cast(Table, RefreshToken.__table__)
API_KEYS = cast(Table, ApiKey.__table__)
PASSWORD_RESETS = cast(Table, PasswordReset.__table__)
