"""All that is kept of an interview, in one file."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from api.archive import Pages, archive, questions_asked
from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import Services, ServicesDep
from api.errors import responses
from api.rate_limits import EXPORTING, limited
from api.routes.documents import is_for
from interview.errors import NotFoundError
from interview.persistence.audit import AuditTrail, Subject
from interview.persistence.digest import transcript_sha256
from interview.persistence.exports import promises

__all__ = ["router", "whole"]

router = APIRouter(prefix="/api/v1/interviews/{interview_id}/export", tags=["export"])


@router.get(
    "",
    dependencies=[requires("interview.export"), limited(EXPORTING)],
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}}, **responses(429)},
)
async def export_interview(
    interview_id: str, services: ServicesDep, principal: PrincipalDep
) -> StreamingResponse:
    """A ZIP file: the interview, the questions asked, the transcript, what was written on pads and
    how it ran, consents, accommodations, corrections and the audit trail as JSON, every recording,
    and every document with its text; for a candidate, of the documents the résumés, and of the
    trail what is about them. Errors: `interview.erased`."""
    await _refuse_erased(services, interview_id)
    record = await services.records.get_interview(interview_id)
    lines = await services.records.transcript(interview_id)
    recordings = await services.records.recordings(interview_id)
    files = [
        row for row in await services.documents.of(interview_id) if is_for(principal, row.kind)
    ]
    async with services.database.transaction() as connection:
        promised = await promises(connection, interview_id, principal)
        await AuditTrail.append(
            connection, principal, "interview.exported", Subject.interview(interview_id)
        )
    documents = {
        "interview": record.model_dump(mode="json", exclude={"plan", "limits"}),
        "questions": questions_asked(record, lines),
        "transcript": {
            "interview_id": interview_id,
            "items": [line.model_dump(mode="json") for line in lines],
            "sha256": transcript_sha256(lines),
        },
        **promised,
    }
    pads = services.pads
    pages = {"snapshots": pads.snapshot_pages(interview_id), "runs": pads.run_pages(interview_id)}
    code = {name: whole(services, interview_id, each) for name, each in pages.items()}
    return StreamingResponse(
        archive(
            *(record, documents, recordings, services.blobs, files), listed_by_page={"code": code}
        ),
        media_type="application/zip",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="interview-{record.interview_id}.zip"',
        },
    )


async def whole(services: Services, interview_id: str, pages: Pages) -> Pages:
    """Rows that are erased meanwhile end a list as its end does. Raises `NotFoundError`
    (`interview.erased`) then."""
    async for page in pages:
        yield page
    await _refuse_erased(services, interview_id)


async def _refuse_erased(services: Services, interview_id: str) -> None:
    if await services.erasures.find(interview_id) is not None:
        raise NotFoundError("interview.erased", "the interview was erased, or is about to be")
