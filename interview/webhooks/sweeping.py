"""Starting the workflow of every event that is to be sent: those that were just noted, and those
whose workflow was lost."""

from __future__ import annotations

import asyncio
import time

import structlog
from temporalio.client import Client

from interview.contracts.ids import WEBHOOK_QUEUE, webhook_workflow_id
from interview.contracts.webhooks import WEBHOOK, WebhookInput
from interview.persistence.deliveries import DeliveryRecords
from interview.repeating import repeat
from interview.starting import start

__all__ = ["WebhookSweeping"]

log = structlog.stdlib.get_logger(__name__)

_PAGE = 100
_AT_ONCE = 10
_FORGET_EVERY_S = 3600.0


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
        await repeat(self._round, self._every_s, "webhooks")

    async def _round(self) -> int:
        started = await self.once()
        await self._forget_old()
        return started

    async def once(self) -> int:
        """How many it started. Raises `DatabaseUnavailable` and `TemporalUnavailable`; what is
        left then is found again."""
        started = 0
        some = asyncio.Semaphore(_AT_ONCE)

        async def begin(delivery_id: str, webhook_id: str) -> None:
            async with some:
                await start(
                    self._temporal,
                    WEBHOOK,
                    WebhookInput(delivery_id=delivery_id, webhook_id=webhook_id),
                    workflow_id=webhook_workflow_id(delivery_id),
                    task_queue=WEBHOOK_QUEUE,
                )

        while True:
            claimed = await self._records.claim(_PAGE)
            await asyncio.gather(*(begin(*one) for one in claimed))
            started += len(claimed)
            if len(claimed) < _PAGE:
                return started

    async def _forget_old(self) -> None:
        if time.monotonic() >= self._forget_at:
            self._forget_at = time.monotonic() + _FORGET_EVERY_S
            if forgotten := await self._records.forget_old():
                log.info("webhooks.forgotten", count=forgotten)
