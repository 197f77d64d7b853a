"""Sample rates change, the sound does not."""

from __future__ import annotations

import numpy as np
import pytest

from interview.audio.resample import Resampler
from tests.unit.audio.recordings import samples, tone


def resample(pcm16: bytes, from_hz: int, to_hz: int, chunk: int = 2_646) -> bytes:
    resampler = Resampler(from_hz, to_hz)
    pieces = [resampler.feed(pcm16[at : at + chunk]) for at in range(0, len(pcm16), chunk)]
    return b"".join(pieces) + resampler.finish()


def noise_db(pcm16: bytes, rate_hz: int, hz: float) -> float:
    """Everything that is not the tone, in dB under it."""
    sound = samples(pcm16)[2_000:-2_000]
    t = np.arange(len(sound)) / rate_hz
    waves = np.stack([np.sin(2 * np.pi * hz * t), np.cos(2 * np.pi * hz * t)], axis=1)
    fit = np.linalg.lstsq(waves, sound, rcond=None)[0]
    rest = sound - waves @ fit
    return float(20 * np.log10(np.linalg.norm(rest) / np.linalg.norm(waves @ fit)))


@pytest.mark.parametrize(("from_hz", "to_hz"), [(22_050, 24_000), (24_000, 16_000)])
@pytest.mark.parametrize("hz", [100.0, 1_000.0, 6_000.0])
def test_a_tone_stays_clean(from_hz: int, to_hz: int, hz: float) -> None:
    pcm = tone(2.0, hz=hz, rate_hz=from_hz)
    out = resample(pcm, from_hz, to_hz)
    assert len(out) // 2 == 2 * to_hz
    assert noise_db(out, to_hz, hz) < -75


def test_what_the_lower_rate_cannot_hold_is_gone() -> None:
    out = resample(tone(1.0, hz=9_500, rate_hz=24_000), 24_000, 16_000)
    assert abs(samples(out)[500:-500]).max() < 5


@pytest.mark.parametrize("chunk", [2, 294, 2_646, 1_000_000])
def test_there_is_no_seam_between_chunks(chunk: int) -> None:
    pcm = tone(0.2, hz=333, rate_hz=22_050)
    in_pieces, whole = (samples(resample(pcm, 22_050, 24_000, n)) for n in (chunk, len(pcm)))
    assert len(in_pieces) == len(whole)
    assert abs(in_pieces - whole).max() <= 1  # products of other sizes round otherwise


def test_nothing_stays_nothing() -> None:
    assert Resampler(22_050, 24_000).finish() == b""


def test_full_scale_does_not_wrap_around() -> None:
    square = (np.sign(np.sin(np.arange(22_050) / 20)) * 32767).astype("<i2").tobytes()
    out = samples(resample(square, 22_050, 24_000))
    assert abs(np.diff(out)).max() < 65_000
    assert abs(out).max() <= 32768
