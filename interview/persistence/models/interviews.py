"""What an interview consists of."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast, get_args

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    UniqueConstraint,
)
from sqlalchemy import (
    text as sql,
)
from sqlalchemy.orm import Mapped, mapped_column

from interview.domain.phases import Phase
from interview.persistence.models.base import NOW, UUID_TEXT, Base, one_of
from interview.persistence.vocabulary import (
    LOCAL_ORGANIZATION,
    InterviewStatus,
    Modality,
    Outcome,
    Speaker,
    TurnKind,
    TurnStatus,
)

__all__ = [
    "INTERVIEWS",
    "RECORDINGS",
    "TRANSCRIPT_CORRECTIONS",
    "TURNS",
    "UTTERANCES",
    "Interview",
    "Recording",
    "TranscriptCorrection",
    "Turn",
    "Utterance",
]


class Interview(Base):
    """One interview, and the projection of where its workflow stands."""

    __tablename__ = "interviews"
    __table_args__ = (
        one_of("status", get_args(InterviewStatus)),
        one_of("outcome", get_args(Outcome)),
        one_of("phase", Phase),
        CheckConstraint("total_turns >= 0", name="total_turns"),
        CheckConstraint(
            "(ended_at IS NOT NULL) = (status IN ('completed', 'abandoned'))"
            " AND (ended_at IS NOT NULL) = (outcome IS NOT NULL)",
            name="ended",
        ),
        CheckConstraint("NOT unclaimed OR candidate_id IS NULL", name="unclaimed"),
        CheckConstraint("plan_hash ~ '^[0-9a-f]{64}$'", name="plan_hash"),
        UniqueConstraint("workflow_id"),
        # Read backwards: lists show the newest first.
        Index(None, "created_at", "interview_id"),
        Index(None, "status", "created_at", "interview_id"),
        Index(None, "organization_id", "created_at", "interview_id"),
        Index(None, "candidate_id"),
        Index(None, "organization_id", "plan_hash"),
    )

    interview_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    organization_id: Mapped[str] = mapped_column(
        UUID_TEXT,
        ForeignKey("organizations.organization_id", ondelete="CASCADE"),
        server_default=sql(f"'{LOCAL_ORGANIZATION}'"),
    )
    """The local one, where nobody signs in."""
    candidate_id: Mapped[str | None] = mapped_column(
        UUID_TEXT,
        ForeignKey("users.user_id", name="fk_interviews_users_candidate_id", ondelete="SET NULL"),
    )
    created_by: Mapped[str | None] = mapped_column(
        UUID_TEXT,
        ForeignKey("users.user_id", name="fk_interviews_users_created_by", ondelete="SET NULL"),
    )
    unclaimed: Mapped[bool] = mapped_column(server_default=sql("false"))
    """Made by nobody who is known, and never anybody's. Users may be deleted; what was theirs does
    not become everybody's by it."""
    workflow_id: Mapped[str]
    role: Mapped[str]
    title: Mapped[str]
    language: Mapped[str]
    candidate_name: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=sql("'created'"))
    outcome: Mapped[str | None]
    phase: Mapped[str]
    question_id: Mapped[str | None]
    total_turns: Mapped[int] = mapped_column(server_default=sql("0"))
    plan: Mapped[dict[str, Any]]
    plan_hash: Mapped[str | None]
    """Of the plan that every candidate has; `plan` may hold questions for this one beside it.
    NULL: made before plans were known by it."""
    limits: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    erase_at: Mapped[datetime | None]
    """When the organization's retention ends; known once the interview has ended, or retention was
    changed before somebody began it."""


class Turn(Base):
    """An answer and its reply, or something the interviewer said by itself (`proactive`)."""

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("interview_id", "turn_number"),
        CheckConstraint("char_length(turn_id) BETWEEN 1 AND 128", name="turn_id"),
        CheckConstraint("turn_number >= 0", name="turn_number"),
        one_of("kind", get_args(TurnKind)),
        one_of("phase", Phase),
        one_of("status", get_args(TurnStatus)),
        CheckConstraint("(status = 'committed') = (committed_at IS NOT NULL)", name="committed"),
    )

    interview_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("interviews.interview_id", ondelete="CASCADE"), primary_key=True
    )
    turn_id: Mapped[str] = mapped_column(primary_key=True)
    turn_number: Mapped[int]
    kind: Mapped[str]
    phase: Mapped[str]
    question_id: Mapped[str | None]
    status: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    committed_at: Mapped[datetime | None]


class Utterance(Base):
    """What one side said in a turn. `text` is all of it, heard or not."""

    __tablename__ = "utterances"
    __table_args__ = (
        ForeignKeyConstraint(
            ["interview_id", "turn_id"],
            ["turns.interview_id", "turns.turn_id"],
            ondelete="CASCADE",
        ),
        UniqueConstraint("interview_id", "turn_id", "speaker"),
        UniqueConstraint("interview_id", "sequence"),
        one_of("speaker", get_args(Speaker)),
        one_of("modality", get_args(Modality)),
        one_of("phase", Phase),
        CheckConstraint("sequence >= 1", name="sequence"),
        CheckConstraint("text <> ''", name="text"),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        CheckConstraint("duration_ms >= 0", name="duration_ms"),
        CheckConstraint("heard_ms BETWEEN 0 AND duration_ms", name="heard_ms"),
        CheckConstraint("interrupted = (heard_ms IS NOT NULL)", name="interrupted"),
        CheckConstraint("jsonb_typeof(sentences) = 'array'", name="sentences"),
    )

    utterance_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    interview_id: Mapped[str] = mapped_column(UUID_TEXT)
    turn_id: Mapped[str]
    speaker: Mapped[str]
    sequence: Mapped[int]
    text: Mapped[str]
    confidence: Mapped[float | None]
    duration_ms: Mapped[int]
    heard_ms: Mapped[int | None]
    interrupted: Mapped[bool] = mapped_column(server_default=sql("false"))
    modality: Mapped[str]
    phase: Mapped[str]
    question_id: Mapped[str | None]
    directive: Mapped[str | None]
    provider: Mapped[str]
    sentences: Mapped[list[dict[str, Any]]] = mapped_column(server_default=sql("'[]'"))
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class Recording(Base):
    """An object in the object store. Without an utterance: an answer that held no words, or
    that no provider could transcribe."""

    __tablename__ = "recordings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["interview_id", "turn_id"],
            ["turns.interview_id", "turns.turn_id"],
            ondelete="CASCADE",
        ),
        UniqueConstraint("key"),
        UniqueConstraint("utterance_id"),
        Index(None, "interview_id", "turn_id"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("size_bytes >= 0", name="size_bytes"),
        CheckConstraint("duration_ms >= 0", name="duration_ms"),
    )

    recording_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    interview_id: Mapped[str] = mapped_column(UUID_TEXT)
    turn_id: Mapped[str]
    utterance_id: Mapped[str | None] = mapped_column(
        # The row must outlive the utterance: it is what names the object to be deleted.
        UUID_TEXT,
        ForeignKey("utterances.utterance_id", ondelete="SET NULL"),
    )
    key: Mapped[str]
    sha256: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    content_type: Mapped[str]
    duration_ms: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class TranscriptCorrection(Base):
    """An answer as it should read. What was recognized stays, and so does every correction; the
    newest one holds."""

    __tablename__ = "transcript_corrections"
    __table_args__ = (
        UniqueConstraint("utterance_id", "version"),
        CheckConstraint("sequence >= 1", name="sequence"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("text <> ''", name="text"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    interview_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("interviews.interview_id", ondelete="CASCADE"), primary_key=True
    )
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Of all corrections of the interview."""
    utterance_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("utterances.utterance_id", ondelete="CASCADE")
    )
    version: Mapped[int]
    text: Mapped[str]
    reason: Mapped[str]
    corrected_by: Mapped[str | None] = mapped_column(
        UUID_TEXT,
        ForeignKey(
            "users.user_id",
            name="fk_transcript_corrections_users_corrected_by",
            ondelete="SET NULL",
        ),
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


INTERVIEWS = cast(Table, Interview.__table__)
TURNS = cast(Table, Turn.__table__)
UTTERANCES = cast(Table, Utterance.__table__)
RECORDINGS = cast(Table, Recording.__table__)
TRANSCRIPT_CORRECTIONS = cast(Table, TranscriptCorrection.__table__)
