"""Webhooks of an organization, and events noted for them. Statements inside the caller's
transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.persistence.models import ORGANIZATIONS, UUID_TEXT, WEBHOOK_DELIVERIES, WEBHOOKS
from interview.persistence.rows import canonical_uuid
from interview.persistence.vocabulary import WebhookDisabled, WebhookEvent

__all__ = [
    "SealedSecret",
    "WebhookRow",
    "add",
    "change",
    "count",
    "find",
    "of_organization",
    "remove",
    "replace_secret",
    "reseal",
    "sealed_elsewhere",
    "tell",
]


class WebhookRow(BaseModel):
    """`disabled`: why nothing is sent to it; null while it is active."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    webhook_id: str
    url: str
    events: tuple[WebhookEvent, ...]
    disabled: WebhookDisabled | None
    created_by: str | None
    created_at: datetime
    updated_at: datetime


class SealedSecret(BaseModel):
    """A webhook's secret, and the one before while that is good. `key_id` is None where it is not
    sealed."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    webhook_id: str
    secret: bytes
    secret_key_id: str | None
    old_secret: bytes | None
    old_secret_key_id: str | None


_ROW = [WEBHOOKS.c[name] for name in WebhookRow.model_fields]
_SECRET = [WEBHOOKS.c[name] for name in SealedSecret.model_fields]
_OF_ORGANIZATION = WEBHOOKS.c.organization_id == bindparam("of_organization")
_THIS = _OF_ORGANIZATION & (WEBHOOKS.c.webhook_id == bindparam("of_webhook"))
_LIST = select(*_ROW).where(_OF_ORGANIZATION).order_by(WEBHOOKS.c.created_at, WEBHOOKS.c.webhook_id)
_FIND = select(*_ROW).where(_THIS)
_COUNT = select(func.count()).select_from(WEBHOOKS).where(_OF_ORGANIZATION)
_HOLD = select(ORGANIZATIONS.c.organization_id).where(
    ORGANIZATIONS.c.organization_id == bindparam("of_organization")
)
_TELL = (
    insert(WEBHOOK_DELIVERIES)
    .from_select(
        *(
            [
                *("delivery_id", "organization_id", "webhook_id", "event", "subject"),
                *("interview_id", "data"),
            ],
            select(
                func.gen_random_uuid(),
                WEBHOOKS.c.organization_id,
                WEBHOOKS.c.webhook_id,
                bindparam("event", type_=WEBHOOK_DELIVERIES.c.event.type),
                bindparam("subject", type_=WEBHOOK_DELIVERIES.c.subject.type),
                bindparam("interview", type_=UUID_TEXT),
                bindparam("data", type_=JSONB()),
            ).where(
                _OF_ORGANIZATION,
                WEBHOOKS.c.disabled.is_(None),
                WEBHOOKS.c.events.contains(bindparam("wanted", type_=JSONB())),
            ),
        )
    )
    .on_conflict_do_nothing(constraint="uq_webhook_deliveries_webhook_id_event_subject")
)


async def tell(
    connection: AsyncConnection,
    organization_id: str,
    event: WebhookEvent,
    subject: str,
    data: dict[str, Any],
    interview_id: str | None = None,
) -> None:
    """Every active webhook that wants to know of it, in the transaction that makes it so: once
    for each `subject`. `data`: ids and states."""
    values = {
        "of_organization": organization_id,
        "event": event,
        "wanted": [event],
        "subject": subject,
        "interview": interview_id,
        "data": data,
    }
    await connection.execute(_TELL, values)


async def count(connection: AsyncConnection, organization_id: str) -> int:
    """Nobody adds another one until the transaction ends."""
    of = {"of_organization": organization_id}
    await connection.execute(_HOLD.with_for_update(key_share=True), of)
    return await connection.scalar(_COUNT, of) or 0


async def add(connection: AsyncConnection, organization_id: str, **values: Any) -> WebhookRow:
    added = await connection.execute(
        insert(WEBHOOKS).values(organization_id=organization_id, **values).returning(*_ROW)
    )
    return WebhookRow.model_validate(added.one())


async def of_organization(connection: AsyncConnection, organization_id: str) -> list[WebhookRow]:
    """Oldest first."""
    rows = await connection.execute(_LIST, {"of_organization": organization_id})
    return [WebhookRow.model_validate(row) for row in rows]


async def find(
    connection: AsyncConnection, organization_id: str, webhook_id: str, *, hold: bool = False
) -> WebhookRow | None:
    if canonical_uuid(webhook_id) is None:
        return None
    query = _FIND.with_for_update() if hold else _FIND
    row = (await connection.execute(query, _of(organization_id, webhook_id))).one_or_none()
    return None if row is None else WebhookRow.model_validate(row)


async def change(
    connection: AsyncConnection, organization_id: str, webhook_id: str, **values: Any
) -> None:
    changed = update(WEBHOOKS).where(_THIS).values(**values, updated_at=func.now())
    await connection.execute(changed, _of(organization_id, webhook_id))


async def remove(connection: AsyncConnection, organization_id: str, webhook_id: str) -> None:
    """And what was to be sent to it, or was."""
    await connection.execute(delete(WEBHOOKS).where(_THIS), _of(organization_id, webhook_id))


async def replace_secret(
    connection: AsyncConnection,
    organization_id: str,
    webhook_id: str,
    secret: bytes,
    key_id: str | None,
    old_lasts: timedelta,
) -> None:
    values = {
        "old_secret": WEBHOOKS.c.secret,
        "old_secret_key_id": WEBHOOKS.c.secret_key_id,
        "old_secret_until": func.now() + old_lasts,
        "secret": secret,
        "secret_key_id": key_id,
    }
    await change(connection, organization_id, webhook_id, **values)


async def sealed_elsewhere(connection: AsyncConnection, key_id: str) -> Sequence[SealedSecret]:
    """With another key, until the transaction ends."""
    other = WEBHOOKS.c.secret_key_id.is_distinct_from(key_id) | (
        WEBHOOKS.c.old_secret.is_not(None) & WEBHOOKS.c.old_secret_key_id.is_distinct_from(key_id)
    )
    query = select(*_SECRET).where(other).order_by(WEBHOOKS.c.webhook_id).with_for_update()
    return [SealedSecret.model_validate(row) for row in await connection.execute(query)]


async def reseal(connection: AsyncConnection, secret: SealedSecret) -> None:
    values = secret.model_dump(exclude={"webhook_id"})
    this = WEBHOOKS.c.webhook_id == secret.webhook_id
    await connection.execute(update(WEBHOOKS).where(this).values(values))


def _of(organization_id: str, webhook_id: str) -> dict[str, str]:
    return {"of_organization": organization_id, "of_webhook": webhook_id}
