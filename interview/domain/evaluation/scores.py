"""From samples to a competency's score, and from these to a total."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from interview.domain.evaluation.answers import UnscoredReason
from interview.domain.rubric import HIGHEST_SCORE, LOWEST_SCORE, Rubric

__all__ = [
    "CompetencyResult",
    "Evidence",
    "HumanReason",
    "Sample",
    "Total",
    "combined",
    "total",
]

WIDE_SPREAD = 2
"""Between samples of one competency: then a person has to look."""
MOVED = 1
"""By words that talk to the scorer: likewise."""
_MOST_EVIDENCE = 6

HumanReason = Literal["spread", "unsure", "suspicious", "moved"]


class Evidence(BaseModel):
    """A verified quote: characters `start` to `end` of what was said in that utterance."""

    model_config = ConfigDict(frozen=True)

    utterance_id: str
    turn_id: str
    start: int = Field(ge=0)
    end: int = Field(gt=0)
    quote: str = Field(repr=False)
    source: Literal["speech", "code"] = "speech"
    """Of code, `utterance_id` is the snapshot's."""


class Sample(BaseModel):
    """One scorer's verdict, its quotes verified. Without evidence there is no score. `dropped`
    counts quotes that nobody said."""

    model_config = ConfigDict(frozen=True)

    score: int | None = Field(ge=LOWEST_SCORE, le=HIGHEST_SCORE)
    evidence: tuple[Evidence, ...]
    reason: str = Field(repr=False)
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class CompetencyResult:
    """`score` is the median of the samples that have one, or None with `unscored`. `spread` is
    between them. `human`: why a person has to look."""

    competency_id: str
    score: float | None
    unscored: UnscoredReason | None
    spread: int
    samples: int
    human: tuple[HumanReason, ...]
    evidence: tuple[Evidence, ...]
    reason: str


def combined(
    competency_id: str,
    samples: Sequence[Sample],
    *,
    with_suspicious: Sample | None = None,
    is_suspicious: bool = False,
) -> CompetencyResult:
    """`with_suspicious`: scored with the words left in that talk to the scorer, to see what they
    would have done; it counts for nothing else."""
    assert samples, "a competency without samples is pending, not scored"
    scored = [sample for sample in samples if sample.score is not None]
    human: list[HumanReason] = ["suspicious"] if is_suspicious else []
    if len(scored) * 2 <= len(samples):
        # Most of them found nothing to go by.
        if scored:
            human.append("unsure")
        return CompetencyResult(
            competency_id, None, "no_evidence", 0, len(samples), tuple(human), (), ""
        )
    numbers = [sample.score for sample in scored if sample.score is not None]
    score = float(statistics.median(numbers))
    spread = max(numbers) - min(numbers)
    if spread >= WIDE_SPREAD:
        human.append("spread")
    if len(scored) < len(samples):
        human.append("unsure")
    if with_suspicious is not None and (
        with_suspicious.score is None or abs(with_suspicious.score - score) >= MOVED
    ):
        human.append("moved")
    nearest = min(scored, key=lambda sample: abs((sample.score or 0) - score))
    return CompetencyResult(
        competency_id,
        score,
        None,
        spread,
        len(samples),
        tuple(human),
        _evidence(nearest, scored, score),
        nearest.reason,
    )


@dataclass(frozen=True, slots=True)
class Total:
    """The weighted mean of the scores there are: sum(weight × score) / sum(weight), over the scored
    competencies. `coverage` is their part of all weight, 0 to 1. None where nothing is scored."""

    score: float | None
    coverage: float


def total(rubric: Rubric, scores: dict[str, float | None]) -> Total:
    weights = {c.competency_id: c.weight for c in rubric.competencies}
    scored = {name: score for name, score in scores.items() if score is not None}
    weight = sum(weights[name] for name in scored)
    coverage = weight / sum(weights.values())
    if not scored:
        return Total(None, 0.0)
    return Total(sum(weights[name] * score for name, score in scored.items()) / weight, coverage)


def _evidence(nearest: Sample, scored: Sequence[Sample], score: float) -> tuple[Evidence, ...]:
    """Of the sample that gave the reason first, then of those that agree with it."""
    found: dict[tuple[str, int, int], Evidence] = {}
    agreeing = [s for s in scored if s is not nearest and abs((s.score or 0) - score) < 1]
    for sample in (nearest, *agreeing):
        for one in sample.evidence:
            place = (one.utterance_id, one.start, one.end)
            if not any(_overlap(place, known) for known in found):
                found[place] = one
    return tuple(found.values())[:_MOST_EVIDENCE]


def _overlap(one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
