"""The tables. Alembic migrations create them; a test holds the two together.

Identifiers made here are UUIDs; turn ids are made by clients. Times are UTC, durations ms.
"""

from interview.persistence.models.accounts import (
    API_KEYS,
    AUTH_SESSIONS,
    IDENTITIES,
    ORGANIZATIONS,
    PASSWORD_RESETS,
    REFRESH_TOKENS,
    USERS,
)
from interview.persistence.models.base import UUID_TEXT, Base
from interview.persistence.models.coding import CODE_RUNS, CODE_SNAPSHOTS
from interview.persistence.models.documents import DOCUMENTS
from interview.persistence.models.evaluations import (
    COMPETENCY_SCORES,
    EVALUATION_SAMPLES,
    EVALUATIONS,
)
from interview.persistence.models.interviews import (
    INTERVIEWS,
    RECORDINGS,
    TRANSCRIPT_CORRECTIONS,
    TURNS,
    UTTERANCES,
)
from interview.persistence.models.planning import (
    PLAN_PROPOSALS,
    PLAN_VERSIONS,
    PROPOSAL_STEPS,
    ROLES,
    RUBRICS,
    TAILORINGS,
)
from interview.persistence.models.privacy import (
    ACCOMMODATIONS,
    AUDIT_EVENTS,
    AUDIT_HEADS,
    CONSENTS,
    DATA_KEYS,
    ERASURE_RECEIPTS,
    INVITATIONS,
)
from interview.persistence.models.reevaluations import REEVALUATION_ITEMS, REEVALUATIONS
from interview.persistence.models.reviews import (
    DECISIONS,
    REVIEW_RATINGS,
    REVIEWS,
    SCORE_OVERRIDES,
    SCORE_VIEWS,
)
from interview.persistence.models.webhooks import WEBHOOK_DELIVERIES, WEBHOOKS

__all__ = [
    "ACCOMMODATIONS",
    "API_KEYS",
    "AUDIT_EVENTS",
    "AUDIT_HEADS",
    "AUTH_SESSIONS",
    "CODE_RUNS",
    "CODE_SNAPSHOTS",
    "COMPETENCY_SCORES",
    "CONSENTS",
    "DATA_KEYS",
    "DECISIONS",
    "DOCUMENTS",
    "ERASURE_RECEIPTS",
    "EVALUATIONS",
    "EVALUATION_SAMPLES",
    "IDENTITIES",
    "INTERVIEWS",
    "INVITATIONS",
    "ORGANIZATIONS",
    "PASSWORD_RESETS",
    "PLAN_PROPOSALS",
    "PLAN_VERSIONS",
    "PROPOSAL_STEPS",
    "RECORDINGS",
    "REEVALUATIONS",
    "REEVALUATION_ITEMS",
    "REFRESH_TOKENS",
    "REVIEWS",
    "REVIEW_RATINGS",
    "ROLES",
    "RUBRICS",
    "SCORE_OVERRIDES",
    "SCORE_VIEWS",
    "TAILORINGS",
    "TRANSCRIPT_CORRECTIONS",
    "TURNS",
    "USERS",
    "UTTERANCES",
    "UUID_TEXT",
    "WEBHOOKS",
    "WEBHOOK_DELIVERIES",
    "Base",
]
