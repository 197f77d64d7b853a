"""Answers in a shape by Anthropic's messages, as the input of a tool that must be called."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from anthropic import AsyncAnthropic
from anthropic.types import MessageParam

from interview.ports import StructuredRequest
from interview.providers.anthropic_llm import ANTHROPIC_BASE_URL
from interview.providers.endpoint import Endpoint
from interview.providers.http import new_http_client
from interview.providers.sdk_failures import SdkFailures
from interview.providers.structured import Said, StructuredAdapter, strict_schema

__all__ = ["AnthropicStructuredModel"]


class AnthropicStructuredModel(StructuredAdapter):
    """Without a temperature, which the newer models refuse and the SDK does not have any more."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._model = endpoint.model
        self.failures = SdkFailures(self.name, "llm")
        self._http = new_http_client(endpoint.timeout_s)
        self._client = AsyncAnthropic(
            api_key=endpoint.api_key,
            base_url=endpoint.base_url or ANTHROPIC_BASE_URL,
            max_retries=0,
            timeout=endpoint.timeout_s,
            http_client=self._http,
        )

    @property
    def name(self) -> str:
        return f"anthropic/{self._model}"

    async def say(self, request: StructuredRequest[Any], repair: tuple[str, str] | None) -> Said:
        messages: list[MessageParam] = [{"role": "user", "content": request.content}]
        if repair is not None:
            wrong = f"That answer breaks its rules:\n{repair[1]}"
            messages.append({"role": "assistant", "content": repair[0] or "{}"})
            messages.append({"role": "user", "content": wrong})
        tool = request.task.replace(".", "_")
        with self.failures.translated():
            async with asyncio.timeout(request.timeout_s):
                message = await self._client.messages.create(
                    model=self._model,
                    max_tokens=request.max_tokens,
                    system=request.system,
                    messages=messages,
                    tools=[
                        {
                            "name": tool,
                            "description": "Hand in the answer.",
                            "input_schema": strict_schema(request.schema),
                        }
                    ],
                    tool_choice={
                        "type": "tool",
                        "name": tool,
                        "disable_parallel_tool_use": True,
                    },
                    timeout=request.timeout_s,
                )
            if message.stop_reason == "refusal":
                raise self.failures.output_invalid("a refusal")
            if message.stop_reason == "max_tokens":
                raise self.failures.output_invalid("an answer that was cut off")
            text = ""
            for block in message.content:
                if block.type == "tool_use":
                    text = json.dumps(block.input)
                    break
                if block.type == "text":
                    # A compatible server that does not know tools has answered in words.
                    text += block.text
            usage = message.usage
            return Said(text, usage.input_tokens, usage.output_tokens)

    async def aclose(self) -> None:
        await self._http.aclose()
