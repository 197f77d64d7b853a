"""How an answer sounds when somebody falls silent."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from demo.voice import CandidateVoice
from interview.audio.ear import AnswerEar
from interview.audio.resample import Resampler
from interview.audio.turn_end import WINDOW_MS, SmartTurn
from interview.audio.turn_features import log_mel
from interview.audio.vad import SileroVad
from interview.ports import STT_SAMPLE_RATE_HZ, TTS_SAMPLE_RATE_HZ


@cache
def model() -> SmartTurn:
    return SmartTurn()


def test_features_are_those_of_the_reference() -> None:
    """`whisper_features.npz`: a recording, and what Pipecat 1.14.0 makes of it
    (`compute_whisper_log_mel_features`, padded to 8 s)."""
    reference = np.load(Path(__file__).parent / "whisper_features.npz")
    features = log_mel(reference["pcm16"].tobytes())
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, reference["features"], atol=1e-4)


def test_features_are_of_the_last_seconds() -> None:
    noise = np.random.default_rng(1).integers(-3_000, 3_000, 9 * STT_SAMPLE_RATE_HZ)
    pcm16 = noise.astype("<i2").tobytes()
    last = pcm16[-2 * STT_SAMPLE_RATE_HZ * WINDOW_MS // 1000 :]
    np.testing.assert_array_equal(log_mel(pcm16), log_mel(last))
    assert np.isfinite(log_mel(b"")).all()


async def test_a_whole_sentence_sounds_complete_and_half_of_one_does_not() -> None:
    voice = CandidateVoice()
    complete, cut = [
        Resampler(TTS_SAMPLE_RATE_HZ, STT_SAMPLE_RATE_HZ).feed((await voice.say(text)).pcm16)
        for text in ("I moved it to a new database.", "I moved it to a")
    ]
    assert model().judge(complete) > 0.9
    assert model().judge(cut) < 0.2


@pytest.mark.parametrize("seconds", [0, 1, 30])
def test_any_length_is_judged(seconds: int) -> None:
    assert 0 <= model().judge(bytes(2 * STT_SAMPLE_RATE_HZ * seconds)) <= 1


def test_an_ear_remembers_the_end_where_it_is_asked_to() -> None:
    samples = np.arange(3 * STT_SAMPLE_RATE_HZ, dtype="<i2").tobytes()
    pieces = [samples[at : at + 1_280] for at in range(0, len(samples), 1_280)]
    ears = [AnswerEar(SileroVad(), "pcm16", STT_SAMPLE_RATE_HZ, 60.0) for _ in range(2)]
    ears[0].remember(1_000)
    for ear in ears:
        for piece in pieces:
            ear.feed(piece)
    assert ears[0].recent() == samples[-2 * STT_SAMPLE_RATE_HZ :]
    assert ears[1].recent() == b""
