"""What was said, read back, each inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from interview.domain.conversation import SpokenSentence, heard_text
from interview.persistence.models import Recording, Turn, Utterance
from interview.persistence.rows import (
    CommittedAnswer,
    RecordingRow,
    SavedSpeech,
    TranscriptLine,
)
from interview.persistence.vocabulary import Speaker
from interview.ports import Line

__all__ = ["answer", "conversation", "recordings", "speech", "transcript"]

_RECORDING_ID = Recording.recording_id.label("recording_id")


async def answer(session: AsyncSession, interview_id: str, turn_id: str) -> CommittedAnswer | None:
    found = await _said(session, interview_id, turn_id, "candidate")
    return CommittedAnswer.model_validate({**found, "already": True}) if found else None


async def speech(session: AsyncSession, interview_id: str, turn_id: str) -> SavedSpeech | None:
    found = await _said(session, interview_id, turn_id, "interviewer")
    return SavedSpeech.model_validate({**found, "already": True}) if found else None


async def transcript(session: AsyncSession, interview_id: str) -> list[TranscriptLine]:
    query = (
        select(*Utterance.__table__.c, _RECORDING_ID)
        .outerjoin(Recording, Recording.utterance_id == Utterance.utterance_id)
        .where(Utterance.interview_id == interview_id)
        .order_by(Utterance.sequence)
    )
    rows = (await session.execute(query)).all()
    return [TranscriptLine.model_validate(row) for row in rows]


async def conversation(
    session: AsyncSession, interview_id: str, limit: int, before_sequence: int | None
) -> list[Line]:
    query = (
        select(
            Utterance.speaker,
            Utterance.text,
            Utterance.sentences,
            Utterance.heard_ms,
            Utterance.duration_ms,
        )
        .where(Utterance.interview_id == interview_id)
        .order_by(Utterance.sequence.desc())
        .limit(limit)
    )
    if before_sequence is not None:
        query = query.where(Utterance.sequence < before_sequence)
    rows = (await session.execute(query)).all()
    return [
        Line(
            speaker="candidate" if row.speaker == "candidate" else "interviewer",
            text=_heard(row.text, row.sentences, row.heard_ms, row.duration_ms),
        )
        for row in reversed(rows)
    ]


async def recordings(
    session: AsyncSession, interview_id: str, recording_id: str | None = None
) -> list[RecordingRow]:
    """All of the interview's, or the one."""
    query = (
        select(
            *Recording.__table__.c,
            func.coalesce(Utterance.speaker, "candidate").label("speaker"),
        )
        .select_from(Recording)
        .join(Turn, _of_turn(Recording))
        .outerjoin(Utterance, Recording.utterance_id == Utterance.utterance_id)
        .where(Recording.interview_id == interview_id)
        .order_by(Turn.turn_number, Utterance.sequence.nulls_first(), Recording.created_at)
    )
    if recording_id is not None:
        query = query.where(Recording.recording_id == recording_id)
    rows = (await session.execute(query)).all()
    return [RecordingRow.model_validate(row) for row in rows]


async def _said(
    session: AsyncSession, interview_id: str, turn_id: str, speaker: Speaker
) -> dict[str, Any] | None:
    query = (
        select(*Utterance.__table__.c, Turn.turn_number, _RECORDING_ID)
        .join(Turn, _of_turn(Utterance))
        .outerjoin(Recording, Recording.utterance_id == Utterance.utterance_id)
        .where(
            Utterance.interview_id == interview_id,
            Utterance.turn_id == turn_id,
            Utterance.speaker == speaker,
        )
    )
    row = (await session.execute(query)).mappings().one_or_none()
    return dict(row) if row is not None else None


def _of_turn(table: type[Recording] | type[Utterance]) -> ColumnElement[bool]:
    return (table.interview_id == Turn.interview_id) & (table.turn_id == Turn.turn_id)


def _heard(
    text: str, sentences: Sequence[dict[str, Any]], heard_ms: int | None, duration_ms: int
) -> str:
    if heard_ms is None:
        return text
    spoken = [SpokenSentence.model_validate(sentence) for sentence in sentences]
    # Without the sentences' times the text is taken as one even stretch.
    whole = [SpokenSentence(text=text, start_ms=0, end_ms=duration_ms)]
    return heard_text(spoken or whole, heard_ms)
