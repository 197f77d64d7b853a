"""Who asks: proved by a cookie, a bearer token or an API key, once a request or connection."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from api.cookie_names import ACCESS_COOKIE, presented_cookie
from api.dependencies import Services, ServicesDep
from api.security import origin_allowed
from interview.errors import AccessError
from interview.persistence.access import API_KEY_PREFIX
from interview.security.principal import ANONYMOUS, Principal

__all__ = [
    "PrincipalDep",
    "authenticate",
    "presented_token",
    "require_own_page",
]

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_OTHER_SITES = ("cross-site", "same-site")


async def authenticate(connection: HTTPConnection, services: Services) -> Principal:
    """`ANONYMOUS` where nothing is presented. Raises `AccessError` (`auth.invalid`,
    `auth.expired`, `auth.revoked`) for what is presented and does not hold, (`auth.forbidden`)
    for what a page of another site had sent, and `DatabaseUnavailable`."""
    token, is_cookie = presented_token(connection, services)
    if is_cookie:
        # Nor where there is none: where nobody signs in, a visitor may do something, too.
        require_own_page(connection, services)
    if token is None:
        return ANONYMOUS
    if not is_cookie and token.startswith(API_KEY_PREFIX):
        return await _of_key(token, services)
    principal = services.tokens.verify(token)
    # A socket lasts, and is asked for its right to be here at each entry.
    is_socket = connection.scope["type"] == "websocket"
    await services.accounts.gate.require_live(principal, fresh=is_socket)
    return principal


def presented_token(connection: HTTPConnection, services: Services) -> tuple[str | None, bool]:
    """And whether it came as a cookie. A header, which nobody sends by accident, goes first."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip(), False
    return presented_cookie(connection, services.settings, ACCESS_COOKIE), True


def require_own_page(connection: HTTPConnection, services: Services) -> None:
    """SameSite keeps the cookie from other sites, but not from our neighbours under one domain.

    For what changes something; reading is told nothing across origins anyway. Raises `AccessError`
    (`auth.forbidden`)."""
    if connection.scope["type"] == "http" and connection.scope["method"] in _SAFE_METHODS:
        return
    headers = connection.headers
    elsewhere = "origin" not in headers and headers.get("sec-fetch-site") in _OTHER_SITES
    if elsewhere or not origin_allowed(headers, services.settings.cors_origins):
        raise AccessError("auth.forbidden", "pages of other sites may not do this")


async def _principal(connection: HTTPConnection, services: ServicesDep) -> Principal:
    return await authenticate(connection, services)


PrincipalDep = Annotated[Principal, Depends(_principal)]


async def _of_key(secret: str, services: Services) -> Principal:
    principal = await services.access.principal_of_key(secret)
    key_id = principal.key_id
    if key_id is not None and services.accounts.api_keys.is_due(key_id):
        services.background.spawn(services.accounts.api_keys.touch(key_id))
    return principal
