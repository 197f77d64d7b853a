"""Pads and runs as they are read and written: opened, and sealed by their interview's key."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from interview.domain.code_runs import Language
from interview.domain.coding import MAX_CODE_BYTES, CodeOutcome, CodeReport
from interview.errors import InvalidInputError
from interview.persistence import pads
from interview.persistence.database import Database
from interview.persistence.pads import Kept
from interview.persistence.rows import canonical_uuid
from interview.security.data_keys import DataKeys
from interview.security.seal import Cipher, EncryptionError

__all__ = ["Kept", "Pads", "RunRow", "SnapshotRow", "check_pad"]

_SNAPSHOTS_READ = 20
_RUNS_READ = 5
"""At a time, of all that there are: a report is some ten times as large as a pad."""
_LARGEST = 4 * 1024 * 1024
"""Opened: far above anything that was sealed."""


class SnapshotRow(BaseModel):
    """A whole pad at one moment. `revision` counts from 1 within the question. `late`: it came when
    the question was over, and is no part of what is judged."""

    model_config = ConfigDict(frozen=True)

    snapshot_id: str
    question_id: str
    revision: int
    language: Language
    text: str = Field(repr=False)
    late: bool = False
    created_at: datetime


class RunRow(BaseModel):
    """`report` is None while it runs; `input`: what the candidate gave it to read."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    question_id: str
    revision: int
    tests: bool
    input: str | None = Field(default=None, repr=False)
    verdict: CodeOutcome | None = None
    report: CodeReport | None = Field(default=None, repr=False)
    created_at: datetime
    finished_at: datetime | None = None


def check_pad(text: str) -> None:
    """Raises `InvalidInputError` (`code.too_large`, `code.not_text`)."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise _not_text() from None
    if size > MAX_CODE_BYTES:
        raise InvalidInputError("code.too_large", f"a pad holds at most {MAX_CODE_BYTES} bytes")
    if "\0" in text:
        raise _not_text()


class Pads:
    """Without `keys` nothing is sealed. All methods raise `DatabaseUnavailable`, and those that
    read or write what is sealed `EncryptionError` (`key.destroyed` once the interview is
    erased)."""

    def __init__(self, database: Database, keys: DataKeys | None) -> None:
        self._database = database
        self._keys = keys

    async def save(
        self,
        interview_id: str,
        question_id: str,
        language: Language,
        text: str,
        *,
        known: int | None = None,
    ) -> Kept:
        """What changes nothing is the revision before. With `known` only while that is the newest
        one (0: while there is none). Raises `InvalidInputError` as `check_pad` does, and
        `ConflictError` (`interview.ended`, `code.outdated`, and `code.over` where too much came
        late)."""
        check_pad(text)
        for row in await self._newest(interview_id, question_id):
            if (row.language, row.text) == (language, text):
                return Kept(row.revision, row.late)
        snapshot_id = str(uuid.uuid4())
        content, key_id = await self._sealed(interview_id, f"snapshot/{snapshot_id}", text)
        values = {
            "snapshot_id": snapshot_id,
            "language": language,
            "size_bytes": len(text.encode()),
            "content": content,
            "key_id": key_id,
        }
        async with self._database.transaction() as connection:
            return await pads.add_snapshot(
                connection, interview_id, question_id, values, known=known
            )

    async def newest(self, interview_id: str, question_id: str) -> SnapshotRow | None:
        """What is on the pad, or was when it was frozen."""
        rows = await self._newest(interview_id, question_id)
        return rows[0] if rows and not rows[0].late else None

    async def is_over(self, interview_id: str, question_id: str) -> bool:
        """The interviewer has gone on from it."""
        async with self._database.transaction() as connection:
            return await pads.frozen_at(connection, interview_id, question_id) is not None

    async def at(self, interview_id: str, question_id: str, revision: int) -> SnapshotRow | None:
        async with self._database.transaction() as connection:
            row = await pads.snapshot(connection, interview_id, question_id, revision)
            frozen = await pads.frozen_at(connection, interview_id, question_id)
        return None if row is None else await self._snapshot(interview_id, row, frozen)

    async def all(
        self, interview_id: str, *, after: tuple[str, int] | None = None, limit: int = 100_000
    ) -> list[SnapshotRow]:
        """By question and revision, those after the one of that question and revision."""
        if canonical_uuid(interview_id) is None:
            return []
        async with self._database.transaction() as connection:
            rows = await pads.snapshots(connection, interview_id, after=after, limit=limit)
            frozen = {
                question_id: await pads.frozen_at(connection, interview_id, question_id)
                for question_id in {row.question_id for row in rows}
            }
        return [await self._snapshot(interview_id, row, frozen[row.question_id]) for row in rows]

    async def snapshot_pages(self, interview_id: str) -> AsyncIterator[list[SnapshotRow]]:
        """All of them, in the order of `all`, few in memory at a time. Each page is read by itself:
        what is kept meanwhile may be among them."""
        after: tuple[str, int] | None = None
        while rows := await self.all(interview_id, after=after, limit=_SNAPSHOTS_READ):
            yield rows
            after = rows[-1].question_id, rows[-1].revision

    async def run_pages(self, interview_id: str) -> AsyncIterator[list[RunRow]]:
        """As `snapshot_pages`, in the order of `runs`."""
        after: tuple[datetime, str] | None = None
        while rows := await self.runs(interview_id, after=after, limit=_RUNS_READ):
            yield rows
            after = rows[-1].created_at, rows[-1].run_id

    async def ask(
        self,
        interview_id: str,
        run_id: str,
        question_id: str,
        revision: int,
        *,
        tests: bool,
        input: str | None = None,
    ) -> bool:
        """Puts a run on record; False: it is there already. Raises `ConflictError`
        (`interview.ended`, `code.too_many_runs`, `code.over`)."""
        values: dict[str, Any] = {
            "run_id": run_id,
            "question_id": question_id,
            "revision": revision,
            "tests": tests,
        }
        if input is not None:
            sealed, key_id = await self._sealed(interview_id, f"input/{run_id}", input)
            values |= {"input": sealed, "key_id": key_id}
        async with self._database.transaction() as connection:
            return await pads.add_run(connection, interview_id, values)

    async def finish(self, interview_id: str, run_id: str, report: CodeReport) -> CodeReport | None:
        """The report that stands: the first. None where the run is gone."""
        text = report.model_dump_json()
        sealed, key_id = await self._sealed(interview_id, f"report/{run_id}", text)
        values = {"verdict": report.verdict, "report": sealed, "key_id": key_id}
        async with self._database.transaction() as connection:
            await pads.finish_run(connection, interview_id, run_id, values)
            row = await pads.run(connection, interview_id, run_id)
        return None if row is None else (await self._run(interview_id, row)).report

    async def forget_run(self, interview_id: str, run_id: str) -> None:
        """It was refused."""
        async with self._database.transaction() as connection:
            await pads.forget_run(connection, interview_id, run_id)

    async def run(self, interview_id: str, run_id: str) -> RunRow | None:
        async with self._database.transaction() as connection:
            row = await pads.run(connection, interview_id, run_id)
        return None if row is None else await self._run(interview_id, row)

    async def newest_run(self, interview_id: str, question_id: str) -> RunRow | None:
        """Of those that are over."""
        async with self._database.transaction() as connection:
            row = await pads.newest_run(connection, interview_id, question_id)
        return None if row is None else await self._run(interview_id, row)

    async def runs(
        self,
        interview_id: str,
        *,
        after: tuple[datetime, str] | None = None,
        limit: int = pads.MAX_RUNS,
    ) -> list[RunRow]:
        """Oldest first, those after the one that was asked for then and has this id."""
        if canonical_uuid(interview_id) is None:
            return []
        async with self._database.transaction() as connection:
            rows = await pads.runs(connection, interview_id, after=after, limit=limit)
        return [await self._run(interview_id, row) for row in rows]

    async def verdicts(self, interview_id: str) -> list[tuple[str, str]]:
        """Questions and verdicts of the runs that are over, oldest first; nothing is opened."""
        async with self._database.transaction() as connection:
            return await pads.verdicts(connection, interview_id)

    async def _newest(self, interview_id: str, question_id: str) -> list[SnapshotRow]:
        """The newest that counts, if any does, and the newest of all where that is another one."""
        async with self._database.transaction() as connection:
            frozen = await pads.frozen_at(connection, interview_id, question_id)
            last = await pads.newest_snapshot(connection, interview_id, question_id)
            rows = [] if last is None else [last]
            if frozen is not None and last is not None and last.created_at > frozen:
                left = await pads.newest_snapshot(
                    connection, interview_id, question_id, until=frozen
                )
                rows = [last] if left is None else [left, last]
        return [await self._snapshot(interview_id, row, frozen) for row in rows]

    async def _snapshot(self, interview_id: str, row: Any, frozen: datetime | None) -> SnapshotRow:
        name = f"snapshot/{row.snapshot_id}"
        return SnapshotRow(
            snapshot_id=row.snapshot_id,
            question_id=row.question_id,
            revision=row.revision,
            language=row.language,
            text=await self._opened(interview_id, name, row.content, row.key_id),
            late=frozen is not None and row.created_at > frozen,
            created_at=row.created_at,
        )

    async def _run(self, interview_id: str, row: Any) -> RunRow:
        report = given = None
        if row.input is not None:
            given = await self._opened(interview_id, f"input/{row.run_id}", row.input, row.key_id)
        if row.report is not None:
            text = await self._opened(interview_id, f"report/{row.run_id}", row.report, row.key_id)
            report = CodeReport.model_validate_json(text)
        return RunRow(
            run_id=row.run_id,
            question_id=row.question_id,
            revision=row.revision,
            tests=row.tests,
            input=given,
            verdict=row.verdict,
            report=report,
            created_at=row.created_at,
            finished_at=row.finished_at,
        )

    async def _sealed(self, interview_id: str, name: str, text: str) -> tuple[bytes, str | None]:
        plain = zlib.compress(text.encode())
        if self._keys is None:
            return plain, None
        cipher = await self._keys.of(interview_id, make=True)
        return cipher.seal(plain, _bound(cipher, interview_id, name)), cipher.key_id

    async def _opened(self, interview_id: str, name: str, sealed: bytes, key_id: str | None) -> str:
        plain = sealed
        if key_id is not None:
            if self._keys is None:
                raise EncryptionError("key.unknown", "ENCRYPTION is off, and this is sealed")
            cipher = await self._keys.of(interview_id, make=False)
            if cipher.key_id != key_id:
                raise EncryptionError("sealed.invalid", "sealed data cannot be opened")
            plain = cipher.open(sealed, _bound(cipher, interview_id, name))
        return zlib.decompressobj().decompress(plain, _LARGEST).decode()


def _bound(cipher: Cipher, interview_id: str, name: str) -> bytes:
    return f"{cipher.key_id}/{interview_id}/code/{name}".encode()


def _not_text() -> InvalidInputError:
    return InvalidInputError("code.not_text", "the pad holds what is no character")
