"""Task queues, workflow ids and the namespaced ids derived from them."""

from __future__ import annotations

import re
import uuid

__all__ = [
    "CODE_QUEUE",
    "CONVERSE_QUEUE",
    "ERASURE_QUEUE",
    "EVALUATION_QUEUE",
    "INTERVIEW_QUEUE",
    "PAD_QUEUE",
    "PLANNING_QUEUE",
    "SPEAK_QUEUE",
    "TRANSCRIBE_QUEUE",
    "WEBHOOK_QUEUE",
    "erasure_workflow_id",
    "evaluation_workflow_id",
    "interview_of",
    "planning_workflow_id",
    "reevaluation_workflow_id",
    "retention_workflow_id",
    "tailoring_workflow_id",
    "utterance_id",
    "webhook_workflow_id",
    "workflow_id",
]

INTERVIEW_QUEUE = "intervue"
"""Workflows and record keeping."""

# One queue and one pool of slots a stage: `converse` and `speak` hold their slot while they
# wait for the stage before them, and must never take the slot that stage needs.
TRANSCRIBE_QUEUE = "intervue-transcribe"
CONVERSE_QUEUE = "intervue-converse"
SPEAK_QUEUE = "intervue-speak"

ERASURE_QUEUE = "intervue-erasure"
"""Workflows and activities: thousands that fall due together hold up no interview."""

PLANNING_QUEUE = "intervue-planning"
"""Workflows and activities: a model that takes its time holds up no interview."""

EVALUATION_QUEUE = "intervue-evaluation"
"""Likewise."""

WEBHOOK_QUEUE = "intervue-webhooks"
"""Likewise: strangers' servers take their time."""

CODE_QUEUE = "intervue-code"
"""Activities alone, on workers that hold no secrets: what runs there was written by strangers."""

PAD_QUEUE = "intervue-pads"
"""What has to be done around such a run: its activities wait for it, and hold up nobody."""

_UTTERANCES = uuid.UUID("6f1c5a52-6f0a-4d3e-9f5e-0b8f6f0f6f01")

_WORKFLOW_ID = re.compile(
    r"interview-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-[a-z0-9-]+)?"
)


def workflow_id(interview_id: str) -> str:
    return f"interview-{interview_id}"


def erasure_workflow_id(interview_id: str) -> str:
    """Its payloads are not sealed with the interview's key, which it outlives."""
    return f"erasure-{interview_id}"


def retention_workflow_id(organization_id: str) -> str:
    return f"retention-{organization_id}"


def planning_workflow_id(proposal_id: str) -> str:
    return f"planning-{proposal_id}"


def tailoring_workflow_id(interview_id: str) -> str:
    """The interview's: sealed with its key, and erased with it."""
    return f"interview-{interview_id}-tailoring"


def evaluation_workflow_id(interview_id: str) -> str:
    """Likewise. One evaluation of an interview runs at a time."""
    return f"interview-{interview_id}-evaluation"


def reevaluation_workflow_id(reevaluation_id: str) -> str:
    return f"reevaluation-{reevaluation_id}"


def webhook_workflow_id(delivery_id: str) -> str:
    return f"webhook-{delivery_id}"


def interview_of(workflow_id: str | None) -> str | None:
    """The interview whose workflow, or workflow's child, has this id; None where there is none."""
    match = _WORKFLOW_ID.fullmatch(workflow_id or "")
    return match and match[1]


def utterance_id(interview_id: str, turn_id: str, speaker: str) -> str:
    """Equal for every retry, so that writing an utterance twice writes it once."""
    return str(uuid.uuid5(_UTTERANCES, f"{interview_id}/{turn_id}/{speaker}"))
