"""The candidate of a bench sends an answer as the page does."""

from __future__ import annotations

import re
from pathlib import Path

from bench.answers import CHUNK_S, FRAME_S, Upload
from interview.ports import STT_SAMPLE_RATE_HZ
from interview.protocol.frames import unpack_uplink

PAGE = Path("web/src/audio/worklet-capture.ts")


def pcm16(seconds: float) -> bytes:
    samples = round(seconds * STT_SAMPLE_RATE_HZ)
    return b"".join(n.to_bytes(2, "little") for n in range(samples))


def test_a_chunk_is_as_long_as_the_pages() -> None:
    (chunk_ms,) = re.findall(r"^const CHUNK_MS = (\d+);", PAGE.read_text(), re.M)
    assert int(chunk_ms) == CHUNK_S * 1000


def test_frames_are_gathered_and_the_rest_is_sent_at_the_end() -> None:
    upload = Upload()
    said = pcm16(0.28)
    size = len(pcm16(FRAME_S))
    made = [len(upload.add(said[at : at + size])) for at in range(0, len(said), size)]
    assert made == [0, 0, 0, 0, 1, 0, 0]
    (rest,) = upload.flush()
    assert unpack_uplink(rest) == (1, said[len(pcm16(0.2)) :])
    assert upload.flush() == []
    assert (upload.chunks, upload.duration_ms) == (2, 280)


def test_nothing_is_lost_or_sent_twice_at_a_pause() -> None:
    upload = Upload()
    said = pcm16(1.3)
    at = len(pcm16(0.55))
    messages = [*upload.add(said[:at]), *upload.flush(), *upload.add(said[at:]), *upload.flush()]
    chunks = [unpack_uplink(message) for message in messages]
    assert [index for index, _ in chunks] == list(range(7))
    assert b"".join(chunk for _, chunk in chunks) == said
