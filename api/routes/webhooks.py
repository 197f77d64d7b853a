"""Where an organization's events are sent, what became of them, and sending them again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import CREATING, READING, SENDING_AGAIN, limited
from api.routes.auth import Body
from interview.persistence.deliveries import DeliveryPage, DeliveryRow
from interview.persistence.vocabulary import DeliveryState, WebhookDisabled, WebhookEvent
from interview.persistence.webhooks import WebhookRow
from interview.webhooks.guard import MAX_URL

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1",
    tags=["webhooks"],
    dependencies=[limited(READING)],
    responses=responses(429),
)

MAX_PAGE = 200

Url = Annotated[str, StringConstraints(min_length=1, max_length=MAX_URL)]
Events = Annotated[list[WebhookEvent], Field(min_length=1, max_length=20)]


class CreateWebhook(Body):
    """`url` begins with https:// and is of a server that anybody can reach."""

    url: Url
    events: Events


class ChangeWebhook(Body):
    """What is left out stays. One that is not active is told nothing; what happens meanwhile it
    never learns."""

    url: Url | None = None
    events: Events | None = None
    active: Annotated[bool, Field(strict=True)] | None = None


class Webhook(BaseModel):
    """`disabled`: `person`, or `gone` when its server answered 410; null while it is active."""

    webhook_id: str
    url: str
    events: tuple[WebhookEvent, ...]
    active: bool
    disabled: WebhookDisabled | None
    created_by: str | None
    created_at: datetime
    updated_at: datetime


class NewWebhook(Webhook):
    """`secret` is shown this once. What is sent is signed with it as Standard Webhooks says."""

    secret: Annotated[str, Field(repr=False)]


class WebhookList(BaseModel):
    """Oldest first."""

    items: list[Webhook]


@router.post(
    "/webhooks",
    status_code=201,
    dependencies=[requires("webhook.manage"), limited(CREATING)],
    responses=responses(400, 401, 403, 409, 413, 503),
)
async def create_webhook(
    body: CreateWebhook, services: ServicesDep, principal: PrincipalDep
) -> NewWebhook:
    """Errors: `webhook.url_invalid`, `webhook.too_many`, `account.address_unproved`."""
    row, secret = await services.webhooks.create(principal, body.url, body.events)
    return NewWebhook.model_validate(_shown(row).model_dump() | {"secret": secret})


@router.get(
    "/webhooks", dependencies=[requires("webhook.manage")], responses=responses(401, 403, 503)
)
async def list_webhooks(services: ServicesDep, principal: PrincipalDep) -> WebhookList:
    rows = await services.webhooks.all(principal.organization_id)
    return WebhookList(items=[_shown(row) for row in rows])


@router.get(
    "/webhooks/{webhook_id}",
    dependencies=[requires("webhook.manage")],
    responses=responses(401, 403, 404, 503),
)
async def read_webhook(webhook_id: str, services: ServicesDep, principal: PrincipalDep) -> Webhook:
    """Errors: `webhook.not_found`."""
    return _shown(await services.webhooks.get(principal.organization_id, webhook_id))


@router.patch(
    "/webhooks/{webhook_id}",
    dependencies=[requires("webhook.manage")],
    responses=responses(400, 401, 403, 404, 409, 413, 503),
)
async def change_webhook(
    webhook_id: str, body: ChangeWebhook, services: ServicesDep, principal: PrincipalDep
) -> Webhook:
    """Errors: `webhook.not_found`, `webhook.url_invalid`, `account.address_unproved`."""
    row = await services.webhooks.change(
        principal, webhook_id, url=body.url, events=body.events, active=body.active
    )
    return _shown(row)


@router.delete(
    "/webhooks/{webhook_id}",
    status_code=204,
    dependencies=[requires("webhook.manage")],
    responses=responses(401, 403, 404, 503),
)
async def delete_webhook(webhook_id: str, services: ServicesDep, principal: PrincipalDep) -> None:
    """And all that was to be sent to it. Errors: `webhook.not_found`."""
    await services.webhooks.remove(principal, webhook_id)


@router.post(
    "/webhooks/{webhook_id}/secret",
    dependencies=[requires("webhook.manage")],
    responses=responses(401, 403, 404, 503),
)
async def renew_webhook_secret(
    webhook_id: str, services: ServicesDep, principal: PrincipalDep
) -> NewWebhook:
    """A new one, shown this once. For a day more, what is sent is signed with the one before as
    well. Errors: `webhook.not_found`."""
    row, secret = await services.webhooks.renew_secret(principal, webhook_id)
    return NewWebhook.model_validate(_shown(row).model_dump() | {"secret": secret})


@router.get(
    "/webhook-deliveries",
    dependencies=[requires("webhook.manage")],
    responses=responses(400, 401, 403, 503),
)
async def list_deliveries(
    services: ServicesDep,
    principal: PrincipalDep,
    state: DeliveryState | None = None,
    webhook_id: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    cursor: str | None = None,
) -> DeliveryPage:
    """Of all webhooks, or of one, newest first; `state=dead`: those that were given up. Kept for
    30 days. Errors: `page.invalid_cursor`."""
    return await services.webhooks.deliveries(
        principal.organization_id, limit=limit, cursor=cursor, state=state, webhook_id=webhook_id
    )


@router.post(
    "/webhook-deliveries/{delivery_id}/redelivery",
    status_code=202,
    dependencies=[requires("webhook.manage"), limited(SENDING_AGAIN)],
    responses=responses(401, 403, 404, 409, 503),
)
async def send_again(
    delivery_id: str, services: ServicesDep, principal: PrincipalDep
) -> DeliveryRow:
    """One that is dead, or was delivered, under the same `webhook-id`, and for a day if need be.
    Errors: `delivery.not_found`, `delivery.pending`, `webhook.inactive`."""
    return await services.webhooks.send_again(principal, delivery_id)


def _shown(row: WebhookRow) -> Webhook:
    return Webhook(**row.model_dump(), active=row.disabled is None)
