"""What is kept of evaluations, as it comes out of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from interview.domain.evaluation.answers import Said
from interview.domain.evaluation.scores import Evidence, HumanReason, Sample
from interview.domain.plan import Plan
from interview.domain.rubric import Rubric
from interview.persistence.corrections import CorrectionRow
from interview.persistence.overrides import OverrideRow
from interview.persistence.vocabulary import (
    EvaluationKind,
    EvaluationReason,
    EvaluationState,
    ScoreReason,
)

__all__ = ["EvaluationDetail", "EvaluationRow", "Material", "Reworded", "SampleRow", "ScoreRow"]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class EvaluationRow(_Row):
    """`requested_by` is None where the interview's end asked for it. Hashes and prompt are None
    until it has begun. `based_on`: the evaluation that it is compared with, or takes scores from.
    It goes by the transcript as the first `corrections` left it. `model`: that
    alone was to be asked, as `provider/model`."""

    interview_id: str
    number: int
    state: EvaluationState
    reason: EvaluationReason | None
    rubric_hash: str | None
    plan_hash: str | None
    prompt: str | None
    transcript_sha256: str | None
    kind: EvaluationKind = "anew"
    based_on: int | None = None
    corrections: int = 0
    model: str | None = None
    samples: int
    requested_by: str | None
    created_at: datetime
    finished_at: datetime | None


class SampleRow(_Row):
    """What one scorer answered, and what it took."""

    competency_id: str
    sample: int
    shows_suspicious: bool
    content: Sample
    provider: str
    prompt: str
    input_tokens: int
    output_tokens: int
    duration_ms: int


class ScoreRow(_Row):
    """`score` is null with the reason `unscored`. `human`: why a person has to look."""

    competency_id: str
    score: float | None
    unscored: ScoreReason | None
    spread: int
    samples: int
    human: tuple[HumanReason, ...]
    evidence: tuple[Evidence, ...]
    reason: str = Field(repr=False)
    taken_from: int | None = None
    """The evaluation that scored it, where it is another one."""


@dataclass(frozen=True, slots=True)
class Reworded:
    """An answer that was set right: as it was recognized, as the evaluation has it, and as it
    should read."""

    recognized: str = field(repr=False)
    scored: str = field(repr=False)
    newest: CorrectionRow


@dataclass(frozen=True, slots=True)
class EvaluationDetail:
    """`rubric` is None where it is not kept any more, and nothing was scored. `taken_samples` are
    other evaluations': of the scores that were taken from them. `reworded`: by utterance, answers
    that were set right, before it or since."""

    row: EvaluationRow
    rubric: Rubric | None
    scores: tuple[ScoreRow, ...]
    samples: tuple[SampleRow, ...]
    overrides: Mapping[str, OverrideRow]
    """By competency, those that hold."""
    taken_samples: tuple[SampleRow, ...] = ()
    reworded: Mapping[str, Reworded] = field(default_factory=dict[str, Reworded])


@dataclass(frozen=True, slots=True)
class Material:
    """What an evaluation goes by. `rubric` is None where nobody is scored by the plan."""

    row: EvaluationRow
    plan: Plan
    rubric: Rubric | None
    candidate_name: str
    said: tuple[Said, ...]
    transcript_sha256: str
    taken: Mapping[str, ScoreRow] = field(default_factory=dict[str, ScoreRow])
    """By competency: scores of another evaluation that nothing has touched."""
