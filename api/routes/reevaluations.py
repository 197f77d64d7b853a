"""Scoring the interviews of a role once more, to see what changes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import Services, ServicesDep
from api.errors import responses
from api.rate_limits import EXPORTING, READING, REEVALUATING, limited
from interview.domain.content import ContentHash
from interview.errors import ConflictError
from interview.evaluation.role_drift import RoleDrift, role_drift
from interview.persistence.audit import AuditTrail, Subject
from interview.persistence.reevaluations import ReevaluationRow
from interview.providers.chosen import scorer_names
from interview.reports.drift_table import drift_as_csv
from interview.security.principal import Principal

__all__ = ["ModelName", "check_model", "router"]

router = APIRouter(
    prefix="/api/v1/reevaluations",
    tags=["reports"],
    dependencies=[limited(READING)],
    responses=responses(401, 403, 429, 503),
)

ModelName = Annotated[str, Field(min_length=1, max_length=132)]
"""`provider/model`."""


class ReevaluateRole(BaseModel):
    """`role`: as interviews name theirs; `plan_hash`: those by that plan alone. `rubric_hash`:
    another version of the rubric that is kept; null: each by its own. `model`: that alone is
    asked; null: whoever is asked today."""

    model_config = ConfigDict(extra="forbid")

    role: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]
    plan_hash: ContentHash | None = None
    rubric_hash: ContentHash | None = None
    model: ModelName | None = None


class ReevaluationList(BaseModel):
    """Newest first. `models`: those that may be named."""

    items: list[ReevaluationRow]
    models: list[str]


@router.post(
    "",
    status_code=202,
    dependencies=[requires("evaluation.reevaluate"), limited(REEVALUATING)],
    responses=responses(400, 404, 409),
)
async def reevaluate_role(
    body: ReevaluateRole, services: ServicesDep, principal: PrincipalDep
) -> ReevaluationRow:
    """Every interview of the role that is scored, the 200 that ended last at most: the same words
    once more. What was scored stays as it is, and reports go by it; what changed is told by
    `GET …/drift`. One at a time runs. Errors: `rubric.not_found`, `model.not_configured`,
    `reevaluation.running`, `reevaluation.nothing`."""
    check_model(services, body.model)
    return await services.reevaluating.role(
        principal,
        body.role,
        plan_hash=body.plan_hash,
        rubric_hash=body.rubric_hash,
        model=body.model,
    )


@router.get("", dependencies=[requires("evaluation.compare")])
async def list_reevaluations(services: ServicesDep, principal: PrincipalDep) -> ReevaluationList:
    """The last hundred."""
    return ReevaluationList(
        items=await services.reevaluations.all(principal.organization_id),
        models=scorer_names(services.settings),
    )


@router.get(
    "/{reevaluation_id}", dependencies=[requires("evaluation.compare")], responses=responses(404)
)
async def read_reevaluation(
    reevaluation_id: str, services: ServicesDep, principal: PrincipalDep
) -> ReevaluationRow:
    """How far it is. Errors: `reevaluation.not_found`."""
    return await services.reevaluations.get(principal.organization_id, reevaluation_id)


@router.post(
    "/{reevaluation_id}/retry",
    status_code=202,
    dependencies=[requires("evaluation.reevaluate"), limited(REEVALUATING)],
    responses=responses(404, 409),
)
async def retry_reevaluation(
    reevaluation_id: str, services: ServicesDep, principal: PrincipalDep
) -> ReevaluationRow:
    """For evaluations that are pending, and those that were not begun when it was stopped: scorers
    that answered are not asked again. Errors:
    `reevaluation.not_found`, `reevaluation.running`, `reevaluation.complete`."""
    return await services.reevaluating.retry(principal, reevaluation_id)


@router.post(
    "/{reevaluation_id}/stop",
    dependencies=[requires("evaluation.reevaluate")],
    responses=responses(404),
)
async def stop_reevaluation(
    reevaluation_id: str, services: ServicesDep, principal: PrincipalDep
) -> ReevaluationRow:
    """No more of it: what was scored stays, evaluations that are under way end with what their
    scorers have answered, and another one may be asked for at once. What is missing, `retry` asks
    for. One that has ended is told as it is. Errors: `reevaluation.not_found`."""
    return await services.reevaluating.stop(principal, reevaluation_id)


@router.get(
    "/{reevaluation_id}/drift",
    dependencies=[requires("evaluation.compare"), limited(EXPORTING)],
    responses=responses(404),
)
async def read_role_drift(
    reevaluation_id: str, services: ServicesDep, principal: PrincipalDep
) -> RoleDrift:
    """What has changed so far, of the interviews that are scored twice by now. Where reviews are
    blind, those that one has not rated yet are left out and counted. Errors:
    `reevaluation.not_found`."""
    return await _drift(services, principal, reevaluation_id)


@router.get(
    "/{reevaluation_id}/drift.csv",
    dependencies=[requires("evaluation.compare"), limited(EXPORTING)],
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}, **responses(404)},
)
async def role_drift_as_csv(
    reevaluation_id: str, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """The same: a line for each competency, and one for all."""
    drift = await _drift(services, principal, reevaluation_id)
    subject = Subject("reevaluation", drift.reevaluation.reevaluation_id)
    async with services.database.transaction() as connection:
        await AuditTrail.append(
            connection, principal, "report.exported", subject, {"format": "csv"}
        )
    name = f"drift-{drift.reevaluation.reevaluation_id}.csv"
    return Response(
        drift_as_csv(drift),
        media_type="text/csv",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


def check_model(services: Services, model: str | None) -> None:
    """Raises `ConflictError` (`model.not_configured`)."""
    if model is not None and model not in scorer_names(services.settings):
        raise ConflictError("model.not_configured", "no such language model is configured")


async def _drift(services: Services, principal: Principal, reevaluation_id: str) -> RoleDrift:
    row = await services.reevaluations.get(principal.organization_id, reevaluation_id)
    sides = await services.drifts.of(principal.organization_id, row.reevaluation_id)
    open_ids = await services.reviews.see_what_is_open(
        {one.interview_id for one in sides.interviews}, principal
    )
    return role_drift(row, sides, open_ids)
