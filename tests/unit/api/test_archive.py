"""An export is made while it is sent."""

from __future__ import annotations

import io
import uuid
import zipfile
from datetime import UTC, datetime

from api.archive import archive
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
