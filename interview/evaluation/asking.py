"""Asking for an evaluation: first the row, then the workflow."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict
from temporalio.client import Client

from interview.contracts.evaluation import EVALUATION, EvaluationInput
from interview.contracts.ids import EVALUATION_QUEUE, evaluation_workflow_id
from interview.errors import ConflictError
from interview.persistence import corrections, holding
from interview.persistence import evaluation_reads as stored
from interview.persistence.audit import Actor
from interview.persistence.corrections import CorrectionRow
from interview.persistence.database import Database
from interview.persistence.evaluation_requests import (
    ask_again,
    ask_anew,
    ask_corrected,
    ask_reevaluated,
)
from interview.persistence.evaluations import EvaluationRow
from interview.security.principal import Principal
from interview.starting import start, start_or_leave

__all__ = ["Corrected", "Evaluating"]


class Corrected(BaseModel):
    """`evaluation`: the one that goes by these; null where no score is touched, or there is none,
    or another one runs, which this follows."""

    model_config = ConfigDict(frozen=True)

    items: tuple[CorrectionRow, ...]
    evaluation: EvaluationRow | None


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

    async def reevaluate(
        self,
        interview_id: str,
        number: int,
        by: Principal,
        *,
        rubric_hash: str | None,
        model: str | None,
    ) -> EvaluationRow:
        """Raises as `ask_reevaluated`."""
        async with self._database.transaction() as connection:
            row = await ask_reevaluated(
                *(connection, interview_id, number, Actor.of(by), by.user_id),
                rubric_hash=rubric_hash,
                model=model,
            )
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

    async def correct(
        self, interview_id: str, texts: Sequence[tuple[str, str]], reason: str, by: Principal
    ) -> Corrected:
        """Raises as `holding.ended_interview` and `corrections.add`."""
        async with self._database.transaction() as connection:
            await holding.ended_interview(connection, interview_id)
            items = await corrections.add(connection, interview_id, texts, reason, by)
            row = await ask_corrected(connection, interview_id, by)
            rows = await stored.all_of(connection, interview_id)
        if row is not None:
            await start_or_leave(*self._of(row), **_place(row))
            return Corrected(items=tuple(items), evaluation=row)
        newest = max(item.sequence for item in items)
        known = (one for one in rows if one.kind != "reevaluated" and one.corrections >= newest)
        return Corrected(items=tuple(items), evaluation=next(known, None))

    def _of(self, row: EvaluationRow) -> tuple[Client, str, EvaluationInput]:
        request = EvaluationInput(interview_id=row.interview_id, number=row.number)
        return self._temporal, EVALUATION, request


def _place(row: EvaluationRow) -> dict[str, str]:
    return {
        "workflow_id": evaluation_workflow_id(row.interview_id),
        "task_queue": EVALUATION_QUEUE,
    }
