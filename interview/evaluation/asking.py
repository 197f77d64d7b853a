"""Asking for an evaluation: first the row, then the workflow."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel, ConfigDict
from temporalio.client import Client
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from interview.contracts.evaluation import EVALUATION, EvaluationInput
from interview.contracts.ids import EVALUATION_QUEUE, evaluation_workflow_id
from interview.errors import ConflictError, TemporalUnavailable
from interview.persistence import corrections, holding
from interview.persistence import evaluation_reads as stored
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

__all__ = ["Corrected", "Evaluating"]

_RPC_TIMEOUT = timedelta(seconds=10)
_TASK_TIMEOUT = timedelta(seconds=5)
_CLOSING_S = 0.1
_MOST_TRIES = 50
"""While the workflow of the evaluation before closes."""


class Corrected(BaseModel):
    """`evaluation`: the one that goes by these; null where no score is touched, or there is none,
    or another one runs, which this follows."""

    model_config = ConfigDict(frozen=True)

    items: tuple[CorrectionRow, ...]
    evaluation: EvaluationRow | None


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
        await self._start_new(row)
        return row

    async def reevaluate(
        self,
        interview_id: str,
        number: int,
        by: Principal,
        *,
        rubric_hash: str | None,
        provider: str | None,
    ) -> EvaluationRow:
        """Raises as `ask_reevaluated`."""
        async with self._database.transaction() as connection:
            row = await ask_reevaluated(
                *(connection, interview_id, number, by),
                rubric_hash=rubric_hash,
                provider=provider,
            )
        await self._start_new(row)
        return row

    async def retry(self, interview_id: str, number: int, by: Principal) -> EvaluationRow:
        """Raises as `ask_again`, and `ConflictError` (`evaluation.running`)."""
        async with self._database.transaction() as connection:
            row = await ask_again(connection, interview_id, number, by)
        if not await self._start(row):
            raise _running()
        return row

    async def correct(
        self, interview_id: str, texts: Sequence[tuple[str, str]], reason: str, by: Principal
    ) -> Corrected:
        """Raises as `holding.ended_interview` and `corrections.add`. What was stored before, and
        has nobody who works on it, is begun by saying the same again."""
        async with self._database.transaction() as connection:
            await holding.ended_interview(connection, interview_id)
            items = await corrections.add(connection, interview_id, texts, reason, by)
            row = await ask_corrected(connection, interview_id, by)
            rows = await stored.all_of(connection, interview_id)
        if row is not None:
            await self._start_new(row)
            return Corrected(items=tuple(items), evaluation=row)
        newest = max(item.sequence for item in items)
        known = next(
            (one for one in rows if one.kind != "reevaluated" and one.corrections >= newest), None
        )
        if known is not None and known.state == "running":
            await self._start(known)
        return Corrected(items=tuple(items), evaluation=known)

    async def _start_new(self, row: EvaluationRow) -> None:
        """One before it may be done, and its workflow not quite."""
        for _ in range(_MOST_TRIES):
            if await self._start(row):
                return
            await asyncio.sleep(_CLOSING_S)
        raise _running()

    async def _start(self, row: EvaluationRow) -> bool:
        """Whether it was; False while a workflow of the interview's runs. By name: this package
        knows no workflow."""
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
            return False
        except (RPCError, RuntimeError, TimeoutError):
            # A lazy client that cannot connect raises a bare `RuntimeError`.
            raise TemporalUnavailable("Temporal does not take it at the moment") from None
        return True


def _running() -> ConflictError:
    return ConflictError("evaluation.running", "it is being scored already")
