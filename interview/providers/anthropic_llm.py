"""Replies by Anthropic's messages, as the input of a tool that must be called."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any, cast

from anthropic import AsyncAnthropic, AsyncStream
from anthropic.types import (
    CacheControlEphemeralParam,
    TextBlockParam,
    ToolChoiceToolParam,
    ToolParam,
)
from anthropic.types.message_create_params import MessageCreateParamsStreaming

from interview.domain.directives import Brief, Directive
from interview.errors import ProviderError
from interview.ports import Line, ReplyEvent, ReplyRequest
from interview.providers.endpoint import Endpoint
from interview.providers.http import new_http_client, open_connection
from interview.providers.prompt import InterviewerPrompt
from interview.providers.reply import read_reply, reply_schema
from interview.providers.sdk_failures import SdkFailures
from interview.providers.waiting import closing, each_within

__all__ = ["ANTHROPIC_BASE_URL", "AnthropicLanguageModel"]

ANTHROPIC_BASE_URL = "https://api.anthropic.com"

_MAX_TOKENS = 400
"""A reply is under 40 words; the rest is for the JSON around it and long-winded models."""

_CACHED: CacheControlEphemeralParam = {"type": "ephemeral"}

_TOOL: ToolParam = {
    "name": "reply",
    "description": "Reply to the candidate: the directive first, then the words to be spoken.",
    # All directives, and the brief says which are allowed: another tool would be another
    # beginning of the prompt, and nothing of it in the cache.
    "input_schema": reply_schema(tuple(Directive)),
    # Without it a whole value is held back until it is complete, and here that is the reply.
    "eager_input_streaming": True,
}
_CALL_IT: ToolChoiceToolParam = {
    "type": "tool",
    "name": "reply",
    "disable_parallel_tool_use": True,
}


class AnthropicLanguageModel:
    def __init__(self, endpoint: Endpoint, *, prompt: InterviewerPrompt) -> None:
        self._model = endpoint.model
        self._prompt = prompt
        self._failures = SdkFailures(self.name, "llm")
        self._base_url = endpoint.base_url or ANTHROPIC_BASE_URL
        self._http = new_http_client(endpoint.timeout_s)
        self._client = AsyncAnthropic(
            api_key=endpoint.api_key,
            base_url=self._base_url,
            max_retries=0,
            timeout=endpoint.timeout_s,
            http_client=self._http,
        )

    @property
    def name(self) -> str:
        return f"anthropic/{self._model}"

    async def warm(self, brief: Brief, conversation: Sequence[Line]) -> None:
        # Beside each other: priming is cancelled by a short answer, the connection stays open.
        await asyncio.gather(
            open_connection(self._http, self._base_url), self._prime(brief, conversation)
        )

    async def _prime(self, brief: Brief, conversation: Sequence[Line]) -> None:
        blocks = _blocks(self._prompt.beginning(brief, conversation))
        blocks[-1]["cache_control"] = _CACHED
        with contextlib.suppress(ProviderError), self._failures.translated():
            await self._client.messages.create(
                model=self._model,
                max_tokens=1,
                system=[{"type": "text", "text": self._prompt.text, "cache_control": _CACHED}],
                messages=[{"role": "user", "content": blocks}],
                tools=[_TOOL],
                tool_choice=_CALL_IT,
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
        rendered = self._prompt.render(request)
        blocks = _blocks(rendered.blocks)
        if len(blocks) > 1:
            # Up to here `warm` has primed the cache; the last line is the answer.
            blocks[-2]["cache_control"] = _CACHED
        blocks.append({"type": "text", "text": rendered.brief})
        body: MessageCreateParamsStreaming = {
            "model": self._model,
            "max_tokens": _MAX_TOKENS,
            "system": [{"type": "text", "text": rendered.system, "cache_control": _CACHED}],
            "messages": [{"role": "user", "content": blocks}],
            "tools": [_TOOL],
            "tool_choice": _CALL_IT,
            "stream": True,
        }
        # Not `messages.create`, which makes a model of every event: 2 ms of CPU a reply.
        return await self._client.post(
            "/v1/messages",
            body=body,
            cast_to=object,
            options={"timeout": timeout_s},
            stream=True,
            stream_cls=AsyncStream[object],
        )

    async def _pieces(self, stream: AsyncStream[object], timeout_s: float) -> AsyncIterator[str]:
        text: list[str] = []
        called = False
        async with closing(each_within(aiter(stream), timeout_s, self._failures)) as events:
            async for event in events:
                delta: dict[str, Any] = cast(Any, event).get("delta") or {}
                match delta.get("type"):
                    case "input_json_delta":
                        called = True
                        yield delta["partial_json"]
                    case "text_delta":
                        text.append(delta["text"])
                    case _ if delta.get("stop_reason") == "refusal":
                        raise self._failures.output_invalid("a refusal")
                    case _:
                        pass
        if not called:
            # A compatible server that does not know tools has answered in words.
            yield "".join(text)

    async def aclose(self) -> None:
        await self._http.aclose()


def _blocks(texts: Sequence[str]) -> list[TextBlockParam]:
    """A block for each line: caches work on blocks, and the conversation grows by some a turn."""
    return [{"type": "text", "text": text} for text in texts]
