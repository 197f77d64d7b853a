"""Answers in a shape by OpenAI's chat completions, or any server that has them."""

from __future__ import annotations

import asyncio
from typing import Any

import openai
from openai import omit
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam

from interview.ports import StructuredRequest
from interview.providers.endpoint import Endpoint
from interview.providers.openai_client import OPENAI_BASE_URL, OpenAiConnection
from interview.providers.sdk_failures import SdkFailures
from interview.providers.structured import Said, StructuredAdapter, in_words, strict_schema

__all__ = ["OpenAiStructuredModel"]


class OpenAiStructuredModel(StructuredAdapter):
    def __init__(self, endpoint: Endpoint) -> None:
        self._connection = OpenAiConnection(endpoint)
        self.failures = SdkFailures(self.name, "llm")
        self._schemas_known = True
        """False once a compatible server has shown that it refuses schemas."""
        self._temperature_known = True
        """False once a model has shown that it has a temperature of its own."""

    @property
    def name(self) -> str:
        return f"openai/{self._connection.model}"

    async def say(self, request: StructuredRequest[Any], repair: tuple[str, str] | None) -> Said:
        with self.failures.translated():
            async with asyncio.timeout(request.timeout_s):
                completion = await self._completed(request, repair)
            choice = completion.choices[0]
            if choice.message.refusal or choice.finish_reason == "content_filter":
                raise self.failures.output_invalid("a refusal")
            if choice.finish_reason == "length":
                raise self.failures.output_invalid("an answer that was cut off")
            usage = completion.usage
            return Said(
                choice.message.content or "",
                usage.prompt_tokens if usage else 0,
                usage.completion_tokens if usage else 0,
            )

    async def _completed(
        self, request: StructuredRequest[Any], repair: tuple[str, str] | None
    ) -> ChatCompletion:
        try:
            return await self._asked(request, repair)
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            if error.param == "temperature" and self._temperature_known:
                self._temperature_known = False
            elif self._schemas_known and self._connection.base_url != OPENAI_BASE_URL:
                self._schemas_known = False
            else:
                raise
        return await self._completed(request, repair)

    async def _asked(
        self, request: StructuredRequest[Any], repair: tuple[str, str] | None
    ) -> ChatCompletion:
        system = request.system
        if not self._schemas_known:
            system += in_words(request.schema)
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": system},
            {"role": "user", "content": request.content},
        ]
        if repair is not None:
            wrong = f"That answer breaks its rules:\n{repair[1]}"
            messages.append({"role": "assistant", "content": repair[0]})
            messages.append({"role": "user", "content": wrong})
        return await self._connection.client.chat.completions.create(
            model=self._connection.model,
            messages=messages,
            temperature=request.temperature if self._temperature_known else omit,
            max_completion_tokens=request.max_tokens,
            response_format={
                "type": "json_schema",
                "json_schema": {
                    "name": request.task.replace(".", "_"),
                    "strict": True,
                    "schema": strict_schema(request.schema),
                },
            }
            if self._schemas_known
            else omit,
            timeout=request.timeout_s,
        )

    async def aclose(self) -> None:
        await self._connection.aclose()
