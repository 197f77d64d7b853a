"""The next provider when one fails. A list of one behaves as its only member."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel

from interview.domain.directives import Brief, Directive
from interview.domain.sentences import SentenceSplitter
from interview.errors import ProviderError
from interview.ports import (
    DirectiveChosen,
    LanguageModel,
    Line,
    ReplyEvent,
    ReplyRequest,
    Sound,
    SpeechToText,
    StructuredAnswer,
    StructuredModel,
    StructuredRequest,
    TextDelta,
    TextToSpeech,
    Transcription,
)
from interview.providers.breaker import Breaker
from interview.providers.waiting import closing
from interview.telemetry import tracing
from interview.telemetry.metrics import (
    PROVIDER_CALLS,
    PROVIDER_FALLBACKS,
    PROVIDER_FIRST_S,
    code_label,
)

__all__ = [
    "FallbackLanguageModel",
    "FallbackSpeechToText",
    "FallbackStructuredModel",
    "FallbackTextToSpeech",
    "OnFallback",
]

ProviderKind = Literal["stt", "tts", "llm", "structured"]

OnFallback = Callable[[str, str, ProviderError], None]
"""(provider that failed, provider asked next, error)."""


class _Named(Protocol):
    @property
    def name(self) -> str: ...


P = TypeVar("P", bound=_Named)
T = TypeVar("T", bound=BaseModel)


def _ignore(_failed: str, _next: str, _error: ProviderError) -> None:
    return


@dataclass(slots=True)
class _Ranked(Generic[P]):
    """Providers in order of preference. Many calls go on at once: who made what is known to each
    call alone, and never kept here."""

    kind: ProviderKind
    providers: Sequence[P]
    on_fallback: OnFallback
    new_breaker: Callable[[], Breaker]
    _breakers: list[Breaker] = field(init=False)

    def __post_init__(self) -> None:
        assert self.providers, "a fallback list holds at least one provider"
        self._breakers = [self.new_breaker() for _ in self.providers]

    @property
    def first(self) -> P:
        """Who is asked first now."""
        return self.providers[self._ranks()[0]]

    def attempts(self) -> Iterator[_Attempt[P]]:
        """The providers to ask, in order, until one succeeds. Those that keep failing come
        last: they are asked only when nobody else answers."""
        ranks = self._ranks()
        for position, rank in enumerate(ranks):
            following = ranks[position + 1] if position + 1 < len(ranks) else None
            attempt = _Attempt(self.kind, self.providers[rank])
            try:
                yield attempt
            finally:
                attempt.span.end()
            attempt.count()
            if attempt.error is None:
                self._breakers[rank].succeeded()
                return
            self._breakers[rank].failed(attempt.error)
            if following is None:
                raise attempt.error
            following_name = self.providers[following].name
            PROVIDER_FALLBACKS.labels(self.kind, attempt.provider.name, following_name).inc()
            self.on_fallback(attempt.provider.name, following_name, attempt.error)

    def _ranks(self) -> list[int]:
        return sorted(range(len(self.providers)), key=lambda rank: self._breakers[rank].is_open)

    async def aclose(self) -> None:
        for provider in self.providers:
            close: Any = getattr(provider, "aclose", None)
            if close is not None:
                await close()


@dataclass(slots=True)
class _Attempt(Generic[P]):
    """One call of one provider."""

    kind: ProviderKind
    provider: P
    error: ProviderError | None = None
    span: tracing.Span = field(init=False)
    _began: float = field(init=False, default_factory=time.monotonic)
    _first_after_s: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.span = tracing.provider_span(self.kind, self.provider.name)

    def failed(self, error: ProviderError) -> None:
        self.error = error
        self.span.failed(error.code)

    def answered(self) -> None:
        """The first part of the answer is here, or a further one."""
        if self._first_after_s is None:
            self._first_after_s = time.monotonic() - self._began
            self.span.event("first_part")

    def count(self) -> None:
        """It is over. A call that nobody waits for any more is not counted."""
        outcome = "ok" if self.error is None else code_label(self.error.code)
        PROVIDER_CALLS.labels(self.kind, self.provider.name, outcome).inc()
        if self._first_after_s is not None:
            PROVIDER_FIRST_S.labels(self.kind, self.provider.name).observe(self._first_after_s)


class FallbackSpeechToText:
    """`name` is that of the provider that is asked first now: what is made says who made it."""

    def __init__(
        self,
        providers: Sequence[SpeechToText],
        *,
        on_fallback: OnFallback = _ignore,
        new_breaker: Callable[[], Breaker] = Breaker,
    ) -> None:
        self._ranked = _Ranked("stt", providers, on_fallback, new_breaker)

    @property
    def name(self) -> str:
        return self._ranked.first.name

    async def warm(self) -> None:
        await asyncio.gather(*(provider.warm() for provider in self._ranked.providers))

    async def transcribe(
        self, pcm16: bytes, *, language: str, prompt: str = "", timeout_s: float
    ) -> Transcription:
        heard = Transcription("")
        for attempt in self._ranked.attempts():
            try:
                made = await attempt.provider.transcribe(
                    pcm16, language=language, prompt=prompt, timeout_s=timeout_s
                )
                attempt.answered()
                heard = replace(made, provider=attempt.provider.name)
            except ProviderError as error:
                attempt.failed(error)
        return heard

    async def aclose(self) -> None:
        await self._ranked.aclose()


class FallbackTextToSpeech:
    """Goes on with the next provider only before the first sound: another voice in the middle
    of a sentence is for the caller to decide. `name` and `voice` are those of the provider that
    is asked first now. Sound says whose it is, so that a stand-in's is not kept as another's."""

    def __init__(
        self,
        providers: Sequence[TextToSpeech],
        *,
        on_fallback: OnFallback = _ignore,
        new_breaker: Callable[[], Breaker] = Breaker,
    ) -> None:
        self._ranked = _Ranked("tts", providers, on_fallback, new_breaker)

    @property
    def name(self) -> str:
        return self._ranked.first.name

    @property
    def voice(self) -> str:
        return self._ranked.first.voice

    async def warm(self) -> None:
        await asyncio.gather(*(provider.warm() for provider in self._ranked.providers))

    async def synthesize(
        self, text: str, *, language: str, timeout_s: float
    ) -> AsyncGenerator[bytes]:
        for attempt in self._ranked.attempts():
            sounding = False
            chunks = attempt.provider.synthesize(text, language=language, timeout_s=timeout_s)
            try:
                async with closing(chunks):
                    async for chunk in chunks:
                        sounding = True
                        attempt.answered()
                        yield Sound.of(chunk, attempt.provider.name, attempt.provider.voice)
            except ProviderError as error:
                if sounding:
                    raise
                attempt.failed(error)

    async def aclose(self) -> None:
        await self._ranked.aclose()


class FallbackLanguageModel:
    """When a provider fails in the middle of a reply the next one goes on after the last whole
    sentence, under the directive already chosen. Text is therefore passed on by sentences."""

    def __init__(
        self,
        providers: Sequence[LanguageModel],
        *,
        on_fallback: OnFallback = _ignore,
        new_breaker: Callable[[], Breaker] = Breaker,
    ) -> None:
        self._ranked = _Ranked("llm", providers, on_fallback, new_breaker)

    @property
    def name(self) -> str:
        return self._ranked.first.name

    async def warm(self, brief: Brief, conversation: Sequence[Line]) -> None:
        # Only the one that will be asked: priming prompt caches costs.
        await self._ranked.providers[0].warm(brief, conversation)

    async def reply(self, request: ReplyRequest, *, timeout_s: float) -> AsyncGenerator[ReplyEvent]:
        said = list(request.already_said)
        directive = request.directive
        announced = False
        for attempt in self._ranked.attempts():
            goes_on = replace(request, already_said=tuple(said), directive=directive)
            events = _by_sentence(
                attempt.provider.reply(goes_on, timeout_s=timeout_s),
                attempt.provider.name,
                first_clause=not said,
            )
            try:
                async with closing(events):
                    async for event in events:
                        attempt.answered()
                        if isinstance(event, TextDelta):
                            said.append(event.text.strip())
                        elif announced:
                            continue
                        else:
                            directive, announced = event.directive, True
                        yield event
            except ProviderError as error:
                attempt.failed(error)
                if _asks(directive, said[len(request.already_said) :]):
                    return  # the probe is out: nothing that matters is missing

    async def aclose(self) -> None:
        await self._ranked.aclose()


def _asks(directive: Directive | None, said: Sequence[str]) -> bool:
    return directive is Directive.FOLLOW_UP and any(line.endswith("?") for line in said)


async def _by_sentence(
    events: AsyncIterator[ReplyEvent], provider: str, *, first_clause: bool
) -> AsyncGenerator[ReplyEvent]:
    splitter = SentenceSplitter(first_clause=first_clause)
    async with closing(events):
        async for event in events:
            if isinstance(event, DirectiveChosen):
                yield replace(event, provider=provider)
            else:
                for sentence in splitter.feed(event.text):
                    yield TextDelta(sentence + " ", provider)
    for sentence in splitter.finish():
        yield TextDelta(sentence + " ", provider)


class FallbackStructuredModel:
    """`name` is that of the provider that is asked first now: what is made says who made it."""

    def __init__(
        self,
        providers: Sequence[StructuredModel],
        *,
        on_fallback: OnFallback = _ignore,
        new_breaker: Callable[[], Breaker] = Breaker,
    ) -> None:
        self._ranked = _Ranked("structured", providers, on_fallback, new_breaker)

    @property
    def name(self) -> str:
        return self._ranked.first.name

    async def complete(self, request: StructuredRequest[T]) -> StructuredAnswer[T]:
        answer: StructuredAnswer[T] | None = None
        for attempt in self._ranked.attempts():
            try:
                answer = await attempt.provider.complete(request)
                attempt.answered()
            except ProviderError as error:
                attempt.failed(error)
        assert answer is not None, "the last attempt answers or raises"
        return answer

    async def aclose(self) -> None:
        await self._ranked.aclose()
