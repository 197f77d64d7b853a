"""Does what was said sound complete? Smart Turn v3.2 through onnxruntime, 60 to 100 ms of CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from interview.audio.inference import load_model
from interview.audio.turn_features import WINDOW_MS, log_mel

__all__ = ["SmartTurn", "TurnEndModel", "WINDOW_MS"]

_MODEL = Path(__file__).parent / "models" / "smart_turn_v3_2.onnx"


class TurnEndModel(Protocol):
    def judge(self, pcm16: bytes) -> float:
        """The last `WINDOW_MS` of an answer until the speaker fell silent, or all of a shorter
        one, mono at 16 kHz → from 0, where more is to come, to 1."""
        ...


class SmartTurn:
    """The loaded model; any thread may use it, also several at once."""

    def __init__(self, path: Path = _MODEL) -> None:
        self._session = load_model(path, arena=True)

    def judge(self, pcm16: bytes) -> float:
        (probabilities,) = self._session.run(None, {"input_features": log_mel(pcm16)[None]})
        return float(probabilities[0, 0])
