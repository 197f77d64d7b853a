"""Record keeping on the workflow's behalf."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal

from pydantic import BaseModel, ConfigDict
from temporalio import activity

from interview.protocol.server import ErrorMessage, Paused, PhaseChanged, Resumed

__all__ = ["AnnounceInput", "CloseInput", "CloseResult", "Outcome", "RecordActivities"]

Outcome = Literal["completed", "ended_by_candidate", "expired", "withdrawn"]


class AnnounceInput(BaseModel):
    """Tells the room what changed, and the projection when the status did."""

    model_config = ConfigDict(frozen=True)

    interview_id: str
    status: Literal["active", "paused"] | None = None
    messages: tuple[Paused | Resumed | ErrorMessage | PhaseChanged, ...] = ()


class CloseInput(BaseModel):
    model_config = ConfigDict(frozen=True)

    interview_id: str
    outcome: Outcome


class CloseResult(BaseModel):
    """The transcript by reference: what the run of the workflow returns."""

    model_config = ConfigDict(frozen=True)

    interview_id: str
    outcome: Outcome
    total_turns: int
    """Answers committed."""
    utterances: int
    transcript_sha256: str
    """Over the JSON lines of `GET /api/v1/interviews/{id}/transcript`."""


class RecordActivities(ABC):
    @activity.defn(name="records.announce")
    @abstractmethod
    async def announce(self, request: AnnounceInput) -> None: ...

    @activity.defn(name="records.close")
    @abstractmethod
    async def close(self, request: CloseInput) -> CloseResult:
        """Idempotent: closes the interview's row, tells the room, and sees to it that the interview
        is erased: at once when consent was withdrawn, else when its retention ends."""
