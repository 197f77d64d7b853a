"""The worker, with a language model that fails twice in each turn and quotes the candidate: once
by a mistake of ours, and once as a provider may."""

from __future__ import annotations

import dataclasses
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import uvloop

from interview.config import load_settings
from interview.domain.directives import Brief
from interview.errors import ConfigError, ProviderUnavailable
from interview.ports import LanguageModel, Line, ReplyEvent, ReplyRequest
from worker import serve
from workers.providers import build_providers

QUOTED = "cannot reply to"


class Leaky:
    def __init__(self, inner: LanguageModel) -> None:
        self._inner = inner
        self._asked = Counter[int]()

    @property
    def name(self) -> str:
        return self._inner.name

    async def warm(self, brief: Brief, conversation: Sequence[Line]) -> None:
        await self._inner.warm(brief, conversation)

    def reply(self, request: ReplyRequest, *, timeout_s: float) -> AsyncIterator[ReplyEvent]:
        turn = len(request.conversation)
        self._asked[turn] += 1
        said = f"{QUOTED} {request.conversation[-1].text}"
        match self._asked[turn]:
            case 1:
                raise ValueError(said)
            case 2:
                raise ProviderUnavailable(
                    "provider.unavailable", said, provider="leaky", category="llm"
                )
            case _:
                return self._inner.reply(request, timeout_s=timeout_s)


if __name__ == "__main__":
    try:
        settings = load_settings()
        providers = build_providers(settings)
        leaky = dataclasses.replace(providers, llm=Leaky(providers.llm))
        uvloop.run(serve(settings, leaky))
    except ConfigError as error:
        sys.exit(str(error))
