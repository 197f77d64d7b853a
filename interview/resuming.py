"""Starting what was asked for of a model, and nobody works on: Temporal was away, or a process
died, between the row and its workflow; or that workflow was lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio.client import Client

from interview.contracts.evaluation import EVALUATION, EvaluationInput
from interview.contracts.ids import (
    EVALUATION_QUEUE,
    PLANNING_QUEUE,
    evaluation_workflow_id,
    planning_workflow_id,
    reevaluation_workflow_id,
    tailoring_workflow_id,
)
from interview.contracts.planning import PLANNING, TAILORING, PlanningInput, TailoringInput
from interview.contracts.reevaluation import REEVALUATION, ReevaluationInput
from interview.persistence import asked_for
from interview.persistence.database import Database
from interview.repeating import repeat
from interview.starting import start

__all__ = ["Resuming"]


class Resuming:
    """Any number of processes may do so at once: a workflow that is there is not started again."""

    def __init__(self, database: Database, temporal: Client, every_s: float) -> None:
        self._database = database
        self._temporal = temporal
        self._every_s = every_s

    async def run(self) -> None:
        """For ever."""
        await repeat(self.once, self._every_s, "resuming")

    async def once(self) -> int:
        """How many it started. Raises `DatabaseUnavailable` and `TemporalUnavailable`; what is
        left then is found the next time."""
        return (
            await self._each(asked_for.evaluations, self._evaluate)
            + await self._each(asked_for.reevaluations, self._reevaluate)
            + await self._each(asked_for.proposals, self._propose)
            + await self._each(asked_for.tailorings, self._tailor)
        )

    async def _each(
        self,
        pages: Callable[[AsyncConnection, str], Awaitable[Sequence[tuple[str, int]]]],
        begin: Callable[[str, int], Awaitable[bool]],
    ) -> int:
        after, started = "", 0
        while True:
            async with self._database.transaction() as connection:
                page = await pages(connection, after)
            for one in page:
                started += await begin(*one)
            if len(page) < asked_for.PAGE:
                return started
            after = page[-1][0]

    async def _evaluate(self, interview_id: str, number: int) -> bool:
        return await start(
            self._temporal,
            EVALUATION,
            EvaluationInput(interview_id=interview_id, number=number),
            workflow_id=evaluation_workflow_id(interview_id),
            task_queue=EVALUATION_QUEUE,
        )

    async def _reevaluate(self, reevaluation_id: str, _number: int) -> bool:
        return await start(
            self._temporal,
            REEVALUATION,
            ReevaluationInput(reevaluation_id=reevaluation_id),
            workflow_id=reevaluation_workflow_id(reevaluation_id),
            task_queue=EVALUATION_QUEUE,
        )

    async def _propose(self, proposal_id: str, run: int) -> bool:
        return await start(
            self._temporal,
            PLANNING,
            PlanningInput(proposal_id=proposal_id, run=run),
            workflow_id=planning_workflow_id(proposal_id),
            task_queue=PLANNING_QUEUE,
        )

    async def _tailor(self, interview_id: str, run: int) -> bool:
        return await start(
            self._temporal,
            TAILORING,
            TailoringInput(interview_id=interview_id, run=run),
            workflow_id=tailoring_workflow_id(interview_id),
            task_queue=PLANNING_QUEUE,
        )
