"""What we write can be read, and arrives in pieces."""

from __future__ import annotations

import io
import wave

import av
import numpy as np
import pytest

from interview.audio.decode import decode_all
from interview.audio.encode import WebmOpusEncoder
from interview.audio.flac import encode_flac
from interview.audio.mp3 import Mp3Encoder, encode_mp3
from interview.audio.wav import WAV_HEADER_BYTES, wav_file
from tests.unit.audio.recordings import main_frequency_hz, samples, tone


def test_wav_is_read_by_the_standard_library() -> None:
    pcm = tone(0.5)
    data = wav_file(pcm, 16_000)
    assert len(data) == WAV_HEADER_BYTES + len(pcm)
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        assert file.readframes(file.getnframes()) == pcm


def test_mp3_streams_and_keeps_the_sound() -> None:
    pcm = tone(3.0, rate_hz=24_000)
    encoder = Mp3Encoder()
    pieces = [encoder.encode(pcm[at : at + 4801]) for at in range(0, len(pcm), 4801)]
    data = b"".join(pieces) + encoder.finish()
    assert sum(bool(piece) for piece in pieces) > len(pieces) // 2
    decoded = decode_all(data, limit_s=10.0)
    assert abs(len(decoded) / 32_000 - 3.0) < 0.15
    assert abs(main_frequency_hz(decoded) - 440.0) < 2.0
    assert len(data) == pytest.approx(3.0 * 8_000, rel=0.1)


def test_mp3_of_nothing_is_nothing() -> None:
    assert encode_mp3(b"") == b""


def test_webm_chunks_arrive_ten_times_a_second_and_join_to_one_recording() -> None:
    pcm = tone(3.0)
    encoder = WebmOpusEncoder()
    chunks = [encoder.encode(pcm[at : at + 3200]) for at in range(0, len(pcm), 3200)]
    data = b"".join(chunks) + encoder.finish()
    assert all(chunks)
    assert max(len(chunk) for chunk in chunks) < 2_000
    decoded = decode_all(data, limit_s=10.0)
    assert abs(len(decoded) - len(pcm)) <= 64
    both = np.corrcoef(samples(decoded)[: len(pcm) // 2], samples(pcm)[: len(decoded) // 2])
    assert both[0, 1] > 0.99


def test_webm_of_nothing_is_nothing() -> None:
    assert WebmOpusEncoder().finish() == b""


def test_flac_loses_nothing_and_says_how_long_it_is() -> None:
    pcm = tone(3.0, rate_hz=24_000) + tone(0.0101, rate_hz=24_000)
    data = encode_flac(pcm)
    assert len(data) < len(pcm) / 2
    with av.open(io.BytesIO(data), mode="r") as file:
        assert file.duration is not None
        assert file.duration / av.time_base == pytest.approx(len(pcm) / 48_000, abs=0.001)
        frames = list(file.decode(audio=0))
    decoded = b"".join(bytes(frame.planes[0])[: frame.samples * 2] for frame in frames)
    assert decoded == pcm


def test_flac_of_nothing_is_nothing() -> None:
    assert encode_flac(b"") == b""
