"""Roles of organizations, the versions of their plans, and which of them an interview has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

# Who approved or made it may be deleted, and its organization; nothing else happens to it.
_KEEP_APPROVED = """
CREATE FUNCTION keep_approved_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'approved' THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'DELETE' THEN
    IF NOT EXISTS (SELECT FROM organizations WHERE organization_id = OLD.organization_id) THEN
      RETURN OLD;
    END IF;
  ELSIF to_jsonb(NEW) - 'approved_by' - 'created_by'
      = to_jsonb(OLD) - 'approved_by' - 'created_by'
    AND (NEW.approved_by IS NULL OR NEW.approved_by = OLD.approved_by)
    AND (NEW.created_by IS NULL OR NEW.created_by = OLD.created_by)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'an approved plan never changes' USING ERRCODE = 'restrict_violation';
END $$
"""
_APPROVED_STAYS = """
CREATE TRIGGER approved_stays BEFORE UPDATE OR DELETE ON plan_versions
  FOR EACH ROW EXECUTE FUNCTION keep_approved_plan()
"""
_KEEP_RUBRIC = """
CREATE FUNCTION keep_rubric() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND NOT EXISTS
    (SELECT FROM organizations WHERE organization_id = OLD.organization_id)
  THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'a rubric never changes' USING ERRCODE = 'restrict_violation';
END $$
"""
_RUBRIC_STAYS = """
CREATE TRIGGER rubric_stays BEFORE UPDATE OR DELETE ON rubrics
  FOR EACH ROW EXECUTE FUNCTION keep_rubric()
"""

_JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.create_table(
        "roles",
        sa.Column("role_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("job_description", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("job_format", sa.Text(), nullable=True),
        sa.Column("job_hidden", _JSON, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("created_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "job_format IN ('pdf', 'docx', 'text')", name=op.f("ck_roles_job_format")
        ),
        sa.CheckConstraint("jsonb_typeof(job_hidden) = 'array'", name=op.f("ck_roles_job_hidden")),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 120", name=op.f("ck_roles_title")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.user_id"], name="fk_roles_users_created_by", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_roles_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("role_id", name=op.f("pk_roles")),
        sa.UniqueConstraint(
            "organization_id", "role_id", name=op.f("uq_roles_organization_id_role_id")
        ),
    )
    op.create_index(
        op.f("ix_roles_organization_id_created_at_role_id"),
        "roles",
        ["organization_id", "created_at", "role_id"],
        unique=False,
    )
    op.create_table(
        "rubrics",
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("rubric_hash", sa.Text(), nullable=False),
        sa.Column("content", _JSON, nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("rubric_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_rubrics_rubric_hash")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_rubrics_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "rubric_hash", name=op.f("pk_rubrics")),
    )
    op.create_table(
        "plan_versions",
        sa.Column("plan_version_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("role_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("plan", _JSON, nullable=False),
        sa.Column("rubric", _JSON, nullable=True),
        sa.Column("plan_hash", sa.Text(), nullable=False),
        sa.Column("rubric_hash", sa.Text(), nullable=True),
        sa.Column("locked", _JSON, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("based_on", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("approved_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'approved') = (approved_at IS NOT NULL) AND (state = 'approved' AND rubric IS NOT NULL) = (rubric_hash IS NOT NULL)",
            name=op.f("ck_plan_versions_approved"),
        ),
        sa.CheckConstraint("jsonb_typeof(locked) = 'array'", name=op.f("ck_plan_versions_locked")),
        sa.CheckConstraint("plan_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_plan_versions_plan_hash")),
        sa.CheckConstraint(
            "source IN ('person', 'builtin', 'model')", name=op.f("ck_plan_versions_source")
        ),
        sa.CheckConstraint("state IN ('draft', 'approved')", name=op.f("ck_plan_versions_state")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_plan_versions_number")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_plan_versions_revision")),
        sa.ForeignKeyConstraint(
            ["approved_by"],
            ["users.user_id"],
            name="fk_plan_versions_users_approved_by",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["users.user_id"],
            name="fk_plan_versions_users_created_by",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "role_id"],
            ["roles.organization_id", "roles.role_id"],
            name=op.f("fk_plan_versions_roles"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "rubric_hash"],
            ["rubrics.organization_id", "rubrics.rubric_hash"],
            name=op.f("fk_plan_versions_rubrics"),
        ),
        sa.PrimaryKeyConstraint("plan_version_id", name=op.f("pk_plan_versions")),
        sa.UniqueConstraint("role_id", "number", name=op.f("uq_plan_versions_role_id_number")),
    )
    op.create_index(
        "ix_plan_versions_draft",
        "plan_versions",
        ["role_id"],
        unique=True,
        postgresql_where="state = 'draft'",
    )
    op.create_index(
        op.f("ix_plan_versions_organization_id_plan_hash"),
        "plan_versions",
        ["organization_id", "plan_hash"],
        unique=False,
    )
    op.create_table(
        "plan_proposals",
        sa.Column("proposal_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("role_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("draft_revision", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("based_on", sa.Text(), nullable=True),
        sa.Column("plan_version_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("created_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'failed') = (reason IS NOT NULL)", name=op.f("ck_plan_proposals_failed")
        ),
        sa.CheckConstraint(
            "(state = 'ready') = (source IS NOT NULL)", name=op.f("ck_plan_proposals_ready")
        ),
        sa.CheckConstraint(
            "(state = 'running') = (finished_at IS NULL)", name=op.f("ck_plan_proposals_running")
        ),
        sa.CheckConstraint(
            "source IN ('person', 'builtin', 'model')", name=op.f("ck_plan_proposals_source")
        ),
        sa.CheckConstraint(
            "state IN ('running', 'ready', 'failed')", name=op.f("ck_plan_proposals_state")
        ),
        sa.CheckConstraint("minutes BETWEEN 10 AND 120", name=op.f("ck_plan_proposals_minutes")),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["users.user_id"],
            name="fk_plan_proposals_users_created_by",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "role_id"],
            ["roles.organization_id", "roles.role_id"],
            name=op.f("fk_plan_proposals_roles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_plan_proposals")),
    )
    op.create_index(
        op.f("ix_plan_proposals_role_id_created_at"),
        "plan_proposals",
        ["role_id", "created_at"],
        unique=False,
    )
    op.create_index(
        "ix_plan_proposals_running",
        "plan_proposals",
        ["role_id"],
        unique=True,
        postgresql_where="state = 'running'",
    )
    op.create_table(
        "proposal_steps",
        sa.Column("proposal_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("content", _JSON, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["plan_proposals.proposal_id"],
            name=op.f("fk_proposal_steps_plan_proposals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("proposal_id", "step", name=op.f("pk_proposal_steps")),
    )
    op.create_table(
        "tailorings",
        sa.Column("interview_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("run", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("document_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("probes", _JSON, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("provider", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("prompt", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("input_tokens", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("output_tokens", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'failed') = (reason IS NOT NULL)", name=op.f("ck_tailorings_failed")
        ),
        sa.CheckConstraint(
            "(state = 'running') = (finished_at IS NULL)", name=op.f("ck_tailorings_running")
        ),
        sa.CheckConstraint("jsonb_typeof(probes) = 'array'", name=op.f("ck_tailorings_probes")),
        sa.CheckConstraint(
            "state IN ('running', 'ready', 'failed')", name=op.f("ck_tailorings_state")
        ),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.interview_id"],
            name=op.f("fk_tailorings_interviews"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("interview_id", name=op.f("pk_tailorings")),
    )
    op.add_column("interviews", sa.Column("plan_hash", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_interviews_plan_hash"), "interviews", "plan_hash ~ '^[0-9a-f]{64}$'"
    )
    op.execute(_KEEP_APPROVED)
    op.execute(_APPROVED_STAYS)
    op.execute(_KEEP_RUBRIC)
    op.execute(_RUBRIC_STAYS)


def downgrade() -> None:
    """Interviews keep the plans they were made with."""
    op.drop_table("tailorings")
    op.drop_table("proposal_steps")
    op.drop_table("plan_proposals")
    op.drop_table("plan_versions")
    op.drop_table("rubrics")
    op.drop_table("roles")
    op.drop_constraint(op.f("ck_interviews_plan_hash"), "interviews", type_="check")
    op.drop_column("interviews", "plan_hash")
    op.execute("DROP FUNCTION keep_approved_plan()")
    op.execute("DROP FUNCTION keep_rubric()")
