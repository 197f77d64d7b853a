"""One try to send an event."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field

import structlog
from temporalio import activity

from interview.contracts.webhooks import Again, WebhookActivities, WebhookInput
from interview.persistence.deliveries import DeliveryRecords, Due, Unsent
from interview.security.seal import EncryptionError
from interview.webhooks.schedule import retry_after_s
from interview.webhooks.secrets import Sealed, WebhookSecrets
from interview.webhooks.sending import Sender, Undelivered
from interview.webhooks.signing import body_of, headers_of

__all__ = ["SendWebhooks"]

log = structlog.stdlib.get_logger(__name__)

AT_ONCE = 4
"""To one webhook: a receiver that hangs does not hold up everybody else's."""
_BUSY_S = (5.0, 15.0)


@dataclass(frozen=True)
class SendWebhooks(WebhookActivities):
    records: DeliveryRecords
    secrets: WebhookSecrets
    sender: Sender
    _sending: Counter[str] = field(default_factory=Counter[str])

    @activity.defn(name="webhook.attempt")
    async def attempt(self, request: WebhookInput) -> Again:
        if self._sending[request.webhook_id] >= AT_ONCE:
            return Again(after_s=random.uniform(*_BUSY_S))
        self._sending[request.webhook_id] += 1
        try:
            due = await self.records.begin(request.delivery_id)
            if isinstance(due, Unsent):
                return Again(after_s=due.wait_s)
            return Again(after_s=await self._attempt(due))
        finally:
            self._sending[request.webhook_id] -= 1
            if not self._sending[request.webhook_id]:
                del self._sending[request.webhook_id]

    async def _attempt(self, due: Due) -> float | None:
        """When to try again."""
        try:
            status = await self._send(due)
        except Undelivered as error:
            log.info("webhook.undelivered", code=error.code, status=error.status, tries=due.tries)
            if error.code == "webhook.gone":
                await self.records.gone(due.delivery_id, due.url, error.status or 410)
                return None
            wait_s = retry_after_s(due.tries, error.retry_after_s)
            await self.records.failed(due.delivery_id, error.code, error.status, wait_s)
            return wait_s
        await self.records.delivered(due.delivery_id, status)
        return None

    async def _send(self, due: Due) -> int:
        body = body_of(due.event, due.created_at, due.data)
        try:
            secrets = self._opened(due)
        except EncryptionError as error:
            # Somebody may give the key yet.
            raise Undelivered(error.code) from None
        headers = headers_of(due.delivery_id, int(time.time()), body, secrets)
        return (await self.sender.send(due.url, headers, body)).status

    def _opened(self, due: Due) -> list[str]:
        kept = due.secret
        sealed = [Sealed(kept.secret, kept.secret_key_id)]
        if kept.old_secret is not None:
            sealed.append(Sealed(kept.old_secret, kept.old_secret_key_id))
        return [self.secrets.open(kept.webhook_id, one) for one in sealed]
