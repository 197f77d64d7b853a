"""Is somebody speaking? Silero VAD through onnxruntime, 0.6–1 ms of CPU per second of audio."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from interview.audio.inference import load_model

__all__ = ["FRAME_SAMPLES", "SileroVad", "VoiceDetector", "VoiceModel"]

FRAME_SAMPLES = 512
"""32 ms at 16 kHz: the model knows no other length."""

_CONTEXT_SAMPLES = 64
_MODEL = Path(__file__).parent / "models" / "silero_vad_v6.onnx"

Floats = npt.NDArray[np.float32]


class VoiceDetector(Protocol):
    """Judges the frames of one recording, in order."""

    def probabilities(self, frames: Floats) -> Floats:
        """`frames`: [n, FRAME_SAMPLES] in -1..1 → [n] in 0..1."""
        ...


class VoiceModel(Protocol):
    def detector(self) -> VoiceDetector:
        """A detector for one more recording."""
        ...


class SileroVad:
    """The loaded model; any number of recordings may use it at once, from any thread."""

    def __init__(self, path: Path = _MODEL) -> None:
        self._session = load_model(path, arena=False)

    def detector(self) -> VoiceDetector:
        return _SileroDetector(self._session)


class _SileroDetector:
    def __init__(self, session: Any) -> None:
        self._session = session
        self._h: Floats = np.zeros((1, 1, 128), dtype=np.float32)
        self._c: Floats = np.zeros((1, 1, 128), dtype=np.float32)
        self._context: Floats = np.zeros(_CONTEXT_SAMPLES, dtype=np.float32)

    def probabilities(self, frames: Floats) -> Floats:
        contexts = np.empty((len(frames), _CONTEXT_SAMPLES), dtype=np.float32)
        contexts[0] = self._context
        contexts[1:] = frames[:-1, -_CONTEXT_SAMPLES:]
        self._context = frames[-1, -_CONTEXT_SAMPLES:].copy()
        inputs = {
            "input": np.concatenate([contexts, frames], axis=1),
            "h": self._h,
            "c": self._c,
        }
        speech, self._h, self._c = self._session.run(None, inputs)
        return cast(Floats, speech).reshape(-1)
