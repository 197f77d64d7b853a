"""Asking for the interviews of a role to be scored once more, or for no more of it: first the rows,
then the workflow."""

from __future__ import annotations

from temporalio.client import Client

from interview.contracts.ids import EVALUATION_QUEUE, reevaluation_workflow_id
from interview.contracts.reevaluation import REEVALUATION, ReevaluationInput
from interview.persistence.audit import Actor
from interview.persistence.database import Database
from interview.persistence.reevaluation_reads import ReevaluationRow
from interview.persistence.reevaluation_requests import ask, ask_again, stop
from interview.security.principal import Principal
from interview.starting import start_or_leave
from interview.stopping import cancel_or_leave

__all__ = ["Reevaluating"]


class Reevaluating:
    """What was committed and not started, `Resuming` starts. All methods raise
    `DatabaseUnavailable`."""

    def __init__(self, database: Database, temporal: Client) -> None:
        self._database = database
        self._temporal = temporal

    async def role(
        self,
        by: Principal | Actor,
        role: str,
        *,
        plan_hash: str | None,
        rubric_hash: str | None,
        model: str | None,
    ) -> ReevaluationRow:
        """Raises as `ask`."""
        async with self._database.transaction() as connection:
            row = await ask(
                connection, by, role, plan_hash=plan_hash, rubric_hash=rubric_hash, model=model
            )
        await self._start(row)
        return row

    async def retry(self, by: Principal, reevaluation_id: str) -> ReevaluationRow:
        """Raises as `ask_again`."""
        async with self._database.transaction() as connection:
            row = await ask_again(connection, by, reevaluation_id)
        await self._start(row)
        return row

    async def stop(self, by: Principal, reevaluation_id: str) -> ReevaluationRow:
        """The next one may begin at once. Evaluations that are under way end with what they have.
        Raises as `stop`."""
        async with self._database.transaction() as connection:
            row = await stop(connection, by, reevaluation_id)
        if row.state == "stopped":
            await cancel_or_leave(self._temporal, reevaluation_workflow_id(row.reevaluation_id))
        return row

    async def _start(self, row: ReevaluationRow) -> None:
        await start_or_leave(
            *(self._temporal, REEVALUATION, ReevaluationInput(reevaluation_id=row.reevaluation_id)),
            workflow_id=reevaluation_workflow_id(row.reevaluation_id),
            task_queue=EVALUATION_QUEUE,
        )
