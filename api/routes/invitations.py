"""Inviting candidates by link, and coming in by one.

The secret is in the link's fragment, which browsers send to no server: the page posts it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints
from starlette.requests import HTTPConnection

from api.authentication import PrincipalDep, presented_token, require_own_page
from api.authorization import requires
from api.chosen_plan import PlanChoice, choose
from api.clients import device_name
from api.cookies import Account, Session, Transport, check_transport, sign_in
from api.dependencies import Services, ServicesDep
from api.entry import interview_limits
from api.errors import responses
from api.rate_limits import CREATING, READING, limited, limited_by_address
from api.routes.auth import Body
from api.routes.consents import NoticeText
from api.throttle import Limit
from interview.accounts.addresses import EmailAddress, PersonName
from interview.accounts.invitations import DAYS
from interview.domain.roles import list_roles
from interview.errors import AccessError, RateLimitedError
from interview.notices import current_notices
from interview.persistence.access import API_KEY_PREFIX
from interview.persistence.accounts.invitations import InvitationRow, InvitationState
from interview.persistence.rows import canonical_uuid
from interview.security.principal import ANONYMOUS, Principal

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/invitations", tags=["invitations"])

LOOK = Limit("invitation-look", 120, per_s=60)
ACCEPT = Limit("invitation-accept", 30, per_s=60)
MAILS = Limit("invitation-mail", 500, per_s=3600)
"""Of an organization, to whom it likes and with a name that it likes."""

Days = Annotated[int, Field(strict=True, ge=1, le=90)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=200), Field(repr=False)]


class Invite(PlanChoice):
    """`role` is a built-in one, `plan` one of the organization's: exactly one of them is named.
    `candidate_email`: where the link is mailed to."""

    candidate_name: PersonName = ""
    candidate_email: EmailAddress | None = None
    expires_in_days: Days = DAYS


class Reissue(Body):
    """`same_person`: confirms, where somebody has come in before, that the link is for them."""

    expires_in_days: Days = DAYS
    same_person: bool = False


class Present(Body):
    """`secret`: what the link has after `#`."""

    secret: Secret


class Accept(Present):
    transport: Transport = "cookie"


class Invitation(BaseModel):
    invitation_id: str
    interview_id: str
    role: str
    title: str
    candidate_name: str
    candidate_email: str | None
    state: InvitationState
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class IssuedInvitation(Invitation):
    """`link` is told this once. `mailed`: it was sent to the candidate, too."""

    link: str = Field(repr=False)
    mailed: bool


class InvitationPage(BaseModel):
    """Newest first. `next_cursor` is null on the last page."""

    items: list[Invitation]
    next_cursor: str | None


class Offered(BaseModel):
    """What a candidate is invited to. `accepted`: by whoever asks. `language`: what the interview
    is held in. The notice is in English, and in `notices` in every language."""

    interview_id: str
    organization_name: str
    title: str
    minutes: int | None
    language: str
    candidate_name: str
    expires_at: datetime
    accepted: bool
    notice: NoticeText
    notices: list[NoticeText]


@router.post(
    "",
    status_code=201,
    dependencies=[requires("invitation.manage"), limited(CREATING)],
    responses=responses(404, 409, 429),
)
async def invite(body: Invite, services: ServicesDep, principal: PrincipalDep) -> IssuedInvitation:
    """Makes an interview and a link to it, good for one use. Errors: `role.not_found`,
    `plan.not_found`, `plan.not_approved`, `role.archived`."""
    chosen = await choose(services, body, principal)
    row, link = await services.accounts.invitations.create(
        principal,
        plan=chosen.plan,
        rubric=chosen.rubric,
        candidate_name=body.candidate_name,
        candidate_email=body.candidate_email,
        days=body.expires_in_days,
        limits=interview_limits(services),
    )
    return await _issued(services, row, link)


@router.get(
    "",
    dependencies=[requires("invitation.manage"), limited(READING)],
    responses=responses(400, 429),
)
async def list_invitations(
    services: ServicesDep,
    principal: PrincipalDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> InvitationPage:
    rows, following = await services.accounts.invitations.page(
        principal.organization_id, limit=limit, cursor=cursor
    )
    items = [Invitation.model_validate(row, from_attributes=True) for row in rows]
    return InvitationPage(items=items, next_cursor=following)


@router.post(
    "/look",
    dependencies=[requires("public"), limited_by_address(LOOK)],
    responses=responses(400, 404, 409, 413, 429, 503),
)
async def look(body: Present, request: Request, services: ServicesDep) -> Offered:
    """Uses nothing up. Errors: as to accept it."""
    visitor = await _visitor(request, services)
    row = await services.accounts.invitations.look(body.secret, visitor)
    notices = [NoticeText.of(notice) for notice in current_notices()]
    minutes = next((role.minutes for role in list_roles() if role.role == row.role), None)
    if canonical_uuid(row.role):  # one of the organization's own
        minutes = (await services.records.get_interview(row.interview_id)).plan.minutes
    return Offered(
        interview_id=row.interview_id,
        organization_name=row.organization_name,
        title=row.title,
        minutes=minutes,
        language=row.language,
        candidate_name=row.candidate_name,
        expires_at=row.expires_at,
        accepted=row.state == "used",
        notice=notices[0],
        notices=notices,
    )


@router.post(
    "/accept",
    dependencies=[requires("public"), limited_by_address(ACCEPT)],
    responses=responses(400, 403, 404, 409, 413, 429, 503),
    response_model_exclude_unset=True,
)
async def accept(
    body: Accept, request: Request, response: Response, services: ServicesDep
) -> Session | Account:
    """Signs the candidate in, for this interview alone. Whoever has come in by it before, and
    shows their session, is told who they are, and gets no new one. Errors:
    `invitation.not_found`, `invitation.used`, `invitation.expired`, `invitation.revoked`,
    `interview.ended`."""
    check_transport(request, services, body.transport)
    visitor = await _visitor(request, services)
    device = device_name(request.headers.get("user-agent", ""))
    signed_in = await services.accounts.invitations.accept(body.secret, visitor, device)
    if signed_in is not None:
        return sign_in(response, services, signed_in, body.transport)
    assert visitor.user_id is not None
    assert visitor.session_id is not None
    user = await services.accounts.people.get(visitor.user_id)
    more = {"session_id": visitor.session_id, "interview_id": visitor.interview_id}
    return Account.model_validate(user.model_dump() | more)


@router.post(
    "/{invitation_id}/revoke",
    status_code=204,
    dependencies=[requires("invitation.manage"), limited(READING)],
    responses=responses(404, 409, 429),
)
async def revoke(invitation_id: str, services: ServicesDep, principal: PrincipalDep) -> None:
    """Errors: `invitation.not_found`, `invitation.used`."""
    await services.accounts.invitations.revoke(principal, invitation_id)


@router.post(
    "/{invitation_id}/reissue",
    status_code=201,
    dependencies=[requires("invitation.manage"), limited(CREATING)],
    responses=responses(404, 409, 429),
)
async def reissue(
    invitation_id: str, body: Reissue, services: ServicesDep, principal: PrincipalDep
) -> IssuedInvitation:
    """A new link to the same interview. Unused ones are revoked; once it is accepted, the device
    before it is signed out, and the notice is read and consented to anew. Errors:
    `invitation.not_found`, `interview.ended`; `invitation.somebody_came` without `same_person`,
    where somebody has come in before."""
    row, link = await services.accounts.invitations.reissue(
        principal, invitation_id, body.expires_in_days, same_person=body.same_person
    )
    return await _issued(services, row, link)


async def _issued(services: Services, row: InvitationRow, link: str) -> IssuedInvitation:
    mailed = await _mailed(services, row, link)
    shown = Invitation.model_validate(row, from_attributes=True)
    return IssuedInvitation(**shown.model_dump(), link=link, mailed=mailed)


async def _mailed(services: Services, row: InvitationRow, link: str) -> bool:
    """Of too many only the link is told: it can be sent by other means."""
    if row.candidate_email is not None:
        try:
            await services.throttle.hit(MAILS, row.organization_id)
        except RateLimitedError:
            return False
    return await services.accounts.invitations.mail(row, link)


async def _visitor(connection: HTTPConnection, services: Services) -> Principal:
    """Whose session it is, by an access token that may have expired; or nobody's."""
    token, is_cookie = presented_token(connection, services)
    if token is None or token.startswith(API_KEY_PREFIX):
        return ANONYMOUS
    try:
        if is_cookie:
            require_own_page(connection, services)
        principal = services.tokens.verify(token, may_be_expired=True)
        await services.accounts.gate.require_live(principal)
    except AccessError:
        return ANONYMOUS
    return principal
