"""What was said, read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Text, bindparam, cast, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.domain.conversation import SpokenSentence, heard_text
from interview.persistence.database import Read
from interview.persistence.models import INTERVIEWS, RECORDINGS, ROLES, TURNS, UTTERANCES
from interview.persistence.rows import (
    CommittedAnswer,
    RecordingRow,
    SavedSpeech,
    TranscriptLine,
)
from interview.persistence.vocabulary import Speaker
from interview.ports import Line
from interview.protocol.client import Interruption

__all__ = ["answer", "conversation", "job_description", "recordings", "speech", "transcript"]

_UTTERANCES = UTTERANCES.outerjoin(
    RECORDINGS, RECORDINGS.c.utterance_id == UTTERANCES.c.utterance_id
)
_JOB = (
    select(func.left(ROLES.c.job_description, bindparam("most")))
    .join(
        INTERVIEWS,
        (INTERVIEWS.c.organization_id == ROLES.c.organization_id)
        & (INTERVIEWS.c.role == cast(ROLES.c.role_id, Text)),
    )
    .where(INTERVIEWS.c.interview_id == bindparam("of_interview"))
)
_SAID = (
    select(
        *(*UTTERANCES.c, TURNS.c.turn_number, RECORDINGS.c.recording_id),
        true().label("already"),
    )
    .select_from(_UTTERANCES)
    .join(
        TURNS,
        (TURNS.c.interview_id == UTTERANCES.c.interview_id)
        & (TURNS.c.turn_id == UTTERANCES.c.turn_id),
    )
    .where(
        UTTERANCES.c.interview_id == bindparam("of_interview"),
        UTTERANCES.c.turn_id == bindparam("of_turn"),
        UTTERANCES.c.speaker == bindparam("by"),
    )
)
_TRANSCRIPT = (
    select(*UTTERANCES.c, RECORDINGS.c.recording_id)
    .select_from(_UTTERANCES)
    .where(
        UTTERANCES.c.interview_id == bindparam("of_interview"),
        UTTERANCES.c.sequence > bindparam("after"),
    )
    .order_by(UTTERANCES.c.sequence)
)
_CONVERSATION = (
    select(
        UTTERANCES.c.utterance_id,
        UTTERANCES.c.speaker,
        UTTERANCES.c.text,
        UTTERANCES.c.sentences,
        UTTERANCES.c.heard_ms,
        UTTERANCES.c.duration_ms,
    )
    .where(
        UTTERANCES.c.interview_id == bindparam("of_interview"),
        UTTERANCES.c.sequence < bindparam("before"),
    )
    .order_by(UTTERANCES.c.sequence.desc())
    .limit(bindparam("most"))
)
_ALL_RECORDINGS = (
    select(*RECORDINGS.c, func.coalesce(UTTERANCES.c.speaker, "candidate").label("speaker"))
    .select_from(RECORDINGS)
    .join(
        TURNS,
        (TURNS.c.interview_id == RECORDINGS.c.interview_id)
        & (TURNS.c.turn_id == RECORDINGS.c.turn_id),
    )
    .outerjoin(UTTERANCES, UTTERANCES.c.utterance_id == RECORDINGS.c.utterance_id)
    .where(RECORDINGS.c.interview_id == bindparam("of_interview"))
    .order_by(TURNS.c.turn_number, UTTERANCES.c.sequence.nulls_first(), RECORDINGS.c.created_at)
)
_ONE_RECORDING = _ALL_RECORDINGS.where(RECORDINGS.c.recording_id == bindparam("recording"))

_LAST = 2**31 - 1


async def answer(read: Read, interview_id: str, turn_id: str) -> CommittedAnswer | None:
    row = await _said(read, interview_id, turn_id, "candidate")
    return None if row is None else CommittedAnswer.model_validate(row)


async def speech(read: Read, interview_id: str, turn_id: str) -> SavedSpeech | None:
    row = await _said(read, interview_id, turn_id, "interviewer")
    return None if row is None else SavedSpeech.model_validate(row)


async def transcript(
    connection: AsyncConnection, interview_id: str, after: int = 0
) -> list[TranscriptLine]:
    """Those with a sequence above `after`."""
    rows = await connection.execute(_TRANSCRIPT, {"of_interview": interview_id, "after": after})
    return [TranscriptLine.model_validate(row) for row in rows]


async def job_description(read: Read, interview_id: str, most: int) -> str:
    """The first `most` characters; empty where the role is a built-in one."""
    values = {"of_interview": interview_id, "most": most}
    rows = await read(_JOB, values)
    return rows[0][0] or "" if rows else ""


async def conversation(
    read: Read,
    interview_id: str,
    limit: int,
    before_sequence: int | None,
    cut: Interruption | None = None,
) -> list[Line]:
    """Of the last `limit` utterances before that sequence, oldest first."""
    cuts = {} if cut is None else {cut.utterance_id: cut.heard_ms}
    rows = await read(
        _CONVERSATION,
        {
            "of_interview": interview_id,
            "before": _LAST if before_sequence is None else before_sequence,
            "most": limit,
        },
    )
    return [
        Line(
            speaker="candidate" if row.speaker == "candidate" else "interviewer",
            text=_heard(
                row.text,
                row.sentences,
                cuts.get(row.utterance_id) if row.heard_ms is None else row.heard_ms,
                row.duration_ms,
            ),
        )
        for row in reversed(rows)
    ]


async def recordings(
    connection: AsyncConnection, interview_id: str, recording_id: str | None = None
) -> list[RecordingRow]:
    """All of the interview's, or the one."""
    parameters = {"of_interview": interview_id}
    if recording_id is None:
        rows = await connection.execute(_ALL_RECORDINGS, parameters)
    else:
        rows = await connection.execute(_ONE_RECORDING, parameters | {"recording": recording_id})
    return [RecordingRow.model_validate(row) for row in rows]


async def _said(
    read: Read, interview_id: str, turn_id: str, speaker: Speaker
) -> Row[*tuple[Any, ...]] | None:
    rows = await read(_SAID, {"of_interview": interview_id, "of_turn": turn_id, "by": speaker})
    return rows[0] if rows else None


def _heard(
    text: str, sentences: Sequence[dict[str, Any]], heard_ms: int | None, duration_ms: int
) -> str:
    if heard_ms is None:
        return text
    spoken = [SpokenSentence.model_validate(sentence) for sentence in sentences]
    # Without the sentences' times the text is taken as one even stretch.
    whole = [SpokenSentence(text=text, start_ms=0, end_ms=duration_ms)]
    return heard_text(spoken or whole, heard_ms)
