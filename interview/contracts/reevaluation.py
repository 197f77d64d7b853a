"""Scoring the interviews of a role once more, step by step. Ids travel; which interviews are left
stands in the database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict
from temporalio import activity

from interview.contracts.evaluation import EvaluationInput

__all__ = ["REEVALUATION", "ReevaluationActivities", "ReevaluationInput", "StopInput", "Taken"]

REEVALUATION = "Reevaluation"
"""Type of the workflow."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class ReevaluationInput(_Model):
    """`at_once`: interviews that are scored side by side. `until`: when it ends at the latest;
    known once it has continued as new."""

    reevaluation_id: str
    at_once: int = 4
    until: datetime | None = None


class StopInput(_Model):
    reevaluation_id: str
    reason: Literal["too_long", "failed"]


class Taken(_Model):
    """Evaluations that are to be made now. `waits`: others come when something else has ended."""

    due: tuple[EvaluationInput, ...] = ()
    waits: bool = False


class ReevaluationActivities(ABC):
    """Every step may be repeated."""

    @activity.defn(name="reevaluation.take")
    @abstractmethod
    async def take(self, request: ReevaluationInput) -> Taken:
        """The next interviews; those that were taken before and are not over come again."""

    @activity.defn(name="reevaluation.finish")
    @abstractmethod
    async def finish(self, request: ReevaluationInput) -> None: ...

    @activity.defn(name="reevaluation.stop")
    @abstractmethod
    async def stop(self, request: StopInput) -> None:
        """It does not come to its end. What was scored stays."""
