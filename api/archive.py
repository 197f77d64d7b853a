"""An interview as one ZIP file, made while it is sent: one recording, document, or page of what is
listed in memory at a time."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from interview.documents.results import DocumentFormat
from interview.errors import NotFoundError
from interview.persistence.documents import DocumentRow
from interview.persistence.rows import InterviewRecord, RecordingRow, TranscriptLine
from interview.ports import BlobStore

__all__ = ["Pages", "archive", "questions_asked"]

Pages = AsyncIterator[Sequence[BaseModel]]

_EXTENSIONS = {
    "audio/webm": "webm",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/flac": "flac",
    "audio/wav": "wav",
}
_ENDINGS: dict[DocumentFormat | None, str] = {"pdf": "pdf", "docx": "docx", "text": "txt"}


async def archive(
    record: InterviewRecord,
    documents: Mapping[str, Any],
    recordings: Sequence[RecordingRow],
    blobs: BlobStore,
    files: Sequence[DocumentRow] = (),
    *,
    listed_by_page: Mapping[str, Mapping[str, Pages]] | None = None,
) -> AsyncGenerator[bytes]:
    """`documents` become NAME.json, and so does each of `listed_by_page`, an object of lists that
    are read as they are written; `files` are what was added to the interview. No name in it is of
    anybody else's making. A recording or a file that is gone is listed as such; when the store
    fails, or what is listed is erased meanwhile, the file breaks off and is no ZIP file.

    Raises `BlobStoreUnavailable`, `DatabaseUnavailable`, and what reading a page raises.
    """
    sink = _Sink()
    listed: list[dict[str, Any]] = []
    with zipfile.ZipFile(sink, "w") as zip:
        for name, document in documents.items():
            await _add(zip, record, f"{name}.json", await _json(document), zipfile.ZIP_DEFLATED)
            yield sink.take()
        for name, lists in (listed_by_page or {}).items():
            with zip.open(_info(record, f"{name}.json", zipfile.ZIP_DEFLATED), "w") as file:
                async for text in _listed(lists):
                    await asyncio.to_thread(file.write, text.encode())
                    if part := sink.take():
                        yield part
            yield sink.take()
        for number, row in enumerate(recordings, start=1):
            name = _file_name(number, row)
            sound = await _found(blobs, row.key)
            if sound is not None:
                # It is compressed as it is.
                await _add(zip, record, name, sound, zipfile.ZIP_STORED)
                yield sink.take()
            described = row.model_dump(mode="json", exclude={"key"})
            listed.append({"file": None if sound is None else name, **described})
        await _add(zip, record, "recordings.json", await _json(listed), zipfile.ZIP_DEFLATED)
        yield sink.take()
        described_files: list[dict[str, Any]] = []
        for number, row in enumerate(files, start=1):
            name = f"documents/{number:02}-{row.kind}"
            names: dict[str, str | None] = {"file": None, "text": None}
            for kind, key, ending in (
                ("file", row.key, f".{_ENDINGS.get(row.format, 'bin')}"),
                ("text", row.text_key, ".json"),
            ):
                data = None if key is None else await _found(blobs, key)
                if data is not None:
                    names[kind] = name + ending
                    await _add(zip, record, name + ending, data, zipfile.ZIP_DEFLATED)
                    yield sink.take()
            described = row.model_dump(mode="json", exclude={"key", "text_key"})
            described_files.append({**names, **described})
        await _add(
            zip, record, "documents.json", await _json(described_files), zipfile.ZIP_DEFLATED
        )
        yield sink.take()
    yield sink.take()


async def _found(blobs: BlobStore, key: str) -> bytes | None:
    try:
        return await blobs.get(key)
    except NotFoundError:
        return None


def questions_asked(record: InterviewRecord, lines: Sequence[TranscriptLine]) -> list[Any]:
    """Of the plan, in its order: what was not asked is not told."""
    asked = {line.question_id for line in lines if line.speaker == "interviewer"}
    return [
        {"phase": phase.phase, "question_id": question.question_id, "text": question.text}
        for phase in record.plan.phases
        for question in phase.questions
        if question.question_id in asked
    ]


class _Sink:
    """What `zipfile` takes for a file that it cannot seek in."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def take(self) -> bytes:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


async def _add(
    zip: zipfile.ZipFile, record: InterviewRecord, name: str, data: bytes, compression: int
) -> None:
    await asyncio.to_thread(zip.writestr, _info(record, name, compression), data)


def _info(record: InterviewRecord, name: str, compression: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=record.created_at.timetuple()[:6])
    info.compress_type = compression
    return info


async def _listed(lists: Mapping[str, Pages]) -> AsyncIterator[str]:
    """As `_json` writes an object of lists."""
    for number, (name, pages) in enumerate(lists.items()):
        yield f'{"," if number else "{"}\n  "{name}": ['
        is_empty = True
        async for page in pages:
            for row in page:
                yield await asyncio.to_thread(_row, row, "" if is_empty else ",")
                is_empty = False
        yield "]" if is_empty else "\n  ]"
    yield "\n}"


def _row(row: BaseModel, before: str) -> str:
    text = json.dumps(row.model_dump(mode="json"), indent=2, ensure_ascii=False)
    return f"{before}\n{text}".replace("\n", "\n    ")


def _file_name(number: int, row: RecordingRow) -> str:
    kind = row.content_type.partition(";")[0].strip()
    return f"audio/{number:04}-{row.speaker}.{_EXTENSIONS.get(kind, 'bin')}"


async def _json(document: Any) -> bytes:
    """A long interview's transcript takes its time."""
    return await asyncio.to_thread(
        lambda: json.dumps(document, indent=2, ensure_ascii=False).encode()
    )
