"""The recruiters and admins of one's organization."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import READING, limited
from api.routes.auth import Body
from api.throttle import Limit
from interview.accounts.addresses import EmailAddress, PersonName
from interview.accounts.members import Colleague, Member, MemberPage
from interview.persistence.vocabulary import StaffRole

__all__ = ["colleagues_router", "router"]

router = APIRouter(
    prefix="/api/v1/members",
    tags=["members"],
    dependencies=[limited(READING)],
    responses=responses(429),
)

colleagues_router = APIRouter(
    prefix="/api/v1/colleagues",
    tags=["members"],
    dependencies=[limited(READING)],
    responses=responses(429),
)

MAILS = Limit("member-mail", 100, per_s=3600)


class AddMember(Body):
    email: EmailAddress
    name: PersonName = ""
    role: StaffRole = "recruiter"


class ChangeMember(Body):
    """What is left out stays."""

    role: StaffRole | None = None
    disabled: bool | None = None


class Colleagues(BaseModel):
    items: list[Colleague]


@colleagues_router.get("", dependencies=[requires("organization.read")])
async def list_colleagues(services: ServicesDep, principal: PrincipalDep) -> Colleagues:
    """Whose ids stand under ratings, decisions and acts: the recruiters and admins of one's own
    organization, by name alone, those who are disabled among them."""
    return Colleagues(items=await services.accounts.members.colleagues(principal.organization_id))


@router.get("", dependencies=[requires("member.manage")], responses=responses(400, 401, 403, 503))
async def list_members(
    services: ServicesDep,
    principal: PrincipalDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> MemberPage:
    """Oldest first; `next_cursor` is null on the last page."""
    return await services.accounts.members.page(
        principal.organization_id, limit=limit, cursor=cursor
    )


@router.post(
    "",
    status_code=201,
    dependencies=[requires("member.manage"), limited(MAILS)],
    responses=responses(400, 401, 403, 409, 413, 429, 503),
)
async def add_member(body: AddMember, services: ServicesDep, principal: PrincipalDep) -> Member:
    """Mails them a link to choose a password by. Errors: `account.address_taken`;
    `account.address_unproved`, until whoever adds has opened the link mailed to themselves;
    `mail.unavailable`, when the member is there and the link has to be mailed again."""
    return await services.accounts.members.add(principal, body.email, body.name, body.role)


@router.patch(
    "/{user_id}",
    dependencies=[requires("member.manage")],
    responses=responses(400, 401, 403, 404, 409, 413, 503),
)
async def change_member(
    user_id: str, body: ChangeMember, services: ServicesDep, principal: PrincipalDep
) -> Member:
    """Who is disabled is signed out everywhere. Errors: `member.not_found`,
    `member.last_admin`."""
    return await services.accounts.members.change(
        principal, user_id, role=body.role, disabled=body.disabled
    )


@router.post(
    "/{user_id}/link",
    status_code=204,
    dependencies=[requires("member.manage"), limited(MAILS)],
    responses=responses(401, 403, 404, 409, 429, 503),
)
async def mail_link(user_id: str, services: ServicesDep, principal: PrincipalDep) -> None:
    """Mails the link again. Errors: `member.not_found`, `member.active`, `mail.unavailable`."""
    await services.accounts.members.mail_link(principal, user_id)
