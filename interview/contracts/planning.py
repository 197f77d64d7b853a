"""Proposing a plan for a role, and probes for one candidate, step by step.

Ids travel; what is read and written stays in the database.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from pydantic import BaseModel, ConfigDict
from temporalio import activity

__all__ = [
    "PLANNING",
    "TAILORING",
    "AssembleInput",
    "Begun",
    "PlanningActivities",
    "PlanningFailure",
    "PlanningInput",
    "TailoringActivities",
    "TailoringFailure",
    "TailoringInput",
]

PLANNING = "Planning"
TAILORING = "Tailoring"
"""Types of the workflows."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class PlanningInput(_Model):
    proposal_id: str
    run: int
    """Counts how often it was tried: an older run that goes on finds nothing to do."""


class Begun(_Model):
    """`is_due`: it was asked for. `uses_model`: one is configured where this was looked at."""

    is_due: bool
    uses_model: bool = False


class AssembleInput(PlanningInput):
    uses_model: bool


class PlanningFailure(PlanningInput):
    reason: str
    """The code of the error."""


class TailoringInput(_Model):
    interview_id: str
    run: int


class TailoringFailure(TailoringInput):
    reason: str


class PlanningActivities(ABC):
    """Every step may be repeated: what a model has answered is kept, and it is not asked again."""

    @activity.defn(name="planning.begin")
    @abstractmethod
    async def begin(self, request: PlanningInput) -> Begun: ...

    @activity.defn(name="planning.competencies")
    @abstractmethod
    async def competencies(self, request: PlanningInput) -> None:
        """What the job needs, each with its scale."""

    @activity.defn(name="planning.questions")
    @abstractmethod
    async def questions(self, request: PlanningInput) -> None:
        """The main questions, for those competencies."""

    @activity.defn(name="planning.warmup")
    @abstractmethod
    async def warmup(self, request: PlanningInput) -> None:
        """Something easy, which does not count."""

    @activity.defn(name="planning.assemble")
    @abstractmethod
    async def assemble(self, request: AssembleInput) -> None:
        """The role's draft: from the steps, or without a model from the nearest built-in role."""

    @activity.defn(name="planning.fail")
    @abstractmethod
    async def fail(self, request: PlanningFailure) -> None: ...


class TailoringActivities(ABC):
    @activity.defn(name="tailoring.begin")
    @abstractmethod
    async def begin(self, request: TailoringInput) -> Begun: ...

    @activity.defn(name="tailoring.probes")
    @abstractmethod
    async def probes(self, request: TailoringInput) -> None:
        """Asks for them; a person has them fitted into the interview's plan."""

    @activity.defn(name="tailoring.fail")
    @abstractmethod
    async def fail(self, request: TailoringFailure) -> None: ...
