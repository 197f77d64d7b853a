"""Streams and objects: what Redis and the object store hold, and what is read back."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from api.pending import PendingTurns
from interview.contracts.interview import BeginTurnInput
from interview.errors import NotFoundError, StreamError
from interview.persistence.blobs import FilesystemBlobStore
from interview.persistence.database import Database
from interview.protocol.server import ErrorMessage
from interview.security.data_keys import DataKeys
from interview.security.seal import EncryptionError
from interview.security.sealed_blobs import SealedBlobStore
from interview.streams.audio import AudioChunk, AudioEnd, AudioStart, AudioStream
from interview.streams.log import StreamLog
from interview.streams.outbound import OutboundReader, OutboundWriter, out_key
from tests.integration.security.conftest import keys_of, new_ring

pytestmark = pytest.mark.integration


@pytest.fixture
def log(redis: Redis, keys: DataKeys) -> StreamLog:
    return StreamLog(redis, ttl_s=60, keys=keys)


def message() -> ErrorMessage:
    return ErrorMessage(code="Zanzibar", message="Zanzibar", recoverable=True)


async def _raw(redis: Redis, key: str) -> list[tuple[bytes, dict[bytes, bytes]]]:
    return await cast(Any, redis).xrange(key)


async def test_redis_sees_no_word_and_a_reader_resumes(
    redis: Redis, log: StreamLog, interview_id: str
) -> None:
    writer, reader = OutboundWriter(log, interview_id), OutboundReader(log, interview_id)
    first = begun = await writer.take_over("connection")
    await writer.send(message(), message())

    assert b"Zanzibar" not in repr(await _raw(redis, writer.key)).encode()
    async for events in reader.events(begun):
        assert [b"Zanzibar" in event.data for event in events] == [True, True]
        first = events[0].seq
        break
    async for events in reader.events(first):
        assert len(events) == 1
        break
    assert await reader.oldest() == begun


async def test_audio_is_collected_as_it_was_sent(
    redis: Redis, log: StreamLog, interview_id: str
) -> None:
    audio = AudioStream(log, interview_id, uuid.uuid4().hex)
    await audio.start(AudioStart("webm", 16_000))
    await audio.append(*(AudioChunk(i, b"Zanzibar") for i in range(3)), AudioEnd(3, 300))

    assert b"Zanzibar" not in repr(await _raw(redis, audio.key)).encode()
    assert await audio.received() == (3, True)
    assert (await audio.collect())[0] == b"Zanzibar" * 3


async def test_an_entry_that_was_moved_to_another_stream_is_refused(
    redis: Redis, log: StreamLog, interview_id: str
) -> None:
    first, second = (AudioStream(log, interview_id, uuid.uuid4().hex) for _ in range(2))
    await first.append(AudioChunk(0, b"mine"))
    ((_, fields),) = await _raw(redis, first.key)
    await cast(Any, redis).xadd(second.key, fields)
    with pytest.raises(StreamError) as caught:
        await second.collect()
    assert (caught.value.code, caught.value.retryable) == ("sealed.invalid", False)


async def test_entries_of_before_are_read_and_an_erased_interviews_are_not(
    redis: Redis, log: StreamLog, keys: DataKeys, interview_id: str
) -> None:
    await OutboundWriter(StreamLog(redis, ttl_s=60), interview_id).send(message())
    assert b"Zanzibar" in (await log.read(out_key(interview_id), b"0-0"))[0].fields[b"d"]
    await keys.destroy(interview_id)
    with pytest.raises(StreamError) as caught:
        await log.read(out_key(interview_id), b"0-0")
    assert (caught.value.code, caught.value.retryable) == ("key.destroyed", False)


async def test_a_master_key_that_is_not_here_is_worth_a_retry(
    redis: Redis, log: StreamLog, database: Database, interview_id: str
) -> None:
    """A process whose settings are behind the others' drops no answer."""
    await OutboundWriter(log, interview_id).send(message())
    behind = StreamLog(redis, ttl_s=60, keys=keys_of(database, new_ring()[1]))
    with pytest.raises(StreamError) as caught:
        await behind.read(out_key(interview_id), b"0-0")
    assert (caught.value.code, caught.value.retryable) == ("key.unknown", True)


async def test_the_answer_under_way_is_sealed(
    redis: Redis, keys: DataKeys, interview_id: str
) -> None:
    pending = PendingTurns(redis, interview_id, ttl_s=60, keys=keys)
    turn = BeginTurnInput(turn_id=uuid.uuid4().hex)
    await pending.put(turn)
    assert turn.turn_id.encode() not in (
        await cast(Any, redis).get(f"intervue:{{{interview_id}}}:turn")
    )
    assert await pending.get() == turn
    await pending.forget(turn.turn_id)
    assert await pending.get() is None


async def test_objects_are_sealed_and_read_back(
    keys: DataKeys, interview_id: str, tmp_path: Path
) -> None:
    inner = FilesystemBlobStore(tmp_path)
    store = SealedBlobStore(inner, keys)
    key, old = f"interviews/{interview_id}/t/answer.webm", f"interviews/{interview_id}/old.webm"
    await inner.put(old, b"Zanzibar", content_type="audio/webm")

    plain = await inner.put(old, b"Zanzibar", content_type="audio/webm")
    stored = await store.put(key, b"Zanzibar", content_type="audio/webm")

    assert (stored.key, stored.sha256, stored.size_bytes) == (key, plain.sha256, 8)
    assert b"Zanzibar" not in await inner.get(key)
    assert await store.get(key) == b"Zanzibar"
    assert await store.get(old) == b"Zanzibar"
    await store.delete(key)
    with pytest.raises(NotFoundError):
        await store.get(key)


async def test_a_changed_or_moved_object_is_refused(
    keys: DataKeys, interview_id: str, tmp_path: Path
) -> None:
    inner = FilesystemBlobStore(tmp_path)
    store = SealedBlobStore(inner, keys)
    key, other = (f"interviews/{interview_id}/{name}" for name in ("a", "b"))
    await store.put(key, b"Zanzibar", content_type="audio/webm")
    sealed = await inner.get(key)
    for name, data in ((key, sealed[:-1] + bytes([sealed[-1] ^ 1])), (other, sealed)):
        await inner.put(name, data, content_type="audio/webm")
        with pytest.raises(EncryptionError) as caught:
            await store.get(name)
        assert caught.value.code == "sealed.invalid"


async def test_the_cache_tells_no_line_and_is_refilled_under_another_master_key(
    keys: DataKeys, database: Database, tmp_path: Path
) -> None:
    store = SealedBlobStore(FilesystemBlobStore(tmp_path), keys)
    key = "speech-cache/0123456789abcdef.pcm"
    await store.put(key, b"Zanzibar", content_type="application/octet-stream")

    files = await asyncio.to_thread(_files, tmp_path)
    assert await store.get(key) == b"Zanzibar"
    ((name, held),) = files.items()
    assert "0123456789abcdef" not in name
    assert b"Zanzibar" not in held
    rotated = SealedBlobStore(FilesystemBlobStore(tmp_path), keys_of(database, new_ring()[1]))
    with pytest.raises(NotFoundError):
        await rotated.get(key)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_a_damaged_cached_line_is_made_anew(keys: DataKeys, tmp_path: Path) -> None:
    inner = FilesystemBlobStore(tmp_path)
    store, key = SealedBlobStore(inner, keys), "speech-cache/0123456789abcdef.pcm"
    await store.put(key, b"Zanzibar", content_type="application/octet-stream")
    (path,) = await asyncio.to_thread(lambda: [p for p in tmp_path.rglob("*") if p.is_file()])
    await asyncio.to_thread(lambda: path.write_bytes(path.read_bytes()[:-1] + b"~"))
    with pytest.raises(NotFoundError):
        await store.get(key)


@pytest.mark.parametrize("name", [b"e", b"i", b"v", b"x"])
async def test_what_stays_in_clear_goes_with_nothing_else(
    redis: Redis, log: StreamLog, interview_id: str, name: bytes
) -> None:
    key = out_key(interview_id)
    clear = {b"k": b"sentence", b"e": b"1", b"i": b"1", b"v": b"1", b"x": b"1"}
    await log.append(key, {**clear, b"d": b"Zanzibar"})
    ((_, fields),) = await _raw(redis, key)
    await cast(Any, redis).delete(key)
    await cast(Any, redis).xadd(key, {**fields, name: b"2"})
    with pytest.raises(StreamError) as caught:
        await log.read(key, b"0-0")
    assert caught.value.code == "sealed.invalid"
