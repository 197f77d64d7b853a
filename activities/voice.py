"""Synthesis of one sentence, begun before its turn to be heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field

from activities.speech_cache import SpeechCache
from interview.errors import ProviderError
from interview.ports import Sound, TextToSpeech

__all__ = ["Synthesis", "Voice"]


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks in one voice; fixed lines come from the cache where it has them."""

    tts: TextToSpeech
    cache: SpeechCache
    timeout_s: float

    def begin(self, text: str, language: str, *, interview_id: str, fixed: bool) -> Synthesis:
        synthesis = Synthesis()
        kept_with = interview_id if fixed else None
        synthesis.task = asyncio.create_task(self._fill(synthesis, text, language, kept_with))
        return synthesis

    async def whole(self, text: str, language: str, *, interview_id: str = "") -> None:
        """Makes sure the cache has `text`, for everyone or for that interview. Raises
        `ProviderError`."""
        voice = self.tts.voice
        if await self.cache.get(voice, text, interview_id=interview_id) is None:
            made = [chunk async for chunk in self._stream(text, language)]
            if made:  # kept as the voice that spoke, which may be a stand-in's
                sound = b"".join(made)
                await self.cache.put(made[0].voice, text, sound, interview_id=interview_id)

    async def has(self, text: str) -> bool:
        """Whether `text` can be said at once, in the voice of today: it is in memory now."""
        return await self.cache.get(self.tts.voice, text) is not None

    async def forget(self, text: str) -> None:
        """Of what is kept for everyone, in the voice of today."""
        await self.cache.forget(self.tts.voice, text)

    async def _fill(
        self, synthesis: Synthesis, text: str, language: str, kept_with: str | None
    ) -> None:
        try:
            cached, name = None, self.tts.name
            if kept_with is not None:
                cached = await self.cache.get(self.tts.voice, text, interview_id=kept_with)
            if cached is not None:
                synthesis.provider = name
                synthesis.chunks.put_nowait(cached)
            else:
                async with aclosing(self._stream(text, language)) as stream:
                    async for chunk in stream:
                        synthesis.provider = chunk.provider
                        synthesis.chunks.put_nowait(chunk)
        except ProviderError as error:
            synthesis.error = error
        finally:
            synthesis.chunks.put_nowait(None)

    async def _stream(self, text: str, language: str) -> AsyncGenerator[Sound]:
        name, voice = self.tts.name, self.tts.voice
        stream = self.tts.synthesize(text, language=language, timeout_s=self.timeout_s)
        async for chunk in stream:
            yield chunk if isinstance(chunk, Sound) else Sound.of(chunk, name, voice)


@dataclass(slots=True)
class Synthesis:
    """PCM16 of one sentence as it is made."""

    chunks: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue[bytes | None])
    error: ProviderError | None = None
    provider: str = ""
    """Who made it, or made it when it was kept; empty before its first sound."""
    task: asyncio.Task[None] | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Raises `ProviderError` after what was made before it."""
        while (chunk := await self.chunks.get()) is not None:
            yield chunk
        if self.error is not None:
            raise self.error

    def cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()
