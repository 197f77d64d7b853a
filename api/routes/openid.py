"""Sign-in with the OpenID provider, for recruiters. Both are opened by the browser itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse

from api.authorization import requires
from api.clients import device_name
from api.cookies import OPENID_COOKIE, openid_cookie, sign_in_by_cookies
from api.dependencies import Services, ServicesDep
from api.errors import responses
from api.rate_limits import limited_by_address
from api.throttle import Limit
from interview.accounts.openid import ATTEMPT_S, OpenIdProvider
from interview.errors import AccessError, InvalidInputError, NotFoundError

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/auth/oidc", tags=["auth"])

ATTEMPTS = Limit("oidc", 60, per_s=900)
Parameter = Annotated[str | None, Query(max_length=4000)]


@router.get(
    "/start",
    status_code=303,
    response_class=RedirectResponse,
    dependencies=[requires("public"), limited_by_address(ATTEMPTS)],
    responses=responses(404, 429, 502, 503),
)
async def start(services: ServicesDep) -> RedirectResponse:
    """To the provider. Errors: `oidc.not_offered`, `oidc.unavailable`."""
    url, cookie = await _provider(services).begin()
    response = RedirectResponse(url, 303)
    openid_cookie(response, services.settings, cookie, ATTEMPT_S)
    return response


@router.get(
    "/callback",
    status_code=303,
    response_class=RedirectResponse,
    dependencies=[requires("public"), limited_by_address(ATTEMPTS)],
    responses=responses(400, 401, 403, 404, 429, 502, 503),
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
    `oidc.invalid_state`, `oidc.no_account`, `auth.failed`, `oidc.not_offered`,
    `oidc.unavailable`."""
    provider = _provider(services)
    cookie = request.cookies.get(OPENID_COOKIE)
    if not cookie or not state:
        raise InvalidInputError("oidc.invalid_state", "this sign-in was not begun in this browser")
    if error or not code:
        raise AccessError("auth.failed", "the OpenID provider has not let you in")
    identity = await provider.finish(cookie, state=state, code=code, issuer=iss)
    user = await services.accounts.external.user(identity)
    signed_in = await services.accounts.sessions.start(
        user.user_id, method="oidc", device=device_name(request.headers.get("user-agent", ""))
    )
    response = RedirectResponse(services.settings.public_url.rstrip("/") + "/login/", 303)
    openid_cookie(response, services.settings, "", 0)
    sign_in_by_cookies(response, services, signed_in)
    return response


def _provider(services: Services) -> OpenIdProvider:
    if services.accounts.openid is None:
        raise NotFoundError("oidc.not_offered", "no OpenID provider is set up here")
    return services.accounts.openid
