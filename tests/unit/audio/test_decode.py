"""Recordings of every browser, whole, in pieces, broken and hostile."""

from __future__ import annotations

import contextlib
import functools
import gc
import resource
import struct
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interview.audio.decode import StreamingDecoder, decode_all
from interview.audio.encode import WebmOpusEncoder, encode_webm_opus
from interview.audio.wav import wav_file
from interview.errors import InvalidInputError
from tests.unit.audio.recordings import encode, main_frequency_hz, samples, tone

FRAGMENTED = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
TWO_SECONDS = tone(2.0)


def decode_in_pieces(data: bytes, size: int, *, limit_s: float = 60.0) -> bytes:
    decoder = StreamingDecoder(limit_s=limit_s)
    pieces = [decoder.feed(data[at : at + size]) for at in range(0, len(data), size)]
    return b"".join(pieces) + decoder.finish()


RECORDINGS = {
    "chromium and firefox": lambda: encode_webm_opus(TWO_SECONDS),
    "ogg opus": lambda: encode(TWO_SECONDS, "ogg", "libopus"),
    "safari": lambda: encode(TWO_SECONDS, "mp4", "aac", options=FRAGMENTED, seekable=False),
    "mp4 with its index last": lambda: encode(TWO_SECONDS, "mp4", "aac"),
    "wav": lambda: wav_file(TWO_SECONDS, 16_000),
    "wav at 44.1 kHz": lambda: wav_file(tone(2.0, rate_hz=44_100), 44_100),
    "mp3": lambda: encode(TWO_SECONDS, "mp3", "libmp3lame"),
}


@pytest.mark.parametrize("name", RECORDINGS)
@pytest.mark.parametrize("size", [61, 1_000_000])
def test_decodes_every_container_however_it_is_cut(name: str, size: int) -> None:
    pcm = decode_in_pieces(RECORDINGS[name](), size)
    assert abs(len(pcm) / 32_000 - 2.0) < 0.11  # coders add or drop a frame at the ends
    assert abs(main_frequency_hz(pcm) - 440.0) < 2.0
    loudness = float(np.sqrt(np.mean(samples(pcm) ** 2))) / 32767
    assert abs(loudness - 0.3 / np.sqrt(2)) < 0.03


@pytest.mark.parametrize("name", RECORDINGS)
def test_pieces_and_whole_are_equal(name: str) -> None:
    data = RECORDINGS[name]()
    pieces, whole = decode_in_pieces(data, 333), decode_all(data, limit_s=60.0)
    # an MP3 file says at its start how much of its end is padding, which a stream cannot check
    assert abs(len(pieces) - len(whole)) < 3_200
    assert pieces[:60_000] == whole[:60_000]


def test_decodes_while_the_recording_arrives() -> None:
    encoder, decoder = WebmOpusEncoder(), StreamingDecoder(limit_s=60.0)
    ahead = 0
    for second in range(5):
        decoder.feed(encoder.encode(tone(1.0)))
        ahead = (second + 1) * 1000 - decoder.duration_ms
    assert ahead < 200
    assert abs(decoder.duration_ms + len(decoder.finish()) // 32 - 4900) < 200


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
def test_raw_pcm_at_any_rate_cut_at_odd_bytes(rate_hz: int) -> None:
    data = tone(1.0, rate_hz=rate_hz)
    decoder = StreamingDecoder(limit_s=10.0, pcm_rate_hz=rate_hz)
    pcm = b"".join(decoder.feed(data[at : at + 999]) for at in range(0, len(data), 999))
    pcm += decoder.finish()
    assert abs(len(pcm) - 32_000) <= 64
    assert abs(main_frequency_hz(pcm) - 440.0) < 2.0


def test_empty_chunks_change_nothing() -> None:
    data = _cached("chromium and firefox")
    decoder = StreamingDecoder(limit_s=60.0)
    pcm = decoder.feed(b"")
    for at in range(0, len(data), 1000):
        pcm += decoder.feed(data[at : at + 1000]) + decoder.feed(b"") + decoder.feed(b"")
    assert pcm + decoder.finish() == decode_all(data, limit_s=60.0)


def test_nothing_is_silence() -> None:
    assert decode_all(b"", limit_s=1.0) == b""
    assert StreamingDecoder(limit_s=1.0, pcm_rate_hz=8_000).finish() == b""


@pytest.mark.parametrize(
    "data",
    [
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"<html>not audio at all</html>",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"a",
        bytes(10_000),
    ],
)
def test_what_is_no_recording_is_refused_by_its_first_bytes(data: bytes) -> None:
    with pytest.raises(InvalidInputError) as caught:
        decode_in_pieces(data, 5)
    assert caught.value.code == "audio.unsupported_format"


def test_no_other_file_is_opened_through_a_playlist(tmp_path: Path) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(wav_file(TWO_SECONDS, 16_000))
    playlist = f"ffconcat version 1.0\nfile {secret}\n".encode()
    for disguise in (b"", b"RIFF\x00\x00\x00\x00WAVE", b"ID3\x03\x00\x00\x00\x00\x00\x00"):
        with pytest.raises(InvalidInputError):
            decode_all(disguise + playlist, limit_s=60.0)


@pytest.mark.parametrize(
    "head", [b"\x1a\x45\xdf\xa3", b"OggS", b"\x00\x00\x00\x18ftypmp42", b"ID3"]
)
def test_a_good_signature_on_garbage_is_undecodable(head: bytes) -> None:
    with pytest.raises(InvalidInputError) as caught:
        decode_in_pieces(head + bytes(range(256)) * 40, 100)
    assert caught.value.code == "audio.undecodable"


def test_a_recording_that_breaks_off_is_kept_as_far_as_it_goes() -> None:
    data = encode_webm_opus(tone(4.0))
    pcm = decode_in_pieces(data[: len(data) // 2], 500)
    assert 1.7 < len(pcm) / 32_000 < 2.1


def test_damage_in_the_middle_keeps_the_rest_and_is_told() -> None:
    data = bytearray(encode(tone(4.0), "ogg", "libopus"))
    for at in range(len(data) // 2, len(data) // 2 + 400):
        data[at] ^= 0xA5
    decoder = StreamingDecoder(limit_s=60.0)
    pcm = decoder.feed(bytes(data)) + decoder.finish()
    assert len(pcm) / 32_000 > 2.0


@pytest.mark.parametrize("size", [1000, 1_000_000])
def test_a_long_recording_stops_at_the_limit(size: int) -> None:
    data = _cached("two minutes of silence")
    decoder = StreamingDecoder(limit_s=30.0)
    decoded: list[int] = []

    def feed_all() -> None:
        for at in range(0, len(data), size):
            decoded.append(len(decoder.feed(data[at : at + size])))
        decoder.finish()

    with pytest.raises(InvalidInputError) as caught:
        feed_all()
    assert caught.value.code == "audio.too_long"
    assert sum(decoded) <= 30 * 32_000
    with pytest.raises(InvalidInputError, match="longer"):
        decode_all(data, limit_s=30.0)


def test_raw_pcm_is_bounded_too() -> None:
    decoder = StreamingDecoder(limit_s=1.0, pcm_rate_hz=16_000)
    decoder.feed(bytes(32_000))
    with pytest.raises(InvalidInputError, match="longer"):
        decoder.feed(bytes(2))


def test_an_abandoned_decoder_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    decoder = StreamingDecoder(limit_s=10.0)
    decoder.feed(encode_webm_opus(TWO_SECONDS)[:2000])
    (thread,) = set(threading.enumerate()) - before
    del decoder
    gc.collect()
    thread.join(timeout=10.0)
    assert not thread.is_alive()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_mutated_recordings_decode_or_are_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(RECORDINGS)))
    recording = bytearray(_cached(name))
    for _ in range(data.draw(st.integers(1, 20))):
        recording[data.draw(st.integers(0, len(recording) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(recording)))
    with contextlib.suppress(InvalidInputError):  # and nothing else
        pcm = decode_in_pieces(bytes(recording[:cut]), 2048)
        assert len(pcm) % 2 == 0
        assert len(pcm) <= 60 * 32_000


@functools.cache
def _cached(name: str) -> bytes:
    if name == "two minutes of silence":
        return encode_webm_opus(bytes(120 * 32_000))
    return RECORDINGS[name]()


@pytest.mark.parametrize(
    ("rate_hz", "channels"), [(0x40003E80, 1), (0x7FFFFFFF, 1), (4_000_000, 1), (16_000, 64)]
)
def test_an_absurd_header_is_refused_before_anything_is_built_for_it(
    rate_hz: int, channels: int
) -> None:
    sound = bytes(i * 37 & 255 for i in range(5_000 - 5_000 % (2 * channels)))
    shape = struct.pack(
        "<IHHIIHH", 16, 1, channels, rate_hz, rate_hz * channels * 2 & 0xFFFFFFFF, channels * 2, 16
    )
    data = struct.pack("<I", len(sound))
    wav = b"RIFF" + struct.pack("<I", 36 + len(sound)) + b"WAVEfmt " + shape + b"data" + data
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InvalidInputError) as refused:
        decode_in_pieces(wav + sound, 65_536)
    assert refused.value.code == "audio.undecodable"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KB
