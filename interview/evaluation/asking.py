"""Asking for an evaluation: first the row, then the workflow."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio.client import Client
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from interview.contracts.evaluation import EVALUATION, EvaluationInput
from interview.contracts.ids import EVALUATION_QUEUE, evaluation_workflow_id
from interview.errors import ConflictError, TemporalUnavailable
from interview.persistence.database import Database
from interview.persistence.evaluations import EvaluationRow, ask_again, ask_anew
from interview.security.principal import Principal

__all__ = ["Evaluating"]

_RPC_TIMEOUT = timedelta(seconds=10)
_TASK_TIMEOUT = timedelta(seconds=5)


class Evaluating:
    """A workflow that was lost between is had by asking again.

    All methods raise `DatabaseUnavailable` and `TemporalUnavailable`: then it is asked for, and
    begun by `retry`.
    """

    def __init__(self, database: Database, temporal: Client) -> None:
        self._database = database
        self._temporal = temporal

    async def anew(self, interview_id: str, by: Principal) -> EvaluationRow:
        """Raises as `ask_anew`."""
        async with self._database.transaction() as connection:
            row = await ask_anew(connection, interview_id, by)
        await self._start(row)
        return row

    async def retry(self, interview_id: str, number: int, by: Principal) -> EvaluationRow:
        """Raises as `ask_again`, and `ConflictError` (`evaluation.running`)."""
        async with self._database.transaction() as connection:
            row = await ask_again(connection, interview_id, number, by)
        await self._start(row)
        return row

    async def _start(self, row: EvaluationRow) -> None:
        """By name: this package knows no workflow."""
        try:
            async with asyncio.timeout(_RPC_TIMEOUT.total_seconds()):
                await self._temporal.start_workflow(
                    EVALUATION,
                    EvaluationInput(interview_id=row.interview_id, number=row.number),
                    id=evaluation_workflow_id(row.interview_id),
                    task_queue=EVALUATION_QUEUE,
                    task_timeout=_TASK_TIMEOUT,
                    rpc_timeout=_RPC_TIMEOUT,
                )
        except WorkflowAlreadyStartedError:
            raise ConflictError("evaluation.running", "it is being scored already") from None
        except (RPCError, RuntimeError, TimeoutError):
            # A lazy client that cannot connect raises a bare `RuntimeError`.
            raise TemporalUnavailable("Temporal does not take it at the moment") from None
