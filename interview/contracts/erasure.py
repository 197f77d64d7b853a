"""Erasing an interview for good: when it is due, and step by step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict
from temporalio import activity

__all__ = [
    "ERASURE",
    "LOOK_AGAIN",
    "RETENTION",
    "Due",
    "EraseInput",
    "ErasureActivities",
    "ErasureInput",
    "LookInput",
    "RetentionActivities",
    "RetentionInput",
    "RetimeInput",
    "StopInput",
]

ERASURE = "Erasure"
RETENTION = "Retention"
"""Types of the workflows."""
LOOK_AGAIN = "look_again"
"""A signal to both: what they go by has changed."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class ErasureInput(_Model):
    """What is due, why and who asked for it stand in the database, not here."""

    interview_id: str
    stop_grace_s: float = 60.0
    """An interview that does not end by itself within this time is terminated."""
    sweep_after_s: float = 3600.0
    """After the receipt: a stage that had not noticed the end may have left something, and none
    runs for so long."""


class LookInput(_Model):
    interview_id: str
    at: datetime
    """Now, by the workflow's clock."""


class Due(_Model):
    """`later`: at `erase_at`, unless retention is changed. `never`: it is kept, or was erased."""

    state: Literal["now", "later", "never"]
    erase_at: datetime | None = None


class EraseInput(_Model):
    interview_id: str


class StopInput(_Model):
    interview_id: str
    grace_s: float


class RetentionInput(_Model):
    organization_id: str
    after: str = ""
    """Set on continue-as-new only: the interview after which to go on."""


class RetimeInput(_Model):
    organization_id: str
    after: str


class ErasureActivities(ABC):
    """Every step may be repeated, at any time and after any of the others. What each one erased
    is counted on the receipt."""

    @activity.defn(name="erasure.look")
    @abstractmethod
    async def look(self, request: LookInput) -> Due:
        """Whether it was asked for, or retention has run out, which counts as asking."""

    @activity.defn(name="erasure.stop")
    @abstractmethod
    async def stop(self, request: StopInput) -> None:
        """Returns once the interview's workflow is closed: by itself, or else terminated."""

    @activity.defn(name="erasure.delete_rows")
    @abstractmethod
    async def delete_rows(self, request: EraseInput) -> None:
        """From here on the interview does not exist, and nothing can be added to it."""

    @activity.defn(name="erasure.delete_objects")
    @abstractmethod
    async def delete_objects(self, request: EraseInput) -> None: ...

    @activity.defn(name="erasure.delete_streams")
    @abstractmethod
    async def delete_streams(self, request: EraseInput) -> None: ...

    @activity.defn(name="erasure.destroy_key")
    @abstractmethod
    async def destroy_key(self, request: EraseInput) -> None:
        """What is sealed with it cannot be read any more, wherever a copy is."""

    @activity.defn(name="erasure.delete_history")
    @abstractmethod
    async def delete_history(self, request: EraseInput) -> None:
        """Every run. A server that refuses keeps what nobody can read."""

    @activity.defn(name="erasure.finish")
    @abstractmethod
    async def finish(self, request: EraseInput) -> None:
        """Completes the receipt."""


class RetentionActivities(ABC):
    @activity.defn(name="retention.retime")
    @abstractmethod
    async def retime(self, request: RetimeInput) -> str | None:
        """Some more ended interviews look at their retention anew; the last one's id, or None
        when there are no more."""
