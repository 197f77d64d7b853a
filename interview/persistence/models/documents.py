"""Résumés and job descriptions: files and their words are in the object store, sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast, get_args

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Table,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from interview.documents.results import DocumentFormat
from interview.persistence.models.base import NOW, UUID_TEXT, Base, one_of
from interview.persistence.vocabulary import DocumentKind, DocumentStatus

__all__ = ["DOCUMENTS"]


class Document(Base):
    """One file of an interview. Of one that was refused nothing is kept but that it was."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("interview_id", "kind", "sha256"),
        UniqueConstraint("key"),
        Index(None, "interview_id", "created_at"),
        one_of("kind", get_args(DocumentKind)),
        one_of("status", get_args(DocumentStatus)),
        one_of("format", get_args(DocumentFormat)),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("size_bytes >= 0", name="size_bytes"),
        CheckConstraint("jsonb_typeof(hidden) = 'array'", name="hidden"),
        CheckConstraint(
            "(status = 'refused') = (error_code IS NOT NULL)"
            " AND (status = 'ready') = (key IS NOT NULL)"
            " AND (status = 'ready') = (text_key IS NOT NULL)"
            " AND (status = 'ready') = (format IS NOT NULL)",
            name="ready",
        ),
    )

    document_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    organization_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("organizations.organization_id", ondelete="CASCADE")
    )
    interview_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("interviews.interview_id", ondelete="CASCADE")
    )
    kind: Mapped[str]
    status: Mapped[str]
    error_code: Mapped[str | None]
    sha256: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    format: Mapped[str | None]
    """By its first bytes."""
    key: Mapped[str | None]
    text_key: Mapped[str | None]
    """Objects: the file, and what it says and hides as JSON."""
    pages: Mapped[int | None]
    characters: Mapped[int] = mapped_column(server_default=sql("0"))
    hidden: Mapped[list[dict[str, Any]]] = mapped_column(server_default=sql("'[]'"))
    """Why and where something is hidden; never what."""
    hidden_omitted: Mapped[int] = mapped_column(server_default=sql("0"))
    created_by: Mapped[str | None] = mapped_column(
        UUID_TEXT,
        ForeignKey("users.user_id", name="fk_documents_users_created_by", ondelete="SET NULL"),
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


DOCUMENTS = cast(Table, Document.__table__)
