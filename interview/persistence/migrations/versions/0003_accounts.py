"""Organizations, their people, what candidates were promised, and the trail of all of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from interview.errors import ConfigError

revision = "0003"
down_revision = "0002"

LOCAL_ORGANIZATION = "00000000-0000-4000-8000-000000000001"

_REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'restrict_violation';
END $$
"""
_APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("event_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=True),
        sa.Column("interview_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column(
            "details",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('user', 'api_key', 'system', 'anonymous')",
            name=op.f("ck_audit_events_actor_kind"),
        ),
        sa.CheckConstraint("hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_audit_events_hash")),
        sa.CheckConstraint(
            "previous_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_audit_events_previous_hash")
        ),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_audit_events_sequence")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_events")),
        sa.UniqueConstraint(
            "organization_id", "sequence", name=op.f("uq_audit_events_organization_id_sequence")
        ),
    )
    op.create_index(
        op.f("ix_audit_events_interview_id_sequence"),
        "audit_events",
        ["interview_id", "sequence"],
        unique=False,
    )
    op.create_table(
        "audit_heads",
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_audit_heads_hash")),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_audit_heads_sequence")),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "data_keys",
        sa.Column("key_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("interview_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("master_key_id", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("rewrapped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name=op.f("ck_data_keys_destroyed")
        ),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_data_keys")),
        sa.UniqueConstraint("interview_id", name=op.f("uq_data_keys_interview_id")),
    )
    op.create_index(
        op.f("ix_data_keys_master_key_id"),
        "data_keys",
        ["master_key_id"],
        postgresql_where=sa.text("wrapped IS NOT NULL"),
    )
    op.create_table(
        "erasure_receipts",
        sa.Column("receipt_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("interview_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column(
            "requested_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "erased",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "actor_kind IN ('user', 'api_key', 'system', 'anonymous')",
            name=op.f("ck_erasure_receipts_actor_kind"),
        ),
        sa.CheckConstraint(
            "reason IN ('request', 'retention', 'withdrawal')",
            name=op.f("ck_erasure_receipts_reason"),
        ),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_erasure_receipts")),
        sa.UniqueConstraint("interview_id", name=op.f("uq_erasure_receipts_interview_id")),
    )
    op.create_index(
        op.f("ix_erasure_receipts_organization_id_requested_at"),
        "erasure_receipts",
        ["organization_id", "requested_at"],
        unique=False,
    )
    op.create_table(
        "organizations",
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "char_length(name) BETWEEN 1 AND 200", name=op.f("ck_organizations_name")
        ),
        sa.CheckConstraint(
            "retention_days BETWEEN 1 AND 3650", name=op.f("ck_organizations_retention_days")
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_organizations")),
    )
    op.create_table(
        "users",
        sa.Column("user_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.CheckConstraint("email = lower(email) AND email <> ''", name=op.f("ck_users_email")),
        sa.CheckConstraint(
            "role = 'candidate' OR email IS NOT NULL", name=op.f("ck_users_reachable")
        ),
        sa.CheckConstraint(
            "role IN ('candidate', 'recruiter', 'admin')", name=op.f("ck_users_role")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_users_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_index(
        op.f("ix_users_organization_id_created_at"),
        "users",
        ["organization_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("jsonb_typeof(scopes) = 'array'", name=op.f("ck_api_keys_scopes")),
        sa.CheckConstraint("secret_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_api_keys_secret_hash")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.user_id"], name=op.f("fk_api_keys_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_api_keys_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_keys_secret_hash")),
    )
    op.create_index(
        op.f("ix_api_keys_organization_id_created_at"),
        "api_keys",
        ["organization_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_identities_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identities")),
    )
    op.create_index(op.f("ix_identities_user_id"), "identities", ["user_id"], unique=False)
    op.create_table(
        "password_resets",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "token_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_password_resets_token_hash")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.user_id"],
            name=op.f("fk_password_resets_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_password_resets")),
    )
    op.create_index(
        op.f("ix_password_resets_user_id"), "password_resets", ["user_id"], unique=False
    )
    op.create_table(
        "accommodations",
        sa.Column("accommodation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("interview_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("extra_time_factor", sa.Float(53), server_default=sa.text("1"), nullable=False),
        sa.Column("text_only", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "requested_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "extra_time_factor BETWEEN 1 AND 3", name=op.f("ck_accommodations_extra_time_factor")
        ),
        sa.ForeignKeyConstraint(
            ["granted_by"],
            ["users.user_id"],
            name=op.f("fk_accommodations_users"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.interview_id"],
            name=op.f("fk_accommodations_interviews"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("accommodation_id", name=op.f("pk_accommodations")),
    )
    op.create_index(
        op.f("ix_accommodations_interview_id_requested_at"),
        "accommodations",
        ["interview_id", "requested_at"],
        unique=False,
    )
    op.create_table(
        "auth_sessions",
        sa.Column("session_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("user_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("interview_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "last_seen_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "method IN ('password', 'oidc', 'invitation')", name=op.f("ck_auth_sessions_method")
        ),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_reason IS NULL)", name=op.f("ck_auth_sessions_revoked")
        ),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.interview_id"],
            name=op.f("fk_auth_sessions_interviews"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_auth_sessions_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_auth_sessions")),
    )
    op.create_index(
        op.f("ix_auth_sessions_interview_id"), "auth_sessions", ["interview_id"], unique=False
    )
    op.create_index(
        op.f("ix_auth_sessions_user_id_created_at"),
        "auth_sessions",
        ["user_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "consents",
        sa.Column("consent_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("interview_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("user_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("notice_version", sa.Text(), nullable=False),
        sa.Column("notice_sha256", sa.Text(), nullable=False),
        sa.Column(
            "given_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "notice_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_consents_notice_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.interview_id"],
            name=op.f("fk_consents_interviews"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_consents_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consents")),
    )
    op.create_index(
        op.f("ix_consents_interview_id_given_at"),
        "consents",
        ["interview_id", "given_at"],
        unique=False,
    )
    op.create_table(
        "invitations",
        sa.Column("invitation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organization_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("interview_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("candidate_email", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("token_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_invitations_token_hash")),
        sa.CheckConstraint(
            "used_at IS NOT NULL OR used_by IS NULL", name=op.f("ck_invitations_used")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["users.user_id"],
            name="fk_invitations_users_created_by",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.interview_id"],
            name=op.f("fk_invitations_interviews"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name=op.f("fk_invitations_organizations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["used_by"], ["users.user_id"], name="fk_invitations_users_used_by", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(
        op.f("ix_invitations_interview_id"), "invitations", ["interview_id"], unique=False
    )
    op.create_index(
        op.f("ix_invitations_organization_id_created_at"),
        "invitations",
        ["organization_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "token_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_refresh_tokens_token_hash")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["auth_sessions.session_id"],
            name=op.f("fk_refresh_tokens_auth_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_refresh_tokens")),
    )
    op.create_index(
        op.f("ix_refresh_tokens_session_id"), "refresh_tokens", ["session_id"], unique=False
    )
    op.execute(
        f"INSERT INTO organizations (organization_id, name) VALUES ('{LOCAL_ORGANIZATION}', 'Local')"
    )
    op.execute(_REFUSE_CHANGE)
    op.execute(_APPEND_ONLY)
    op.add_column(
        "interviews",
        sa.Column(
            "organization_id",
            sa.Uuid(as_uuid=False),
            server_default=sa.text("'00000000-0000-4000-8000-000000000001'"),
            nullable=False,
        ),
    )
    op.add_column("interviews", sa.Column("candidate_id", sa.Uuid(as_uuid=False), nullable=True))
    op.add_column("interviews", sa.Column("created_by", sa.Uuid(as_uuid=False), nullable=True))
    # Nobody had an account until now.
    op.add_column(
        "interviews",
        sa.Column("unclaimed", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.alter_column("interviews", "unclaimed", server_default=sa.text("false"))
    op.create_check_constraint(
        op.f("ck_interviews_unclaimed"), "interviews", "NOT unclaimed OR candidate_id IS NULL"
    )
    op.add_column("interviews", sa.Column("erase_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        op.f("ix_interviews_candidate_id"), "interviews", ["candidate_id"], unique=False
    )
    op.create_index(
        op.f("ix_interviews_organization_id_created_at_interview_id"),
        "interviews",
        ["organization_id", "created_at", "interview_id"],
        unique=False,
    )
    op.create_foreign_key(
        "fk_interviews_users_candidate_id",
        "interviews",
        "users",
        ["candidate_id"],
        ["user_id"],
        ondelete="SET NULL",
    )
    op.create_foreign_key(
        "fk_interviews_users_created_by",
        "interviews",
        "users",
        ["created_by"],
        ["user_id"],
        ondelete="SET NULL",
    )
    op.create_foreign_key(
        op.f("fk_interviews_organizations"),
        "interviews",
        "organizations",
        ["organization_id"],
        ["organization_id"],
        ondelete="CASCADE",
    )


def downgrade() -> None:
    living = sa.text("SELECT EXISTS (SELECT FROM data_keys WHERE wrapped IS NOT NULL)")
    if op.get_bind().scalar(living):
        raise ConfigError(
            "data_keys: holds keys without which no sealed interview can be read; "
            "erase those interviews, or restore a backup of before instead"
        )
    op.drop_constraint(op.f("fk_interviews_organizations"), "interviews", type_="foreignkey")
    op.drop_constraint("fk_interviews_users_created_by", "interviews", type_="foreignkey")
    op.drop_constraint("fk_interviews_users_candidate_id", "interviews", type_="foreignkey")
    op.drop_index(
        op.f("ix_interviews_organization_id_created_at_interview_id"), table_name="interviews"
    )
    op.drop_index(op.f("ix_interviews_candidate_id"), table_name="interviews")
    op.drop_constraint(op.f("ck_interviews_unclaimed"), "interviews", type_="check")
    op.drop_column("interviews", "erase_at")
    op.drop_column("interviews", "unclaimed")
    op.drop_column("interviews", "created_by")
    op.drop_column("interviews", "candidate_id")
    op.drop_column("interviews", "organization_id")
    op.drop_index(op.f("ix_refresh_tokens_session_id"), table_name="refresh_tokens")
    op.drop_table("refresh_tokens")
    op.drop_index(op.f("ix_invitations_organization_id_created_at"), table_name="invitations")
    op.drop_index(op.f("ix_invitations_interview_id"), table_name="invitations")
    op.drop_table("invitations")
    op.drop_index(op.f("ix_consents_interview_id_given_at"), table_name="consents")
    op.drop_table("consents")
    op.drop_index(op.f("ix_auth_sessions_user_id_created_at"), table_name="auth_sessions")
    op.drop_index(op.f("ix_auth_sessions_interview_id"), table_name="auth_sessions")
    op.drop_table("auth_sessions")
    op.drop_index(op.f("ix_accommodations_interview_id_requested_at"), table_name="accommodations")
    op.drop_table("accommodations")
    op.drop_index(op.f("ix_password_resets_user_id"), table_name="password_resets")
    op.drop_table("password_resets")
    op.drop_index(op.f("ix_identities_user_id"), table_name="identities")
    op.drop_table("identities")
    op.drop_index(op.f("ix_api_keys_organization_id_created_at"), table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_index(op.f("ix_users_organization_id_created_at"), table_name="users")
    op.drop_table("users")
    op.drop_table("organizations")
    op.drop_index(
        op.f("ix_erasure_receipts_organization_id_requested_at"), table_name="erasure_receipts"
    )
    op.drop_table("erasure_receipts")
    op.drop_index(op.f("ix_data_keys_master_key_id"), table_name="data_keys")
    op.drop_table("data_keys")
    op.drop_table("audit_heads")
    op.drop_index(op.f("ix_audit_events_interview_id_sequence"), table_name="audit_events")
    op.drop_table("audit_events")
    op.execute("DROP FUNCTION refuse_change()")
