"""What candidates write on their pads, and what came of running it. Both are sealed."""

from __future__ import annotations

from datetime import datetime
from typing import cast, get_args

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview.domain.code_runs import LANGUAGES
from interview.domain.coding import CodeOutcome
from interview.persistence.models.base import NOW, UUID_TEXT, Base, one_of

__all__ = ["CODE_RUNS", "CODE_SNAPSHOTS"]


class CodeSnapshot(Base):
    """A whole pad at one moment: the newest is what is on it."""

    __tablename__ = "code_snapshots"
    __table_args__ = (
        UniqueConstraint("interview_id", "question_id", "revision"),
        one_of("language", LANGUAGES),
        CheckConstraint("revision >= 1", name="revision"),
        CheckConstraint("size_bytes >= 0", name="size_bytes"),
    )

    snapshot_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    interview_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("interviews.interview_id", ondelete="CASCADE")
    )
    question_id: Mapped[str]
    revision: Mapped[int]
    language: Mapped[str]
    size_bytes: Mapped[int]
    """Of the text."""
    content: Mapped[bytes]
    key_id: Mapped[str | None]
    """Of the interview's key, which it is sealed with; NULL: `ENCRYPTION` was off."""
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class CodeRun(Base):
    """A snapshot that was run. `verdict` is NULL while it is."""

    __tablename__ = "code_runs"
    __table_args__ = (
        Index(None, "interview_id", "question_id", "created_at"),
        one_of("verdict", get_args(CodeOutcome)),
        CheckConstraint(
            "(verdict IS NULL) = (finished_at IS NULL) AND (verdict IS NULL) = (report IS NULL)",
            name="finished",
        ),
        CheckConstraint("char_length(run_id) BETWEEN 1 AND 128", name="run_id"),
    )

    interview_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("interviews.interview_id", ondelete="CASCADE"), primary_key=True
    )
    run_id: Mapped[str] = mapped_column(primary_key=True)
    """The client's, as turn ids are."""
    question_id: Mapped[str]
    revision: Mapped[int]
    tests: Mapped[bool]
    """Against the task's tests, and not by itself."""
    input: Mapped[bytes | None]
    """What the candidate gave it to read."""
    verdict: Mapped[str | None]
    report: Mapped[bytes | None]
    key_id: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    finished_at: Mapped[datetime | None]


CODE_SNAPSHOTS = cast(Table, CodeSnapshot.__table__)
CODE_RUNS = cast(Table, CodeRun.__table__)
