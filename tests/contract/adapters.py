"""Every adapter behind one face: ask it, and collect what it gives before it ends or raises."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from interview.errors import ProviderCategory
from interview.ports import DirectiveChosen, ReplyEvent, TextDelta
from interview.providers.anthropic_llm import AnthropicLanguageModel
from interview.providers.endpoint import Endpoint
from interview.providers.openai_llm import OpenAiLanguageModel
from interview.providers.openai_stt import OpenAiSpeechToText
from interview.providers.openai_tts import OpenAiTextToSpeech
from interview.providers.prompt import load_prompt
from tests.fakes.briefs import a_request

__all__ = [
    "ADAPTERS",
    "KEY",
    "SECRET",
    "STREAMING",
    "Adapter",
    "anthropic_llm",
    "chosen",
    "endpoint",
    "openai_llm",
    "openai_stt",
    "openai_tts",
    "opened",
    "text_of",
]

KEY = "sk-a-key-nobody-may-see"
SECRET = "words of the candidate"
"""Said to every provider; may be in no message."""


class _Closing(Protocol):
    async def aclose(self) -> None: ...


C = TypeVar("C", bound=_Closing)


@asynccontextmanager
async def opened(adapter: C) -> AsyncGenerator[C]:
    try:
        yield adapter
    finally:
        await adapter.aclose()


def endpoint(base_url: str, model: str = "a-model", path: str = "/v1") -> Endpoint:
    return Endpoint(api_key=KEY, model=model, base_url=base_url + path, timeout_s=10.0)


def openai_stt(base_url: str, model: str = "whisper-1") -> OpenAiSpeechToText:
    return OpenAiSpeechToText(endpoint(base_url, model))


def openai_tts(base_url: str, model: str = "gpt-4o-mini-tts") -> OpenAiTextToSpeech:
    return OpenAiTextToSpeech(endpoint(base_url, model), voice="alloy")


def openai_llm(base_url: str) -> OpenAiLanguageModel:
    return OpenAiLanguageModel(endpoint(base_url), prompt=load_prompt())


def anthropic_llm(base_url: str) -> AnthropicLanguageModel:
    return AnthropicLanguageModel(endpoint(base_url, path=""), prompt=load_prompt())


Ask = Callable[[str, float, list[object]], Awaitable[None]]
"""(base URL, timeout in seconds, where to put what was given)."""


async def _ask_stt(base_url: str, timeout_s: float, given: list[object]) -> None:
    async with opened(openai_stt(base_url)) as stt:
        heard = await stt.transcribe(
            bytes(3200), language="en-US", prompt=SECRET, timeout_s=timeout_s
        )
        given.append(heard.text)


async def _ask_tts(base_url: str, timeout_s: float, given: list[object]) -> None:
    async with opened(openai_tts(base_url)) as tts:
        async for chunk in tts.synthesize(SECRET, language="en", timeout_s=timeout_s):
            given.append(chunk)


async def _ask_chat(base_url: str, timeout_s: float, given: list[object]) -> None:
    async with opened(openai_llm(base_url)) as llm:
        async for event in llm.reply(a_request(SECRET), timeout_s=timeout_s):
            given.append(event)


async def _ask_messages(base_url: str, timeout_s: float, given: list[object]) -> None:
    async with opened(anthropic_llm(base_url)) as llm:
        async for event in llm.reply(a_request(SECRET), timeout_s=timeout_s):
            given.append(event)


@dataclass(frozen=True, slots=True)
class Adapter:
    endpoint: str
    category: ProviderCategory
    name: str
    ask: Ask

    def __str__(self) -> str:
        return self.endpoint


ADAPTERS = [
    Adapter("stt", "stt", "openai/whisper-1", _ask_stt),
    Adapter("tts", "tts", "openai/gpt-4o-mini-tts", _ask_tts),
    Adapter("chat", "llm", "openai/a-model", _ask_chat),
    Adapter("messages", "llm", "anthropic/a-model", _ask_messages),
]
STREAMING = ADAPTERS[1:]


def chosen(events: Sequence[ReplyEvent]) -> str:
    """The directive, which comes first and once."""
    first, *rest = events
    assert isinstance(first, DirectiveChosen)
    assert not any(isinstance(event, DirectiveChosen) for event in rest)
    return str(first.directive)


def text_of(events: Sequence[ReplyEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))
