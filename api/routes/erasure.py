"""Erasing an interview for good, and what is left of it."""

from __future__ import annotations

from fastapi import APIRouter

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import ERASING, READING, limited
from interview.persistence.erasures import Receipt

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/interviews/{interview_id}/erasure",
    tags=["erasure"],
    dependencies=[limited(READING), requires("interview.erase")],
    responses=responses(429),
)


@router.post("", status_code=202, dependencies=[limited(ERASING)])
async def erase_interview(
    interview_id: str, services: ServicesDep, principal: PrincipalDep
) -> Receipt:
    """Ends the interview and erases all of it: what was said, the recordings, the candidate's
    account when this was their only interview. Asked for again, it answers with the first
    request's receipt, which says when it was completed. Once answered it need not be asked for
    again, even while Temporal is away."""
    if (receipt := await services.erasures.find(interview_id)) and receipt.completed_at:
        return receipt
    return await services.erasing.request(interview_id, "request", principal)


@router.get("")
async def read_receipt(interview_id: str, services: ServicesDep) -> Receipt:
    """What was erased, by kind, and when. Errors: `erasure.not_found`."""
    return await services.erasures.get(interview_id)
