"""What the tables of accounts hold, as it comes out of them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from interview.persistence.vocabulary import ApiScope, SignInMethod, UserRole

__all__ = ["ApiKeyRow", "PresentedToken", "SessionRow", "UserRow"]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class UserRow(_Row):
    """`email` is None of candidates alone."""

    user_id: str
    organization_id: str
    organization_name: str
    role: UserRole
    email: str | None = Field(repr=False)
    name: str = Field(repr=False)
    password_hash: str | None = Field(repr=False)
    address_proved_at: datetime | None
    disabled_at: datetime | None
    created_at: datetime


class SessionRow(_Row):
    session_id: str
    user_id: str
    method: SignInMethod
    device: str
    interview_id: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class PresentedToken(_Row):
    """A refresh token and what it belongs to, while its session is locked."""

    used_s: float | None
    """Seconds since it was first used."""
    is_expired: bool


class ApiKeyRow(_Row):
    key_id: str
    name: str
    scopes: list[ApiScope]
    created_by: str | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
