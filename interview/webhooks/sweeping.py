"""Starting the workflow of every event that is to be sent: those that were just noted, and those
whose workflow was lost."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from interview.contracts.ids import WEBHOOK_QUEUE, webhook_workflow_id
from interview.contracts.webhooks import WEBHOOK, WebhookInput
from interview.errors import DatabaseUnavailable, TemporalUnavailable
from interview.persistence.deliveries import DeliveryRecords

__all__ = ["WebhookSweeping"]

log = structlog.stdlib.get_logger(__name__)

_PAGE = 100
_AT_ONCE = 10
_FORGET_EVERY_S = 3600.0
_RPC_TIMEOUT = timedelta(seconds=10)
_TASK_TIMEOUT = timedelta(seconds=5)


class WebhookSweeping:
    """Any number of processes may do so at once: each takes others, and a workflow that is there
    is not started again."""

    def __init__(self, records: DeliveryRecords, temporal: Client, every_s: float) -> None:
        self._records = records
        self._temporal = temporal
        self._every_s = every_s
        self._forget_at = 0.0

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self.once()
                await self._forget_old()
            except (DatabaseUnavailable, TemporalUnavailable) as error:
                log.warning("webhooks.postponed", code=error.code)
            await asyncio.sleep(self._every_s * random.uniform(0.8, 1.2))

    async def once(self) -> int:
        """How many it started. Raises `DatabaseUnavailable` and `TemporalUnavailable`; what is
        left then is found again."""
        started = 0
        some = asyncio.Semaphore(_AT_ONCE)

        async def start(delivery_id: str, webhook_id: str) -> None:
            async with some:
                await self._start(WebhookInput(delivery_id=delivery_id, webhook_id=webhook_id))

        while True:
            claimed = await self._records.claim(_PAGE)
            await asyncio.gather(*(start(*one) for one in claimed))
            started += len(claimed)
            if len(claimed) < _PAGE:
                return started

    async def _forget_old(self) -> None:
        if time.monotonic() >= self._forget_at:
            self._forget_at = time.monotonic() + _FORGET_EVERY_S
            if forgotten := await self._records.forget_old():
                log.info("webhooks.forgotten", count=forgotten)

    async def _start(self, request: WebhookInput) -> None:
        """By name: this package knows no workflow."""
        try:
            async with asyncio.timeout(_RPC_TIMEOUT.total_seconds()):
                await self._temporal.start_workflow(
                    WEBHOOK,
                    request,
                    id=webhook_workflow_id(request.delivery_id),
                    task_queue=WEBHOOK_QUEUE,
                    task_timeout=_TASK_TIMEOUT,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    rpc_timeout=_RPC_TIMEOUT,
                )
        except (RPCError, RuntimeError, TimeoutError):
            # A lazy client that cannot connect raises a bare `RuntimeError`.
            raise TemporalUnavailable("Temporal does not take it at the moment") from None
