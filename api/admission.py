"""Whether a connection may enter an interview. Every resume is a connection, and asks again."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from api.authentication import authenticate
from api.authorization import Target, decide
from api.dependencies import Services
from api.entry import find_or_create
from api.rate_limits import JOINING
from interview.errors import AccessError
from interview.persistence.access import consent_withdrawn
from interview.persistence.rows import InterviewRecord
from interview.security.principal import Principal

__all__ = ["admit", "prove"]


async def prove(
    handshake: HTTPConnection, services: Services, interview_id: str, ticket: str | None
) -> Principal:
    """By the ticket, where there is one, else by the cookie or token of the handshake. A ticket
    is used up by it. People are counted. Raises as `authenticate` and `Tickets.redeem`, and
    `RateLimitedError`."""
    if ticket is None:
        principal = await authenticate(handshake, services)
    else:
        principal = await services.tickets.redeem(ticket, interview_id)
        await services.access.require_live(principal)
    if principal.user_id is not None:
        await services.throttle.hit(JOINING, principal.user_id)
    return principal


async def admit(
    services: Services, principal: Principal, interview_id: str, *, may_create: bool
) -> InterviewRecord:
    """`may_create`: the anonymous make an interview by entering it, where they may at all.

    Raises `AccessError` (`consent.missing` as well), `NotFoundError` (`interview.not_found`) and
    `DatabaseUnavailable`.
    """
    open_house, anonymous = services.settings.debug, principal.kind == "anonymous"
    if anonymous:
        # Before anything is looked for, or made.
        decide(principal, "interview.enter", None, open_house=open_house)
    record = await find_or_create(services, interview_id, create=may_create and anonymous)
    target = Target(
        record.organization_id, record.interview_id, record.candidate_id, record.unclaimed
    )
    decide(principal, "interview.enter", target, open_house=open_house)
    if await services.access.is_withdrawn(interview_id):
        raise consent_withdrawn()
    if record.candidate_id is not None and not await services.access.has_consent(
        interview_id, principal
    ):
        raise AccessError("consent.missing", "read the notice and consent to it first")
    return record
