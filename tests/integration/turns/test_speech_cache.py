"""Fixed lines: for everyone, or with the interview whose candidate they name."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import pytest

from activities.speak import Speak
from activities.speech_cache import SpeechCache
from activities.voice import Voice
from interview.contracts.turns import PrepareSpeechInput
from interview.errors import BlobStoreUnavailable
from interview.persistence.blobs import FilesystemBlobStore
from interview.persistence.database import Database
from interview.security.sealed_blobs import SealedBlobStore
from tests.integration.security.conftest import keys_of, new_ring
from tests.integration.turns.desk import Desk
from tests.integration.turns.providers import WordTts
from tests.services import RunningStack

pytestmark = pytest.mark.integration

SHARED, OWN = "Tell me more.", "Hello, Zanzibarina."


def _folders(root: Path) -> set[str]:
    return {str(path.parent.relative_to(root)) for path in root.rglob("*") if path.is_file()}


async def test_a_line_with_the_name_is_kept_with_its_interview(
    desk: Desk, services: RunningStack, tmp_path: Path
) -> None:
    database, root = Database(services.urls["DATABASE_URL"]), tmp_path / "sealed"
    try:
        keys = keys_of(database, new_ring()[1])
        blobs = SealedBlobStore(FilesystemBlobStore(root), keys)
        interview_id = desk.interview_id
        tts = WordTts()

        def a_process() -> Voice:
            return Voice(tts, SpeechCache(blobs), 5.0)

        await Speak(desk.log, desk.records, blobs, a_process()).prepare(
            PrepareSpeechInput(
                language="en", lines=(SHARED,), interview_id=interview_id, own_lines=(OWN,)
            )
        )
        folders = await asyncio.to_thread(_folders, root)
        assert folders == {"speech-cache", f"interviews/{interview_id}/speech"}

        async def said(line: str, interview_id: str, *, fixed: bool = True) -> list[str]:
            """What had to be made anew, by another process."""
            tts.spoken.clear()
            begun = a_process().begin(line, "en", interview_id=interview_id, fixed=fixed)
            assert b"".join([chunk async for chunk in begun])
            return list(tts.spoken)

        other = str(uuid.uuid4())
        assert await said(OWN, interview_id) == []
        assert await said(SHARED, interview_id) == await said(SHARED, other) == []
        assert await said(OWN, other) == [OWN]
        assert await said(OWN, interview_id, fixed=False) == [OWN]

        # Sealed with the interview's key: without it what is left of it is nothing.
        await keys.destroy(interview_id)
        assert await said(OWN, interview_id) == [OWN]
        assert await said(SHARED, interview_id) == []
    finally:
        await database.close()


async def test_a_line_whose_cache_cannot_be_read_is_said_all_the_same(tmp_path: Path) -> None:
    class Away(FilesystemBlobStore):
        async def get(self, key: str) -> bytes:
            raise BlobStoreUnavailable("away")

    tts = WordTts()
    voice = Voice(tts, SpeechCache(Away(tmp_path)), 5.0)
    begun = voice.begin(SHARED, "en", interview_id=str(uuid.uuid4()), fixed=True)
    assert b"".join([chunk async for chunk in begun])
    assert tts.spoken == [SHARED]


async def test_forgetting_also_reaches_what_was_kept_before_there_were_keys(
    services: RunningStack, tmp_path: Path
) -> None:
    database, inner = Database(services.urls["DATABASE_URL"]), FilesystemBlobStore(tmp_path)
    try:
        await SpeechCache(inner).put("words", OWN, b"1")
        sealed = SealedBlobStore(inner, keys_of(database, new_ring()[1]))
        await SpeechCache(sealed).put("words", OWN, b"2")
        await SpeechCache(sealed).forget("words", OWN)
        assert await inner.find("speech-cache") == []
    finally:
        await database.close()
