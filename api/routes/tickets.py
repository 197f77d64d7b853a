"""The way into a room for clients that have no cookie."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import ENTERING, limited
from interview.protocol import limits

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/interviews/{interview_id}",
    tags=["interviews"],
    responses=responses(429),
)


class Ticket(BaseModel):
    """`hello.ticket` of a version 2 connection."""

    ticket: str
    expires_in_s: int


@router.post(
    "/ticket", status_code=201, dependencies=[requires("interview.enter"), limited(ENTERING)]
)
async def issue_ticket(interview_id: str, services: ServicesDep, principal: PrincipalDep) -> Ticket:
    """Good once, for this interview, and for a short time. Whether its holder may still enter is
    decided again when it is presented."""
    ticket = await services.tickets.issue(principal, interview_id)
    return Ticket(ticket=ticket, expires_in_s=limits.TICKET_S)
