"""More time, writing instead of speaking: asked for by the candidate."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import StringConstraints
from temporalio.client import (
    Client,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError, RPCStatusCode

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import READING, limited
from api.routes.auth import Body
from api.throttle import Limit
from interview.accounts.accommodations import AccommodationAsked, AccommodationRow
from interview.contracts.ids import workflow_id
from interview.contracts.interview import Accommodation
from interview.errors import TemporalUnavailable
from workflows.interview import InterviewWorkflow

__all__ = ["organization_router", "router"]

router = APIRouter(
    prefix="/api/v1/interviews/{interview_id}/accommodations",
    tags=["accommodations"],
    dependencies=[limited(READING)],
    responses=responses(429),
)

organization_router = APIRouter(
    prefix="/api/v1/accommodations",
    tags=["accommodations"],
    dependencies=[limited(READING)],
    responses=responses(429),
)

ASKING = Limit("accommodation", 30, per_s=3600)
_RPC_TIMEOUT = timedelta(seconds=10)


class AskForAccommodation(Body):
    extra_time: Literal["1", "1.25", "1.5", "2"] = "1"
    """Times what is planned."""
    text_only: bool = False
    note: Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True)] = ""


@router.get("", dependencies=[requires("consent.read")])
async def list_accommodations(interview_id: str, services: ServicesDep) -> list[AccommodationRow]:
    """Newest first."""
    return await services.accommodations.of_interview(interview_id)


@router.post(
    "",
    status_code=201,
    dependencies=[requires("accommodation.request"), limited(ASKING)],
    responses=responses(409),
)
async def ask_for_accommodation(
    interview_id: str,
    body: AskForAccommodation,
    services: ServicesDep,
    principal: PrincipalDep,
) -> AccommodationRow:
    """Up to half as much time again is granted at once. Errors: `accommodation.too_many`;
    `temporal.unavailable`, when it is on record, and holds once it is asked for again."""
    row = await services.accommodations.request(
        interview_id,
        principal,
        extra_time_factor=float(body.extra_time),
        text_only=body.text_only,
        note=body.note,
    )
    await _apply(services.temporal, interview_id, row)
    return row


@router.post("/{accommodation_id}/grant", dependencies=[requires("accommodation.grant")])
async def grant_accommodation(
    interview_id: str, accommodation_id: str, services: ServicesDep, principal: PrincipalDep
) -> AccommodationRow:
    """Errors: `accommodation.not_found`, `temporal.unavailable`."""
    row = await services.accommodations.grant(interview_id, accommodation_id, principal)
    await _apply(services.temporal, interview_id, row)
    return row


@router.post(
    "/{accommodation_id}/decline",
    dependencies=[requires("accommodation.grant")],
    responses=responses(409),
)
async def decline_accommodation(
    interview_id: str, accommodation_id: str, services: ServicesDep, principal: PrincipalDep
) -> AccommodationRow:
    """What was granted before it stays. It may be granted later. Errors:
    `accommodation.not_found`, `accommodation.granted`."""
    return await services.accommodations.decline(interview_id, accommodation_id, principal)


@organization_router.get("", dependencies=[requires("accommodation.grant")])
async def list_waiting_accommodations(
    services: ServicesDep, principal: PrincipalDep
) -> list[AccommodationAsked]:
    """What waits for an answer, of interviews that have not ended; oldest first, at most 200."""
    return await services.accommodations.waiting(principal.organization_id)


async def _apply(temporal: Client, interview_id: str, row: AccommodationRow) -> None:
    """To an interview that runs; one that begins later begins with it."""
    if row.granted_at is None:
        return
    handle = temporal.get_workflow_handle_for(InterviewWorkflow.run, workflow_id(interview_id))
    try:
        await handle.execute_update(  # pyright: ignore[reportUnknownMemberType] an overload's
            InterviewWorkflow.grant_accommodation,
            Accommodation(extra_time_factor=row.extra_time_factor),
            id=f"accommodation-{row.accommodation_id}",
            rpc_timeout=_RPC_TIMEOUT,
        )
    except WorkflowUpdateFailedError:
        pass  # it is over
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise TemporalUnavailable("Temporal does not take it at the moment") from None
    except (RuntimeError, WorkflowUpdateRPCTimeoutOrCancelledError):
        # A lazy client that cannot connect raises a bare `RuntimeError`.
        raise TemporalUnavailable("Temporal does not take it at the moment") from None
