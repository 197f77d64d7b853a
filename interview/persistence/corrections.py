"""Answers as they should read. What was recognized stays, and so does every correction.
Statements inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import ConflictError, NotFoundError
from interview.persistence.audit import AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.models import TRANSCRIPT_CORRECTIONS, UTTERANCES
from interview.persistence.rows import TranscriptLine, canonical_uuid, storable
from interview.security.principal import Principal

__all__ = [
    "MAX_CORRECTIONS",
    "CorrectionRecords",
    "CorrectionRow",
    "add",
    "as_of",
    "corrected",
    "count",
]

MAX_CORRECTIONS = 500
"""Of one interview."""


class CorrectionRow(BaseModel):
    """`sequence` counts all of the interview, `version` those of the utterance: the highest one
    holds. `corrected_by` is null where that account is gone."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    sequence: int
    utterance_id: str
    version: int
    text: str = Field(repr=False)
    reason: str = Field(repr=False)
    corrected_by: str | None
    created_at: datetime


_ROW = [TRANSCRIPT_CORRECTIONS.c[name] for name in CorrectionRow.model_fields]
_OF = TRANSCRIPT_CORRECTIONS.c.interview_id == bindparam("of_interview")
_LIST = select(*_ROW).where(_OF).order_by(TRANSCRIPT_CORRECTIONS.c.sequence)
_COUNT = select(func.coalesce(func.max(TRANSCRIPT_CORRECTIONS.c.sequence), 0)).where(_OF)
_HOLDING = (
    select(*_ROW)
    .where(_OF, TRANSCRIPT_CORRECTIONS.c.sequence <= bindparam("up_to"))
    .ext(distinct_on(TRANSCRIPT_CORRECTIONS.c.utterance_id))
    .order_by(TRANSCRIPT_CORRECTIONS.c.utterance_id, TRANSCRIPT_CORRECTIONS.c.version.desc())
)
_UTTERANCE = select(UTTERANCES.c.text, UTTERANCES.c.speaker, UTTERANCES.c.modality).where(
    UTTERANCES.c.interview_id == bindparam("of_interview"),
    UTTERANCES.c.utterance_id == bindparam("of_utterance"),
)


async def count(connection: AsyncConnection, interview_id: str) -> int:
    """Which is the newest one's sequence."""
    return await connection.scalar(_COUNT, {"of_interview": interview_id}) or 0


async def as_of(
    connection: AsyncConnection, interview_id: str, up_to: int
) -> dict[str, CorrectionRow]:
    """By utterance, what held after the first so many."""
    if not up_to:
        return {}
    of = {"of_interview": interview_id, "up_to": up_to}
    rows = [CorrectionRow.model_validate(row) for row in await connection.execute(_HOLDING, of)]
    return {row.utterance_id: row for row in rows}


def corrected(
    lines: Iterable[TranscriptLine], by: Mapping[str, CorrectionRow]
) -> list[TranscriptLine]:
    """As they should read. Nobody needs to be unsure of what somebody heard and wrote."""
    return [
        line.model_copy(update={"text": by[line.utterance_id].text, "confidence": None})
        if line.utterance_id in by
        else line
        for line in lines
    ]


async def add(
    connection: AsyncConnection,
    interview_id: str,
    texts: Iterable[tuple[str, str]],
    reason: str,
    by: Principal,
) -> list[CorrectionRow]:
    """Of an interview that the caller holds: `texts` are utterance ids, each with all of the answer
    as it was said. One that says the same as the newest correction of its utterance is that one.

    Raises `NotFoundError` (`utterance.not_found`) and `ConflictError`: `utterance.not_an_answer`,
    `utterance.typed` (nobody misheard it), `correction.unchanged` (it says what was recognized),
    `correction.too_many`.
    """
    sequence = await count(connection, interview_id)
    newest = await as_of(connection, interview_id, sequence)
    rows: list[CorrectionRow] = []
    for utterance_id, given in texts:
        original, text = await _heard(connection, interview_id, utterance_id), storable(given)
        before = newest.get(utterance_id)
        if before is not None and before.text == text:
            rows.append(before)
            continue
        if before is None and original == text:
            raise ConflictError("correction.unchanged", "it reads like that already")
        if sequence >= MAX_CORRECTIONS:
            raise ConflictError(
                "correction.too_many", f"an interview has at most {MAX_CORRECTIONS}"
            )
        sequence += 1
        values = {
            "interview_id": interview_id,
            "sequence": sequence,
            "utterance_id": utterance_id,
            "version": 1 if before is None else before.version + 1,
            "text": text,
            "reason": storable(reason),
            "corrected_by": by.user_id,
        }
        added = insert(TRANSCRIPT_CORRECTIONS).values(values).returning(*_ROW)
        row = CorrectionRow.model_validate((await connection.execute(added)).one())
        await AuditTrail.append(
            *(connection, by, "transcript.corrected", Subject.interview(interview_id)),
            {"utterance": utterance_id, "version": row.version},
        )
        newest[utterance_id] = row
        rows.append(row)
    return rows


async def _heard(connection: AsyncConnection, interview_id: str, utterance_id: str) -> str:
    """An answer, as it was recognized."""
    row = None
    if canonical_uuid(utterance_id) is not None:
        of = {"of_interview": interview_id, "of_utterance": utterance_id}
        row = (await connection.execute(_UTTERANCE, of)).one_or_none()
    if row is None:
        raise NotFoundError("utterance.not_found", "no such utterance")
    if row.speaker != "candidate":
        raise ConflictError("utterance.not_an_answer", "the interviewer said that")
    if row.modality != "audio":
        raise ConflictError("utterance.typed", "these are the candidate's own letters")
    return row.text


class CorrectionRecords:
    """All methods raise `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, interview_id: str) -> list[CorrectionRow]:
        """Oldest first."""
        async with self._database.transaction() as connection:
            found = await connection.execute(_LIST, {"of_interview": interview_id})
            return [CorrectionRow.model_validate(row) for row in found]

    async def corrected(
        self, interview_id: str, lines: Iterable[TranscriptLine], up_to: int
    ) -> list[TranscriptLine]:
        """Lines of its transcript after the first so many corrections."""
        async with self._database.transaction() as connection:
            return corrected(lines, await as_of(connection, interview_id, up_to))
