"""A row in every table that came with accounts."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from interview.persistence.database import Database
from interview.persistence.models import Base

__all__ = ["count_rows", "fill"]

ORGANIZATION = str(uuid.UUID(int=1))
_USER, _SESSION = str(uuid.UUID(int=2)), str(uuid.UUID(int=3))
_ROLE, _PROPOSAL = str(uuid.UUID(int=4)), str(uuid.UUID(int=5))
_WEBHOOK = str(uuid.UUID(int=7))
_REVIEW = str(uuid.UUID(int=6))
_REEVALUATION = str(uuid.UUID(int=8))
_HASH = "ab" * 32


async def fill(database: Database, interview_id: str) -> None:
    """The interview comes to belong to the organization, and to its user."""
    async with database.transaction() as connection:
        utterances = Base.metadata.tables["utterances"]
        of = utterances.c.interview_id == interview_id
        said = await connection.scalar(sa.select(utterances.c.utterance_id).where(of).limit(1))
        assert said is not None, "something was said"
        for name, row in _rows(interview_id, said).items():
            await connection.execute(sa.insert(Base.metadata.tables[name]), row)
        interviews = Base.metadata.tables["interviews"]
        await connection.execute(
            sa.update(interviews)
            .where(interviews.c.interview_id == interview_id)
            .values(
                organization_id=ORGANIZATION,
                candidate_id=_USER,
                created_by=_USER,
                unclaimed=False,
                erase_at=datetime.now(UTC),
            )
        )


async def count_rows(database: Database) -> dict[str, int]:
    """By table."""
    async with database.transaction() as connection:
        return {
            table.name: (
                await connection.execute(sa.select(sa.func.count()).select_from(table))
            ).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def _rows(interview_id: str, utterance_id: str) -> dict[str, dict[str, Any]]:
    """In the order in which they refer to each other."""
    now = datetime.now(UTC)
    soon, new = now + timedelta(days=1), lambda: str(uuid.uuid4())
    return {
        "organizations": {"organization_id": ORGANIZATION, "name": "Example", "retention_days": 30},
        "users": {
            "user_id": _USER,
            "organization_id": ORGANIZATION,
            "role": "admin",
            "email": "ada@example.com",
        },
        "identities": {"issuer": "https://id.example.com", "subject": "1", "user_id": _USER},
        "auth_sessions": {
            "session_id": _SESSION,
            "user_id": _USER,
            "method": "invitation",
            "interview_id": interview_id,
            "expires_at": soon,
        },
        "refresh_tokens": {"token_hash": _HASH, "session_id": _SESSION, "expires_at": soon},
        "api_keys": {
            "key_id": new(),
            "organization_id": ORGANIZATION,
            "name": "Example",
            "secret_hash": _HASH,
            "scopes": ["interviews:read"],
            "created_by": _USER,
        },
        "password_resets": {"token_hash": _HASH, "user_id": _USER, "expires_at": soon},
        "invitations": {
            "invitation_id": new(),
            "organization_id": ORGANIZATION,
            "interview_id": interview_id,
            "token_hash": _HASH,
            "created_by": _USER,
            "expires_at": soon,
            "used_at": now,
            "used_by": _USER,
        },
        "consents": {
            "consent_id": new(),
            "interview_id": interview_id,
            "user_id": _USER,
            "notice_version": "1",
            "notice_sha256": _HASH,
        },
        "accommodations": {
            "accommodation_id": new(),
            "interview_id": interview_id,
            "granted_by": _USER,
        },
        "documents": {
            "document_id": new(),
            "organization_id": ORGANIZATION,
            "interview_id": interview_id,
            "kind": "resume",
            "status": "ready",
            "sha256": _HASH,
            "size_bytes": 1,
            "format": "pdf",
            "key": f"interviews/{interview_id}/documents/d",
            "text_key": f"interviews/{interview_id}/documents/d-text",
            "created_by": _USER,
        },
        "roles": {
            "role_id": _ROLE,
            "organization_id": ORGANIZATION,
            "title": "Example",
            "created_by": _USER,
        },
        "rubrics": {"organization_id": ORGANIZATION, "rubric_hash": _HASH, "content": {}},
        "plan_versions": {
            "plan_version_id": new(),
            "organization_id": ORGANIZATION,
            "role_id": _ROLE,
            "number": 1,
            "state": "approved",
            "plan": {},
            "rubric": {},
            "plan_hash": _HASH,
            "rubric_hash": _HASH,
            "source": "person",
            "created_by": _USER,
            "approved_by": _USER,
            "approved_at": now,
        },
        "plan_proposals": {
            "proposal_id": _PROPOSAL,
            "organization_id": ORGANIZATION,
            "role_id": _ROLE,
            "state": "running",
            "minutes": 30,
            "created_by": _USER,
        },
        "proposal_steps": {
            "proposal_id": _PROPOSAL,
            "step": "competencies",
            "content": {},
            "provider": "openai/example",
            "prompt": "1-abc",
            "input_tokens": 1,
            "output_tokens": 1,
        },
        "tailorings": {
            "interview_id": interview_id,
            "state": "running",
            "document_id": new(),
        },
        "transcript_corrections": {
            "interview_id": interview_id,
            "sequence": 1,
            "utterance_id": utterance_id,
            "version": 1,
            "text": "As it was said.",
            "reason": "It was misheard.",
            "corrected_by": _USER,
        },
        "evaluations": {
            "interview_id": interview_id,
            "number": 1,
            "rubric_hash": _HASH,
            "samples": 3,
            "requested_by": _USER,
        },
        "reevaluations": {
            "reevaluation_id": _REEVALUATION,
            "organization_id": ORGANIZATION,
            "role": "example",
            "state": "stopped",
            "reason": "asked",
            "finished_at": datetime.now(UTC),
            "requested_by": _USER,
        },
        "reevaluation_items": {
            "reevaluation_id": _REEVALUATION,
            "interview_id": interview_id,
            "based_on": 1,
        },
        "evaluation_samples": {
            "interview_id": interview_id,
            "number": 1,
            "competency_id": "example",
            "sample": 0,
            "shows_suspicious": False,
            "content": {},
            "provider": "openai/example",
            "prompt": "1-abc",
            "input_tokens": 1,
            "output_tokens": 1,
            "duration_ms": 1,
        },
        "competency_scores": {
            "interview_id": interview_id,
            "number": 1,
            "competency_id": "example",
            "unscored": "not_asked",
            "spread": 0,
            "samples": 0,
            "human": [],
            "evidence": [],
            "reason": "",
        },
        "reviews": {
            "review_id": _REVIEW,
            "interview_id": interview_id,
            "reviewer_id": _USER,
            "rubric_hash": _HASH,
            "blind": True,
        },
        "review_ratings": {"review_id": _REVIEW, "competency_id": "example", "rating": 3},
        "score_views": {"interview_id": interview_id, "user_id": _USER},
        "score_overrides": {
            "override_id": new(),
            "interview_id": interview_id,
            "number": 1,
            "competency_id": "example",
            "score": 4,
            "reason": "It was shown.",
            "overridden_by": _USER,
        },
        "decisions": {
            "decision_id": new(),
            "interview_id": interview_id,
            "decision": "advance",
            "reason": "It was shown.",
            "decided_by": _USER,
        },
        "code_snapshots": {
            "snapshot_id": new(),
            "interview_id": interview_id,
            "question_id": "example",
            "revision": 1,
            "language": "python",
            "size_bytes": 1,
            "content": b"sealed",
            "key_id": "a",
        },
        "code_runs": {
            "interview_id": interview_id,
            "run_id": "run-00000001",
            "question_id": "example",
            "revision": 1,
            "tests": True,
            "verdict": "accepted",
            "report": b"sealed",
            "key_id": "a",
            "finished_at": now,
        },
        "webhooks": {
            "webhook_id": _WEBHOOK,
            "organization_id": ORGANIZATION,
            "url": "https://hooks.example.com",
            "events": ["interview.completed"],
            "secret": b"sealed",
            "secret_key_id": "a",
            "created_by": _USER,
        },
        "webhook_deliveries": {
            "delivery_id": new(),
            "organization_id": ORGANIZATION,
            "webhook_id": _WEBHOOK,
            "event": "interview.completed",
            "subject": interview_id,
            "interview_id": interview_id,
            "data": {"interview_id": interview_id},
        },
        "audit_events": {
            "event_id": new(),
            "organization_id": ORGANIZATION,
            "sequence": 1,
            "at": now,
            "actor_kind": "user",
            "actor_id": _USER,
            "action": "interview.created",
            "subject_kind": "interview",
            "subject_id": interview_id,
            "interview_id": interview_id,
            "previous_hash": "0" * 64,
            "hash": _HASH,
        },
        "audit_heads": {"organization_id": ORGANIZATION, "sequence": 1, "hash": _HASH},
        "data_keys": {
            "key_id": new(),
            "interview_id": interview_id,
            "wrapped": b"wrapped",
            "master_key_id": "a",
        },
        "erasure_receipts": {
            "receipt_id": new(),
            "organization_id": ORGANIZATION,
            "interview_id": new(),
            "reason": "request",
            "actor_kind": "user",
            "actor_id": _USER,
        },
    }
