"""The report of an interview, as JSON, PDF and CSV: for those who decide."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import Services, ServicesDep
from api.errors import responses
from api.rate_limits import EXPORTING, READING, limited
from interview.evaluation.scorecard import scorecard
from interview.persistence.audit import AuditTrail, Subject
from interview.reports.pdf import as_pdf
from interview.reports.report import Report, report
from interview.reports.table import as_csv
from interview.security.principal import Principal

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/interviews/{interview_id}", tags=["reports"])


def _file(media_type: str) -> dict[int | str, dict[str, object]]:
    return {200: {"content": {media_type: {}}}, **responses(404, 429)}


@router.get(
    "/report",
    dependencies=[requires("evaluation.read"), limited(READING)],
    responses=responses(404, 429),
)
async def read_report(interview_id: str, services: ServicesDep, principal: PrincipalDep) -> Report:
    """By the newest evaluation that is over, or the one that runs. Errors: `interview.not_found`;
    `review.first`, where reviews are blind and one's own is not handed in."""
    return await _report(services, interview_id, principal)


@router.get(
    "/report.pdf",
    dependencies=[requires("evaluation.read"), limited(EXPORTING)],
    response_class=Response,
    responses=_file("application/pdf"),
)
async def report_as_pdf(
    interview_id: str, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """The same on paper. Errors: as of the report."""
    found = await _report(services, interview_id, principal)
    data = await asyncio.to_thread(as_pdf, found)
    return await _handed_out(services, principal, found, data, "application/pdf", "pdf")


@router.get(
    "/report.csv",
    dependencies=[requires("evaluation.read"), limited(EXPORTING)],
    response_class=Response,
    responses=_file("text/csv"),
)
async def report_as_csv(
    interview_id: str, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """A line for each competency. Errors: as of the report."""
    found = await _report(services, interview_id, principal)
    return await _handed_out(services, principal, found, as_csv(found), "text/csv", "csv")


async def _report(services: Services, interview_id: str, principal: Principal) -> Report:
    record = await services.records.get_interview(interview_id)
    lines = await services.records.transcript(interview_id)
    rows = [r for r in await services.evaluations.all(interview_id) if r.kind != "reevaluated"]
    newest = next((row for row in rows if row.state != "running"), rows[0] if rows else None)
    scored = None
    if newest is not None:
        scored = scorecard(await services.evaluations.detail(interview_id, newest.number))
    if scored is not None and scored.competencies:
        await services.reviews.see_scores(interview_id, principal)
    elif await services.reviews.are_hidden(interview_id, principal):
        # Nor what others rated or decided.
        return report(record, lines, scored)
    reviews = await services.reviews.all(interview_id)
    decision = await services.decisions.find(interview_id)
    return report(record, lines, scored, reviews, decision)


async def _handed_out(
    services: Services,
    principal: Principal,
    found: Report,
    data: bytes,
    media_type: str,
    ending: str,
) -> Response:
    """A file leaves the house: that is on the trail."""
    subject = Subject.interview(found.interview_id)
    async with services.database.transaction() as connection:
        await AuditTrail.append(
            connection, principal, "report.exported", subject, {"format": ending}
        )
    name = f"report-{found.interview_id}.{ending}"
    return Response(
        data,
        media_type=media_type,
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )
