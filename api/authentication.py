"""Who asks: proved by a cookie, a bearer token or an API key, once a request or connection."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from api.dependencies import Services, ServicesDep
from api.security import origin_allowed
from interview.errors import AccessError
from interview.persistence.access import API_KEY_PREFIX
from interview.security.principal import ANONYMOUS, Principal

__all__ = ["ACCESS_COOKIE", "PrincipalDep", "authenticate"]

ACCESS_COOKIE = "intervue_access"
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


async def authenticate(connection: HTTPConnection, services: Services) -> Principal:
    """`ANONYMOUS` where nothing is presented. Raises `AccessError` (`auth.invalid`,
    `auth.expired`, `auth.revoked`) for what is presented and does not hold, (`auth.forbidden`)
    for a cookie that a page of another site had sent along, and `DatabaseUnavailable`."""
    token = _bearer(connection)
    if token is not None and token.startswith(API_KEY_PREFIX):
        return await services.access.principal_of_key(token)
    if token is None:
        token = connection.cookies.get(ACCESS_COOKIE)
        if not token:
            return ANONYMOUS
        _require_own_page(connection, services)
    principal = services.tokens.verify(token)
    await services.access.require_live(principal)
    return principal


async def _principal(connection: HTTPConnection, services: ServicesDep) -> Principal:
    return await authenticate(connection, services)


PrincipalDep = Annotated[Principal, Depends(_principal)]


def _bearer(connection: HTTPConnection) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _require_own_page(connection: HTTPConnection, services: Services) -> None:
    """SameSite keeps the cookie from other sites, but not from our neighbours under one domain."""
    if connection.scope["type"] == "http" and connection.scope["method"] in _SAFE_METHODS:
        return
    if not origin_allowed(connection.headers, services.settings.cors_origins):
        raise AccessError("auth.forbidden", "pages of other sites may not do this")
