"""How a device is told that it is signed in: by cookies that no script can read, or in the body.

`sign_in` is for every route that begins a session, whatever it is proved by.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel
from starlette.requests import HTTPConnection
from starlette.responses import Response

from api.authentication import require_own_page
from api.cookie_names import (
    ACCESS_COOKIE,
    COOKIE_PATH,
    OPENID_COOKIE,
    REFRESH_COOKIE,
    are_secure,
    cookie_name,
)
from api.dependencies import Services
from interview.accounts.sessions import SignedIn
from interview.config import Settings
from interview.persistence.vocabulary import UserRole
from interview.security.tokens import ACCESS_TOKEN_S

__all__ = [
    "Account",
    "Session",
    "Transport",
    "account",
    "check_transport",
    "clear_cookies",
    "openid_cookie",
    "sign_in",
    "sign_in_by_cookies",
]

Transport = Literal["cookie", "bearer"]
"""`cookie` for browsers, whose scripts then never see a token; `bearer` for other clients."""


class Account(BaseModel):
    """Who is signed in. `interview_id`: for this interview alone."""

    user_id: str
    organization_id: str
    organization_name: str
    role: UserRole
    email: str | None
    address_proved_at: datetime | None
    name: str
    session_id: str
    interview_id: str | None


class Session(BaseModel):
    """The tokens are there with the transport `bearer` alone."""

    account: Account
    access_expires_in_s: int
    session_expires_at: datetime
    access_token: str | None = None
    refresh_token: str | None = None


def check_transport(connection: HTTPConnection, services: Services, transport: Transport) -> None:
    """Cookies are given to our own pages alone: another site could sign somebody in as somebody
    else. Raises `AccessError` (`auth.forbidden`)."""
    if transport == "cookie":
        require_own_page(connection, services)


def sign_in(
    response: Response, services: Services, signed_in: SignedIn, transport: Transport
) -> Session:
    """The body; where it is cookies, they are on `response`."""
    session = Session(
        account=account(signed_in),
        access_expires_in_s=ACCESS_TOKEN_S,
        session_expires_at=signed_in.expires_at,
    )
    if transport == "cookie":
        sign_in_by_cookies(response, services, signed_in)
        return session
    tokens = {"access_token": signed_in.access_token, "refresh_token": signed_in.refresh_token}
    return session.model_copy(update=tokens)


def sign_in_by_cookies(response: Response, services: Services, signed_in: SignedIn) -> None:
    # Both last as long as the session: an access token that is too old is known to be one, while
    # a missing one would make its owner a stranger.
    lasts_s = int((signed_in.expires_at - datetime.now(UTC)).total_seconds())
    _set(response, services.settings, ACCESS_COOKIE, signed_in.access_token, lasts_s)
    _set(response, services.settings, REFRESH_COOKIE, signed_in.refresh_token, lasts_s)


def clear_cookies(response: Response, settings: Settings) -> None:
    for name in (ACCESS_COOKIE, REFRESH_COOKIE):
        _set(response, settings, name, "", 0)


def openid_cookie(response: Response, settings: Settings, value: str, lasts_s: int) -> None:
    """Lax: the provider's page sends the browser back, with this cookie or with none. `lasts_s`
    of 0 takes it away."""
    _set(response, settings, OPENID_COOKIE, value, lasts_s, samesite="lax")


def account(signed_in: SignedIn) -> Account:
    who = signed_in.principal
    return Account.model_validate(
        signed_in.user.model_dump()
        | {"session_id": who.session_id, "interview_id": who.interview_id}
    )


def _set(
    response: Response,
    settings: Settings,
    name: str,
    value: str,
    lasts_s: int,
    samesite: Literal["strict", "lax"] = "strict",
) -> None:
    response.set_cookie(
        cookie_name(settings, name),
        value,
        max_age=lasts_s,
        path=COOKIE_PATH,
        secure=are_secure(settings),
        httponly=True,
        samesite=samesite,
    )
