"""One's own account."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from api.authentication import PrincipalDep
from api.authorization import requires
from api.cookies import Account, clear_cookies
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import READING, limited
from api.routes.auth import Body, Password, Secret
from api.throttle import Limit
from interview.persistence.vocabulary import SignInMethod
from interview.security.principal import Principal

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/account",
    tags=["account"],
    dependencies=[limited(READING)],
    responses=responses(429),
)

PASSWORD = Limit("password", 10, per_s=900)
PROOF_MAIL = Limit("proof-mail", 5, per_s=3600)
PROOF = Limit("proof", 30, per_s=900)


class ChangePassword(Body):
    current: Password
    new: Password


class ProveAddress(Body):
    """`token`: what the mailed link has after `#token=`."""

    token: Secret


class Device(BaseModel):
    """A session that holds. `is_current`: the one that asks."""

    session_id: str
    method: SignInMethod
    device: str
    interview_id: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    is_current: bool


class Devices(BaseModel):
    items: list[Device]


@router.get("", dependencies=[requires("self")], responses=responses(401, 403, 404, 503))
async def read_account(services: ServicesDep, principal: PrincipalDep) -> Account:
    user = await services.accounts.people.get(_user_id(principal))
    session = {"session_id": principal.session_id, "interview_id": principal.interview_id}
    return Account.model_validate(user.model_dump() | session)


@router.post(
    "/password",
    status_code=204,
    dependencies=[requires("self"), limited(PASSWORD)],
    responses=responses(400, 401, 403, 404, 413, 429, 503),
)
async def change_password(
    body: ChangePassword, services: ServicesDep, principal: PrincipalDep
) -> None:
    """Ends all other sessions. Errors: `auth.failed` where the current one is wrong,
    `password.weak`."""
    await services.accounts.people.change_password(
        _user_id(principal), body.current, body.new, keep_session_id=principal.session_id
    )


@router.post(
    "/address/link",
    status_code=204,
    dependencies=[requires("self"), limited(PROOF_MAIL)],
    responses=responses(401, 403, 429, 503),
)
async def mail_address_link(services: ServicesDep, principal: PrincipalDep) -> None:
    """Mails a link that proves the account's address, unless it is proved. Errors:
    `mail.unavailable`."""
    await services.accounts.proof.mail_link(_user_id(principal))


@router.post(
    "/address/proof",
    status_code=204,
    dependencies=[requires("self"), limited(PROOF)],
    responses=responses(400, 401, 403, 413, 429, 503),
)
async def prove_address(body: ProveAddress, services: ServicesDep, principal: PrincipalDep) -> None:
    """By the link that was mailed. Errors: `proof.invalid`."""
    await services.accounts.proof.prove(_user_id(principal), body.token)


@router.get("/sessions", dependencies=[requires("self")], responses=responses(401, 403, 503))
async def list_sessions(services: ServicesDep, principal: PrincipalDep) -> Devices:
    """Where this account is signed in, the latest use first."""
    rows = await services.accounts.sessions.of_user(_user_id(principal))
    return Devices(
        items=[
            Device.model_validate(
                row.model_dump() | {"is_current": row.session_id == principal.session_id}
            )
            for row in rows
        ]
    )


@router.delete(
    "/sessions/{session_id}",
    status_code=204,
    dependencies=[requires("self")],
    responses=responses(401, 403, 404, 503),
)
async def revoke_session(
    session_id: str, response: Response, services: ServicesDep, principal: PrincipalDep
) -> None:
    """Its access token is refused at once, or elsewhere within seconds, and its sockets are
    closed. Errors: `session.not_found`."""
    await services.accounts.sessions.revoke(_user_id(principal), session_id, "by_user")
    if session_id == principal.session_id:
        clear_cookies(response, services.settings)


@router.delete(
    "/sessions",
    status_code=204,
    dependencies=[requires("self")],
    responses=responses(400, 401, 403, 503),
)
async def revoke_sessions(
    response: Response,
    services: ServicesDep,
    principal: PrincipalDep,
    others: Annotated[bool, Query()] = False,
) -> None:
    """All of them, or with `others` all but the one that asks."""
    keep = principal.session_id if others else None
    await services.accounts.sessions.revoke_all(_user_id(principal), but=keep)
    if not others:
        clear_cookies(response, services.settings)


def _user_id(principal: Principal) -> str:
    assert principal.user_id is not None, "only users have a role that `self` lets in"
    return principal.user_id
