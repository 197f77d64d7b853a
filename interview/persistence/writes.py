"""The idempotent writes of a turn, each inside the caller's transaction.

Every one inserts first and looks only when the row was there, so concurrent runs of one
activity are ordered by PostgreSQL's unique indexes. Rows of a turn come before the
interview's row everywhere, which keeps two writers from waiting for each other.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import case, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from interview.errors import ConflictError
from interview.persistence import reads
from interview.persistence.models import Interview, Recording, Turn, Utterance
from interview.persistence.rows import (
    AnswerRecord,
    CommittedAnswer,
    SavedSpeech,
    SpeechRecord,
    UnheardTurnRecord,
    storable,
)
from interview.persistence.vocabulary import TurnKind, TurnStatus

__all__ = ["commit_answer", "mark_heard", "number_taken", "record_unheard_turn", "save_speech"]

_RECORDINGS = uuid.UUID("6f1c5a52-6f0a-4d3e-9f5e-0b8f6f0f6f02")

AnyRecord = AnswerRecord | SpeechRecord | UnheardTurnRecord


async def commit_answer(session: AsyncSession, record: AnswerRecord) -> CommittedAnswer:
    """See `Records.commit_answer`."""
    if not await _insert_turn(session, record, record.modality, "committed"):
        status = await _lock_turn(session, record)
        if status == "committed":
            first = await reads.answer(session, record.interview_id, record.turn_id)
            if first is None:
                raise _out_of_order("this turn is the interviewer's own")
            return first
        await session.execute(
            update(Turn)
            .where(Turn.interview_id == record.interview_id, Turn.turn_id == record.turn_id)
            .values(
                status="committed",
                committed_at=func.now(),
                turn_number=record.turn_number,
                kind=record.modality,
                phase=record.phase,
                question_id=record.question_id,
            )
        )
    inserted = await _insert_utterance(
        session,
        record,
        speaker="candidate",
        confidence=record.confidence,
        directive=None,
        sentences=[],
    )
    if not inserted:
        raise _out_of_order("this sequence belongs to another utterance")
    recording_id = await _insert_recording(session, record, record.utterance_id)
    await session.execute(
        update(Interview)
        .where(Interview.interview_id == record.interview_id)
        .values(total_turns=Interview.total_turns + 1, updated_at=func.now())
    )
    return CommittedAnswer.model_validate(
        {**record.model_dump(), "recording_id": recording_id, "already": False}
    )


async def record_unheard_turn(session: AsyncSession, record: UnheardTurnRecord) -> TurnStatus:
    """See `Records.record_unheard_turn`."""
    status: TurnStatus = record.status
    if not await _insert_turn(session, record, "audio", status):
        if await _lock_turn(session, record) == "committed":
            status = "committed"
        else:
            await session.execute(
                update(Turn)
                .where(Turn.interview_id == record.interview_id, Turn.turn_id == record.turn_id)
                .values(status=status, turn_number=record.turn_number)
            )
    await _insert_recording(session, record, None)
    return status


async def save_speech(session: AsyncSession, record: SpeechRecord) -> SavedSpeech:
    """See `Records.save_speech`."""
    proactive = record.kind == "proactive"
    status: TurnStatus = "committed" if proactive else "open"
    if not await _insert_turn(session, record, record.kind, status):
        await _lock_turn(session, record)
    inserted = await _insert_utterance(
        session,
        record,
        speaker="interviewer",
        confidence=None,
        directive=record.directive,
        sentences=[storable(sentence.model_dump()) for sentence in record.sentences],
    )
    if not inserted:
        first = await reads.speech(session, record.interview_id, record.turn_id)
        if first is None:
            raise _out_of_order("this sequence belongs to another utterance")
        return first
    recording_id = await _insert_recording(session, record, record.utterance_id)
    await _project(session, record)
    return SavedSpeech.model_validate(
        {
            **record.model_dump(),
            "heard_ms": None,
            "recording_id": recording_id,
            "already": False,
        }
    )


async def mark_heard(
    session: AsyncSession, interview_id: str, utterance_id: str, heard_ms: int
) -> bool:
    """See `Records.mark_heard`."""
    marked = await session.scalar(
        update(Utterance)
        .where(
            Utterance.interview_id == interview_id,
            Utterance.utterance_id == utterance_id,
            Utterance.speaker == "interviewer",
        )
        .values(
            heard_ms=func.coalesce(
                Utterance.heard_ms,
                func.least(max(heard_ms, 0), Utterance.duration_ms),
            ),
            interrupted=True,
        )
        .returning(Utterance.utterance_id)
    )
    return marked is not None


async def _insert_turn(
    session: AsyncSession, record: AnyRecord, kind: TurnKind, status: TurnStatus
) -> bool:
    committed_at: datetime | Any = func.now() if status == "committed" else None
    inserted = await session.scalar(
        insert(Turn)
        .values(
            interview_id=record.interview_id,
            turn_id=record.turn_id,
            turn_number=record.turn_number,
            kind=kind,
            phase=record.phase,
            question_id=record.question_id,
            status=status,
            committed_at=committed_at,
        )
        .on_conflict_do_nothing()
        .returning(Turn.turn_id)
    )
    return inserted is not None


async def _lock_turn(session: AsyncSession, record: AnyRecord) -> str:
    """The status of the turn that was in the way of an insert, with its row locked."""
    status = await session.scalar(
        select(Turn.status)
        .where(Turn.interview_id == record.interview_id, Turn.turn_id == record.turn_id)
        .with_for_update(key_share=True)
    )
    if status is None:
        raise number_taken()
    return status


async def _insert_utterance(
    session: AsyncSession, record: AnswerRecord | SpeechRecord, **values: Any
) -> bool:
    inserted = await session.scalar(
        insert(Utterance)
        .values(
            utterance_id=record.utterance_id,
            interview_id=record.interview_id,
            turn_id=record.turn_id,
            sequence=record.sequence,
            text=record.text,
            duration_ms=record.duration_ms,
            modality=record.modality,
            phase=record.phase,
            question_id=record.question_id,
            provider=record.provider,
            **values,
        )
        .on_conflict_do_nothing()
        .returning(Utterance.utterance_id)
    )
    return inserted is not None


async def _insert_recording(
    session: AsyncSession, record: AnyRecord, utterance_id: str | None
) -> str | None:
    recording = record.recording
    if recording is None:
        return None
    values = recording.model_dump()
    statement = insert(Recording).values(
        recording_id=str(uuid.uuid5(_RECORDINGS, recording.key)),
        interview_id=record.interview_id,
        turn_id=record.turn_id,
        utterance_id=utterance_id,
        **values,
    )
    # The object was written again before this row: the row follows it. An answer that is
    # heard at last takes over the recording of its unheard run.
    taken = await session.scalar(
        statement.on_conflict_do_update(
            index_elements=[Recording.key],
            set_={
                **{name: statement.excluded[name] for name in values},
                "utterance_id": func.coalesce(
                    Recording.utterance_id, statement.excluded.utterance_id
                ),
            },
            where=(Recording.interview_id == record.interview_id)
            & (Recording.turn_id == record.turn_id),
        ).returning(Recording.recording_id)
    )
    if taken is None:
        raise ConflictError("recording.key_taken", "this key belongs to another turn")
    return taken


async def _project(session: AsyncSession, record: SpeechRecord) -> None:
    """Moves the interview's row to where this speech left it, unless later speech is stored
    already. A pause or an end is never undone by a speech that finishes after it."""
    later = exists().where(
        Utterance.interview_id == record.interview_id,
        Utterance.speaker == "interviewer",
        Utterance.sequence > record.sequence,
    )
    await session.execute(
        update(Interview)
        .where(Interview.interview_id == record.interview_id)
        .values(
            phase=case((later, Interview.phase), else_=record.phase),
            question_id=case((later, Interview.question_id), else_=record.question_id),
            status=case((Interview.status == "created", "active"), else_=Interview.status),
            started_at=func.coalesce(Interview.started_at, func.now()),
            updated_at=func.now(),
        )
    )


def number_taken() -> ConflictError:
    return _out_of_order("this turn number belongs to another turn")


def _out_of_order(why: str) -> ConflictError:
    return ConflictError("turn.out_of_order", why)
