"""How an answer's chunks are kept on its stream."""

from __future__ import annotations

import uuid

import pytest

from interview.streams.audio import (
    AudioChunk,
    AudioEnd,
    AudioFrame,
    AudioPause,
    AudioResume,
    AudioStart,
    AudioStream,
)
from interview.streams.log import StreamLog

pytestmark = pytest.mark.integration

DATA = (b"I ", b"moved", b"", b" the billing", b" service")
CHUNKS = [AudioChunk(index, data) for index, data in enumerate(DATA)]


@pytest.fixture
async def audio(log: StreamLog) -> AudioStream:
    stream = AudioStream(log, uuid.uuid4().hex, uuid.uuid4().hex)
    await stream.start(AudioStart("pcm16", 16_000))
    return stream


async def _entries(log: StreamLog, audio: AudioStream) -> list[bytes]:
    return [entry.fields[b"k"] for entry in await log.read(audio.key, b"0-0")]


async def _frames(audio: AudioStream) -> list[AudioFrame]:
    async for frames in audio.frames():
        return frames
    raise AssertionError("a tail never ends")


async def test_chunks_that_come_together_are_one_entry_and_read_as_they_were(
    log: StreamLog, audio: AudioStream
) -> None:
    sent = [*CHUNKS[:3], AudioPause(), AudioResume(), *CHUNKS[3:], AudioEnd(len(CHUNKS), 300)]
    await audio.append(*sent)
    kinds = [b"start", b"chunks", b"pause", b"resume", b"chunks", b"end"]
    assert await _entries(log, audio) == kinds
    assert await _frames(audio) == [AudioStart("pcm16", 16_000), *sent]
    assert await audio.received() == (len(CHUNKS), True)
    assert (await audio.collect())[0] == b"".join(DATA)


async def test_what_is_sent_again_may_be_cut_otherwise(audio: AudioStream) -> None:
    await audio.append(*CHUNKS[:3])
    await audio.append(*CHUNKS[1:4])
    assert await audio.received() == (4, False)
    await audio.append(*CHUNKS[2:], AudioEnd(len(CHUNKS), None))
    assert await audio.received() == (len(CHUNKS), True)
    assert (await audio.collect())[0] == b"".join(DATA)


async def test_a_gap_stays_one(log: StreamLog, audio: AudioStream) -> None:
    await audio.append(CHUNKS[0], CHUNKS[1], CHUNKS[3], CHUNKS[4])
    assert await _entries(log, audio) == [b"start", b"chunks", b"chunks"]
    assert await audio.received() == (2, False)
    assert (await audio.collect())[0] == DATA[0] + DATA[1]


async def test_an_entry_does_not_grow_without_end(log: StreamLog, audio: AudioStream) -> None:
    burst = [AudioChunk(index, bytes([index]) * 20_000) for index in range(10)]
    await audio.append(*burst)
    assert await _entries(log, audio) == [b"start", *[b"chunks"] * 3, b"chunk"]
    assert (await _frames(audio))[1:] == burst


async def test_workers_of_before_are_given_an_entry_for_each_chunk(log: StreamLog) -> None:
    audio = AudioStream(log, uuid.uuid4().hex, uuid.uuid4().hex, joins=False)
    await audio.append(*CHUNKS, AudioEnd(len(CHUNKS), 300))
    assert await _entries(log, audio) == [*[b"chunk"] * len(CHUNKS), b"end"]
    assert await audio.received() == (len(CHUNKS), True)
