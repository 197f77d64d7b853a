"""The record of every interview: what was said, in which order, and where it stands."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import InvalidInputError, NotFoundError
from interview.persistence import interviews, reads, writes
from interview.persistence.database import Database, Read
from interview.persistence.failures import DatabaseRejected
from interview.persistence.rows import (
    AnswerRecord,
    CommittedAnswer,
    InterviewOwner,
    InterviewRecord,
    InterviewTotals,
    NewInterview,
    Page,
    RecordingRow,
    SavedSpeech,
    SpeechRecord,
    TranscriptLine,
    UnheardTurnRecord,
    canonical_uuid,
)
from interview.persistence.vocabulary import InterviewStatus, Outcome, TurnStatus
from interview.ports import Line
from interview.protocol.client import Interruption
from interview.security.principal import Principal

__all__ = ["MAX_PAGE", "Records"]

MAX_PAGE = 200


class Records:
    """Every write may be repeated: a repeated one returns what the first left.

    All methods raise `DatabaseUnavailable`, and `NotFoundError` (`interview.not_found`) for an
    interview that does not exist, unless they say otherwise.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # Interviews

    async def create_interview(
        self, new: NewInterview, by: Principal | None = None
    ) -> InterviewRecord:
        """A second interview by the same id is the first one, whatever it holds. Without `by` it
        is made by its `created_by`, or by nobody who is known. Raises `InvalidInputError`
        (`interview.invalid_id`)."""
        if canonical_uuid(new.interview_id) is None:
            raise InvalidInputError("interview.invalid_id", "interview ids are lower-case UUIDs")
        async with self._database.transaction() as connection:
            return await interviews.create(connection, new, by)

    async def get_interview(self, interview_id: str) -> InterviewRecord:
        return await interviews.get(self._read(interview_id), interview_id)

    async def owner(self, interview_id: str) -> InterviewOwner:
        return await interviews.owner(self._read(interview_id), interview_id)

    async def list_interviews(
        self,
        *,
        organization_id: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
        status: InterviewStatus | None = None,
        unclaimed: bool = False,
        q: str | None = None,
        role: str | None = None,
    ) -> Page:
        """Of one organization, or of all; `unclaimed`: those that never were anybody's. `q` is
        looked for in the candidates' names and in the titles, whatever its case. Newest first,
        `limit` from 1 to `MAX_PAGE`. Pages stay right while interviews are added. Raises
        `InvalidInputError` (`page.invalid_limit`, `page.invalid_cursor`)."""
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidInputError("page.invalid_limit", f"a page holds 1 to {MAX_PAGE} rows")
        async with self._database.transaction() as connection:
            return await interviews.page(
                *(connection, organization_id, limit, cursor, status),
                unclaimed=unclaimed,
                q=q,
                role=role,
            )

    async def begin(self, interview_id: str) -> InterviewRecord:
        """To be called before its workflow is started, with what this returns: from here on its
        plan stays as it is."""
        async with self._of(interview_id) as connection:
            return await interviews.begin(connection, interview_id)

    async def set_status(
        self, interview_id: str, status: Literal["active", "paused"]
    ) -> InterviewStatus:
        """A closed interview stays closed. Returns the status in force."""
        async with self._of(interview_id) as connection:
            return await interviews.set_status(connection, interview_id, status)

    async def close_interview(
        self, interview_id: str, outcome: Outcome, ended_at: datetime
    ) -> InterviewTotals:
        """The first close wins. An interview that expired, or whose candidate withdrew, is
        `abandoned`; every other one is `completed`."""
        async with self._of(interview_id) as connection:
            return await interviews.close(connection, interview_id, outcome, ended_at)

    # Turns

    async def commit_answer(self, answer: AnswerRecord) -> CommittedAnswer:
        """Stores turn, answer and recording together. Repeated for the same turn it returns
        the first answer with `already=True` and changes nothing.

        Raises `ConflictError` (`turn.out_of_order`) when the turn id, its number or the
        sequence is taken by something else, (`recording.key_taken`) when the key is, and
        (`interview.ended`) after the end.
        """
        async with self._of(answer.interview_id) as connection:
            return await writes.commit_answer(connection, answer)

    async def record_unheard_turn(self, turn: UnheardTurnRecord) -> TurnStatus:
        """Stores a turn without words, and its recording. An answer already committed stays.
        Returns the turn's status. Raises as `commit_answer`."""
        async with self._of(turn.interview_id) as connection:
            return await writes.record_unheard_turn(connection, turn)

    async def find_answer(self, interview_id: str, turn_id: str) -> CommittedAnswer | None:
        """None as well where the interview does not exist."""
        return await reads.answer(self._read(interview_id), interview_id, turn_id)

    async def save_speech(self, speech: SpeechRecord) -> SavedSpeech:
        """Stores what the interviewer said with its recording, and moves the interview's row
        to where it stands after it. Repeated for the same turn it returns the first with
        `already=True` and changes nothing. Raises as `commit_answer`.

        A reply may be stored before its answer: they are written by different activities."""
        async with self._of(speech.interview_id) as connection:
            return await writes.save_speech(connection, speech)

    async def find_speech(self, interview_id: str, turn_id: str) -> SavedSpeech | None:
        """None as well where the interview does not exist."""
        return await reads.speech(self._read(interview_id), interview_id, turn_id)

    async def mark_heard(self, interview_id: str, utterance_id: str, heard_ms: int) -> bool:
        """The candidate interrupted this utterance after `heard_ms` of its sound. The first
        mark stays. False when no such utterance of the interviewer is on record (yet)."""
        if canonical_uuid(utterance_id) is None:
            return False
        async with self._of(interview_id) as connection:
            return await writes.mark_heard(connection, interview_id, utterance_id, heard_ms)

    # Reading

    async def transcript(self, interview_id: str, after: int = 0) -> list[TranscriptLine]:
        """Every utterance by sequence."""
        async with self._of(interview_id) as connection:
            lines = await reads.transcript(connection, interview_id, after)
            if not lines:
                await interviews.require(connection, interview_id)
            return lines

    async def conversation(
        self,
        interview_id: str,
        *,
        limit: int = 200,
        before_sequence: int | None = None,
        cut: Interruption | None = None,
    ) -> list[Line]:
        """The last `limit` utterances (before one of them) as the candidate heard them, oldest
        first. One that was interrupted before its first word is left out. Empty where there is
        no interview. `cut` is an interruption that is not on record yet."""
        read = self._read(interview_id)
        lines = await reads.conversation(read, interview_id, limit, before_sequence, cut)
        return [line for line in lines if line.text]

    async def job_description(self, interview_id: str, *, most: int) -> str:
        """Its first `most` characters, without what is hidden in its file. Empty for a built-in
        role, and where there is no interview."""
        return await reads.job_description(self._read(interview_id), interview_id, most)

    async def recordings(self, interview_id: str) -> list[RecordingRow]:
        """By turn, the answer before its reply."""
        async with self._of(interview_id) as connection:
            rows = await reads.recordings(connection, interview_id)
            if not rows:
                await interviews.require(connection, interview_id)
            return rows

    async def get_recording(self, interview_id: str, recording_id: str) -> RecordingRow:
        """Raises `NotFoundError` (`recording.not_found`) for an unknown interview too."""
        if canonical_uuid(interview_id) and canonical_uuid(recording_id):
            async with self._database.transaction() as connection:
                rows = await reads.recordings(connection, interview_id, recording_id)
            if rows:
                return rows[0]
        raise NotFoundError("recording.not_found", "no such recording")

    def _read(self, interview_id: str) -> Read:
        _require_id(interview_id)
        return self._database.read

    @asynccontextmanager
    async def _of(self, interview_id: str) -> AsyncGenerator[AsyncConnection]:
        _require_id(interview_id)
        try:
            async with self._database.transaction() as connection:
                yield connection
        except DatabaseRejected as error:
            match error.constraint:
                case "fk_turns_interviews":
                    raise interviews.no_interview() from None
                case "uq_turns_interview_id_turn_number":
                    raise writes.number_taken() from None
                case _:
                    raise


def _require_id(interview_id: str) -> None:
    if canonical_uuid(interview_id) is None:
        raise interviews.no_interview()
