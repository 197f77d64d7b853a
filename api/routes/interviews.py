"""Creating, listing and reading interviews."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, Field, StringConstraints

from api.authentication import PrincipalDep
from api.authorization import decide, requires
from api.chosen_plan import PlanChoice, choose
from api.dependencies import Services, ServicesDep
from api.entry import interview_limits
from api.errors import responses
from api.rate_limits import CREATING, READING, limited
from api.routes.live import Seen, seen
from api.temporal_ui.links import workflow_url
from interview.domain.plan import plan_hash
from interview.errors import AccessError, ConflictError
from interview.persistence.digest import transcript_sha256
from interview.persistence.records import MAX_PAGE
from interview.persistence.rows import (
    InterviewSummary,
    NewInterview,
    TranscriptLine,
)
from interview.persistence.vocabulary import InterviewStatus
from interview.security.principal import Principal

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/interviews",
    tags=["interviews"],
    dependencies=[limited(READING)],
    responses=responses(429),
)

_IDEMPOTENT = uuid.UUID("b9b2b6a8-0c35-4f0e-8a53-3f1d5cf6f9c2")


Name = Annotated[
    str,
    StringConstraints(max_length=120, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
"""In one line: it is spoken and shown."""


class CreateInterview(PlanChoice):
    """`interview_id` may be chosen by the client: a UUID in lower case. `role` is a built-in one,
    `plan` one of the organization's: exactly one of them is named."""

    candidate_name: Annotated[
        str,
        StringConstraints(max_length=120, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"),
    ] = ""
    interview_id: Annotated[str, Field(max_length=36)] | None = None


class Interview(InterviewSummary):
    """`workflow_url` leads to its audit in the Temporal UI, relative to this API's address; null
    where that is not for whoever asks."""

    workflow_url: str | None
    text_only: bool | None = None
    """Its candidate wants to type; null in lists."""
    resumes: int | None = None
    """How often it went on, after a pause or an absence; in lists alone."""
    seen: Seen | None = None
    """Of one that runs; in lists alone."""


class Interviews(BaseModel):
    """Newest first. `next_cursor` is null on the last page."""

    items: list[Interview]
    next_cursor: str | None


class Transcript(BaseModel):
    """Every utterance by sequence. `sha256` is over the JSON of each item, one a line."""

    interview_id: str
    items: list[TranscriptLine]
    sha256: str


@router.post(
    "",
    status_code=201,
    dependencies=[requires("interview.create"), limited(CREATING)],
    responses=responses(404, 409),
)
async def create_interview(
    request: CreateInterview,
    services: ServicesDep,
    principal: PrincipalDep,
    idempotency_key: Annotated[str | None, Header(min_length=8, max_length=200)] = None,
) -> Interview:
    """Asked for twice under the same `Idempotency-Key` or `interview_id`, it is made once.

    The interview begins when somebody enters its room. It is bound to its plan for good, which
    `plan_hash` names. Errors: `role.not_found`, `plan.not_found`, `plan.not_approved`,
    `role.archived`, `interview.invalid_id`, `interview.id_taken`.
    """
    chosen = await choose(services, request, principal)
    new = NewInterview(
        interview_id=request.interview_id
        or _interview_id(principal.organization_id, idempotency_key),
        plan=chosen.plan,
        rubric=chosen.rubric,
        candidate_name=request.candidate_name,
        limits=interview_limits(services),
        organization_id=principal.organization_id,
        created_by=principal.user_id,
    )
    record = await services.records.create_interview(new, principal)
    asked_for = (new.plan.role, new.candidate_name, new.organization_id)
    found = (record.role, record.candidate_name, record.organization_id)
    # A built-in role stays itself while its questions are mended.
    is_other_version = request.plan is not None and record.plan_hash != plan_hash(new.plan)
    is_anothers = principal.kind == "anonymous" and not record.unclaimed
    if found != asked_for or is_other_version or is_anothers:
        raise ConflictError("interview.id_taken", "another interview has this id or key")
    return _shown(record, principal, services)


@router.get("", dependencies=[requires("interview.list")])
async def list_interviews(
    services: ServicesDep,
    principal: PrincipalDep,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    status: InterviewStatus | None = None,
    q: Annotated[str | None, Query(max_length=120)] = None,
    role: Annotated[str | None, Query(max_length=64)] = None,
) -> Interviews:
    """Newest first; `next_cursor` is null on the last page. `q` is looked for in the candidates'
    names and in the titles, whatever its case."""
    page = await services.records.list_interviews(
        limit=limit,
        cursor=cursor,
        status=status,
        q=q,
        role=role,
        organization_id=principal.organization_id,
        unclaimed=principal.kind == "anonymous",
    )
    begun = [item for item in page.items if item.started_at is not None]
    resumes = await services.returns.counts([item.interview_id for item in begun])
    present = await seen(services, page.items)
    items = [
        _shown(item, principal, services).model_copy(
            update={
                "resumes": resumes.get(item.interview_id, 0),
                "seen": present.get(item.interview_id),
            }
        )
        for item in page.items
    ]
    return Interviews(items=items, next_cursor=page.next_cursor)


@router.get("/{interview_id}", dependencies=[requires("interview.read")])
async def read_interview(
    interview_id: str, services: ServicesDep, principal: PrincipalDep
) -> Interview:
    """Where it stands. The plan is left out: whoever takes the interview may read this."""
    record = await services.records.get_interview(interview_id)
    shown = _shown(record, principal, services)
    return shown.model_copy(update={"text_only": record.text_only})


@router.get(
    "/{interview_id}/transcript",
    response_model=Transcript,
    dependencies=[requires("transcript.read")],
    responses={200: {"content": {"application/x-ndjson": {}}}},
)
async def read_transcript(
    interview_id: str,
    services: ServicesDep,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Transcript | Response:
    """`Accept: application/x-ndjson` gives the lines that `sha256` is made of."""
    lines = await services.records.transcript(interview_id)
    if "application/x-ndjson" in accept:
        body = "".join(f"{line.model_dump_json()}\n" for line in lines)
        return Response(body, media_type="application/x-ndjson")
    return Transcript(interview_id=interview_id, items=lines, sha256=transcript_sha256(lines))


def _interview_id(organization_id: str, idempotency_key: str | None) -> str:
    if idempotency_key is None:
        return str(uuid.uuid4())
    return str(uuid.uuid5(_IDEMPOTENT, f"{organization_id}/{idempotency_key}"))


def _shown(interview: InterviewSummary, principal: Principal, services: Services) -> Interview:
    """To somebody who may read it."""
    try:
        decide(principal, "workflow.read", None, open_house=services.settings.debug)
        url = workflow_url(services.settings.temporal_namespace, interview.workflow_id)
    except AccessError:
        url = None
    summary = InterviewSummary.model_validate(interview)
    return Interview(**summary.model_dump(), workflow_url=url)
