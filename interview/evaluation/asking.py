"""Asking for an evaluation: first the row, then the workflow."""

from __future__ import annotations

from temporalio.client import Client

from interview.contracts.evaluation import EVALUATION, EvaluationInput
from interview.contracts.ids import EVALUATION_QUEUE, evaluation_workflow_id
from interview.errors import ConflictError
from interview.persistence.database import Database
from interview.persistence.evaluations import EvaluationRow, ask_again, ask_anew
from interview.security.principal import Principal
from interview.starting import start, start_or_leave

__all__ = ["Evaluating"]


class Evaluating:
    """What was committed and not started, `Resuming` starts. All methods raise
    `DatabaseUnavailable`."""

    def __init__(self, database: Database, temporal: Client) -> None:
        self._database = database
        self._temporal = temporal

    async def anew(self, interview_id: str, by: Principal) -> EvaluationRow:
        """Raises as `ask_anew`."""
        async with self._database.transaction() as connection:
            row = await ask_anew(connection, interview_id, by)
        await start_or_leave(*self._of(row), **_place(row))
        return row

    async def retry(self, interview_id: str, number: int, by: Principal) -> EvaluationRow:
        """Raises as `ask_again`. Of one that is running also `ConflictError`
        (`evaluation.running`), and `TemporalUnavailable`: its workflow may have been lost, and
        whether it runs, Temporal knows."""
        async with self._database.transaction() as connection:
            row, was_running = await ask_again(connection, interview_id, number, by)
        if not was_running:
            await start_or_leave(*self._of(row), **_place(row))
        elif not await start(*self._of(row), **_place(row)):
            raise ConflictError("evaluation.running", "it is being scored already")
        return row

    def _of(self, row: EvaluationRow) -> tuple[Client, str, EvaluationInput]:
        request = EvaluationInput(interview_id=row.interview_id, number=row.number)
        return self._temporal, EVALUATION, request


def _place(row: EvaluationRow) -> dict[str, str]:
    return {
        "workflow_id": evaluation_workflow_id(row.interview_id),
        "task_queue": EVALUATION_QUEUE,
    }
