"""What a candidate could tell better, where their organization offers it."""

from __future__ import annotations

from fastapi import APIRouter

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import READING, limited
from interview.errors import ConflictError, NotFoundError
from interview.evaluation.scorecard import scorecard
from interview.persistence import retention
from interview.reports.feedback import Feedback, feedback

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/interviews/{interview_id}/feedback", tags=["reports"])


@router.get(
    "",
    dependencies=[requires("feedback.read"), limited(READING)],
    responses=responses(404, 409, 429),
)
async def read_feedback(
    interview_id: str, services: ServicesDep, principal: PrincipalDep
) -> Feedback:
    """By competency, with the candidate's own words and no score. Errors: `feedback.not_offered`,
    `feedback.not_ready` before the interview is evaluated, `review.first` to those who are still
    to rate: it shows what the evaluation rests on."""
    record = await services.records.get_interview(interview_id)
    async with services.database.transaction() as connection:
        organization = await retention.get(connection, record.organization_id)
    if not organization.candidate_feedback:
        raise NotFoundError("feedback.not_offered", "there is no feedback on this interview")
    rows = await services.evaluations.all(interview_id)
    done = next((row for row in rows if row.state == "done" and row.kind != "reevaluated"), None)
    if done is None:
        raise ConflictError("feedback.not_ready", "there is no feedback yet")
    if principal.role != "candidate":
        await services.reviews.see_scores(interview_id, principal)
    scored = scorecard(await services.evaluations.detail(interview_id, done.number))
    spoken = await services.records.transcript(interview_id)
    lines = await services.corrections.corrected(interview_id, spoken, done.corrections)
    return feedback(record.title, record.plan, scored, lines)
