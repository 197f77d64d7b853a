"""Running what is on a pad: what the workflow is asked, and what is done around the run."""

from __future__ import annotations

from abc import ABC, abstractmethod

from pydantic import BaseModel, ConfigDict, Field
from temporalio import activity

__all__ = ["CodeOffered", "PadActivities", "PadRun", "RunCodeInput", "SettleInput"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class RunCodeInput(_Model):
    """A run that is on record already, with the code and what it reads. Nothing of these comes
    here."""

    run_id: str
    question_id: str
    tests: bool


class PadRun(_Model):
    interview_id: str
    run_id: str
    question_id: str

    @property
    def name(self) -> str:
        """Among the runs of all interviews: clients choose run ids."""
        return f"{self.interview_id}.{self.run_id}"


class CodeOffered(_Model):
    """`key`: of the run in the exchange; None where there is nothing to run."""

    key: str | None = Field(default=None, repr=False)


class SettleInput(PadRun):
    key: str = Field(repr=False)


class PadActivities(ABC):
    @activity.defn(name="pad.offer")
    @abstractmethod
    async def offer(self, request: PadRun) -> CodeOffered:
        """Puts the code of the run, and what it reads, where a worker without secrets finds it."""
        ...

    @activity.defn(name="pad.settle")
    @abstractmethod
    async def settle(self, request: SettleInput) -> None:
        """Shows the room what the run writes, waits for its result, judges it, keeps it and tells
        the room. The first result stands."""
        ...

    @activity.defn(name="pad.give_up")
    @abstractmethod
    async def give_up(self, request: PadRun) -> None:
        """It could not be run: kept and told, unless it has a result."""
        ...
