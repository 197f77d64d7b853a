"""Transcription by OpenAI, or any server with its `/audio/transcriptions`."""

from __future__ import annotations

import asyncio
import math
from typing import Any

from openai import omit

from interview.audio.wav import wav_file
from interview.ports import STT_SAMPLE_RATE_HZ, Transcription
from interview.providers.endpoint import Endpoint
from interview.providers.openai_client import OpenAiConnection
from interview.providers.sdk_failures import SdkFailures

__all__ = ["OpenAiSpeechToText"]

_PROMPT_CHARS = 600
"""Whisper reads the last 224 tokens of its prompt."""


class OpenAiSpeechToText:
    """`whisper-1`, `gpt-transcribe` and the `gpt-4o-transcribe` family; only the last can say
    how sure it is."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._connection = OpenAiConnection(endpoint)
        self._failures = SdkFailures(self.name, "stt")
        model = endpoint.model
        self._logprobs = model.startswith("gpt-4o") and "diarize" not in model

    @property
    def name(self) -> str:
        return f"openai/{self._connection.model}"

    async def warm(self) -> None:
        await self._connection.warm()

    async def transcribe(
        self, pcm16: bytes, *, language: str, prompt: str = "", timeout_s: float
    ) -> Transcription:
        if not pcm16:
            return Transcription("")
        with self._failures.translated():
            async with asyncio.timeout(timeout_s):
                answer: Any = await self._connection.client.audio.transcriptions.create(
                    file=("answer.wav", wav_file(pcm16, STT_SAMPLE_RATE_HZ), "audio/wav"),
                    model=self._connection.model,
                    # the one format that every model and compatible server gives
                    response_format="json",
                    language=language.split("-")[0] or omit,
                    prompt=prompt[-_PROMPT_CHARS:] or omit,
                    include=["logprobs"] if self._logprobs else omit,
                    timeout=timeout_s,
                )
        # A body that is not JSON comes back as a plain string.
        text = getattr(answer, "text", None)
        if not isinstance(text, str):
            raise self._failures.output_invalid("no transcript")
        return Transcription(text.strip(), _confidence(getattr(answer, "logprobs", None)))

    async def aclose(self) -> None:
        await self._connection.aclose()


def _confidence(logprobs: Any) -> float | None:
    """The geometric mean of the tokens' probabilities."""
    try:
        values = [float(token.logprob) for token in logprobs or ()]
    except (AttributeError, TypeError, ValueError):
        return None
    if not values:
        return None
    return min(1.0, math.exp(sum(values) / len(values)))
