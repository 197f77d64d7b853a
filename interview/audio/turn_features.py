"""What the end-of-turn model is shown: Whisper's log-mel spectrogram of 8 s, by numpy alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from interview.ports import STT_SAMPLE_RATE_HZ

__all__ = ["WINDOW_MS", "log_mel"]

Floats = npt.NDArray[np.float32]

WINDOW_MS = 8_000
_SAMPLES = WINDOW_MS * STT_SAMPLE_RATE_HZ // 1000
_FFT = 400
_HOP = 160
_MELS = 80
_VARIANCE_FLOOR = 1e-7
_POWER_FLOOR = 1e-10
_RANGE = 8.0
"""Powers of ten under the loudest that are told apart."""


def log_mel(pcm16: bytes) -> Floats:
    """Mono at 16 kHz, of which the last 8 s count and shorter ones follow on silence → [80, 800].

    As `WhisperFeatureExtractor(chunk_length=8)(…, do_normalize=True)` of transformers has it, and
    Pipecat's copy of that: silence before the speech is normalized with it.
    """
    samples = np.zeros(_SAMPLES, dtype=np.float32)
    given = np.frombuffer(pcm16[-2 * _SAMPLES :], dtype="<i2")
    if len(given):
        samples[-len(given) :] = given.astype(np.float32) / np.float32(32_768)
    samples -= samples.mean()
    samples /= np.sqrt(samples.var() + np.float32(_VARIANCE_FLOOR))
    padded = np.pad(samples, _FFT // 2, mode="reflect")
    # The reference has one more window, and drops it.
    windows = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[:-1:_HOP]
    spectrum = np.fft.rfft(windows * _WINDOW, axis=-1)
    power = spectrum.real**2 + spectrum.imag**2
    log_power = np.log10(np.maximum(power @ _MEL_FILTERS, _POWER_FLOOR))
    bounded = np.maximum(log_power, log_power.max() - _RANGE)
    return np.ascontiguousarray(((bounded + 4.0) / 4.0).T.astype(np.float32))


def _mel_filters() -> npt.NDArray[np.float64]:
    """[frequencies, mels]: triangles of equal area on Slaney's scale."""
    edges = _hertz(np.linspace(0.0, _mel(STT_SAMPLE_RATE_HZ / 2), _MELS + 2))
    at = np.linspace(0.0, STT_SAMPLE_RATE_HZ / 2, _FFT // 2 + 1)[:, None]
    rising = (at - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - at) / np.diff(edges)[1:]
    return np.maximum(0.0, np.minimum(rising, falling)) * (2.0 / (edges[2:] - edges[:-2]))


# Slaney's scale: 3 mels to 200 Hz up to 1 kHz, and 27 to a factor of 6.4 above it.
_LOG_FROM_HZ, _LOG_FROM_MEL, _LOG_STEP = 1_000.0, 15.0, np.log(6.4) / 27.0


def _mel(hertz: float) -> float:
    """Above 1 kHz."""
    return _LOG_FROM_MEL + float(np.log(hertz / _LOG_FROM_HZ)) / _LOG_STEP


def _hertz(mels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    above = _LOG_FROM_HZ * np.exp(_LOG_STEP * (mels - _LOG_FROM_MEL))
    return np.where(mels >= _LOG_FROM_MEL, above, 200.0 * mels / 3.0)


_WINDOW = np.hanning(_FFT + 1)[:-1]
_MEL_FILTERS = _mel_filters()
