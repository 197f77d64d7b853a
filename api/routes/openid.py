"""Sign-in with the OpenID provider, for recruiters. Both are opened by the browser itself, so what
goes wrong is told by the sign-in page: `/login/?problem=…`."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse

from api.authorization import requires
from api.clients import device_name
from api.cookie_names import OPENID_COOKIE, presented_cookie
from api.cookies import openid_cookie, sign_in_by_cookies
from api.dependencies import Services, ServicesDep
from api.errors import responses
from api.rate_limits import limited_by_address
from api.throttle import Limit
from interview.accounts.openid import ATTEMPT_S, OpenIdProvider
from interview.accounts.sessions import SignedIn
from interview.errors import (
    AccessError,
    IdentityProviderError,
    InterviewError,
    InvalidInputError,
    NotFoundError,
)

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/auth/oidc", tags=["auth"])

ATTEMPTS = Limit("oidc", 60, per_s=900)
Parameter = Annotated[str | None, Query(max_length=4000)]
Place = Annotated[str, Query(max_length=500)]


@router.get(
    "/start",
    status_code=303,
    response_class=RedirectResponse,
    dependencies=[requires("public"), limited_by_address(ATTEMPTS)],
    responses=responses(400, 404, 429),
)
async def start(services: ServicesDep, next: Place = "") -> RedirectResponse:
    """To the provider. `next` comes back to the sign-in page, which knows where one may go.
    Errors: `oidc.not_offered`; told by the page: `oidc.unavailable`."""
    try:
        url, cookie = await _provider(services).begin(next)
    except IdentityProviderError as error:
        return _to_login(services, problem=error.code, next=next)
    response = RedirectResponse(url, 303)
    openid_cookie(response, services.settings, cookie, ATTEMPT_S)
    return response


@router.get(
    "/callback",
    status_code=303,
    response_class=RedirectResponse,
    dependencies=[requires("public"), limited_by_address(ATTEMPTS)],
    responses=responses(400, 404, 429),
)
async def callback(
    request: Request,
    services: ServicesDep,
    state: Parameter = None,
    code: Parameter = None,
    iss: Parameter = None,
    error: Parameter = None,
) -> RedirectResponse:
    """From the provider, and on to the sign-in page, which sends people home. Errors:
    `oidc.not_offered`; told by the page: `oidc.invalid_state`, `oidc.no_account`, `auth.failed`,
    `oidc.unavailable`, `database.unavailable`."""
    provider = _provider(services)
    try:
        signed_in, place = await _finish(provider, request, services, state, code, iss, error)
    except InterviewError as problem:
        return _to_login(services, problem=problem.code)
    response = _to_login(services, next=place)
    openid_cookie(response, services.settings, "", 0)
    sign_in_by_cookies(response, services, signed_in)
    return response


async def _finish(
    provider: OpenIdProvider,
    request: Request,
    services: Services,
    state: str | None,
    code: str | None,
    iss: str | None,
    error: str | None,
) -> tuple[SignedIn, str]:
    """And where they wanted to go."""
    cookie = presented_cookie(request, services.settings, OPENID_COOKIE)
    if not cookie or not state:
        raise InvalidInputError("oidc.invalid_state", "this sign-in was not begun in this browser")
    if error or not code:
        raise AccessError("auth.failed", "the OpenID provider has not let you in")
    identity, place = await provider.finish(cookie, state=state, code=code, issuer=iss)
    user = await services.accounts.external.user(identity)
    signed_in = await services.accounts.sessions.start(
        user.user_id, method="oidc", device=device_name(request.headers.get("user-agent", ""))
    )
    return signed_in, place


def _to_login(services: Services, **told: str) -> RedirectResponse:
    query = urlencode({name: value for name, value in told.items() if value})
    page = services.settings.public_url.rstrip("/") + "/login/"
    return RedirectResponse(f"{page}?{query}" if query else page, 303)


def _provider(services: Services) -> OpenIdProvider:
    if services.accounts.openid is None:
        raise NotFoundError("oidc.not_offered", "no OpenID provider is set up here")
    return services.accounts.openid
