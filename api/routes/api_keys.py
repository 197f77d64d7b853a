"""Keys for integrations."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import READING, limited
from api.routes.auth import Body
from interview.persistence.vocabulary import ApiScope

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/api-keys",
    tags=["api keys"],
    dependencies=[limited(READING)],
    responses=responses(429),
)


class CreateApiKey(Body):
    """Without `expires_in_days` it is good until it is revoked."""

    name: Annotated[
        str,
        StringConstraints(
            min_length=1, max_length=120, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"
        ),
    ]
    scopes: Annotated[list[ApiScope], Field(min_length=1, max_length=20)]
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class ApiKey(BaseModel):
    """`last_used_at` is right to the minute."""

    key_id: str
    name: str
    scopes: list[ApiScope]
    created_by: str | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewApiKey(ApiKey):
    """`secret` is shown this once: `Authorization: Bearer <secret>`."""

    secret: Annotated[str, Field(repr=False)]


class ApiKeyList(BaseModel):
    items: list[ApiKey]


@router.post(
    "",
    status_code=201,
    dependencies=[requires("api_key.manage")],
    responses=responses(400, 401, 403, 409, 413, 503),
)
async def create_api_key(
    body: CreateApiKey, services: ServicesDep, principal: PrincipalDep
) -> NewApiKey:
    """Errors: `account.address_unproved`, until the link mailed at registration was opened."""
    days = body.expires_in_days
    row, secret = await services.accounts.api_keys.create(
        principal,
        body.name,
        body.scopes,
        None if days is None else timedelta(days=days),
    )
    return NewApiKey.model_validate(row.model_dump() | {"secret": secret})


@router.get("", dependencies=[requires("api_key.manage")], responses=responses(401, 403, 503))
async def list_api_keys(services: ServicesDep, principal: PrincipalDep) -> ApiKeyList:
    """Newest first, at most 200, the revoked too."""
    rows = await services.accounts.api_keys.of_organization(principal.organization_id)
    return ApiKeyList(items=[ApiKey.model_validate(row.model_dump()) for row in rows])


@router.delete(
    "/{key_id}",
    status_code=204,
    dependencies=[requires("api_key.manage")],
    responses=responses(401, 403, 404, 503),
)
async def revoke_api_key(key_id: str, services: ServicesDep, principal: PrincipalDep) -> None:
    """At once. May be repeated. Errors: `api_key.not_found`."""
    await services.accounts.api_keys.revoke(principal, key_id)
