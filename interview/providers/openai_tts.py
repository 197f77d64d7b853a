"""Speech by OpenAI, or any server with its `/audio/speech`, streamed as it is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from openai import omit

from interview.providers.endpoint import Endpoint
from interview.providers.openai_client import OpenAiConnection
from interview.providers.pcm import whole_samples
from interview.providers.sdk_failures import SdkFailures
from interview.providers.waiting import closing, each_within

__all__ = ["OpenAiTextToSpeech"]

_MANNER = "Speak warmly and calmly, at an unhurried pace, like an attentive interviewer."
_OTHER_AUDIO = (b"RIFF", b"OggS", b"fLaC", b"ID3", b"\xff\xfb", b"\xff\xf3", b"\x1a\x45\xdf\xa3")
"""How files of the formats that were not asked for begin: as samples they are noise."""


class OpenAiTextToSpeech:
    def __init__(self, endpoint: Endpoint, *, voice: str) -> None:
        self._connection = OpenAiConnection(endpoint)
        self._voice = voice
        self._failures = SdkFailures(self.name, "tts")
        # tts-1 and most compatible servers do not know instructions
        self._manner = _MANNER if endpoint.model.startswith("gpt-") else omit

    @property
    def name(self) -> str:
        return f"openai/{self._connection.model}"

    @property
    def voice(self) -> str:
        return f"{self.name}/{self._voice}"

    async def warm(self) -> None:
        await self._connection.warm()

    async def synthesize(
        self, text: str, *, language: str, timeout_s: float
    ) -> AsyncGenerator[bytes]:
        first = True
        async with closing(self._streamed(text, timeout_s)) as streamed:
            async for chunk in whole_samples(streamed):
                if first and chunk.startswith(_OTHER_AUDIO):
                    raise self._failures.output_invalid("audio of another format")
                first = False
                yield chunk
        if first:
            raise self._failures.output_invalid("no sound")

    async def _streamed(self, text: str, timeout_s: float) -> AsyncGenerator[bytes]:
        request = self._connection.client.audio.speech.with_streaming_response.create(
            input=text,
            model=self._connection.model,
            voice=self._voice,
            response_format="pcm",
            instructions=self._manner,
            timeout=timeout_s,
        )
        with self._failures.translated():
            async with asyncio.timeout(timeout_s):
                response = await request.__aenter__()
        try:
            if response.headers.get("content-type", "").startswith(("text/", "application/json")):
                raise self._failures.output_invalid("something else than sound")
            async for chunk in each_within(response.iter_bytes(), timeout_s, self._failures):
                yield chunk
        finally:
            await request.__aexit__(None, None, None)

    async def aclose(self) -> None:
        await self._connection.aclose()
