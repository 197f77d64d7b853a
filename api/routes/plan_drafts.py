"""The draft of a role's plan: one at a time, saved whole, until it is approved."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import CREATING, READING, limited
from api.routes.auth import Body
from api.routes.plan_versions import PlanView, shown_plan
from interview.domain.content import Identifier
from interview.domain.planning.draft import Draft, EditedPlan, SpokenPhase, locked, reordered
from interview.domain.roles import get_plan, get_rubric
from interview.persistence.planning.versions import changed_meanwhile

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/organization/roles/{role_id}/draft",
    tags=["plans"],
    dependencies=[limited(READING)],
    responses=responses(404, 429),
)

Revision = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""Of the draft that was read: whoever saved meanwhile is not overwritten."""
QuestionIds = Annotated[tuple[Identifier, ...], Field(max_length=200)]


class BeginDraft(Body):
    """As version `number`, or as the built-in role `builtin`; else as the newest approved one."""

    number: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    builtin: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class SaveDraft(EditedPlan):
    revision: Revision


class ArrangeDraft(Body):
    """`order`: all the questions of a phase, by id; phases that are left out stay. `locked`: the
    questions that no proposal changes, instead of those before."""

    revision: Revision
    order: dict[SpokenPhase, QuestionIds] = {}
    locked: QuestionIds | None = None


class ApproveDraft(Body):
    revision: Revision


@router.get("", dependencies=[requires("plan.read")])
async def read_draft(role_id: str, services: ServicesDep, principal: PrincipalDep) -> PlanView:
    """Errors: `role.not_found`, `plan.no_draft`."""
    return shown_plan(await services.plans.draft(principal.organization_id, role_id))


@router.post(
    "",
    status_code=201,
    dependencies=[requires("plan.write"), limited(CREATING)],
    responses=responses(409),
)
async def begin_draft(
    role_id: str, body: BeginDraft, services: ServicesDep, principal: PrincipalDep
) -> PlanView:
    """A new version. Errors: `role.not_found`, `role.archived`, `plan.not_found`,
    `plan.draft_exists`."""
    if body.builtin is None:
        return shown_plan(await services.plans.begin(role_id, principal, number=body.number))
    first = Draft(get_plan(body.builtin), get_rubric(body.builtin))
    row = await services.plans.begin(
        role_id, principal, of=first, source="builtin", based_on=body.builtin
    )
    return shown_plan(row)


@router.put("", dependencies=[requires("plan.write")], responses=responses(409))
async def save_draft(
    role_id: str, body: SaveDraft, services: ServicesDep, principal: PrincipalDep
) -> PlanView:
    """The whole plan, with its competencies: each of them has a scored question. Errors:
    `role.not_found`, `role.archived`, `plan.no_draft`, `plan.invalid`, `plan.changed`: somebody
    saved it since that revision."""
    draft = Draft.of(role_id, body)
    return shown_plan(await services.plans.save(role_id, body.revision, draft, principal))


@router.patch("", dependencies=[requires("plan.write")], responses=responses(409))
async def arrange_draft(
    role_id: str, body: ArrangeDraft, services: ServicesDep, principal: PrincipalDep
) -> PlanView:
    """Reorders and locks questions. Errors: as to save it."""
    row = await services.plans.draft(principal.organization_id, role_id)
    if row.revision != body.revision:
        raise changed_meanwhile()
    draft = reordered(row.draft, body.order)
    if body.locked is not None:
        draft = locked(draft, body.locked)
    return shown_plan(await services.plans.save(role_id, body.revision, draft, principal))


@router.delete("", status_code=204, dependencies=[requires("plan.write")], responses=responses(409))
async def discard_draft(role_id: str, services: ServicesDep, principal: PrincipalDep) -> None:
    """May be repeated. Errors: `role.not_found`, `role.archived`."""
    await services.plans.discard(role_id, principal)


@router.post("/approval", dependencies=[requires("plan.approve")], responses=responses(409))
async def approve_draft(
    role_id: str, body: ApproveDraft, services: ServicesDep, principal: PrincipalDep
) -> PlanView:
    """By a person. From now on it never changes, and interviews are created by its `plan_hash`.
    Errors: `role.not_found`, `role.archived`, `plan.no_draft`, `plan.changed`."""
    return shown_plan(await services.plans.approve(role_id, body.revision, principal))
