"""Probes for one candidate, from their résumé: asked beside the plan, and never scored."""

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
from interview.domain.planning.tailoring import MAX_PROBES, Probe
from interview.errors import ConflictError
from interview.persistence.planning.rows import TailoringRow
from interview.persistence.vocabulary import ProposalState

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/interviews/{interview_id}/tailoring",
    tags=["plans"],
    dependencies=[limited(READING)],
    responses=responses(429),
)


class AskForProbes(Body):
    """`document_id`: a résumé of this interview's; the newest one unless it is said."""

    document_id: Annotated[str, Field(max_length=36)] | None = None


class SaveProbes(Body):
    revision: Annotated[int, Field(ge=1, le=2**31 - 1)]
    probes: Annotated[tuple[Probe, ...], Field(max_length=MAX_PROBES)]


class TailoringView(BaseModel):
    """`probes` are those of the last time that it was `ready`; each is asked after the main
    question `after`, when there is time. They are proposed until somebody saves them, changed or
    not: `fitted_at`, null while others, or none, are in the plan. `reason`: the code of what it
    failed by."""

    interview_id: str
    state: ProposalState
    error_code: Literal["planning.failed"] | None
    reason: str | None
    revision: int
    document_id: str
    probes: tuple[Probe, ...]
    fitted_at: datetime | None
    created_at: datetime
    finished_at: datetime | None


@router.post(
    "",
    status_code=202,
    dependencies=[requires("plan.write"), limited(PROPOSING)],
    responses=responses(409),
)
async def tailor(
    interview_id: str, body: AskForProbes, services: ServicesDep, principal: PrincipalDep
) -> TailoringView:
    """Begins it, before the interview begins. What everybody is asked stays as it is, and nobody is
    asked a probe that no person has saved. Errors:
    `document.not_found`, `tailoring.no_resume`, `tailoring.running`, `interview.started`."""
    documents = await services.documents.of(interview_id)
    resumes = [row for row in documents if row.kind == "resume" and row.status == "ready"]
    if body.document_id is not None:
        await services.documents.get(interview_id, body.document_id)
        resumes = [row for row in resumes if row.document_id == body.document_id]
    if not resumes:
        raise ConflictError("tailoring.no_resume", "there is no résumé that could be read")
    document_id = resumes[-1].document_id
    return _shown(await services.planning.tailor(interview_id, document_id, principal))


@router.get("", dependencies=[requires("plan.read")])
async def read_tailoring(interview_id: str, services: ServicesDep) -> TailoringView:
    """Errors: `tailoring.not_found`."""
    return _shown(await services.tailorings.get(interview_id))


@router.put("", dependencies=[requires("plan.write")], responses=responses(409))
async def save_tailoring(
    interview_id: str, body: SaveProbes, services: ServicesDep, principal: PrincipalDep
) -> TailoringView:
    """As a person wants them: these are fitted into the plan. None at all is fine. Errors:
    `tailoring.not_found`, `tailoring.running`, `tailoring.invalid`, `interview.started`,
    `plan.changed`."""
    row = await services.tailorings.save(interview_id, body.revision, body.probes, principal)
    return _shown(row)


def _shown(row: TailoringRow) -> TailoringView:
    values = row.model_dump(include=set(TailoringView.model_fields) - {"probes"})
    code = "planning.failed" if row.state == "failed" else None
    return TailoringView(**values, probes=row.probes, error_code=code)
