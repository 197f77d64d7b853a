"""Whoever asks for something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from interview.persistence.vocabulary import LOCAL_ORGANIZATION, UserRole

__all__ = ["ANONYMOUS", "Principal"]


@dataclass(frozen=True, slots=True)
class Principal:
    """Made once a request or connection, from what it proved. Ids are UUIDs.

    `role` is None of an API key, which has `scopes` instead, and of the anonymous.
    """

    kind: Literal["anonymous", "user", "api_key"]
    organization_id: str
    role: UserRole | None = None
    user_id: str | None = None
    session_id: str | None = None
    """Of the device that signed in."""
    interview_id: str | None = None
    """A candidate's session is for this interview alone."""
    key_id: str | None = None
    scopes: frozenset[str] = frozenset()


ANONYMOUS = Principal("anonymous", LOCAL_ORGANIZATION)
