"""Which of what was said counts for a competency, and whether it can be judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from interview.domain.evaluation.words import words
from interview.domain.plan import Plan

__all__ = [
    "LOWEST_CONFIDENCE",
    "Relevant",
    "Said",
    "UnscoredReason",
    "relevant",
    "untouched",
]

LOWEST_CONFIDENCE = 0.5
"""Of the recognized words, on average; below it nobody is judged by them."""
_FEWEST_WORDS = 5
"""Of all answers together: fewer say nothing that could be measured."""

UnscoredReason = Literal["not_asked", "no_answer", "weak_transcript", "no_evidence"]


@dataclass(frozen=True, slots=True)
class Said:
    """One utterance. `confidence` is 0..1 of speech that was recognized, else None."""

    utterance_id: str
    turn_id: str
    sequence: int
    speaker: Literal["interviewer", "candidate"]
    question_id: str | None
    text: str
    confidence: float | None = None
    language: str = ""
    """Of code that was left on a pad; empty of speech."""


@dataclass(frozen=True, slots=True)
class Relevant:
    """What a scorer of one competency is shown: its scored questions, and all that was said while
    they were asked, in order. `unscored`: why there is nothing to judge."""

    said: tuple[Said, ...]
    unscored: UnscoredReason | None = None

    @property
    def answers(self) -> tuple[Said, ...]:
        return tuple(one for one in self.said if one.speaker == "candidate")


def relevant(plan: Plan, competency_id: str, said: Sequence[Said]) -> Relevant:
    """Of the whole transcript, by sequence."""
    questions = {question.question_id for question in plan.scored_for(competency_id)}
    chosen = tuple(one for one in said if one.question_id in questions)
    answers = [one for one in chosen if one.speaker == "candidate"]
    if not chosen:
        return Relevant(chosen, "not_asked")
    if sum(words(answer.text) for answer in answers) < _FEWEST_WORDS:
        return Relevant(chosen, "no_answer")
    if _confidence(answers) < LOWEST_CONFIDENCE:
        return Relevant(chosen, "weak_transcript")
    return Relevant(chosen)


def untouched(
    plan: Plan, competency_id: str, before: Sequence[Said], after: Sequence[Said]
) -> bool:
    """Whether a scorer would be shown the same of both."""
    return relevant(plan, competency_id, before) == relevant(plan, competency_id, after)


def _confidence(answers: Sequence[Said]) -> float:
    """By words; what was typed, or has no confidence, is taken as it is."""
    weighed = [(words(answer.text), answer.confidence) for answer in answers]
    total = sum(count for count, _ in weighed)
    return sum(count * (1.0 if sure is None else sure) for count, sure in weighed) / total
