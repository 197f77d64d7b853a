"""What answers are measured by: competencies, each with a scale of observable behaviour.

For scorers and reviewers. Nothing here goes into a plan, a brief or a prompt of the
interviewer's: a plan names its rubric by hash.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from interview.domain.content import Content, Identifier, Words, content_hash
from interview.domain.plan import Plan, RubricReference

__all__ = ["HIGHEST_SCORE", "LOWEST_SCORE", "Competency", "Rubric", "rubric_hash"]

LOWEST_SCORE = 1
HIGHEST_SCORE = 5

Sentence = Annotated[Words, Field(min_length=10, max_length=400)]


class Competency(Content):
    """One thing the interview finds out, and how its five levels sound in an answer."""

    competency_id: Identifier
    name: Annotated[Words, Field(min_length=1, max_length=80)]
    definition: Sentence
    evidence: Annotated[tuple[Sentence, ...], Field(min_length=1, max_length=8)]
    """What in an answer counts for or against it."""
    anchors: Annotated[tuple[Sentence, ...], Field(min_length=5, max_length=5)]
    """What is seen at each score from 1 to 5: behaviour, not adjectives. Each stands alone,
    because scorers are shown them in any order."""
    weight: Annotated[float, Field(gt=0, le=10)] = 1.0
    """In the total, beside the others'."""

    @model_validator(mode="after")
    def _anchors_differ(self) -> Self:
        if len({" ".join(anchor.lower().split()) for anchor in self.anchors}) != len(self.anchors):
            raise ValueError("each score has an anchor of its own")
        return self

    def anchor(self, score: int) -> str:
        """`score` is from `LOWEST_SCORE` to `HIGHEST_SCORE`."""
        assert LOWEST_SCORE <= score <= HIGHEST_SCORE, "not a score"
        return self.anchors[score - LOWEST_SCORE]


class Rubric(Content):
    """Immutable: another word in it is another rubric."""

    competencies: Annotated[tuple[Competency, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _ids_unique(self) -> Self:
        ids = [c.competency_id for c in self.competencies]
        if len(ids) != len(set(ids)):
            raise ValueError("competency ids are unique within a rubric")
        return self

    def competency(self, competency_id: str) -> Competency:
        """Raises `KeyError`."""
        for competency in self.competencies:
            if competency.competency_id == competency_id:
                return competency
        raise KeyError(competency_id)

    def reference(self) -> RubricReference:
        """What a plan is told of it."""
        return RubricReference(
            rubric_hash=rubric_hash(self),
            competencies=tuple(c.competency_id for c in self.competencies),
        )

    def measures(self, plan: Plan) -> bool:
        """`plan` was made for this rubric, to the word."""
        return plan.rubric == self.reference()


def rubric_hash(rubric: Rubric) -> str:
    """SHA-256 in hexadecimal, stable as `plan_hash` is."""
    return content_hash(rubric)
