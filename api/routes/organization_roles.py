"""The roles that an organization interviews for, beside the built-in ones."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, StringConstraints

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import Services, ServicesDep
from api.errors import responses
from api.rate_limits import CREATING, READING, UPLOADING, limited
from api.routes.auth import Body
from interview.documents.extractor import refused
from interview.documents.limits import MAX_DOCUMENT_BYTES
from interview.documents.results import DocumentFormat, Extraction
from interview.documents.written import written
from interview.domain.planning.draft import Draft
from interview.domain.roles import get_plan, get_rubric
from interview.persistence.documents import HiddenPlace
from interview.persistence.planning.rows import RolePage, RoleRow
from interview.persistence.vocabulary import ProposalState
from interview.security.principal import Principal

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/organization/roles",
    tags=["plans"],
    dependencies=[limited(READING)],
    responses=responses(429),
)

MAX_JOB_CHARS = 30_000

_BODY = {
    "requestBody": {
        "required": True,
        "description": f"The file itself, at most {MAX_DOCUMENT_BYTES} bytes: PDF, DOCX or text. "
        "Its type is told by its content.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}

RoleTitle = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=120, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
]
JobText = Annotated[str, StringConstraints(max_length=MAX_JOB_CHARS)]


class CreateRole(Body):
    """`builtin`: its first draft is that built-in role's plan."""

    title: RoleTitle
    job_description: JobText = ""
    builtin: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None


class ChangeRole(Body):
    """What is left out stays. An archived role keeps its interviews, and gets no new ones."""

    title: RoleTitle | None = None
    job_description: JobText | None = None
    archived: bool | None = None


class Role(BaseModel):
    """`job_hidden`: why and where, in characters of the job description, its file held something
    that a reader does not see; none of it is used. `draft_revision` and `approved_hash` say what
    there is of a plan; `proposal_state`, whether one is being made."""

    role_id: str
    title: str
    job_description: str
    job_format: DocumentFormat | None
    job_hidden: tuple[HiddenPlace, ...]
    draft_number: int | None
    draft_revision: int | None
    approved_number: int | None
    approved_hash: str | None
    approved_at: datetime | None
    proposal_id: str | None
    proposal_state: ProposalState | None
    created_by: str | None
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


@router.get("", dependencies=[requires("plan.read")])
async def list_roles(
    services: ServicesDep,
    principal: PrincipalDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    archived: bool = False,
) -> RolePage:
    """Newest first; `next_cursor` is null on the last page."""
    return await services.roles.page(
        principal.organization_id, limit=limit, cursor=cursor, archived=archived
    )


@router.post(
    "",
    status_code=201,
    dependencies=[requires("plan.write"), limited(CREATING)],
    responses=responses(404),
)
async def create_role(body: CreateRole, services: ServicesDep, principal: PrincipalDep) -> Role:
    """Errors: `role.not_found`, of a built-in one."""
    first = None
    if body.builtin is not None:
        first = Draft(get_plan(body.builtin), get_rubric(body.builtin))
    found = written(body.job_description)
    row = await services.roles.create(body.title, found.text, principal)
    if found.hidden:
        await _described(services, row.role_id, found, None, principal)
    if first is not None:
        await services.plans.begin(
            row.role_id, principal, of=first, source="builtin", based_on=body.builtin
        )
    return await _read(services, principal, row.role_id)


@router.get("/{role_id}", dependencies=[requires("plan.read")], responses=responses(404))
async def read_role(role_id: str, services: ServicesDep, principal: PrincipalDep) -> Role:
    """Errors: `role.not_found`."""
    return await _read(services, principal, role_id)


@router.patch("/{role_id}", dependencies=[requires("plan.write")], responses=responses(404, 409))
async def change_role(
    role_id: str, body: ChangeRole, services: ServicesDep, principal: PrincipalDep
) -> Role:
    """All of it or nothing. Plans that are there keep their titles. Errors: `role.not_found`,
    `role.archived`."""
    found = None if body.job_description is None else written(body.job_description)
    row = await services.roles.change(
        role_id,
        principal,
        title=body.title,
        job_description=found and found.text,
        job_hidden=_hidden(found) if found else (),
        archived=body.archived,
    )
    return _shown(row)


@router.post(
    "/{role_id}/job-description",
    dependencies=[requires("plan.write"), limited(UPLOADING)],
    responses=responses(404, 409, 413),
    openapi_extra=_BODY,
)
async def upload_job_description(
    role_id: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Role:
    """The body is the file; what a reader sees in it becomes the job description, and the file is
    not kept. Errors: `role.not_found`, `role.archived`, `document.unsupported_format`,
    `document.encrypted`, `document.too_large`, `document.too_long`, `document.unreadable`,
    `document.empty`, `document.timeout`."""
    await services.roles.get(principal.organization_id, role_id)
    found = await services.extractor.extract(await services.uploads.received(request))
    if len(found.text) > MAX_JOB_CHARS:
        raise refused("document.too_long")
    return _shown(await _described(services, role_id, found, found.format, principal))


async def _described(
    services: Services,
    role_id: str,
    found: Extraction,
    format: DocumentFormat | None,
    principal: Principal,
) -> RoleRow:
    return await services.roles.change(
        role_id,
        principal,
        job_description=found.text,
        job_format=format,
        job_hidden=_hidden(found),
    )


def _hidden(found: Extraction) -> list[HiddenPlace]:
    return [
        HiddenPlace(reason=span.reason, offset=span.offset, length=len(span.text), page=span.page)
        for span in found.hidden
    ]


async def _read(services: Services, principal: Principal, role_id: str) -> Role:
    return _shown(await services.roles.get(principal.organization_id, role_id))


def _shown(row: RoleRow) -> Role:
    return Role.model_validate(row, from_attributes=True)
