"""The closed vocabularies of the tables; CHECK constraints are made from them."""

from __future__ import annotations

from typing import Literal

__all__ = [
    "LOCAL_ORGANIZATION",
    "ActorKind",
    "ApiScope",
    "AuditAction",
    "DecisionKind",
    "DeliveryState",
    "DocumentKind",
    "DocumentStatus",
    "ErasureReason",
    "EvaluationKind",
    "EvaluationReason",
    "EvaluationState",
    "InterviewStatus",
    "Modality",
    "Outcome",
    "PlanSource",
    "PlanState",
    "ProposalState",
    "ReevaluationState",
    "ScoreReason",
    "SignInMethod",
    "Skipped",
    "Speaker",
    "StaffRole",
    "StopReason",
    "TurnKind",
    "TurnStatus",
    "UserRole",
    "WebhookDisabled",
    "WebhookEvent",
]

LOCAL_ORGANIZATION = "00000000-0000-4000-8000-000000000001"
"""Made by the migrations: interviews that nobody signed in for belong to it."""

UserRole = Literal["candidate", "recruiter", "admin"]

StaffRole = Literal["recruiter", "admin"]

ApiScope = Literal["interviews:read", "interviews:write", "interviews:erase", "audit:read"]
"""What an integration's key may do; `api.authorization` says which action needs which."""

SignInMethod = Literal["password", "oidc", "invitation"]

ActorKind = Literal["user", "api_key", "system", "anonymous"]

AuditAction = Literal[
    "auth.signed_in",
    "auth.failed",
    "auth.signed_out",
    "token.reused",
    "session.revoked",
    "password.changed",
    "password.reset",
    "password.reset_requested",
    "identity.linked",
    "account.address_proved",
    "organization.created",
    "organization.changed",
    "retention.changed",
    "member.added",
    "member.link_issued",
    "member.role_changed",
    "member.disabled",
    "member.enabled",
    "api_key.created",
    "api_key.revoked",
    "invitation.created",
    "invitation.reissued",
    "invitation.revoked",
    "invitation.accepted",
    "consent.given",
    "consent.withdrawn",
    "accommodation.requested",
    "accommodation.granted",
    "accommodation.declined",
    "interview.created",
    "interview.resumed",
    "interview.closed",
    "interview.exported",
    "document.added",
    "document.refused",
    "document.deleted",
    "role.created",
    "role.changed",
    "role.archived",
    "role.restored",
    "plan.asked_for",
    "plan.proposed",
    "plan.saved",
    "plan.approved",
    "plan.discarded",
    "tailoring.asked_for",
    "tailoring.proposed",
    "tailoring.changed",
    "transcript.corrected",
    "evaluation.asked_for",
    "evaluation.made",
    "reevaluation.asked_for",
    "reevaluation.made",
    "reevaluation.stopped",
    "report.exported",
    "review.handed_in",
    "score.overridden",
    "decision.made",
    "webhook.created",
    "webhook.changed",
    "webhook.secret_changed",
    "webhook.disabled",
    "webhook.deleted",
    "webhook.redelivered",
    "erasure.requested",
    "key.destroyed",
    "interview.erased",
]
"""What is on the audit trail. Words may be added, and never get another meaning."""

ErasureReason = Literal["request", "retention", "withdrawal"]

InterviewStatus = Literal["created", "active", "paused", "completed", "abandoned"]
"""`completed` and `abandoned` are final; the outcome says how it came to that."""

Outcome = Literal["completed", "ended_by_candidate", "expired", "withdrawn"]

TurnKind = Literal["audio", "typed", "proactive"]

TurnStatus = Literal["open", "committed", "empty", "failed"]
"""`open`: the reply was stored first, its answer is on the way. `empty`: no speech in it.
`failed`: no provider could transcribe it. All three may still become `committed`; a committed
turn never changes."""

Speaker = Literal["interviewer", "candidate"]

Modality = Literal["audio", "typed", "shown"]
"""`shown`: the interviewer's words appeared on the screen only."""

DocumentKind = Literal["resume", "job_description"]

DocumentStatus = Literal["ready", "refused"]
"""`refused`: it could not be read, and was not kept."""

PlanState = Literal["draft", "approved"]
"""An approved version never changes."""

PlanSource = Literal["person", "builtin", "model"]
"""Who wrote it first."""

ProposalState = Literal["running", "ready", "failed"]

EvaluationState = Literal["running", "pending", "done", "unscored"]
"""`pending`: some scorer could not be had; asked again, the evaluation goes on with what is there.
`unscored`: see the reason."""

EvaluationKind = Literal["anew", "corrected", "reevaluated"]
"""`corrected`: what a correction of the transcript touches, beside the scores of another one.
`reevaluated`: the same words again, to see what changed; no report goes by it."""

ReevaluationState = Literal["running", "done", "stopped"]

StopReason = Literal["asked", "too_long", "failed"]
"""Why scoring a role once more did not come to its end: somebody wanted it so; the time for it was
over; a step failed in a way that no retry mends."""

Skipped = Literal["erased", "other_rubric", "too_many"]
"""Why an interview was not scored once more: nothing more is done with it; the rubric measures
nothing that it asked for; it has as many evaluations as there may be."""

EvaluationReason = Literal["no_model", "no_rubric"]
"""Why nothing is scored: no language model is configured; nobody is scored by this plan, or its
rubric is not kept any more."""

ScoreReason = Literal["not_asked", "no_answer", "weak_transcript", "no_evidence", "pending"]
"""Why a competency has no score."""

DecisionKind = Literal["advance", "hold", "reject"]
"""A person's, with a reason. Nothing else decides."""

WebhookEvent = Literal[
    "interview.completed", "evaluation.done", "plan.approved", "interview.erased"
]
"""What integrations are told of. Words may be added, and never get another meaning."""

WebhookDisabled = Literal["person", "gone"]
"""Why nothing is sent to a webhook: somebody wants it so, or its server answered 410."""

DeliveryState = Literal["pending", "delivered", "dead"]
"""`dead`: it was tried for a day, or must not be tried any more; somebody may have it sent
again."""
