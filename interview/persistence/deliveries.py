"""What is sent to webhooks: what is due, how each try went, and what is dead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import DateTime, bindparam, delete, func, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import ConflictError, NotFoundError
from interview.persistence import cursors
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.models import UUID_TEXT, WEBHOOK_DELIVERIES, WEBHOOKS
from interview.persistence.rows import canonical_uuid
from interview.persistence.vocabulary import DeliveryState, WebhookEvent
from interview.persistence.webhooks import SealedSecret
from interview.security.principal import Principal

__all__ = [
    "KEPT",
    "DeliveryPage",
    "DeliveryRecords",
    "DeliveryRow",
    "Due",
    "Unsent",
    "page",
    "send_again",
]

KEPT = timedelta(days=30)
"""How long it is known what became of a delivery."""
CLAIM = timedelta(seconds=30)
"""Until another sweep may start what one has started."""
OVERDUE = timedelta(minutes=2)
"""A workflow that should have tried by now is looked for."""


class DeliveryRow(BaseModel):
    """`attempts`: all there were. `last_error`: why the last one failed; `last_status`: what its
    receiver answered, of HTTP. `next_attempt_at`: of one that is pending."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    delivery_id: str
    webhook_id: str
    event: WebhookEvent
    data: dict[str, Any]
    state: DeliveryState
    attempts: int
    last_error: str | None
    last_status: int | None
    created_at: datetime
    last_attempt_at: datetime | None
    next_attempt_at: datetime
    finished_at: datetime | None


class DeliveryPage(BaseModel):
    """Newest first. `next_cursor` is null on the last page."""

    model_config = ConfigDict(frozen=True)

    items: tuple[DeliveryRow, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Due:
    """A try that has begun. `tries` counts those since it was asked for, this one included."""

    delivery_id: str
    url: str
    event: WebhookEvent
    data: dict[str, Any]
    created_at: datetime
    tries: int
    secret: SealedSecret


@dataclass(frozen=True, slots=True)
class Unsent:
    """Nothing is to be sent now. `wait_s`: when it is; None: never."""

    wait_s: float | None = None


_ROW = [WEBHOOK_DELIVERIES.c[name] for name in DeliveryRow.model_fields]
_THIS = WEBHOOK_DELIVERIES.c.delivery_id == bindparam("of_delivery")
_PENDING = WEBHOOK_DELIVERIES.c.state == "pending"
_WAIT = func.extract("epoch", WEBHOOK_DELIVERIES.c.next_attempt_at - func.now())
_OLD_IS_GOOD = WEBHOOKS.c.old_secret_until > func.now()
_HELD = (
    select(
        WEBHOOK_DELIVERIES,
        WEBHOOKS.c.url,
        WEBHOOKS.c.disabled,
        WEBHOOKS.c.secret,
        WEBHOOKS.c.secret_key_id,
        WEBHOOKS.c.old_secret,
        WEBHOOKS.c.old_secret_key_id,
        _WAIT.label("wait_s"),
        func.coalesce(_OLD_IS_GOOD, False).label("old_is_good"),
    )
    .join(WEBHOOKS, WEBHOOKS.c.webhook_id == WEBHOOK_DELIVERIES.c.webhook_id)
    .where(_THIS, _PENDING)
    .with_for_update(of=WEBHOOK_DELIVERIES)
)
_WAITING = (
    select(WEBHOOK_DELIVERIES.c.delivery_id)
    .where(_PENDING, WEBHOOK_DELIVERIES.c.look_at <= func.now())
    .order_by(WEBHOOK_DELIVERIES.c.look_at)
    .with_for_update(skip_locked=True)
)


class DeliveryRecords:
    """All methods raise `DatabaseUnavailable`. Of one that is not pending any more, or whose
    webhook is gone, none changes anything."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, delivery_id: str) -> Due | Unsent:
        """Counts the try before it is made: one that dies under way is counted."""
        async with self._database.transaction() as connection:
            row = await _held(connection, delivery_id)
            if row is None:
                return Unsent()
            if row.wait_s > 0:
                return Unsent(float(row.wait_s))
            if row.disabled is not None:
                await _finish(connection, delivery_id, "dead", last_error="webhook.inactive")
                return Unsent()
            values = {
                "attempts": row.attempts + 1,
                "tries": row.tries + 1,
                "last_attempt_at": func.now(),
                "look_at": func.now() + OVERDUE,
            }
            await _change(connection, delivery_id, **values)
        secret = SealedSecret(
            webhook_id=row.webhook_id,
            secret=row.secret,
            secret_key_id=row.secret_key_id,
            old_secret=row.old_secret if row.old_is_good else None,
            old_secret_key_id=row.old_secret_key_id,
        )
        return Due(
            *(delivery_id, row.url, row.event, row.data, row.created_at, row.tries + 1, secret)
        )

    async def delivered(self, delivery_id: str, status: int) -> None:
        async with self._database.transaction() as connection:
            if await _held(connection, delivery_id) is not None:
                values = {"last_status": status, "last_error": None}
                await _finish(connection, delivery_id, "delivered", **values)

    async def failed(
        self, delivery_id: str, error: str, status: int | None, wait_s: float | None
    ) -> None:
        """To be tried again after `wait_s`; never by itself where that is None."""
        async with self._database.transaction() as connection:
            if await _held(connection, delivery_id) is None:
                return
            values = {"last_error": error, "last_status": status}
            if wait_s is None:
                await _finish(connection, delivery_id, "dead", **values)
                return
            at = func.now() + timedelta(seconds=wait_s)
            values |= {"next_attempt_at": at, "look_at": at + OVERDUE}
            await _change(connection, delivery_id, **values)

    async def gone(self, delivery_id: str, url: str, status: int) -> None:
        """The receiver at that address wants nothing any more: the webhook is disabled, unless it
        was moved meanwhile."""
        async with self._database.transaction() as connection:
            row = await _held(connection, delivery_id)
            if row is None:
                return
            values = {"last_error": "webhook.gone", "last_status": status}
            await _finish(connection, delivery_id, "dead", **values)
            this = WEBHOOKS.c.webhook_id == row.webhook_id
            active = this & WEBHOOKS.c.disabled.is_(None) & (WEBHOOKS.c.url == url)
            disabled = await connection.execute(
                update(WEBHOOKS).where(active).values(disabled="gone", updated_at=func.now())
            )
            if disabled.rowcount:
                by = Actor.system(row.organization_id)
                subject = Subject("webhook", row.webhook_id)
                reason = {"reason": "gone"}
                await AuditTrail.append(connection, by, "webhook.disabled", subject, reason)

    async def claim(self, limit: int) -> Sequence[tuple[str, str]]:
        """Deliveries that may have no workflow, and their webhooks: of several who claim at once
        each gets others, and for a while nobody gets them again."""
        waiting = _WAITING.limit(limit).scalar_subquery()
        claimed = (
            update(WEBHOOK_DELIVERIES)
            .where(WEBHOOK_DELIVERIES.c.delivery_id.in_(waiting))
            .values(look_at=func.now() + CLAIM)
            .returning(WEBHOOK_DELIVERIES.c.delivery_id, WEBHOOK_DELIVERIES.c.webhook_id)
        )
        async with self._database.transaction() as connection:
            return [(row.delivery_id, row.webhook_id) for row in await connection.execute(claimed)]

    async def forget_old(self) -> int:
        """Finished longer than `KEPT` ago; how many."""
        old = WEBHOOK_DELIVERIES.c.finished_at < func.now() - KEPT
        async with self._database.transaction() as connection:
            return (await connection.execute(delete(WEBHOOK_DELIVERIES).where(old))).rowcount


async def page(
    connection: AsyncConnection,
    organization_id: str,
    *,
    limit: int,
    cursor: str | None = None,
    state: DeliveryState | None = None,
    webhook_id: str | None = None,
) -> DeliveryPage:
    """Raises `InvalidInputError` (`page.invalid_cursor`)."""
    table = WEBHOOK_DELIVERIES.c
    query = (
        select(*_ROW)
        .where(table.organization_id == organization_id)
        .order_by(table.created_at.desc(), table.delivery_id.desc())
    )
    if state is not None:
        query = query.where(table.state == state)
    if webhook_id is not None:
        if canonical_uuid(webhook_id) is None:
            return DeliveryPage(items=(), next_cursor=None)
        query = query.where(table.webhook_id == webhook_id)
    if cursor is not None:
        created_at, delivery_id = cursors.decode(cursor)
        query = query.where(
            tuple_(table.created_at, table.delivery_id)
            < tuple_(literal(created_at, DateTime(timezone=True)), literal(delivery_id, UUID_TEXT))
        )
    found = await connection.execute(query.limit(limit + 1))
    rows = [DeliveryRow.model_validate(row) for row in found]
    items, last = tuple(rows[:limit]), rows[limit - 1] if len(rows) > limit else None
    return DeliveryPage(
        items=items,
        next_cursor=cursors.encode(last.created_at, last.delivery_id) if last else None,
    )


async def send_again(connection: AsyncConnection, delivery_id: str, by: Principal) -> DeliveryRow:
    """One that is dead, or was delivered. Raises `NotFoundError` (`delivery.not_found`) and
    `ConflictError` (`delivery.pending`, `webhook.inactive`)."""
    found = None
    if canonical_uuid(delivery_id) is not None:
        query = (
            select(*_ROW, WEBHOOKS.c.disabled)
            .join(WEBHOOKS, WEBHOOKS.c.webhook_id == WEBHOOK_DELIVERIES.c.webhook_id)
            .where(_THIS, WEBHOOK_DELIVERIES.c.organization_id == by.organization_id)
            .with_for_update(of=WEBHOOK_DELIVERIES)
        )
        found = (await connection.execute(query, {"of_delivery": delivery_id})).one_or_none()
    if found is None:
        raise NotFoundError("delivery.not_found", "no such delivery")
    if found.state == "pending":
        raise ConflictError("delivery.pending", "it is on its way")
    if found.disabled is not None:
        raise ConflictError("webhook.inactive", "activate the webhook first")
    values: dict[str, Any] = {
        "state": "pending",
        "tries": 0,
        "finished_at": None,
        "next_attempt_at": func.now(),
        "look_at": func.now(),
    }
    changed = update(WEBHOOK_DELIVERIES).where(_THIS).values(values).returning(*_ROW)
    row = (await connection.execute(changed, {"of_delivery": delivery_id})).one()
    details = {"delivery": delivery_id}
    subject = Subject("webhook", found.webhook_id)
    await AuditTrail.append(connection, by, "webhook.redelivered", subject, details)
    return DeliveryRow.model_validate(row)


async def _held(connection: AsyncConnection, delivery_id: str) -> Any:
    return (await connection.execute(_HELD, {"of_delivery": delivery_id})).one_or_none()


async def _change(connection: AsyncConnection, delivery_id: str, **values: Any) -> None:
    changed = update(WEBHOOK_DELIVERIES).where(_THIS).values(**values)
    await connection.execute(changed, {"of_delivery": delivery_id})


async def _finish(
    connection: AsyncConnection, delivery_id: str, state: DeliveryState, **values: Any
) -> None:
    await _change(connection, delivery_id, state=state, finished_at=func.now(), **values)
