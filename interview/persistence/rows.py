"""What goes into the records and what comes out of them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Self, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from interview.contracts.interview import Limits
from interview.domain.conversation import SpokenSentence
from interview.domain.directives import Directive
from interview.domain.evaluation.answers import Said
from interview.domain.phases import Phase
from interview.domain.plan import Plan
from interview.domain.rubric import Rubric
from interview.persistence.vocabulary import (
    LOCAL_ORGANIZATION,
    InterviewStatus,
    Modality,
    Outcome,
    Speaker,
    TurnKind,
)
from interview.ports import StoredBlob
from interview.protocol.client import Interruption

__all__ = [
    "AnswerRecord",
    "CommittedAnswer",
    "InterviewOwner",
    "InterviewRecord",
    "InterviewSummary",
    "InterviewTotals",
    "NewInterview",
    "Page",
    "RecordingRecord",
    "RecordingRow",
    "SavedSpeech",
    "SpeechRecord",
    "TranscriptLine",
    "UnheardTurnRecord",
    "canonical_uuid",
    "storable",
]


def storable(value: Any) -> Any:
    """Replaces in texts, at any depth of a JSON value, the two things PostgreSQL cannot hold:
    NUL and half of a surrogate pair. Both reach us in hostile JSON."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {
            storable(key): storable(item) for key, item in cast("Mapping[Any, Any]", value).items()
        }
    if isinstance(value, list | tuple):
        return [storable(item) for item in cast("Sequence[Any]", value)]
    return value


def canonical_uuid(value: str) -> str | None:
    """`value` where it is a UUID in its one usual spelling, else None: two spellings of one
    interview would name two workflows."""
    try:
        return value if str(uuid.UUID(value)) == value else None
    except ValueError:
        return None


def _clamped(value: Any) -> Any:
    return min(max(value, 0.0), 1.0) if isinstance(value, float) else value


StoredText = Annotated[str, BeforeValidator(storable)]
SaidText = Annotated[StoredText, Field(min_length=1)]
Milliseconds = Annotated[int, Field(ge=0, le=2**31 - 1)]
Confidence = Annotated[float | None, BeforeValidator(_clamped)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class NewInterview(_Row):
    interview_id: str
    """A UUID in lower case with hyphens."""
    plan: Plan
    """Every candidate's: known by its hash from now on."""
    rubric: Rubric | None = None
    """What `plan` is scored by, to be kept with it. One that is kept already may be left out."""
    candidate_name: StoredText = ""
    limits: Limits = Limits()
    organization_id: str = LOCAL_ORGANIZATION
    candidate_id: str | None = None
    created_by: str | None = None
    """User ids."""


class InterviewSummary(_Row):
    """One row of a list. `phase`, `question_id` and `status` follow the workflow."""

    interview_id: str
    workflow_id: str
    role: str
    title: str
    language: str
    candidate_name: str
    status: InterviewStatus
    outcome: Outcome | None
    phase: Phase
    question_id: str | None
    total_turns: int
    """Answers committed."""
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    """When its workflow was first to be started; its plan is not changed any more."""
    ended_at: datetime | None
    plan_hash: str | None = None
    """Of the plan that it has in common with others; None: made before plans were known by it."""


class InterviewOwner(_Row):
    """Whose it is."""

    organization_id: str
    candidate_id: str | None
    unclaimed: bool
    """Made by nobody who is known, and never anybody's."""


class InterviewRecord(InterviewSummary):
    organization_id: str
    candidate_id: str | None
    unclaimed: bool
    plan: Plan
    limits: Limits
    extra_time_factor: float = 1.0
    """As granted last."""
    text_only: bool = False
    """As the candidate asked last."""


class Page(_Row):
    """Newest first. `next_cursor` is None on the last page."""

    items: tuple[InterviewSummary, ...]
    next_cursor: str | None


class RecordingRecord(_Row):
    """An object that is in the store already."""

    key: str
    sha256: str
    size_bytes: int
    content_type: str
    duration_ms: Milliseconds

    @classmethod
    def of(cls, blob: StoredBlob, *, content_type: str, duration_ms: int) -> Self:
        return cls(
            key=blob.key,
            sha256=blob.sha256,
            size_bytes=blob.size_bytes,
            content_type=content_type,
            duration_ms=duration_ms,
        )


class RecordingRow(_Row):
    recording_id: str
    interview_id: str
    turn_id: str
    utterance_id: str | None
    """None: the recording of an answer without words."""
    speaker: Speaker
    key: str
    sha256: str
    size_bytes: int
    content_type: str
    duration_ms: int
    created_at: datetime


class _TurnRecord(_Row):
    interview_id: str
    turn_id: Annotated[str, Field(min_length=1, max_length=128)]
    turn_number: Annotated[int, Field(ge=0)]
    phase: Phase
    question_id: str | None
    recording: RecordingRecord | None = None


class UnheardTurnRecord(_TurnRecord):
    """A spoken turn without an answer in words. See `TurnStatus` for the two kinds."""

    status: Literal["empty", "failed"]


class AnswerRecord(_TurnRecord):
    """What the candidate answered. `phase` and `question_id`: what was being answered."""

    utterance_id: str
    sequence: Annotated[int, Field(ge=1)]
    modality: Literal["audio", "typed"]
    text: SaidText
    confidence: Confidence = None
    duration_ms: Milliseconds = 0
    provider: str = ""
    interrupted: Interruption | None = None
    """What the candidate spoke over, and how much of it they had heard."""


class CommittedAnswer(_Row):
    """The answer on record, which is the first one that was committed."""

    utterance_id: str
    turn_id: str
    turn_number: int
    sequence: int
    text: str
    confidence: float | None
    duration_ms: int
    provider: str
    recording_id: str | None
    already: bool
    """It was on record before this call."""


class SpeechRecord(_TurnRecord):
    """What the interviewer said. `phase` and `question_id`: where the interview stands after
    it, so a question asked is on record under its own id."""

    utterance_id: str
    kind: TurnKind
    """Of the turn: a reply has the kind of its answer."""
    sequence: Annotated[int, Field(ge=1)]
    text: SaidText
    sentences: tuple[SpokenSentence, ...] = ()
    directive: Directive | None = None
    duration_ms: Milliseconds = 0
    modality: Literal["audio", "shown"] = "audio"
    provider: str = ""


class SavedSpeech(_Row):
    """The speech on record, which is the first one that was saved for its turn."""

    utterance_id: str
    turn_id: str
    sequence: int
    text: str
    sentences: tuple[SpokenSentence, ...]
    directive: Directive | None
    duration_ms: int
    heard_ms: int | None
    modality: Modality
    provider: str
    recording_id: str | None
    already: bool


class TranscriptLine(_Row):
    """One utterance. `text` is all that was said; of an `interrupted` one the candidate heard
    the first `heard_ms`."""

    sequence: int
    speaker: Speaker
    text: str
    turn_id: str
    utterance_id: str
    phase: Phase
    question_id: str | None
    directive: Directive | None
    modality: Modality
    confidence: float | None
    duration_ms: int
    heard_ms: int | None
    interrupted: bool
    sentences: tuple[SpokenSentence, ...]
    recording_id: str | None
    created_at: datetime

    def as_said(self) -> Said:
        """As it is scored."""
        return Said(
            utterance_id=self.utterance_id,
            turn_id=self.turn_id,
            sequence=self.sequence,
            speaker=self.speaker,
            question_id=self.question_id,
            text=self.text,
            confidence=self.confidence,
        )


class InterviewTotals(_Row):
    """A closed interview. The first close wins."""

    interview_id: str
    status: InterviewStatus
    outcome: Outcome
    ended_at: datetime
    total_turns: int
    """Answers committed."""
    utterances: int
    erase_at: datetime | None
    """When retention ends."""
