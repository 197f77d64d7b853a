"""What an organization does with its webhooks."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from interview.accounts.proof import require_proved
from interview.errors import ConflictError, NotFoundError
from interview.persistence import deliveries, webhooks
from interview.persistence.audit import AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.deliveries import DeliveryPage, DeliveryRow
from interview.persistence.vocabulary import DeliveryState, WebhookEvent
from interview.persistence.webhooks import WebhookRow
from interview.security.principal import Principal
from interview.webhooks.guard import Guard
from interview.webhooks.secrets import WebhookSecrets
from interview.webhooks.signing import new_secret

__all__ = ["MAX_WEBHOOKS", "OLD_SECRET_LASTS", "Webhooks"]

MAX_WEBHOOKS = 20
"""Of one organization."""
OLD_SECRET_LASTS = timedelta(days=1)
"""After it was replaced, what is sent is signed with both."""


class Webhooks:
    """Those of other organizations are not there: `NotFoundError` (`webhook.not_found`,
    `delivery.not_found`). All methods raise `DatabaseUnavailable`; those that take a URL raise as
    `Guard.check_url`."""

    def __init__(self, database: Database, secrets: WebhookSecrets, guard: Guard) -> None:
        self._database = database
        self._secrets = secrets
        self._guard = guard

    async def create(
        self, by: Principal, url: str, events: Sequence[WebhookEvent]
    ) -> tuple[WebhookRow, str]:
        """The webhook and its secret, which is told to nobody afterwards. Raises `ConflictError`
        (`webhook.too_many`), and as `require_proved`."""
        url = self._guard.check_url(url)
        webhook_id, secret = str(uuid.uuid4()), new_secret()
        sealed = self._secrets.seal(webhook_id, secret)
        async with self._database.transaction() as connection:
            await require_proved(connection, by)
            if await webhooks.count(connection, by.organization_id) >= MAX_WEBHOOKS:
                raise ConflictError("webhook.too_many", f"there are {MAX_WEBHOOKS} already")
            row = await webhooks.add(
                connection,
                by.organization_id,
                webhook_id=webhook_id,
                url=url,
                events=_chosen(events),
                secret=sealed.data,
                secret_key_id=sealed.key_id,
                created_by=by.user_id,
            )
            # Not the address, which may hold a secret of its own.
            details = {"events": "+".join(row.events)}
            subject = Subject("webhook", webhook_id)
            await AuditTrail.append(connection, by, "webhook.created", subject, details)
        return row, secret

    async def all(self, organization_id: str) -> list[WebhookRow]:
        """Oldest first."""
        async with self._database.transaction() as connection:
            return await webhooks.of_organization(connection, organization_id)

    async def get(self, organization_id: str, webhook_id: str) -> WebhookRow:
        async with self._database.transaction() as connection:
            return _required(await webhooks.find(connection, organization_id, webhook_id))

    async def change(
        self,
        by: Principal,
        webhook_id: str,
        *,
        url: str | None = None,
        events: Sequence[WebhookEvent] | None = None,
        active: bool | None = None,
    ) -> WebhookRow:
        """What is None stays. Raises as `require_proved` where it sends elsewhere, or again."""
        values: dict[str, object] = {}
        if url is not None:
            values["url"] = self._guard.check_url(url)
        if events is not None:
            values["events"] = _chosen(events)
        async with self._database.transaction() as connection:
            if url is not None or active:
                await require_proved(connection, by)
            before = _required(
                await webhooks.find(connection, by.organization_id, webhook_id, hold=True)
            )
            if active is not None and active is not (before.disabled is None):
                values["disabled"] = None if active else "person"
            await webhooks.change(connection, by.organization_id, webhook_id, **values)
            row = _required(await webhooks.find(connection, by.organization_id, webhook_id))
            details = {"events": "+".join(row.events), "active": row.disabled is None}
            changed = before.model_dump(exclude={"updated_at"}) != row.model_dump(
                exclude={"updated_at"}
            )
            if changed:
                subject = Subject("webhook", webhook_id)
                await AuditTrail.append(connection, by, "webhook.changed", subject, details)
        return row

    async def remove(self, by: Principal, webhook_id: str) -> None:
        async with self._database.transaction() as connection:
            _required(await webhooks.find(connection, by.organization_id, webhook_id, hold=True))
            await webhooks.remove(connection, by.organization_id, webhook_id)
            subject = Subject("webhook", webhook_id)
            await AuditTrail.append(connection, by, "webhook.deleted", subject)

    async def renew_secret(self, by: Principal, webhook_id: str) -> tuple[WebhookRow, str]:
        """The one before is good for `OLD_SECRET_LASTS` more."""
        secret = new_secret()
        sealed = self._secrets.seal(webhook_id, secret)
        async with self._database.transaction() as connection:
            _required(await webhooks.find(connection, by.organization_id, webhook_id, hold=True))
            await webhooks.replace_secret(
                *(connection, by.organization_id, webhook_id),
                *(sealed.data, sealed.key_id, OLD_SECRET_LASTS),
            )
            row = _required(await webhooks.find(connection, by.organization_id, webhook_id))
            subject = Subject("webhook", webhook_id)
            await AuditTrail.append(connection, by, "webhook.secret_changed", subject)
        return row, secret

    async def deliveries(
        self,
        organization_id: str,
        *,
        limit: int,
        cursor: str | None = None,
        state: DeliveryState | None = None,
        webhook_id: str | None = None,
    ) -> DeliveryPage:
        """Newest first. Raises `InvalidInputError` (`page.invalid_cursor`)."""
        async with self._database.transaction() as connection:
            return await deliveries.page(
                *(connection, organization_id),
                limit=limit,
                cursor=cursor,
                state=state,
                webhook_id=webhook_id,
            )

    async def send_again(self, by: Principal, delivery_id: str) -> DeliveryRow:
        """A worker sees to it. Raises `ConflictError` (`delivery.pending`, `webhook.inactive`)."""
        async with self._database.transaction() as connection:
            return await deliveries.send_again(connection, delivery_id, by)


def _chosen(events: Sequence[WebhookEvent]) -> list[WebhookEvent]:
    return sorted(set(events))


def _required(row: WebhookRow | None) -> WebhookRow:
    if row is None:
        raise NotFoundError("webhook.not_found", "no such webhook")
    return row
