"""An interview plan: what is asked, in which phase, with which limits."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from interview.domain.phases import SPOKEN_PHASES, Phase

__all__ = ["PhasePlan", "Plan", "Question"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(_Frozen):
    """One planned question, asked in exactly this wording."""

    question_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    text: Annotated[str, Field(min_length=1, max_length=600)]
    probes: tuple[str, ...] = ()
    """Follow-up questions, used in order when the answer leaves something open."""
    max_follow_ups: Annotated[int, Field(ge=0, le=5)] = 0
    competency: str | None = None


class PhasePlan(_Frozen):
    """The questions of one phase and the time it may take."""

    phase: Phase
    budget_s: Annotated[float, Field(gt=0, le=4 * 3600)]
    """Active time; when it is spent no follow-up is asked any more."""
    opening: str = ""
    """Said before the first question of the phase."""
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=50)]


class Plan(_Frozen):
    """All four spoken phases in order, and the fixed texts around them.

    `greeting` and `closing` may hold `{name}`, which becomes the candidate's name
    with a leading comma, or nothing.
    """

    role: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    title: Annotated[str, Field(min_length=1, max_length=120)]
    language: str = "en"
    greeting: Annotated[str, Field(min_length=1, max_length=1200)]
    closing: Annotated[str, Field(min_length=1, max_length=1200)]
    phases: tuple[PhasePlan, ...]

    @model_validator(mode="after")
    def _phases_complete_and_ids_unique(self) -> Self:
        if tuple(p.phase for p in self.phases) != SPOKEN_PHASES:
            raise ValueError("a plan has each spoken phase once, in order")
        ids = [q.question_id for p in self.phases for q in p.questions]
        if len(ids) != len(set(ids)):
            raise ValueError("question ids are unique within a plan")
        return self

    def phase(self, phase: Phase) -> PhasePlan:
        return next(p for p in self.phases if p.phase is phase)
