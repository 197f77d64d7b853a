"""Asking for a plan, or for probes: first the row, then the workflow."""

from __future__ import annotations

from temporalio.client import Client

from interview.contracts.ids import (
    PLANNING_QUEUE,
    planning_workflow_id,
    tailoring_workflow_id,
)
from interview.contracts.planning import PLANNING, TAILORING, PlanningInput, TailoringInput
from interview.errors import ConflictError
from interview.persistence.database import Database
from interview.persistence.planning.proposals import again, insert_proposal
from interview.persistence.planning.rows import ProposalRow, TailoringRow
from interview.persistence.planning.tailorings import begin_tailoring
from interview.security.principal import Principal
from interview.starting import start, start_or_leave

__all__ = ["DEFAULT_MINUTES", "Planning"]

DEFAULT_MINUTES = 30


class Planning:
    """What is asked for is committed before its workflow is started, so that nothing is held while
    Temporal is waited for. What was committed and not started, `Resuming` starts.

    All methods raise `DatabaseUnavailable`, and those that ask again `TemporalUnavailable`.
    """

    def __init__(self, database: Database, temporal: Client) -> None:
        self._database = database
        self._temporal = temporal

    async def propose(self, role_id: str, minutes: int, by: Principal) -> ProposalRow:
        """Raises `NotFoundError` (`role.not_found`), `ConflictError` (`role.archived`,
        `proposal.running`)."""
        async with self._database.transaction() as connection:
            row = await insert_proposal(connection, role_id, minutes, by)
        await self._plan(row, was_running=False)
        return row

    async def retry(self, role_id: str, proposal_id: str, by: Principal) -> ProposalRow:
        """Goes on where it failed. Raises as `propose`, `NotFoundError` (`proposal.not_found`),
        `ConflictError` (`proposal.ready`)."""
        async with self._database.transaction() as connection:
            row, was_running = await again(connection, role_id, proposal_id, by)
        await self._plan(row, was_running)
        return row

    async def tailor(self, interview_id: str, document_id: str, by: Principal) -> TailoringRow:
        """From that résumé. Raises `NotFoundError` (`interview.not_found`), `ConflictError`
        (`interview.started`, `tailoring.running`)."""
        async with self._database.transaction() as connection:
            row, was_running = await begin_tailoring(connection, interview_id, document_id, by)
        request = TailoringInput(interview_id=interview_id, run=row.run)
        workflow_id = tailoring_workflow_id(interview_id)
        await self._start(TAILORING, request, workflow_id, "tailoring.running", was_running)
        return row

    async def _plan(self, row: ProposalRow, was_running: bool) -> None:
        request = PlanningInput(proposal_id=row.proposal_id, run=row.run)
        workflow_id = planning_workflow_id(row.proposal_id)
        await self._start(PLANNING, request, workflow_id, "proposal.running", was_running)

    async def _start(
        self,
        workflow: str,
        request: PlanningInput | TailoringInput,
        workflow_id: str,
        code: str,
        was_running: bool,
    ) -> None:
        """One that was running may have lost its workflow: whether it runs, Temporal knows. Raises
        `ConflictError` (`code`) where it does."""
        if not was_running:
            await start_or_leave(
                *(self._temporal, workflow, request),
                workflow_id=workflow_id,
                task_queue=PLANNING_QUEUE,
            )
        elif not await start(
            *(self._temporal, workflow, request),
            workflow_id=workflow_id,
            task_queue=PLANNING_QUEUE,
        ):
            raise ConflictError(code, "it is being made already")
