"""The kept model hears what the published one hears."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from interview.audio.resample import Resampler
from interview.audio.vad import FRAME_SAMPLES, Floats, SileroVad
from interview.ports import STT_SAMPLE_RATE_HZ, TTS_SAMPLE_RATE_HZ
from interview.providers.local_tts import LocalTextToSpeech

TEXT = "I moved the billing service to a new database, step by step."


def _published() -> SileroVad:
    found = importlib.util.find_spec("faster_whisper")
    if found is None or found.origin is None:
        pytest.skip("the published model comes with faster-whisper")
    return SileroVad(Path(found.origin).parent / "assets" / "silero_vad_v6.onnx")


def _frames(pcm16: bytes) -> Floats:
    samples = np.frombuffer(pcm16, dtype="<i2").astype(np.float32) / np.float32(32768)
    return samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)


def _probabilities(vad: SileroVad, frames: Floats, at_once: int) -> Floats:
    detector = vad.detector()
    starts = range(0, len(frames), at_once)
    return np.concatenate([detector.probabilities(frames[at : at + at_once]) for at in starts])


@pytest.mark.parametrize("at_once", [1, 3, 64])
async def test_the_kept_model_judges_as_the_published_one(at_once: int) -> None:
    tts = LocalTextToSpeech()
    spoken = b"".join([c async for c in tts.synthesize(TEXT, language="en", timeout_s=20.0)])
    speech = _frames(Resampler(TTS_SAMPLE_RATE_HZ, STT_SAMPLE_RATE_HZ).feed(spoken))
    rng = np.random.default_rng(11)
    noise = rng.normal(0.0, 0.05, (40, FRAME_SAMPLES)).astype(np.float32)
    quiet = np.zeros((20, FRAME_SAMPLES), dtype=np.float32)
    frames = np.concatenate(
        [quiet, speech, noise, speech * 0.05, quiet, speech[:50] + noise.mean()]
    )
    ours = _probabilities(SileroVad(), frames, at_once)
    theirs = _probabilities(_published(), frames, 64)
    assert theirs.max() > 0.9
    assert theirs.min() < 0.1
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
