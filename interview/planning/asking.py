"""Asking for a plan, or for probes: the row and the workflow together."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio.client import Client
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from interview.contracts.ids import (
    PLANNING_QUEUE,
    planning_workflow_id,
    tailoring_workflow_id,
)
from interview.contracts.planning import PLANNING, TAILORING, PlanningInput, TailoringInput
from interview.errors import ConflictError, TemporalUnavailable
from interview.persistence.database import Database
from interview.persistence.planning.proposals import again, insert_proposal
from interview.persistence.planning.rows import ProposalRow, TailoringRow
from interview.persistence.planning.tailorings import begin_tailoring
from interview.security.principal import Principal

__all__ = ["DEFAULT_MINUTES", "Planning"]

DEFAULT_MINUTES = 30
_RPC_TIMEOUT = timedelta(seconds=10)
_TASK_TIMEOUT = timedelta(seconds=5)


class Planning:
    """Workflows are started before the transaction is committed, and wait for it: there is no
    request that nobody works on, and a workflow that was started for nothing ends.

    All methods raise `DatabaseUnavailable` and `TemporalUnavailable`.
    """

    def __init__(self, database: Database, temporal: Client) -> None:
        self._database = database
        self._temporal = temporal

    async def propose(self, role_id: str, minutes: int, by: Principal) -> ProposalRow:
        """Raises `NotFoundError` (`role.not_found`), `ConflictError` (`role.archived`,
        `proposal.running`)."""
        async with self._database.transaction() as connection:
            row = await insert_proposal(connection, role_id, minutes, by)
            await self._plan(row)
        return row

    async def retry(self, role_id: str, proposal_id: str, by: Principal) -> ProposalRow:
        """Goes on where it failed. Raises as `propose`, `NotFoundError` (`proposal.not_found`),
        `ConflictError` (`proposal.ready`)."""
        async with self._database.transaction() as connection:
            row = await again(connection, role_id, proposal_id, by)
            await self._plan(row)
        return row

    async def tailor(self, interview_id: str, document_id: str, by: Principal) -> TailoringRow:
        """From that résumé. Raises `NotFoundError` (`interview.not_found`), `ConflictError`
        (`interview.started`, `tailoring.running`)."""
        async with self._database.transaction() as connection:
            row = await begin_tailoring(connection, interview_id, document_id, by)
            request = TailoringInput(interview_id=interview_id, run=row.run)
            workflow_id = tailoring_workflow_id(interview_id)
            await self._start(TAILORING, request, workflow_id, "tailoring.running")
        return row

    async def _plan(self, row: ProposalRow) -> None:
        request = PlanningInput(proposal_id=row.proposal_id, run=row.run)
        workflow_id = planning_workflow_id(row.proposal_id)
        await self._start(PLANNING, request, workflow_id, "proposal.running")

    async def _start(
        self, workflow: str, request: PlanningInput | TailoringInput, workflow_id: str, code: str
    ) -> None:
        """By name: this package knows no workflow. Raises `ConflictError` (`code`) where it runs,
        and for a moment after it has said how it came out."""
        try:
            async with asyncio.timeout(_RPC_TIMEOUT.total_seconds()):
                await self._temporal.start_workflow(
                    workflow,
                    request,
                    id=workflow_id,
                    task_queue=PLANNING_QUEUE,
                    task_timeout=_TASK_TIMEOUT,
                    rpc_timeout=_RPC_TIMEOUT,
                )
        except WorkflowAlreadyStartedError:
            raise ConflictError(code, "it is being made already") from None
        except (RPCError, RuntimeError, TimeoutError):
            # A lazy client that cannot connect raises a bare `RuntimeError`.
            raise TemporalUnavailable("Temporal does not take it at the moment") from None
