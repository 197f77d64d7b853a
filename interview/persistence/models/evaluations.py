"""How interviews were scored."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast, get_args

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Table
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from interview.persistence.models.base import NOW, UUID_TEXT, Base, one_of
from interview.persistence.vocabulary import (
    EvaluationKind,
    EvaluationReason,
    EvaluationState,
    ScoreReason,
)

__all__ = ["COMPETENCY_SCORES", "EVALUATIONS", "EVALUATION_SAMPLES"]


class Evaluation(Base):
    """Of one interview, by one rubric and one prompt."""

    __tablename__ = "evaluations"
    __table_args__ = (
        one_of("state", get_args(EvaluationState)),
        one_of("reason", get_args(EvaluationReason)),
        # Those that are at it: a few at any time.
        Index(
            "ix_evaluations_running",
            "interview_id",
            postgresql_where=sql("state = 'running'"),
        ),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("(state = 'unscored') = (reason IS NOT NULL)", name="reasoned"),
        CheckConstraint("(state = 'running') = (finished_at IS NULL)", name="finished"),
        CheckConstraint("rubric_hash ~ '^[0-9a-f]{64}$'", name="rubric_hash"),
        CheckConstraint("plan_hash ~ '^[0-9a-f]{64}$'", name="plan_hash"),
        CheckConstraint("transcript_sha256 ~ '^[0-9a-f]{64}$'", name="transcript_sha256"),
        CheckConstraint("samples BETWEEN 1 AND 9", name="samples"),
        one_of("kind", get_args(EvaluationKind)),
        CheckConstraint("(kind = 'anew') = (based_on IS NULL)", name="based_on"),
        CheckConstraint("corrections >= 0", name="corrections"),
    )

    interview_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("interviews.interview_id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(server_default=sql("'running'"))
    reason: Mapped[str | None]
    rubric_hash: Mapped[str | None]
    plan_hash: Mapped[str | None]
    prompt: Mapped[str | None]
    transcript_sha256: Mapped[str | None]
    kind: Mapped[str] = mapped_column(server_default=sql("'anew'"))
    based_on: Mapped[int | None]
    """The evaluation that it is compared with, or whose scores it takes over."""
    corrections: Mapped[int] = mapped_column(server_default=sql("0"))
    """It goes by the transcript as the first so many corrections left it."""
    model: Mapped[str | None]
    """That alone is asked, as `provider/model`. NULL: whoever is configured, in that order."""
    samples: Mapped[int]
    """Scorers of each competency."""
    requested_by: Mapped[str | None] = mapped_column(
        UUID_TEXT,
        ForeignKey("users.user_id", name="fk_evaluations_users_requested_by", ondelete="SET NULL"),
    )
    """NULL: the interview's end."""
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    finished_at: Mapped[datetime | None]


class EvaluationSample(Base):
    """What one scorer answered, its quotes verified."""

    __tablename__ = "evaluation_samples"
    __table_args__ = (
        ForeignKeyConstraint(
            ["interview_id", "number"],
            ["evaluations.interview_id", "evaluations.number"],
            ondelete="CASCADE",
        ),
        CheckConstraint("input_tokens >= 0 AND output_tokens >= 0", name="tokens"),
        CheckConstraint("duration_ms >= 0", name="duration_ms"),
    )

    interview_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    competency_id: Mapped[str] = mapped_column(primary_key=True)
    sample: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    shows_suspicious: Mapped[bool] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    provider: Mapped[str]
    prompt: Mapped[str]
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    duration_ms: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class CompetencyScore(Base):
    """The verdict on one competency, from its samples."""

    __tablename__ = "competency_scores"
    __table_args__ = (
        ForeignKeyConstraint(
            ["interview_id", "number"],
            ["evaluations.interview_id", "evaluations.number"],
            ondelete="CASCADE",
        ),
        one_of("unscored", get_args(ScoreReason)),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        CheckConstraint("(score IS NULL) = (unscored IS NOT NULL)", name="scored"),
        CheckConstraint("score IS NULL OR jsonb_array_length(evidence) > 0", name="shown"),
        CheckConstraint("jsonb_typeof(human) = 'array'", name="human"),
    )

    interview_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    competency_id: Mapped[str] = mapped_column(primary_key=True)
    score: Mapped[float | None]
    unscored: Mapped[str | None]
    spread: Mapped[int]
    samples: Mapped[int]
    human: Mapped[list[str]] = mapped_column(JSONB())
    """Why a person has to look."""
    evidence: Mapped[list[dict[str, Any]]]
    reason: Mapped[str]
    taken_from: Mapped[int | None]
    """The evaluation of the same interview that scored it; its samples are there."""


EVALUATIONS = cast(Table, Evaluation.__table__)
EVALUATION_SAMPLES = cast(Table, EvaluationSample.__table__)
COMPETENCY_SCORES = cast(Table, CompetencyScore.__table__)
