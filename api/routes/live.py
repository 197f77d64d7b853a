"""An interview that runs, for people who look on: asked for again every few seconds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel

from api.authentication import PrincipalDep
from api.authorization import decide, requires
from api.conditional import etag_of, is_known, unchanged
from api.dependencies import Services, ServicesDep
from api.errors import responses
from api.rate_limits import READING, limited
from interview.domain.phases import Phase
from interview.domain.progress import position_at, standing
from interview.errors import AccessError, StreamError
from interview.persistence.rows import InterviewRecord, InterviewSummary, TranscriptLine
from interview.persistence.vocabulary import InterviewStatus, Outcome
from interview.security.principal import Principal
from interview.streams.presence import AWAY_AFTER_S

__all__ = ["PresenceState", "Seen", "router", "seen"]

PresenceState = Literal["here", "away"]
_RUNNING = ("active", "paused")

router = APIRouter(prefix="/api/v1/interviews/{interview_id}/live", tags=["interviews"])


class Seen(BaseModel):
    """Whether the candidate is in their room. `seen_at`: of one who is away, when they were there
    last; null where that is not known."""

    presence: PresenceState
    seen_at: datetime | None = None


class Live(BaseModel):
    """`question_number` of `question_count`, from 1; 0 when the interview is over. `seen` is null
    where the interview does not run, or it cannot be told at present. `lines` is null where the
    transcript is not for whoever asks."""

    interview_id: str
    status: InterviewStatus
    outcome: Outcome | None
    phase: Phase
    question_number: int
    question_count: int
    total_turns: int
    """Answers committed."""
    resumes: int
    """How often it went on, after a pause or after its candidate had been away."""
    seen: Seen | None
    lines: list[TranscriptLine] | None


@router.get(
    "",
    response_model=Live,
    dependencies=[requires("interview.watch"), limited(READING)],
    responses={
        304: {"description": "It is still what `If-None-Match` names"},
        **responses(404, 429),
    },
)
async def read_live(
    interview_id: str,
    services: ServicesDep,
    principal: PrincipalDep,
    response: Response,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    if_none_match: Annotated[str, Header(max_length=200)] = "",
) -> Live | Response:
    """Where it stands, and the lines with a sequence above `after`. Ask from a few lines before the
    last one that is known: a line changes when it is interrupted, and a reply may be stored before
    the answer it is to. Asked with `If-None-Match`, it costs next to nothing while nothing changes.
    """
    record = await services.records.get_interview(interview_id)
    resumes = (await services.returns.counts([interview_id])).get(interview_id, 0)
    here = (await seen(services, [record])).get(interview_id)
    may_read = _may_read(principal, services)
    # Whatever is told is written together with this time, but for who is there.
    presence = here and here.presence
    etag = etag_of(record.updated_at, record.status, resumes, presence, after, may_read)
    if is_known(etag, if_none_match):
        return unchanged(etag)
    response.headers["ETag"] = etag
    lines = await services.records.transcript(interview_id, after) if may_read else None
    return _live(record, resumes, here, lines)


async def seen(services: Services, interviews: Collection[InterviewSummary]) -> Mapping[str, Seen]:
    """Of those that run; of none where Redis is away."""
    running = [one.interview_id for one in interviews if one.status in _RUNNING]
    try:
        ages = await services.presence.ages(running)
    except StreamError:
        return {}
    now = datetime.now(UTC)
    return {interview_id: _seen(ages.get(interview_id), now) for interview_id in running}


def _seen(age_s: float | None, now: datetime) -> Seen:
    if age_s is not None and age_s <= AWAY_AFTER_S:
        return Seen(presence="here")
    at = None if age_s is None else now - timedelta(seconds=age_s)
    return Seen(presence="away", seen_at=at)


def _live(
    record: InterviewRecord, resumes: int, here: Seen | None, lines: list[TranscriptLine] | None
) -> Live:
    place = standing(record.plan, position_at(record.plan, record.phase, record.question_id), 0.0)
    return Live(
        interview_id=record.interview_id,
        status=record.status,
        outcome=record.outcome,
        phase=record.phase,
        question_number=place.question_number,
        question_count=place.question_count,
        total_turns=record.total_turns,
        resumes=resumes,
        seen=here,
        lines=lines,
    )


def _may_read(principal: Principal, services: Services) -> bool:
    """Whoever may watch is of its organization."""
    try:
        decide(principal, "transcript.read", None, open_house=services.settings.debug)
    except AccessError:
        return False
    return True
