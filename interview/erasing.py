"""Asking for an erasure, and having retention looked at: the row and the workflow together."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from interview.contracts.erasure import (
    ERASURE,
    LOOK_AGAIN,
    RETENTION,
    ErasureInput,
    RetentionInput,
)
from interview.contracts.ids import ERASURE_QUEUE, erasure_workflow_id, retention_workflow_id
from interview.errors import TemporalUnavailable
from interview.persistence import erasures, retention
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.erasures import Receipt
from interview.persistence.retention import OrganizationRow
from interview.persistence.vocabulary import ErasureReason
from interview.security.principal import Principal

__all__ = ["Erasing"]

_RPC_TIMEOUT = timedelta(seconds=10)
_TASK_TIMEOUT = timedelta(seconds=5)


class Erasing:
    """Workflows are started before the transaction is committed, and look only once it is: there
    is no request that nobody works on, and a workflow that was started for nothing ends.

    Every method may be repeated; all raise `DatabaseUnavailable` and `TemporalUnavailable`.
    """

    def __init__(self, database: Database, temporal: Client) -> None:
        self._database = database
        self._temporal = temporal

    async def request(
        self, interview_id: str, reason: ErasureReason, by: Principal | Actor | None = None
    ) -> Receipt:
        """Without `by` the candidate asks. Asked for again, it is the first request. Raises
        `NotFoundError` (`interview.not_found`)."""
        async with self._database.transaction() as connection:
            receipt, is_first = await erasures.request(connection, interview_id, reason, by)
            if receipt.completed_at is None:
                await self.start(interview_id)
            if is_first:
                await erasures.note_request(connection, receipt)
        return receipt

    async def start(self, interview_id: str) -> None:
        """Has it looked at whether the interview is to be erased, now or some day."""
        await self._start(
            ERASURE, ErasureInput(interview_id=interview_id), erasure_workflow_id(interview_id)
        )

    async def keep_for(
        self, organization_id: str, days: int | None, by: Principal | Actor
    ) -> OrganizationRow:
        """Interviews that ended before are kept so long too. Raises `NotFoundError`
        (`organization.not_found`)."""
        async with self._database.transaction() as connection:
            row, before = await retention.change(connection, organization_id, days)
            # Asked for again: whatever kept it from being done the last time is over now.
            await self._start(
                RETENTION,
                RetentionInput(organization_id=organization_id),
                retention_workflow_id(organization_id),
            )
            if days != before:
                await AuditTrail.append(
                    connection,
                    by,
                    "retention.changed",
                    Subject("organization", organization_id),
                    {"days": days, "before": before},
                )
        return row

    async def _start(
        self, workflow: str, request: ErasureInput | RetentionInput, workflow_id: str
    ) -> None:
        """By name: this package knows no workflow. One that runs is signalled."""
        try:
            async with asyncio.timeout(_RPC_TIMEOUT.total_seconds()):
                await self._temporal.start_workflow(
                    workflow,
                    request,
                    id=workflow_id,
                    task_queue=ERASURE_QUEUE,
                    task_timeout=_TASK_TIMEOUT,
                    start_signal=LOOK_AGAIN,
                    rpc_timeout=_RPC_TIMEOUT,
                )
        except (RPCError, RuntimeError, TimeoutError):
            # A lazy client that cannot connect raises a bare `RuntimeError`.
            raise TemporalUnavailable("Temporal does not take it at the moment") from None
