"""An export is made while it is sent."""

from __future__ import annotations

import io
import json
import uuid
import weakref
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import pytest
from pydantic import BaseModel

from api.archive import archive
from api.dependencies import Services
from api.routes.export import whole
from interview.errors import NotFoundError
from interview.persistence.rows import InterviewRecord, RecordingRow
from interview.ports import BlobStore, FoundBlob, StoredBlob

SOUND_BYTES = 1_000_000


class Counting(BlobStore):
    """Every recording is as long."""

    def __init__(self) -> None:
        self.read = 0

    async def get(self, key: str) -> bytes:
        self.read += 1
        return key[-1:].encode() * SOUND_BYTES

    async def put(self, key: str, data: bytes, *, content_type: str) -> StoredBlob:
        raise NotImplementedError

    async def delete(self, key: str) -> None:
        raise NotImplementedError

    async def find(self, folder: str) -> list[FoundBlob]:
        raise NotImplementedError

    async def delete_all(self, folder: str) -> None:
        raise NotImplementedError

    async def check(self) -> None:
        raise NotImplementedError


async def test_one_recording_is_in_memory_at_a_time() -> None:
    now = datetime.now(UTC)
    record = InterviewRecord.model_construct(created_at=now)
    rows = [
        RecordingRow(
            recording_id=str(uuid.uuid4()),
            interview_id=str(uuid.UUID(int=1)),
            turn_id=f"turn-{number}",
            utterance_id=None,
            speaker="candidate",
            key=f"{number}",
            sha256="ab" * 32,
            size_bytes=SOUND_BYTES,
            content_type="audio/webm",
            duration_ms=1_000,
            created_at=now,
        )
        for number in range(9)
    ]
    blobs, file = Counting(), io.BytesIO()
    async for part in archive(record, {"interview": {"title": "Demo"}}, rows, blobs):
        assert len(part) < 2 * SOUND_BYTES
        file.write(part)
        # None is fetched before the ones ahead of it were sent.
        assert blobs.read <= file.tell() // SOUND_BYTES + 1
    with zipfile.ZipFile(file) as whole:
        assert whole.testzip() is None
        sounds = [name for name in whole.namelist() if name.startswith("audio/")]
        assert [whole.read(name)[:1] for name in sounds] == [b"%d" % n for n in range(9)]


class Page(BaseModel):
    number: int
    text: str


class Rows(list[Page]):
    """A page that can be watched."""


async def test_of_what_is_listed_one_page_is_in_memory_at_a_time() -> None:
    alive = most = 0

    def gone() -> None:
        nonlocal alive
        alive -= 1

    async def pages() -> AsyncIterator[Rows]:
        nonlocal alive, most
        for number in range(0, 400, 2):
            rows = Rows(Page(number=number + n, text='"\n\u2028ü' * 1_000) for n in range(2))
            weakref.finalize(rows, gone)
            alive += 1
            most = max(most, alive)
            yield rows
            del rows

    async def none() -> AsyncIterator[Rows]:
        return
        yield

    record, file = InterviewRecord.model_construct(created_at=datetime.now(UTC)), io.BytesIO()
    lists = {"code": {"snapshots": pages(), "runs": none(), "more": pages()}}
    async for part in archive(record, {}, [], Counting(), listed_by_page=lists):
        assert len(part) < 100_000
        file.write(part)
    assert most <= 2
    with zipfile.ZipFile(file) as whole:
        assert whole.testzip() is None
        text = whole.read("code.json").decode()
    found = json.loads(text)
    assert [one["number"] for one in found["snapshots"]] == list(range(400))
    assert found["runs"] == []
    assert found["more"] == found["snapshots"]
    assert text == json.dumps(found, indent=2, ensure_ascii=False), "as everything else is written"


async def test_what_cannot_be_read_to_its_end_is_no_archive() -> None:
    async def pages() -> AsyncIterator[Rows]:
        yield Rows([Page(number=1, text="x")])
        raise RuntimeError("erased")

    record, file = InterviewRecord.model_construct(created_at=datetime.now(UTC)), io.BytesIO()
    lists = {"code": {"snapshots": pages()}}

    async def read() -> None:
        async for part in archive(record, {}, [], Counting(), listed_by_page=lists):
            file.write(part)

    with pytest.raises(RuntimeError, match="erased"):
        await read()
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(file)


async def test_a_list_that_an_erasure_has_ended_is_no_whole_list() -> None:
    """Its rows are gone then, and the list seems to be over."""

    class Erasures:
        async def find(self, interview_id: str) -> object:
            return object()

    async def pages() -> AsyncIterator[Rows]:
        yield Rows([Page(number=1, text="x")])

    services = cast(Services, SimpleNamespace(erasures=Erasures()))
    listed = aiter(whole(services, "an-interview", pages()))
    assert len(await anext(listed)) == 1
    with pytest.raises(NotFoundError, match="erased"):
        await anext(listed)
