"""A turn is credited to those who made it, whatever other turns have made meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from activities.speech_cache import SpeechCache
from activities.voice import Voice
from interview.errors import ProviderUnavailable
from interview.persistence.blobs import FilesystemBlobStore
from interview.ports import Line, ReplyEvent, ReplyRequest, Transcription
from interview.providers.fallback import (
    FallbackLanguageModel,
    FallbackSpeechToText,
    FallbackTextToSpeech,
)
from tests.fakes.briefs import a_brief
from tests.integration.turns.desk import Desk
from tests.integration.turns.providers import WordModel, WordStt, WordTts

pytestmark = pytest.mark.integration

OTHER = "Another turn."


def _down() -> ProviderUnavailable:
    return ProviderUnavailable("provider.unavailable", "down", provider="x", category="llm")


@dataclass
class _Stt(WordStt):
    """The preferred ones serve another turn only."""

    async def transcribe(
        self, pcm16: bytes, *, language: str, prompt: str = "", timeout_s: float
    ) -> Transcription:
        if pcm16.decode() != OTHER:
            raise _down()
        return Transcription(OTHER)


@dataclass
class _Model(WordModel):
    async def reply(self, request: ReplyRequest, *, timeout_s: float) -> AsyncGenerator[ReplyEvent]:
        if request.conversation[-1].text != OTHER:
            raise _down()
        async for event in super().reply(request, timeout_s=timeout_s):
            yield event


@dataclass
class _Tts(WordTts):
    async def synthesize(
        self, text: str, *, language: str, timeout_s: float
    ) -> AsyncGenerator[bytes]:
        if text != OTHER:
            raise _down()
        yield bytes(4_800)


async def test_while_other_turns_are_served_by_the_preferred_ones(desk: Desk) -> None:
    stt = FallbackSpeechToText([_Stt(name="preferred/stt"), WordStt(name="second/stt")])
    model = FallbackLanguageModel([_Model(name="preferred/llm"), WordModel(name="second/llm")])
    tts = FallbackTextToSpeech([_Tts(name="preferred/tts"), WordTts(name="second/tts")])
    given: Any = desk
    given.stt, given.model, given.tts = stt, model, tts
    request = ReplyRequest(brief=a_brief(), conversation=[Line("candidate", OTHER)])

    async def others() -> None:
        while True:
            heard = await stt.transcribe(OTHER.encode(), language="en", timeout_s=1.0)
            assert heard.provider == "preferred/stt"
            async for event in model.reply(request, timeout_s=1.0):
                assert event.provider == "preferred/llm"
            async for _ in tts.synthesize(OTHER, language="en", timeout_s=1.0):
                pass
            await asyncio.sleep(0)

    busy = asyncio.create_task(others())
    stages = desk.all()
    await desk.start()
    await desk.say("I moved it")
    await desk.end()
    made = [await desk.done(stage) for stage in stages]
    assert not busy.done()
    busy.cancel()
    assert [result.provider for result in made] == ["second/stt", "second/llm", "second/tts"]


async def test_a_stand_ins_sound_is_not_kept_as_the_preferred_ones(tmp_path: Path) -> None:
    first, second = WordTts(voice="first"), WordTts(voice="second")
    first.gate.failures.append(_down())
    cache = SpeechCache(FilesystemBlobStore(tmp_path))
    await Voice(FallbackTextToSpeech([first, second]), cache, 5.0).whole(OTHER, "en")
    assert second.spoken == [OTHER]
    assert await cache.get("first", OTHER) is None
    assert await cache.get("second", OTHER) is not None
