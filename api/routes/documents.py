"""Résumés and job descriptions of an interview."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import READING, UPLOADING, limited
from interview.documents.limits import MAX_DOCUMENT_BYTES
from interview.documents.results import MEDIA_TYPES, DocumentFormat, HiddenReason
from interview.errors import AccessError, NotFoundError
from interview.persistence.documents import DocumentRow, HiddenPlace
from interview.persistence.vocabulary import DocumentKind, DocumentStatus
from interview.security.principal import Principal

__all__ = ["is_for", "router"]

router = APIRouter(
    prefix="/api/v1/interviews/{interview_id}/documents",
    tags=["documents"],
    dependencies=[limited(READING)],
    responses=responses(429),
)

_ENDINGS: dict[DocumentFormat, str] = {"pdf": "pdf", "docx": "docx", "text": "txt"}

_BODY = {
    "requestBody": {
        "required": True,
        "description": f"The file itself, at most {MAX_DOCUMENT_BYTES} bytes: PDF, DOCX or text. "
        "Its type is told by its content.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Document(BaseModel):
    """`refused` ones could not be read, for the reason `error_code`, and were not kept. `hidden`:
    why and where, in characters of the text, something in it is not seen by a reader; there may be
    `hidden_omitted` more. `pages` is null but of a PDF."""

    document_id: str
    kind: DocumentKind
    status: DocumentStatus
    error_code: str | None
    format: DocumentFormat | None
    size_bytes: int
    sha256: str
    pages: int | None
    characters: int
    hidden: tuple[HiddenPlace, ...]
    hidden_omitted: int
    created_at: datetime


class Documents(BaseModel):
    """In the order in which they came."""

    items: list[Document]


class Hidden(BaseModel):
    """What is not seen, and would stand at `offset`. Never act on it."""

    reason: HiddenReason
    text: str
    offset: int
    page: int | None


class DocumentText(BaseModel):
    """What a reader sees, and apart from it what a reader does not."""

    document_id: str
    text: str
    hidden: list[Hidden]
    hidden_omitted: int


@router.post(
    "",
    status_code=201,
    dependencies=[requires("document.write"), limited(UPLOADING)],
    responses=responses(409, 413),
    openapi_extra=_BODY,
)
async def add_document(
    interview_id: str,
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    kind: Annotated[DocumentKind, Query()],
) -> Document:
    """The body is the file. The same file twice is one document. A candidate adds résumés.

    Errors: `document.unsupported_format`, `document.encrypted`, `document.too_large`,
    `document.too_long`, `document.unreadable`, `document.empty`, `document.timeout`,
    `document.too_many`.
    """
    if not is_for(principal, kind):
        raise AccessError("auth.forbidden", "job descriptions are the recruiter's")
    data = await services.uploads.received(request)
    return _shown(await services.documents.add(interview_id, kind, data, principal))


@router.get("", dependencies=[requires("document.read")])
async def list_documents(
    interview_id: str, services: ServicesDep, principal: PrincipalDep
) -> Documents:
    """In the order in which they came; to a candidate the résumés."""
    rows = await services.documents.of(interview_id)
    return Documents(items=[_shown(row) for row in rows if is_for(principal, row.kind)])


@router.get(
    "/{document_id}",
    dependencies=[requires("document.read")],
    response_class=Response,
    responses=responses(409)
    | {200: {"content": {kind.partition(";")[0]: {} for kind in MEDIA_TYPES.values()}}},
)
async def download_document(
    interview_id: str, document_id: str, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """The file as it came, to be saved and not shown. Errors: `document.not_found`,
    `blob.not_found`, `sealed.invalid`; of one that was refused, its error code."""
    row = await _for(principal, services, interview_id, document_id)
    data = await services.documents.file(row)
    assert row.format is not None, "what is kept was read"
    name = f"{row.kind.replace('_', '-')}-{row.document_id[:8]}.{_ENDINGS[row.format]}"
    # Text comes in the encoding in which it came: nothing is said of it.
    media_type = MEDIA_TYPES[row.format].partition(";")[0]
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Type": media_type,
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, headers=headers)


@router.get(
    "/{document_id}/text", dependencies=[requires("document.read")], responses=responses(409)
)
async def read_document(
    interview_id: str, document_id: str, services: ServicesDep, principal: PrincipalDep
) -> DocumentText:
    """Errors: as of its download."""
    row = await _for(principal, services, interview_id, document_id)
    found = await services.documents.text(row)
    return DocumentText(
        document_id=row.document_id,
        text=found.text,
        hidden=[
            Hidden(reason=span.reason, text=span.text, offset=span.offset, page=span.page)
            for span in found.hidden
        ],
        hidden_omitted=found.hidden_omitted,
    )


@router.delete("/{document_id}", status_code=204, dependencies=[requires("document.write")])
async def delete_document(
    interview_id: str, document_id: str, services: ServicesDep, principal: PrincipalDep
) -> None:
    """The file, its text, and what is known of it. Errors: `document.not_found`."""
    row = await _for(principal, services, interview_id, document_id)
    await services.documents.delete(row, principal)


async def _for(
    principal: Principal, services: ServicesDep, interview_id: str, document_id: str
) -> DocumentRow:
    """What is not for somebody is not there."""
    row = await services.documents.get(interview_id, document_id)
    if not is_for(principal, row.kind):
        raise NotFoundError("document.not_found", "no such document")
    return row


def is_for(principal: Principal, kind: DocumentKind) -> bool:
    """Of an interview that is: what the job needs is between recruiters."""
    return kind == "resume" or principal.role != "candidate"


def _shown(row: DocumentRow) -> Document:
    return Document.model_validate(row, from_attributes=True)
