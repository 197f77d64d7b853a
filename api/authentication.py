"""Who asks: proved by a cookie, a bearer token or an API key, once a request."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from api.dependencies import Services, ServicesDep
from interview.security.principal import ANONYMOUS, Principal

__all__ = ["ACCESS_COOKIE", "PrincipalDep", "authenticate"]

ACCESS_COOKIE = "intervue_access"


async def authenticate(connection: HTTPConnection, services: Services) -> Principal:
    """`ANONYMOUS` where nothing is presented. Raises `AccessError` (`auth.invalid`,
    `auth.expired`, `auth.revoked`) for what is presented and does not hold."""
    token = _bearer(connection) or connection.cookies.get(ACCESS_COOKIE)
    return services.tokens.verify(token) if token else ANONYMOUS


async def _principal(connection: HTTPConnection, services: ServicesDep) -> Principal:
    return await authenticate(connection, services)


PrincipalDep = Annotated[Principal, Depends(_principal)]


def _bearer(connection: HTTPConnection) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
