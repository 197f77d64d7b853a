"""An organization's roles, the versions of their plans, and what was proposed for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast, get_args

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from interview.documents.results import DocumentFormat
from interview.persistence.models.base import NOW, UUID_TEXT, Base, one_of
from interview.persistence.vocabulary import PlanSource, PlanState, ProposalState

__all__ = [
    "PLAN_PROPOSALS",
    "PLAN_VERSIONS",
    "PROPOSAL_STEPS",
    "ROLES",
    "RUBRICS",
    "TAILORINGS",
]


class Role(Base):
    """What an organization interviews for. Holds nothing of any candidate."""

    __tablename__ = "roles"
    __table_args__ = (
        # What is of a role is of its organization.
        UniqueConstraint("organization_id", "role_id"),
        Index(None, "organization_id", "created_at", "role_id"),
        CheckConstraint("char_length(title) BETWEEN 1 AND 120", name="title"),
        one_of("job_format", get_args(DocumentFormat)),
        CheckConstraint("jsonb_typeof(job_hidden) = 'array'", name="job_hidden"),
    )

    role_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    organization_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("organizations.organization_id", ondelete="CASCADE")
    )
    title: Mapped[str]
    job_description: Mapped[str] = mapped_column(server_default=sql("''"))
    """What a reader of it sees."""
    job_format: Mapped[str | None]
    """Of the file that it came in; NULL: it was written."""
    job_hidden: Mapped[list[dict[str, Any]]] = mapped_column(server_default=sql("'[]'"))
    """Why and where something is hidden; never what."""
    created_by: Mapped[str | None] = mapped_column(
        UUID_TEXT,
        ForeignKey("users.user_id", name="fk_roles_users_created_by", ondelete="SET NULL"),
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)
    archived_at: Mapped[datetime | None]


class Rubric(Base):
    """By its hash. Never changes: a trigger sees to that."""

    __tablename__ = "rubrics"
    __table_args__ = (CheckConstraint("rubric_hash ~ '^[0-9a-f]{64}$'", name="rubric_hash"),)

    organization_id: Mapped[str] = mapped_column(
        UUID_TEXT,
        ForeignKey("organizations.organization_id", ondelete="CASCADE"),
        primary_key=True,
    )
    rubric_hash: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class PlanVersion(Base):
    """One version of a role's plan. Once it is approved it never changes: a trigger sees to that,
    and to it that it stays as long as its organization."""

    __tablename__ = "plan_versions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "role_id"],
            ["roles.organization_id", "roles.role_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["organization_id", "rubric_hash"],
            ["rubrics.organization_id", "rubrics.rubric_hash"],
        ),
        UniqueConstraint("role_id", "number"),
        Index(None, "organization_id", "plan_hash"),
        Index("ix_plan_versions_draft", "role_id", unique=True, postgresql_where="state = 'draft'"),
        one_of("state", get_args(PlanState)),
        one_of("source", get_args(PlanSource)),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("revision >= 1", name="revision"),
        CheckConstraint("plan_hash ~ '^[0-9a-f]{64}$'", name="plan_hash"),
        CheckConstraint("jsonb_typeof(locked) = 'array'", name="locked"),
        CheckConstraint(
            "(state = 'approved') = (approved_at IS NOT NULL)"
            " AND (state = 'approved' AND rubric IS NOT NULL) = (rubric_hash IS NOT NULL)",
            name="approved",
        ),
    )

    plan_version_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    organization_id: Mapped[str] = mapped_column(UUID_TEXT)
    role_id: Mapped[str] = mapped_column(UUID_TEXT)
    number: Mapped[int]
    state: Mapped[str]
    revision: Mapped[int] = mapped_column(server_default=sql("1"))
    """Of a draft: counts what was saved, so that nobody overwrites what they have not seen."""
    plan: Mapped[dict[str, Any]]
    rubric: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    plan_hash: Mapped[str]
    rubric_hash: Mapped[str | None]
    """Once it is approved, when the rubric is kept by it."""
    locked: Mapped[list[str]] = mapped_column(JSONB(), server_default=sql("'[]'"))
    """Ids of questions that no proposal changes."""
    source: Mapped[str]
    based_on: Mapped[str | None]
    """The built-in role that it began as."""
    created_by: Mapped[str | None] = mapped_column(
        UUID_TEXT,
        ForeignKey("users.user_id", name="fk_plan_versions_users_created_by", ondelete="SET NULL"),
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)
    approved_by: Mapped[str | None] = mapped_column(
        UUID_TEXT,
        ForeignKey("users.user_id", name="fk_plan_versions_users_approved_by", ondelete="SET NULL"),
    )
    approved_at: Mapped[datetime | None]


class PlanProposal(Base):
    """A run of the planning workflow for a role."""

    __tablename__ = "plan_proposals"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "role_id"],
            ["roles.organization_id", "roles.role_id"],
            ondelete="CASCADE",
        ),
        Index(None, "role_id", "created_at"),
        Index(
            "ix_plan_proposals_running",
            "role_id",
            unique=True,
            postgresql_where="state = 'running'",
        ),
        one_of("state", get_args(ProposalState)),
        one_of("source", get_args(PlanSource)),
        CheckConstraint("minutes BETWEEN 10 AND 120", name="minutes"),
        CheckConstraint("(state = 'failed') = (reason IS NOT NULL)", name="failed"),
        CheckConstraint("(state = 'ready') = (source IS NOT NULL)", name="ready"),
        CheckConstraint("(state = 'running') = (finished_at IS NULL)", name="running"),
    )

    proposal_id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True)
    organization_id: Mapped[str] = mapped_column(UUID_TEXT)
    role_id: Mapped[str] = mapped_column(UUID_TEXT)
    state: Mapped[str]
    reason: Mapped[str | None]
    """The code of the error that it failed by."""
    minutes: Mapped[int]
    run: Mapped[int] = mapped_column(server_default=sql("1"))
    """Counts how often it was tried."""
    draft_revision: Mapped[int | None]
    """Of the draft that it goes out from; NULL: there was none."""
    source: Mapped[str | None]
    based_on: Mapped[str | None]
    plan_version_id: Mapped[str | None] = mapped_column(UUID_TEXT)
    """The draft that it became."""
    created_by: Mapped[str | None] = mapped_column(
        UUID_TEXT,
        ForeignKey("users.user_id", name="fk_plan_proposals_users_created_by", ondelete="SET NULL"),
    )
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    finished_at: Mapped[datetime | None]


class ProposalStep(Base):
    """What a model answered. It is not asked again."""

    __tablename__ = "proposal_steps"

    proposal_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("plan_proposals.proposal_id", ondelete="CASCADE"), primary_key=True
    )
    step: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    provider: Mapped[str]
    prompt: Mapped[str]
    """Version and hash of its file."""
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class Tailoring(Base):
    """Probes for one candidate, from their résumé. They are the interview's, and go with it."""

    __tablename__ = "tailorings"
    __table_args__ = (
        # Those that are at it: a few at any time.
        Index(
            "ix_tailorings_running",
            "interview_id",
            postgresql_where=sql("state = 'running'"),
        ),
        one_of("state", get_args(ProposalState)),
        CheckConstraint("(state = 'failed') = (reason IS NOT NULL)", name="failed"),
        CheckConstraint("(state = 'running') = (finished_at IS NULL)", name="running"),
        CheckConstraint("jsonb_typeof(probes) = 'array'", name="probes"),
        CheckConstraint("fitted_at IS NULL OR fitted_from IS NOT NULL", name="fitted"),
    )

    interview_id: Mapped[str] = mapped_column(
        UUID_TEXT, ForeignKey("interviews.interview_id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[str]
    reason: Mapped[str | None]
    run: Mapped[int] = mapped_column(server_default=sql("1"))
    revision: Mapped[int] = mapped_column(server_default=sql("1"))
    document_id: Mapped[str] = mapped_column(UUID_TEXT)
    """The résumé that they are from."""
    probes: Mapped[list[dict[str, Any]]] = mapped_column(server_default=sql("'[]'"))
    fitted_at: Mapped[datetime | None]
    """When a person had them fitted into the interview's plan; NULL: these are proposed, and those
    of before are still in it."""
    fitted_from: Mapped[str | None] = mapped_column(UUID_TEXT)
    """The résumé that those in the plan are from."""
    provider: Mapped[str] = mapped_column(server_default=sql("''"))
    prompt: Mapped[str] = mapped_column(server_default=sql("''"))
    input_tokens: Mapped[int] = mapped_column(server_default=sql("0"))
    output_tokens: Mapped[int] = mapped_column(server_default=sql("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    finished_at: Mapped[datetime | None]


ROLES = cast(Table, Role.__table__)
RUBRICS = cast(Table, Rubric.__table__)
PLAN_VERSIONS = cast(Table, PlanVersion.__table__)
PLAN_PROPOSALS = cast(Table, PlanProposal.__table__)
PROPOSAL_STEPS = cast(Table, ProposalStep.__table__)
TAILORINGS = cast(Table, Tailoring.__table__)
