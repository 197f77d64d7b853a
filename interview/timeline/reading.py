"""A timeline, read from Temporal and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import bindparam, select
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from interview.contracts.ids import workflow_id
from interview.errors import TemporalUnavailable
from interview.persistence.database import Database
from interview.persistence.models import TURNS
from interview.persistence.vocabulary import TurnStatus
from interview.security.codec import InterviewCodec
from interview.security.data_keys import DataKeys
from interview.security.seal import EncryptionError
from interview.temporal_runs import runs_of
from interview.timeline.folding import Folding, payloads_of
from interview.timeline.models import Timeline, TurnTrack

__all__ = ["MAX_EVENTS", "Timelines"]

MAX_EVENTS = 20_000
"""Of one interview, oldest first: a thousand turns."""
_PAGE = 500
_PATIENCE_S = 8.0

_TURNS = (
    select(TURNS.c.turn_id, TURNS.c.status, TURNS.c.committed_at)
    .where(TURNS.c.interview_id == bindparam("of_interview"))
    .order_by(TURNS.c.turn_number)
)


@dataclass(frozen=True, slots=True)
class _Row:
    status: TurnStatus
    committed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Timelines:
    """`keys` is None where nothing is sealed. `strict`: what cannot be opened is an error."""

    database: Database
    client: Client
    keys: DataKeys | None
    max_events: int = MAX_EVENTS
    patience_s: float = _PATIENCE_S
    strict: bool = False

    async def version(self, interview_id: str) -> str:
        """Another one whenever the history has grown. Raises `TemporalUnavailable`."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                found = await self.client.get_workflow_handle(workflow_id(interview_id)).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return ""
            raise _away() from error
        except (RuntimeError, TimeoutError) as error:
            raise _away() from error
        return f"{found.run_id}/{found.history_length}"

    async def of(self, interview_id: str) -> Timeline:
        """Raises `TemporalUnavailable`, `DatabaseUnavailable`, `EncryptionError`."""
        rows = await self._rows(interview_id)
        folding, left, whole = Folding(), self.max_events, True
        try:
            # The client itself would try for longer than anybody waits.
            async with asyncio.timeout(self.patience_s):
                async for page in self._pages(interview_id):
                    whole, page = len(page) <= left, page[:left]
                    left -= len(page)
                    await self._open(page)
                    for event in page:
                        folding.take(event)
                    if not whole:
                        break
        # A client that was not connected before raises the second.
        except (RPCError, RuntimeError, TimeoutError) as error:
            raise _away() from error
        turns = [
            TurnTrack.of(
                turn.ref,
                turn.began_at,
                turn.runs(),
                row.status if (row := rows.get(turn_id)) else None,
                row.committed_at if row else None,
            )
            for turn_id, turn in folding.turns.items()
        ]
        return Timeline(
            interview_id=interview_id,
            complete=folding.runs > 0 and whole and not folding.is_headless,
            runs=folding.runs,
            steps=folding.steps,
            turns=tuple(turns),
        )

    async def _rows(self, interview_id: str) -> dict[str, _Row]:
        async with self.database.transaction() as connection:
            found = await connection.execute(_TURNS, {"of_interview": interview_id})
            return {row.turn_id: _Row(row.status, row.committed_at) for row in found}

    async def _pages(self, interview_id: str) -> AsyncIterator[Sequence[HistoryEvent]]:
        """Of every run, oldest first. Raises `RPCError`."""
        name = workflow_id(interview_id)
        for run_id in await runs_of(self.client, name):
            token: bytes | None = b""
            while token is not None:
                request = GetWorkflowExecutionHistoryRequest(
                    namespace=self.client.namespace,
                    execution=WorkflowExecution(workflow_id=name, run_id=run_id),
                    maximum_page_size=_PAGE,
                    next_page_token=token,
                )
                try:
                    answer = await self.client.workflow_service.get_workflow_execution_history(
                        request
                    )
                except RPCError as error:
                    if error.status is not RPCStatusCode.NOT_FOUND:
                        raise
                    break  # It was there a moment ago: its retention has run out, or it is erased.
                yield answer.history.events
                token = answer.next_page_token or None

    async def _open(self, page: Sequence[HistoryEvent]) -> None:
        """What can be opened, in its place. What cannot says nothing of itself."""
        if self.keys is None:
            return
        codec = InterviewCodec(self.keys)
        for payload in chain.from_iterable(map(payloads_of, page)):
            try:
                [opened] = await codec.decode([payload])
            except EncryptionError:
                if self.strict:
                    raise
                continue
            payload.CopyFrom(opened)


def _away() -> TemporalUnavailable:
    return TemporalUnavailable("the history cannot be read at present")
