"""Evaluating an interview, step by step. Ids travel; what was said and scored stays in the
database."""

from __future__ import annotations

from abc import ABC, abstractmethod

from pydantic import BaseModel, ConfigDict
from temporalio import activity

__all__ = [
    "EVALUATION",
    "Due",
    "EvaluationActivities",
    "EvaluationInput",
    "Following",
    "SampleInput",
]

EVALUATION = "Evaluation"
"""Type of the workflow."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class EvaluationInput(_Model):
    """`number` counts the evaluations of an interview; the first is made when it has ended."""

    interview_id: str
    number: int


class SampleInput(EvaluationInput):
    """`shows_suspicious`: with the words left in that talk to the scorer, for comparison."""

    competency_id: str
    sample: int
    shows_suspicious: bool = False


class Due(_Model):
    """What models are to be asked; empty where there is nothing to ask."""

    samples: tuple[SampleInput, ...] = ()


class Following(_Model):
    """The evaluation that comes next by itself; None: no other one does."""

    number: int | None = None


class EvaluationActivities(ABC):
    """Every step may be repeated: what a model has answered is kept, and it is not asked again."""

    @activity.defn(name="evaluation.begin")
    @abstractmethod
    async def begin(self, request: EvaluationInput) -> Due: ...

    @activity.defn(name="evaluation.sample")
    @abstractmethod
    async def sample(self, request: SampleInput) -> None:
        """One scorer, one competency."""

    @activity.defn(name="evaluation.finish")
    @abstractmethod
    async def finish(self, request: EvaluationInput) -> None:
        """The scores, from what was kept; pending where a sample is missing."""

    @activity.defn(name="evaluation.follow")
    @abstractmethod
    async def follow(self, request: EvaluationInput) -> Following:
        """What was corrected while it ran and touches a score is scored by another one."""
