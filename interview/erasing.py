"""Asking for an erasure, and having retention looked at: first the row, then the workflow."""

from __future__ import annotations

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio.client import Client

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
from interview.starting import start

__all__ = ["STOP_GRACE_S", "Erasing"]

log = structlog.stdlib.get_logger(__name__)

STOP_GRACE_S = ErasureInput.model_fields["stop_grace_s"].default


class Erasing:
    """What is asked for is committed before its workflow is started, so that nothing is held while
    Temporal is waited for. What was committed and not started, `Sweeping` starts.

    Every method may be repeated. `stop_grace_s`: an interview that does not end by itself within
    this time is terminated.
    """

    def __init__(
        self, database: Database, temporal: Client, stop_grace_s: float = STOP_GRACE_S
    ) -> None:
        self._database = database
        self._temporal = temporal
        self._stop_grace_s = stop_grace_s

    async def request(
        self, interview_id: str, reason: ErasureReason, by: Principal | Actor | None = None
    ) -> Receipt:
        """Without `by` the candidate asks. Asked for again, it is the first request. Raises
        `NotFoundError` (`interview.not_found`) and `DatabaseUnavailable`."""
        async with self._database.transaction() as connection:
            receipt = await self.promise(connection, interview_id, reason, by)
        await self.begin(receipt)
        return receipt

    async def promise(
        self,
        connection: AsyncConnection,
        interview_id: str,
        reason: ErasureReason,
        by: Principal | Actor | None = None,
    ) -> Receipt:
        """The row alone, with whatever else the transaction does. It holds once that is committed;
        then `begin`. Raises `NotFoundError` (`interview.not_found`)."""
        receipt, is_first = await erasures.request(connection, interview_id, reason, by)
        if is_first:
            await erasures.note_request(connection, receipt)
        return receipt

    async def begin(self, receipt: Receipt) -> None:
        """While Temporal is away it is begun later, without being asked for again."""
        if receipt.completed_at is not None:
            return
        try:
            await self.start(receipt.interview_id)
        except TemporalUnavailable:
            log.warning("erasure.postponed")

    async def start(self, interview_id: str) -> None:
        """Has it looked at whether the interview is to be erased, now or some day. Raises
        `TemporalUnavailable`."""
        await self._start(ERASURE, self._input(interview_id), erasure_workflow_id(interview_id))

    async def resume(self, interview_id: str) -> None:
        """Where the workflow is gone it is started anew; one that runs hears nothing of it. Raises
        `TemporalUnavailable`."""
        await self._start(
            *(ERASURE, self._input(interview_id), erasure_workflow_id(interview_id)), signal=False
        )

    async def start_retiming(self, organization_id: str) -> None:
        """Raises `TemporalUnavailable`."""
        await self._start(
            RETENTION,
            RetentionInput(organization_id=organization_id),
            retention_workflow_id(organization_id),
        )

    async def keep_for(
        self, organization_id: str, days: int | None, by: Principal | Actor
    ) -> OrganizationRow:
        """Interviews of before are kept so long too. Raises `NotFoundError`
        (`organization.not_found`) and `DatabaseUnavailable`."""
        async with self._database.transaction() as connection:
            row, before = await retention.change(connection, organization_id, days)
            if days != before:
                await AuditTrail.append(
                    connection,
                    by,
                    "retention.changed",
                    Subject("organization", organization_id),
                    {"days": days, "before": before},
                )
        try:
            # Even where nothing changed: whatever kept it from being done the last time is over.
            await self.start_retiming(organization_id)
        except TemporalUnavailable:
            log.warning("retention.postponed")
        return row

    def _input(self, interview_id: str) -> ErasureInput:
        return ErasureInput(interview_id=interview_id, stop_grace_s=self._stop_grace_s)

    async def _start(
        self,
        workflow: str,
        request: ErasureInput | RetentionInput,
        workflow_id: str,
        *,
        signal: bool = True,
    ) -> None:
        """One that runs is signalled, or left alone."""
        await start(
            self._temporal,
            workflow,
            request,
            workflow_id=workflow_id,
            task_queue=ERASURE_QUEUE,
            signal=LOOK_AGAIN if signal else None,
        )
