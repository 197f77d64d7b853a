"""Entering an interview: what a connection finds, and from where it goes on."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass

from api.dependencies import Services
from api.pending import PendingTurns
from interview.contracts.interview import BeginTurnInput, Limits
from interview.domain.progress import position_at, standing
from interview.domain.roles import DEFAULT_ROLE, get_plan, get_rubric
from interview.errors import NotFoundError
from interview.persistence.rows import InterviewRecord, NewInterview, TranscriptLine
from interview.protocol.server import PendingTurn, Snapshot, Transcript
from interview.streams.audio import AudioStream
from interview.streams.outbound import OutboundReader, OutboundWriter, Recent

__all__ = [
    "Entry",
    "enter",
    "find_or_create",
    "interview_limits",
    "is_over",
    "pending_turns",
    "snapshot",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a connection comes in."""

    record: InterviewRecord
    transcript: list[TranscriptLine]
    pending: PendingTurn | None
    begun: BeginTurnInput | None
    """What the pending turn was begun with."""
    takeover_seq: int
    """Connections that enter after this one have a higher one."""
    after_seq: int
    """Events after it are for this connection."""
    recent: Recent
    """As the stream was found."""
    resumed_from_seq: int | None
    endpointing_ms: int
    """As the room was told last, with the candidate's own extra time."""
    question_id: str | None
    """Being asked, as the room was told last."""


async def enter(
    services: Services, record: InterviewRecord, connection_id: str, last_seq: int | None
) -> Entry:
    """Takes the interview over from every other connection, on any process.

    `last_seq` is what the client saw last. Where that is no longer kept, or nothing was seen,
    it starts afresh at the newest utterance, so that the question is heard again.
    Raises `StreamError`, `DatabaseUnavailable`, `NotFoundError`.
    """
    interview_id = record.interview_id
    reader = OutboundReader(services.streams, interview_id)
    # First of all: what is committed after it is relayed, what was before it is read here. So is
    # the interview itself once more, which may have gone on since they were let in.
    takeover_seq = await OutboundWriter(services.streams, interview_id).take_over(connection_id)
    record, transcript, begun, oldest, recent = await asyncio.gather(
        services.records.get_interview(interview_id),
        services.records.transcript(interview_id),
        pending_turns(services, interview_id).get(),
        reader.oldest(),
        reader.recent(),
    )
    record = _as_said(record, transcript)
    utterance_seq, standing_told = recent.utterance_seq, recent.standing
    kept = last_seq is not None and oldest is not None and oldest <= last_seq <= takeover_seq
    resumed_from_seq = last_seq if kept else None
    fresh = takeover_seq if utterance_seq is None else utterance_seq
    if begun is not None and begun.turn_id in _committed(transcript):
        begun = None
    return Entry(
        record=record,
        transcript=transcript,
        pending=await _pending(services, interview_id, begun),
        begun=begun,
        takeover_seq=takeover_seq,
        after_seq=fresh if resumed_from_seq is None else resumed_from_seq,
        recent=recent,
        resumed_from_seq=resumed_from_seq,
        endpointing_ms=(standing_told and standing_told.endpointing_ms)
        or record.limits.endpointing.wait_ms(record.phase),
        question_id=standing_told.question_id if standing_told else record.question_id,
    )


def snapshot(entry: Entry) -> Snapshot:
    record = entry.record
    place = position_at(record.plan, record.phase, record.question_id)
    here = standing(record.plan, place, 0.0)
    return Snapshot(
        status=record.status,
        role=record.role,
        title=record.title,
        candidate_name=record.candidate_name,
        phase=record.phase,
        question_id=here.question_id,
        question_text=here.question_text,
        question_number=here.question_number,
        question_count=here.question_count,
        transcript=[
            Transcript(
                role=line.speaker,
                text=line.text,
                sequence=line.sequence,
                turn_id=line.turn_id,
                utterance_id=line.utterance_id,
            )
            for line in entry.transcript
        ],
        language=record.plan.language,
        endpointing_ms=entry.endpointing_ms,
        pending_turn=entry.pending,
        committed_turns=_committed(entry.transcript),
    )


async def find_or_create(services: Services, session_id: str, *, create: bool) -> InterviewRecord:
    """`create`: version 1 makes an interview by entering it, under any UUID however spelled.

    Raises `NotFoundError` (`interview.not_found`), `DatabaseUnavailable`.
    """
    if not create:
        return await services.records.get_interview(session_id)
    try:
        interview_id = str(uuid.UUID(session_id))
    except ValueError:
        raise NotFoundError("interview.not_found", "session ids are UUIDs") from None
    new = NewInterview(
        interview_id=interview_id,
        plan=get_plan(DEFAULT_ROLE),
        rubric=get_rubric(DEFAULT_ROLE),
        limits=interview_limits(services),
    )
    return await services.records.create_interview(new)


def interview_limits(services: Services) -> Limits:
    """Of a new interview: the settings of today, kept with it."""
    settings = services.settings
    return Limits(
        max_answer_s=settings.max_answer_s,
        nudge_after_s=settings.silence_nudge_s,
        pause_expiry_s=settings.pause_expiry_s,
        heartbeat_s=settings.activity_heartbeat_s,
    )


def pending_turns(services: Services, interview_id: str) -> PendingTurns:
    return PendingTurns(
        services.redis, interview_id, ttl_s=services.settings.stream_ttl_s, keys=services.keys
    )


def is_over(record: InterviewRecord) -> bool:
    return record.status in ("completed", "abandoned")


def _as_said(record: InterviewRecord, transcript: list[TranscriptLine]) -> InterviewRecord:
    """Where it stands by the lines that are shown with it: they were read beside it, and what is
    said in between is in one of them alone."""
    if is_over(record):
        return record
    for line in reversed(transcript):
        if line.speaker == "interviewer":
            update = {"phase": line.phase, "question_id": line.question_id}
            return record.model_copy(update=update)
    return record


async def _pending(
    services: Services, interview_id: str, begun: BeginTurnInput | None
) -> PendingTurn | None:
    if begun is None:
        return None
    stream = AudioStream(services.streams, interview_id, begun.turn_id)
    next_chunk, ended = await stream.received()
    return PendingTurn(turn_id=begun.turn_id, next_chunk=next_chunk, ended=ended)


def _committed(transcript: list[TranscriptLine]) -> list[str]:
    return [line.turn_id for line in transcript if line.speaker == "candidate"]
