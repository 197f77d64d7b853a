"""Versions of a role's plan, to be read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import READING, limited
from interview.domain.plan import PhasePlan
from interview.domain.planning.changes import PlanChanges, changes
from interview.domain.rubric import Competency
from interview.persistence.planning.rows import PlanVersionRow, PlanVersionSummary

__all__ = ["PlanView", "VersionNumber", "router", "shown_plan"]

router = APIRouter(
    prefix="/api/v1/organization/roles/{role_id}/versions",
    tags=["plans"],
    dependencies=[limited(READING)],
    responses=responses(404, 429),
)

VersionNumber = Annotated[int, Path(ge=1, le=1_000_000)]


class PlanView(PlanVersionSummary):
    """What is edited is written back as it is read: `title` to `locked`, with `revision`.
    `minutes`: what its phases may take."""

    minutes: int
    title: str
    language: str
    greeting: str
    closing: str
    phases: tuple[PhasePlan, ...]
    competencies: tuple[Competency, ...]
    locked: tuple[str, ...]


class PlanVersions(BaseModel):
    """Newest first, the draft among them."""

    items: list[PlanVersionSummary]


@router.get("", dependencies=[requires("plan.read")])
async def list_versions(
    role_id: str, services: ServicesDep, principal: PrincipalDep
) -> PlanVersions:
    """Errors: `role.not_found`."""
    return PlanVersions(items=await services.plans.versions(principal.organization_id, role_id))


@router.get("/{number}", dependencies=[requires("plan.read")])
async def read_version(
    role_id: str, number: VersionNumber, services: ServicesDep, principal: PrincipalDep
) -> PlanView:
    """Errors: `role.not_found`, `plan.not_found`."""
    return shown_plan(await services.plans.version(principal.organization_id, role_id, number))


@router.get("/{number}/changes", dependencies=[requires("plan.read")])
async def compare_versions(
    role_id: str,
    number: VersionNumber,
    services: ServicesDep,
    principal: PrincipalDep,
    since: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> PlanChanges:
    """What is other in it than in version `since`, or in the one before it. Errors:
    `role.not_found`, `plan.not_found`."""
    organization_id = principal.organization_id
    since = max(1, number - 1) if since is None else since
    before = await services.plans.version(organization_id, role_id, since)
    after = await services.plans.version(organization_id, role_id, number)
    return changes(before.draft, after.draft)


def shown_plan(row: PlanVersionRow) -> PlanView:
    return PlanView(
        **row.model_dump(include=set(PlanVersionSummary.model_fields)),
        minutes=row.plan.minutes,
        title=row.plan.title,
        language=row.plan.language,
        greeting=row.plan.greeting,
        closing=row.plan.closing,
        phases=row.plan.phases,
        competencies=row.rubric.competencies if row.rubric else (),
        locked=row.locked,
    )
