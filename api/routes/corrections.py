"""Setting a transcript right."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import CORRECTING, READING, limited
from interview.evaluation.asking import Corrected
from interview.persistence.corrections import CorrectionRow

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/interviews/{interview_id}/corrections",
    tags=["interviews"],
    dependencies=[limited(READING)],
    responses=responses(404, 429),
)

MAX_TEXT = 20_000
"""As long as an answer that is typed."""
MAX_LINES = 50


class CorrectedLine(BaseModel):
    """All of the answer, as it was said."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    utterance_id: Annotated[str, Field(max_length=36)]
    text: Annotated[
        str, StringConstraints(min_length=1, max_length=MAX_TEXT, strip_whitespace=True)
    ]


class Correct(BaseModel):
    """Lines that are set right together are scored together."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    lines: Annotated[list[CorrectedLine], Field(min_length=1, max_length=MAX_LINES)]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]


class CorrectionList(BaseModel):
    """Oldest first. The transcript holds what was recognized; of each utterance the highest version
    here is how it should read."""

    items: list[CorrectionRow]


@router.get("", dependencies=[requires("transcript.read")])
async def list_corrections(
    interview_id: str, services: ServicesDep, principal: PrincipalDep
) -> CorrectionList:
    """Candidates see how their words were set right, and neither by whom nor why."""
    rows = await services.corrections.all(interview_id)
    if principal.role == "candidate":
        rows = [row.model_copy(update={"corrected_by": None, "reason": ""}) for row in rows]
    return CorrectionList(items=rows)


@router.post(
    "",
    status_code=201,
    dependencies=[requires("transcript.correct"), limited(CORRECTING)],
    responses=responses(400, 409),
)
async def correct_transcript(
    interview_id: str, body: Correct, services: ServicesDep, principal: PrincipalDep
) -> Corrected:
    """What was misheard in spoken answers, after the interview's end. What was scored before stays
    as it is; competencies that these lines touch are scored again, in another evaluation that has
    the other scores from the one before. Errors: `utterance.not_found`,
    `utterance.not_an_answer`, `utterance.typed`, `correction.unchanged`, `correction.too_many`,
    `interview.not_ended`, `interview.erased`."""
    texts = [(line.utterance_id, line.text) for line in body.lines]
    return await services.evaluating.correct(interview_id, texts, body.reason, principal)
