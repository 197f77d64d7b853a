"""Coming in, staying in, going out."""

from __future__ import annotations

from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.authentication import presented_token, require_own_page
from api.authorization import requires
from api.clients import device_name
from api.cookie_names import REFRESH_COOKIE, presented_cookie
from api.cookies import (
    Session,
    Transport,
    check_transport,
    clear_cookies,
    sign_in,
)
from api.dependencies import Services, ServicesDep
from api.errors import responses
from api.rate_limits import CallerDep, limited_by_address
from api.throttle import Limit
from interview.accounts.addresses import EmailAddress, PersonName
from interview.errors import AccessError, DatabaseUnavailable, MailError, NotFoundError
from interview.persistence.access import API_KEY_PREFIX

__all__ = [
    "LOGIN_BY_ACCOUNT",
    "LOGIN_BY_ADDRESS",
    "LOGIN_EVERYWHERE",
    "RESET_BY_ACCOUNT",
    "RESET_EVERYWHERE",
    "Body",
    "Password",
    "Secret",
    "router",
]

log = structlog.stdlib.get_logger(__name__)

router = APIRouter(prefix="/api/v1/auth", tags=["auth"])

LOGIN_BY_ACCOUNT = Limit("login-account", 10, per_s=900)
"""From one network; forgiven once the right password came."""
LOGIN_EVERYWHERE = Limit("login-everywhere", 300, per_s=900)
"""Of one account from all networks together: far beyond what one stranger can do to its owner."""
LOGIN_BY_ADDRESS = Limit("login-address", 60, per_s=900)
REGISTER = Limit("register", 20, per_s=3600)
REFRESH = Limit("refresh", 600, per_s=60)
RESET_BY_ACCOUNT = Limit("reset-account", 5, per_s=3600)
"""From one network."""
RESET_EVERYWHERE = Limit("reset-everywhere", 20, per_s=3600)
RESET_BY_ADDRESS = Limit("reset-address", 30, per_s=3600)

Password = Annotated[str, Field(max_length=1000, repr=False)]
"""What may be tried; what may be chosen is decided elsewhere."""
Secret = Annotated[str, Field(min_length=1, max_length=200, repr=False)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Register(Body):
    email: EmailAddress
    password: Password
    name: PersonName = ""
    organization: Annotated[
        str,
        StringConstraints(
            min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"
        ),
    ]
    transport: Transport = "cookie"


class Login(Body):
    email: EmailAddress
    password: Password
    transport: Transport = "cookie"


class Refresh(Body):
    """`refresh_token` with the transport `bearer` alone; a browser's comes as its cookie."""

    transport: Transport = "cookie"
    refresh_token: Annotated[str | None, Field(min_length=1, max_length=200, repr=False)] = None


class ForgottenPassword(Body):
    email: EmailAddress


class NewPassword(Body):
    """`token`: what the mailed link has after `#token=`."""

    token: Secret
    password: Password


class Methods(BaseModel):
    """How one may come in here."""

    registration: Literal["open", "closed"]
    openid: bool


@router.get("/methods", dependencies=[requires("public")])
async def methods(services: ServicesDep) -> Methods:
    return Methods(
        registration=services.settings.registration, openid=services.accounts.openid is not None
    )


@router.post(
    "/register",
    status_code=201,
    dependencies=[requires("public"), limited_by_address(REGISTER)],
    responses=responses(400, 403, 409, 413, 429, 503),
    response_model_exclude_unset=True,
)
async def register(
    body: Register, request: Request, response: Response, services: ServicesDep
) -> Session:
    """Makes an organization, and its first admin, who is signed in, and mailed a link that proves
    the address. Errors: `password.weak`, `account.address_taken`, `registration.closed`."""
    if services.settings.registration == "closed":
        raise AccessError("registration.closed", "ask an admin of your organization to add you")
    check_transport(request, services, body.transport)
    user = await services.accounts.people.register(
        body.email, body.password, body.name, body.organization
    )
    signed_in = await services.accounts.sessions.start(
        user.user_id,
        method="password",
        device=_device(request),
        password_hash=user.password_hash,
    )
    services.background.spawn(_mail_proof(services, user.user_id))
    return sign_in(response, services, signed_in, body.transport)


@router.post(
    "/login",
    dependencies=[requires("public")],
    responses=responses(400, 401, 403, 413, 429, 503),
    response_model_exclude_unset=True,
)
async def login(
    body: Login, request: Request, response: Response, services: ServicesDep, caller: CallerDep
) -> Session:
    """Errors: `auth.failed`, whatever of it is wrong, and `rate.exceeded`."""
    check_transport(request, services, body.transport)
    await services.throttle.hit(LOGIN_BY_ADDRESS, caller)
    here = f"{caller} {body.email}"
    await services.throttle.hit(LOGIN_BY_ACCOUNT, here)
    await services.throttle.hit(LOGIN_EVERYWHERE, body.email)
    try:
        user = await services.accounts.people.prove(body.email, body.password)
        signed_in = await services.accounts.sessions.start(
            user.user_id,
            method="password",
            device=_device(request),
            password_hash=user.password_hash,
        )
    except AccessError:
        services.background.spawn(services.accounts.people.note_failure(body.email))
        raise
    await services.throttle.forgive(LOGIN_BY_ACCOUNT, here)
    return sign_in(response, services, signed_in, body.transport)


@router.post(
    "/refresh",
    dependencies=[requires("public"), limited_by_address(REFRESH)],
    responses=responses(400, 401, 403, 413, 429, 503),
    response_model_exclude_unset=True,
)
async def refresh(
    body: Refresh, request: Request, response: Response, services: ServicesDep
) -> Session:
    """A new access token, and the next refresh token in place of the one presented. When the
    answer got lost, ask again within half a minute. Errors: `auth.missing`, `auth.invalid`,
    `auth.expired`, `auth.revoked`, `auth.reused`: sign in again."""
    check_transport(request, services, body.transport)
    token = body.refresh_token
    if body.transport == "cookie":
        token = presented_cookie(request, services.settings, REFRESH_COOKIE)
    if not token:
        raise AccessError("auth.missing", "there is no refresh token; sign in")
    signed_in = await services.accounts.sessions.refresh(token)
    return sign_in(response, services, signed_in, body.transport)


@router.post(
    "/logout",
    status_code=204,
    dependencies=[requires("public"), limited_by_address(REFRESH)],
    responses=responses(403, 429, 503),
)
async def logout(request: Request, response: Response, services: ServicesDep) -> None:
    """Ends this device's session, by an access token that may have expired. It has worked, too,
    when there was none."""
    token, is_cookie = presented_token(request, services)
    if token is not None and is_cookie:
        require_own_page(request, services)
    clear_cookies(response, services.settings)
    if token is not None and not token.startswith(API_KEY_PREFIX):
        await _end(services, token)


@router.post(
    "/password/forgot",
    status_code=202,
    dependencies=[requires("public"), limited_by_address(RESET_BY_ADDRESS)],
    responses=responses(400, 413, 429, 503),
)
async def forgot_password(
    body: ForgottenPassword, services: ServicesDep, caller: CallerDep
) -> None:
    """Mails a link, where the address has an account; the answer does not say."""
    await services.throttle.hit(RESET_BY_ACCOUNT, f"{caller} {body.email}")
    await services.throttle.hit(RESET_EVERYWHERE, body.email)
    services.background.spawn(services.accounts.people.request_reset(body.email))


@router.post(
    "/password/reset",
    status_code=204,
    dependencies=[requires("public"), limited_by_address(RESET_BY_ADDRESS)],
    responses=responses(400, 413, 429, 503),
)
async def reset_password(body: NewPassword, services: ServicesDep) -> None:
    """By the link that was mailed, once. Ends all sessions of the account. Errors:
    `reset.invalid`, `password.weak`."""
    await services.accounts.people.reset_password(body.token, body.password)


async def _mail_proof(services: Services, user_id: str) -> None:
    """Whoever does not get it may ask for another one."""
    try:
        await services.accounts.proof.mail_link(user_id)
    except (MailError, DatabaseUnavailable) as error:
        log.warning("proof.not_mailed", code=error.code, user_id=user_id)


async def _end(services: Services, token: str) -> None:
    try:
        who = services.tokens.verify(token, may_be_expired=True)
        assert who.user_id is not None
        assert who.session_id is not None
        await services.accounts.sessions.revoke(who.user_id, who.session_id, "logout")
    except (AccessError, NotFoundError):
        pass  # it holds no longer


def _device(request: Request) -> str:
    return device_name(request.headers.get("user-agent", ""))
