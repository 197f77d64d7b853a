"""The steps of scoring a role's interviews once more."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio import activity

from interview.contracts.evaluation import EvaluationInput
from interview.contracts.reevaluation import (
    ReevaluationActivities,
    ReevaluationInput,
    StopInput,
    Taken,
)
from interview.persistence.reevaluations import ReevaluationRecords

__all__ = ["Reevaluate"]


@dataclass(frozen=True)
class Reevaluate(ReevaluationActivities):
    records: ReevaluationRecords

    @activity.defn(name="reevaluation.take")
    async def take(self, request: ReevaluationInput) -> Taken:
        due, waits = await self.records.take(request.reevaluation_id, request.at_once)
        return Taken(
            due=tuple(EvaluationInput(interview_id=one, number=number) for one, number in due),
            waits=waits,
        )

    @activity.defn(name="reevaluation.finish")
    async def finish(self, request: ReevaluationInput) -> None:
        await self.records.finish(request.reevaluation_id)

    @activity.defn(name="reevaluation.stop")
    async def stop(self, request: StopInput) -> None:
        await self.records.stop(request.reevaluation_id, request.reason)
