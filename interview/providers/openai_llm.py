"""Replies by OpenAI's chat completions, or any server that has them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any, cast

import openai
from openai import AsyncStream, omit
from openai.types.chat import ChatCompletionMessageParam
from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming
from openai.types.shared_params import ResponseFormatJSONSchema

from interview.domain.directives import Brief, Directive
from interview.errors import ProviderError
from interview.ports import Line, ReplyEvent, ReplyRequest
from interview.providers.endpoint import Endpoint
from interview.providers.openai_client import OPENAI_BASE_URL, OpenAiConnection
from interview.providers.prompt import InterviewerPrompt, allowed_directives
from interview.providers.reply import read_reply, reply_schema
from interview.providers.sdk_failures import SdkFailures
from interview.providers.waiting import closing, each_within

__all__ = ["OpenAiLanguageModel"]

_CACHED_FROM_CHARS = 4_000
"""OpenAI caches prompts from 1,024 tokens on; priming a shorter one would only cost."""

_MAX_TOKENS = 2_000
"""Reasoning models count what they think too; what is spoken is bounded by the reader."""

_REFUSALS = frozenset({"content_filter"})


class OpenAiLanguageModel:
    def __init__(self, endpoint: Endpoint, *, prompt: InterviewerPrompt) -> None:
        self._connection = OpenAiConnection(endpoint)
        self._prompt = prompt
        self._failures = SdkFailures(self.name, "llm")
        self._schemas_known = True
        """False once a compatible server has shown that it refuses schemas."""

    @property
    def name(self) -> str:
        return f"openai/{self._connection.model}"

    async def warm(self, brief: Brief, conversation: Sequence[Line]) -> None:
        # Beside each other: priming is cancelled by a short answer, the connection stays open.
        await asyncio.gather(self._connection.warm(), self._prime(brief, conversation))

    async def _prime(self, brief: Brief, conversation: Sequence[Line]) -> None:
        beginning = "\n".join(self._prompt.beginning(brief, conversation))
        own_server = self._connection.base_url != OPENAI_BASE_URL
        if not own_server and len(self._prompt.text) + len(beginning) < _CACHED_FROM_CHARS:
            return
        # The same beginning, with the same schema, which counts as part of it.
        with contextlib.suppress(ProviderError), self._failures.translated():
            await self._connection.client.chat.completions.create(
                model=self._connection.model,
                messages=_messages(self._prompt.text, beginning),
                response_format=_format(brief.allowed) if self._schemas_known else omit,
                max_completion_tokens=1,
            )

    async def reply(self, request: ReplyRequest, *, timeout_s: float) -> AsyncGenerator[ReplyEvent]:
        with self._failures.translated():
            async with asyncio.timeout(timeout_s):
                stream = await self._open(request, timeout_s)
        events = read_reply(self._pieces(stream, timeout_s), request, self._failures)
        async with stream, closing(events):
            async for event in events:
                yield event

    async def _open(self, request: ReplyRequest, timeout_s: float) -> AsyncStream[object]:
        if self._schemas_known:
            try:
                return await self._ask(request, timeout_s, with_schema=True)
            except (openai.BadRequestError, openai.UnprocessableEntityError):
                if self._connection.base_url == OPENAI_BASE_URL:
                    raise
        stream = await self._ask(request, timeout_s, with_schema=False)
        self._schemas_known = False
        return stream

    async def _ask(
        self, request: ReplyRequest, timeout_s: float, *, with_schema: bool
    ) -> AsyncStream[object]:
        rendered = self._prompt.render(request)
        body: CompletionCreateParamsStreaming = {
            "model": self._connection.model,
            "messages": _messages(rendered.system, rendered.user),
            "max_completion_tokens": _MAX_TOKENS,
            "stream": True,
        }
        if with_schema:
            body["response_format"] = _format(allowed_directives(request))
        # Not `chat.completions.create`, which makes a model of every chunk: 5 ms of CPU a reply.
        return await self._connection.client.post(
            "/chat/completions",
            body=body,
            cast_to=object,
            options={"timeout": timeout_s},
            stream=True,
            stream_cls=AsyncStream[object],
        )

    async def _pieces(self, stream: AsyncStream[object], timeout_s: float) -> AsyncIterator[str]:
        if stream.response.headers.get("content-type", "").startswith("application/json"):
            yield await self._whole(stream, timeout_s)
            return
        async with closing(each_within(aiter(stream), timeout_s, self._failures)) as chunks:
            async for chunk in chunks:
                for choice in cast(Any, chunk).get("choices") or ():
                    delta: dict[str, Any] = choice.get("delta") or {}
                    if delta.get("refusal") or choice.get("finish_reason") in _REFUSALS:
                        raise self._failures.output_invalid("a refusal")
                    if isinstance(content := delta.get("content"), str):
                        yield content

    async def _whole(self, stream: AsyncStream[object], timeout_s: float) -> str:
        """The answer of a server that does not stream."""
        with self._failures.translated():
            async with asyncio.timeout(timeout_s):
                await stream.response.aread()
            return str(stream.response.json()["choices"][0]["message"]["content"])

    async def aclose(self) -> None:
        await self._connection.aclose()


def _messages(system: str, user: str) -> list[ChatCompletionMessageParam]:
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


def _format(directives: tuple[Directive, ...]) -> ResponseFormatJSONSchema:
    return {
        "type": "json_schema",
        "json_schema": {"name": "reply", "strict": True, "schema": reply_schema(directives)},
    }
