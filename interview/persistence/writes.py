"""The idempotent writes of a turn, each inside the caller's transaction.

Every one inserts first and looks only when the row was there, so concurrent runs of one
activity are ordered by PostgreSQL's unique indexes. Rows of a turn come before the
interview's row everywhere, which keeps two writers from waiting for each other.

Statements are built once: building and comparing them would take longer than running them.
"""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import Text, bindparam, case, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import ConflictError
from interview.persistence import reads
from interview.persistence.database import within
from interview.persistence.models import (
    INTERVIEWS,
    RECORDINGS,
    TURNS,
    UTTERANCES,
)
from interview.persistence.rows import (
    AnswerRecord,
    CommittedAnswer,
    RecordingRecord,
    SavedSpeech,
    SpeechRecord,
    UnheardTurnRecord,
    canonical_uuid,
    storable,
)
from interview.persistence.vocabulary import TurnKind, TurnStatus

__all__ = ["commit_answer", "mark_heard", "number_taken", "record_unheard_turn", "save_speech"]

_RECORDING_IDS = uuid.UUID("6f1c5a52-6f0a-4d3e-9f5e-0b8f6f0f6f02")

AnyRecord = AnswerRecord | SpeechRecord | UnheardTurnRecord

_THIS_TURN = (TURNS.c.interview_id == bindparam("of_interview")) & (
    TURNS.c.turn_id == bindparam("of_turn")
)
# What comes after the end is of a run that was given up: it is refused, since the transcript
# has been handed over by then, or erased.
_THIS_INTERVIEW = (INTERVIEWS.c.interview_id == bindparam("of_interview")) & (
    INTERVIEWS.c.ended_at.is_(None)
)

_INSERT_TURN = insert(TURNS).on_conflict_do_nothing().returning(TURNS.c.turn_id)
_INSERT_COMMITTED_TURN = _INSERT_TURN.values(committed_at=func.now())
_LOCK_TURN = select(TURNS.c.status).where(_THIS_TURN).with_for_update(key_share=True)
_UPDATE_TURN = update(TURNS).where(_THIS_TURN)
_COMMIT_TURN = _UPDATE_TURN.values(committed_at=func.now())
_INSERT_UTTERANCE = insert(UTTERANCES).on_conflict_do_nothing().returning(UTTERANCES.c.utterance_id)
_COUNT_ANSWER = (
    update(INTERVIEWS)
    .where(_THIS_INTERVIEW)
    .values(total_turns=INTERVIEWS.c.total_turns + 1, updated_at=func.now())
    .returning(INTERVIEWS.c.interview_id)
)
# Against a close at the same moment: it waits for this one, or this one sees it.
_HOLD_OPEN = select(INTERVIEWS.c.interview_id).where(_THIS_INTERVIEW).with_for_update(read=True)

_NEW_RECORDING = insert(RECORDINGS)
# The object was written again before this row: the row follows it. An answer that is heard
# at last takes over the recording of its unheard run.
_INSERT_RECORDING = _NEW_RECORDING.on_conflict_do_update(
    index_elements=[RECORDINGS.c.key],
    set_={
        **{name: _NEW_RECORDING.excluded[name] for name in RecordingRecord.model_fields},
        "utterance_id": func.coalesce(
            RECORDINGS.c.utterance_id, _NEW_RECORDING.excluded.utterance_id
        ),
    },
    where=(RECORDINGS.c.interview_id == _NEW_RECORDING.excluded.interview_id)
    & (RECORDINGS.c.turn_id == _NEW_RECORDING.excluded.turn_id),
).returning(RECORDINGS.c.recording_id)

_LATER_SPEECH = (
    select(literal(1))
    .where(
        UTTERANCES.c.interview_id == bindparam("of_interview"),
        UTTERANCES.c.speaker == "interviewer",
        UTTERANCES.c.sequence > bindparam("of_sequence"),
    )
    .exists()
)
# A pause is never undone by a speech that finishes after it.
_PROJECT = (
    update(INTERVIEWS)
    .where(_THIS_INTERVIEW)
    .values(
        phase=case((_LATER_SPEECH, INTERVIEWS.c.phase), else_=bindparam("new_phase", type_=Text)),
        question_id=case(
            (_LATER_SPEECH, INTERVIEWS.c.question_id),
            else_=bindparam("new_question_id", type_=Text),
        ),
        status=case((INTERVIEWS.c.status == "created", "active"), else_=INTERVIEWS.c.status),
        started_at=func.coalesce(INTERVIEWS.c.started_at, func.now()),
        updated_at=func.now(),
    )
    .returning(INTERVIEWS.c.interview_id)
)

_MARK_HEARD = (
    update(UTTERANCES)
    .where(
        UTTERANCES.c.interview_id == bindparam("of_interview"),
        UTTERANCES.c.utterance_id == bindparam("of_utterance"),
        UTTERANCES.c.speaker == "interviewer",
    )
    .values(
        heard_ms=func.coalesce(
            UTTERANCES.c.heard_ms,
            func.least(bindparam("new_heard_ms"), UTTERANCES.c.duration_ms),
        ),
        interrupted=True,
    )
    .returning(UTTERANCES.c.utterance_id)
)
# Whoever looks on asks whether anything is new by this.
_TOUCH = (
    update(INTERVIEWS)
    .where(INTERVIEWS.c.interview_id == bindparam("of_interview"))
    .values(updated_at=func.now())
)


async def commit_answer(connection: AsyncConnection, record: AnswerRecord) -> CommittedAnswer:
    """See `Records.commit_answer`."""
    if not await _insert_turn(connection, record, record.modality, "committed"):
        if await _lock_turn(connection, record) == "committed":
            first = await reads.answer(within(connection), record.interview_id, record.turn_id)
            if first is None:
                raise _out_of_order("this turn is the interviewer's own")
            return first
        changes = _turn(record, record.modality, "committed")
        await connection.execute(_COMMIT_TURN, _of_turn(record) | changes)
    if not await _insert_utterance(
        connection,
        record,
        speaker="candidate",
        confidence=record.confidence,
        directive=None,
        sentences=[],
    ):
        raise _out_of_order("this sequence belongs to another utterance")
    if (cut := record.interrupted) is not None and canonical_uuid(cut.utterance_id):
        await mark_heard(connection, record.interview_id, cut.utterance_id, cut.heard_ms)
    recording_id = await _insert_recording(connection, record, record.utterance_id)
    _require_open(await connection.scalar(_COUNT_ANSWER, {"of_interview": record.interview_id}))
    return CommittedAnswer.model_validate(
        {**record.model_dump(), "recording_id": recording_id, "already": False}
    )


async def record_unheard_turn(connection: AsyncConnection, record: UnheardTurnRecord) -> TurnStatus:
    """See `Records.record_unheard_turn`."""
    status: TurnStatus = record.status
    if not await _insert_turn(connection, record, "audio", status):
        if await _lock_turn(connection, record) == "committed":
            status = "committed"
        else:
            changes = _turn(record, "audio", status)
            await connection.execute(_UPDATE_TURN, _of_turn(record) | changes)
    await _insert_recording(connection, record, None)
    _require_open(await connection.scalar(_HOLD_OPEN, {"of_interview": record.interview_id}))
    return status


async def save_speech(connection: AsyncConnection, record: SpeechRecord) -> SavedSpeech:
    """See `Records.save_speech`."""
    status: TurnStatus = "committed" if record.kind == "proactive" else "open"
    if not await _insert_turn(connection, record, record.kind, status):
        await _lock_turn(connection, record)
    if not await _insert_utterance(
        connection,
        record,
        speaker="interviewer",
        confidence=None,
        directive=record.directive,
        sentences=[storable(sentence.model_dump()) for sentence in record.sentences],
    ):
        first = await reads.speech(within(connection), record.interview_id, record.turn_id)
        if first is None:
            raise _out_of_order("this sequence belongs to another utterance")
        return first
    recording_id = await _insert_recording(connection, record, record.utterance_id)
    open_interview = await connection.scalar(
        _PROJECT,
        {
            "of_interview": record.interview_id,
            "of_sequence": record.sequence,
            "new_phase": record.phase,
            "new_question_id": record.question_id,
        },
    )
    _require_open(open_interview)
    return SavedSpeech.model_validate(
        {
            **record.model_dump(),
            "heard_ms": None,
            "recording_id": recording_id,
            "already": False,
        }
    )


async def mark_heard(
    connection: AsyncConnection, interview_id: str, utterance_id: str, heard_ms: int
) -> bool:
    """See `Records.mark_heard`."""
    marked = await connection.scalar(
        _MARK_HEARD,
        {
            "of_interview": interview_id,
            "of_utterance": utterance_id,
            "new_heard_ms": min(max(heard_ms, 0), 2**31 - 1),
        },
    )
    if marked is not None:
        await connection.execute(_TOUCH, {"of_interview": interview_id})
    return marked is not None


def _of_turn(record: AnyRecord) -> dict[str, Any]:
    return {"of_interview": record.interview_id, "of_turn": record.turn_id}


def _turn(record: AnyRecord, kind: TurnKind, status: TurnStatus) -> dict[str, Any]:
    return {
        "turn_number": record.turn_number,
        "kind": kind,
        "phase": record.phase,
        "question_id": record.question_id,
        "status": status,
    }


async def _insert_turn(
    connection: AsyncConnection, record: AnyRecord, kind: TurnKind, status: TurnStatus
) -> bool:
    statement = _INSERT_COMMITTED_TURN if status == "committed" else _INSERT_TURN
    values = {
        "interview_id": record.interview_id,
        "turn_id": record.turn_id,
        **_turn(record, kind, status),
    }
    return await connection.scalar(statement, values) is not None


async def _lock_turn(connection: AsyncConnection, record: AnyRecord) -> str:
    """The status of the turn that was in the way of an insert, with its row locked."""
    status = await connection.scalar(_LOCK_TURN, _of_turn(record))
    if status is None:
        raise number_taken()
    return status


async def _insert_utterance(
    connection: AsyncConnection, record: AnswerRecord | SpeechRecord, **values: Any
) -> bool:
    common = {
        "utterance_id": record.utterance_id,
        "interview_id": record.interview_id,
        "turn_id": record.turn_id,
        "sequence": record.sequence,
        "text": record.text,
        "duration_ms": record.duration_ms,
        "modality": record.modality,
        "phase": record.phase,
        "question_id": record.question_id,
        "provider": record.provider,
    }
    return await connection.scalar(_INSERT_UTTERANCE, common | values) is not None


async def _insert_recording(
    connection: AsyncConnection, record: AnyRecord, utterance_id: str | None
) -> str | None:
    if record.recording is None:
        return None
    values = {
        "recording_id": str(uuid.uuid5(_RECORDING_IDS, record.recording.key)),
        "interview_id": record.interview_id,
        "turn_id": record.turn_id,
        "utterance_id": utterance_id,
        **record.recording.model_dump(),
    }
    taken = await connection.scalar(_INSERT_RECORDING, values)
    if taken is None:
        raise ConflictError("recording.key_taken", "this key belongs to another turn")
    return taken


def _require_open(interview_id: str | None) -> None:
    if interview_id is None:
        raise ConflictError("interview.ended", "the interview is over")


def number_taken() -> ConflictError:
    return _out_of_order("this turn number belongs to another turn")


def _out_of_order(why: str) -> ConflictError:
    return ConflictError("turn.out_of_order", why)
