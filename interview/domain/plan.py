"""An interview plan: what is asked, in which phase, with which limits.

A plan travels with its interview, so it holds nothing of what answers are measured by: it
names its rubric by hash, and of the rubric only the competencies' ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self, cast

from pydantic import Field, model_validator

from interview.domain.coding import CodingTask
from interview.domain.content import Content, ContentHash, Identifier, Words, content_hash
from interview.domain.phases import SPOKEN_PHASES, Phase

__all__ = ["PhasePlan", "Plan", "Question", "RubricReference", "plan_hash"]


class Question(Content):
    """One planned question, asked in exactly this wording."""

    question_id: Identifier
    text: Annotated[Words, Field(min_length=1, max_length=600)]
    probes: tuple[Words, ...] = ()
    """Follow-up questions, used in order when the answer leaves something open."""
    max_follow_ups: Annotated[int, Field(ge=0, le=5)] = 0
    competencies: tuple[Identifier, ...] = ()
    """What its answer gives evidence for."""
    scored: bool = False
    """The answer counts. Questions made from one candidate's résumé do not, unless a person
    says so."""
    optional: bool = False
    """Left out when time is short. Never true of a scored question."""
    time_limit_s: Annotated[float, Field(gt=0, le=3600)] | None = None
    """Active time after the question was asked; then it is followed up no more."""
    coding: CodingTask | None = None
    """What is to be written, with its tests. The answer is code as well as what is said."""

    @model_validator(mode="before")
    @classmethod
    def _of_the_first_release(cls, data: Any) -> Any:
        """A question then had at most one competency, and was scored if it had one."""
        if not isinstance(data, Mapping) or "competency" not in data or "competencies" in data:
            return cast("Any", data)
        values = dict(cast("Mapping[str, Any]", data))
        competency = values.pop("competency")
        if competency is not None:
            values["competencies"] = (competency,)
            values.setdefault("scored", True)
        return values

    @model_validator(mode="after")
    def _scored_for_something_and_always_asked(self) -> Self:
        if self.scored and not self.competencies:
            raise ValueError("a scored question names a competency")
        if self.scored and self.optional:
            raise ValueError("a scored question is asked of everybody")
        if len(set(self.competencies)) != len(self.competencies):
            raise ValueError("a question names a competency once")
        return self

    def shown(self) -> Question:
        """As interviewers know it: without hidden tests, and what it starts with."""
        if self.coding is None:
            return self
        known = self.coding.shown().model_copy(update={"starters": self.coding.starters[:1]})
        return self.model_copy(update={"coding": known})


class PhasePlan(Content):
    """The questions of one phase and the time it may take."""

    phase: Phase
    budget_s: Annotated[float, Field(gt=0, le=4 * 3600)]
    """Active time; when it is spent no follow-up is asked any more."""
    opening: Words = ""
    """Said before the first question of the phase."""
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _something_is_always_asked(self) -> Self:
        if self.questions[0].optional:
            raise ValueError("a phase begins with a question that is always asked")
        return self


class RubricReference(Content):
    """Which rubric the answers are measured by, without its words."""

    rubric_hash: ContentHash
    competencies: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """Ids, in the rubric's order."""


class Plan(Content):
    """All four spoken phases in order, and the fixed texts around them.

    `greeting` and `closing` may hold `{name}`, which becomes the candidate's name
    with a leading comma, or nothing.
    """

    role: Identifier
    title: Annotated[Words, Field(min_length=1, max_length=120)]
    language: str = "en"
    greeting: Annotated[Words, Field(min_length=1, max_length=1200)]
    closing: Annotated[Words, Field(min_length=1, max_length=1200)]
    phases: tuple[PhasePlan, ...]
    rubric: RubricReference | None = None
    """None: a plan of the first release, or one that nobody is scored by."""

    @model_validator(mode="after")
    def _phases_complete_and_ids_unique(self) -> Self:
        if tuple(p.phase for p in self.phases) != SPOKEN_PHASES:
            raise ValueError("a plan has each spoken phase once, in order")
        ids = [q.question_id for q in self.questions]
        if len(ids) != len(set(ids)):
            raise ValueError("question ids are unique within a plan")
        return self

    @model_validator(mode="after")
    def _rubric_covered(self) -> Self:
        if self.rubric is None:
            return self
        known = set(self.rubric.competencies)
        if any(not known.issuperset(q.competencies) for q in self.questions):
            raise ValueError("a question names a competency that its rubric does not have")
        if known != {c for q in self.questions if q.scored for c in q.competencies}:
            raise ValueError("a competency has no scored question")
        return self

    @property
    def questions(self) -> tuple[Question, ...]:
        """Of all phases, in the order they are asked."""
        return tuple(q for p in self.phases for q in p.questions)

    @property
    def minutes(self) -> int:
        """What its phases may take."""
        return round(sum(phase.budget_s for phase in self.phases) / 60)

    def phase(self, phase: Phase) -> PhasePlan:
        return next(p for p in self.phases if p.phase is phase)

    def scored_for(self, competency_id: str) -> tuple[Question, ...]:
        """The questions whose answers count for a competency, in order."""
        return tuple(q for q in self.questions if q.scored and competency_id in q.competencies)


def plan_hash(plan: Plan) -> str:
    """SHA-256 in hexadecimal. Equal for equal plans, in whatever order their fields came, and
    whatever fields were added since; through its rubric's hash it covers the rubric too."""
    return content_hash(plan)
