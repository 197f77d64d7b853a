"""Having a plan proposed from a role's job description."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import PROPOSING, READING, limited
from api.routes.auth import Body
from interview.persistence.planning.rows import ProposalRow
from interview.persistence.vocabulary import PlanSource, ProposalState
from interview.planning.asking import DEFAULT_MINUTES

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/organization/roles/{role_id}/proposals",
    tags=["plans"],
    dependencies=[limited(READING)],
    responses=responses(404, 429),
)


class AskForPlan(Body):
    """`minutes`: how long the interview is to take."""

    minutes: Annotated[int, Field(ge=10, le=120)] = DEFAULT_MINUTES


class Proposal(BaseModel):
    """Once it is `ready` it is the role's draft, `plan_version_id`. `source` is `builtin` where no
    language model is configured: it is then cut from the built-in role `based_on`, the nearest. A
    `failed` one has the code of what was in its way as `reason`, and may be tried again."""

    proposal_id: str
    role_id: str
    state: ProposalState
    error_code: Literal["planning.failed"] | None
    reason: str | None
    minutes: int
    source: PlanSource | None
    based_on: str | None
    plan_version_id: str | None
    created_at: datetime
    finished_at: datetime | None


@router.post(
    "",
    status_code=202,
    dependencies=[requires("plan.write"), limited(PROPOSING)],
    responses=responses(409),
)
async def propose(
    role_id: str, body: AskForPlan, services: ServicesDep, principal: PrincipalDep
) -> Proposal:
    """Begins it. It replaces the draft, but for its locked questions. Errors: `role.not_found`,
    `role.archived`, `proposal.running`."""
    return _shown(await services.planning.propose(role_id, body.minutes, principal))


@router.get("/{proposal_id}", dependencies=[requires("plan.read")])
async def read_proposal(
    role_id: str, proposal_id: str, services: ServicesDep, principal: PrincipalDep
) -> Proposal:
    """Errors: `proposal.not_found`."""
    return _shown(await services.proposals.get(principal.organization_id, role_id, proposal_id))


@router.post(
    "/{proposal_id}/retry",
    status_code=202,
    dependencies=[requires("plan.write"), limited(PROPOSING)],
    responses=responses(409),
)
async def retry_proposal(
    role_id: str, proposal_id: str, services: ServicesDep, principal: PrincipalDep
) -> Proposal:
    """Goes on where it failed: what a model has answered already is kept, unless the draft was
    changed. Errors: `role.not_found`, `role.archived`, `proposal.not_found`, `proposal.running`,
    `proposal.ready`."""
    return _shown(await services.planning.retry(role_id, proposal_id, principal))


def _shown(row: ProposalRow) -> Proposal:
    values = row.model_dump(include=set(Proposal.model_fields))
    return Proposal(**values, error_code="planning.failed" if row.state == "failed" else None)
