"""Answers in a shape as OpenAI's and Anthropic's servers give them."""

from __future__ import annotations

import json
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from interview.config import Settings
from interview.errors import (
    ProviderError,
    ProviderOutputInvalid,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnavailable,
)
from interview.ports import StructuredAnswer, StructuredRequest
from interview.providers.anthropic_structured import AnthropicStructuredModel
from interview.providers.factory import build_scorers, build_structured_model
from interview.providers.fallback import FallbackStructuredModel
from interview.providers.openai_structured import OpenAiStructuredModel
from interview.providers.structured import strict_schema
from tests.contract.adapters import KEY, SECRET, endpoint, opened
from tests.fakes.behaviours import Cut, Hang, Say, Status
from tests.fakes.provider_server import FakeProviders

both = pytest.mark.parametrize("at", ["chat", "messages"])


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    """A field may be called as a keyword of JSON Schema is."""
    size: int = Field(ge=1, le=5)


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    parts: list[Part] = Field(min_length=1)
    note: str | None = None

    @field_validator("note")
    @classmethod
    def _short(cls, note: str | None) -> str | None:
        if note and len(note) > 20:
            raise ValueError("a note is short")
        return note


GOOD = json.dumps({"parts": [{"title": "one", "size": 2}], "note": None})
BAD = json.dumps({"parts": [{"title": SECRET, "size": 7}], "note": None})


def request(timeout_s: float = 5.0) -> StructuredRequest[Whole]:
    return StructuredRequest(
        task="test.parts",
        system="Take it apart.",
        content=f"<it>{SECRET}</it>",
        schema=Whole,
        temperature=0.2,
        max_tokens=500,
        timeout_s=timeout_s,
    )


def model(
    at: str, fake: FakeProviders
) -> AbstractAsyncContextManager[OpenAiStructuredModel | AnthropicStructuredModel]:
    if at == "chat":
        return opened(OpenAiStructuredModel(endpoint(fake.base_url)))
    return opened(AnthropicStructuredModel(endpoint(fake.base_url, path="")))


async def ask(at: str, fake: FakeProviders, timeout_s: float = 5.0) -> StructuredAnswer[Whole]:
    async with model(at, fake) as asked:
        return await asked.complete(request(timeout_s))


@both
async def test_an_answer_of_the_shape(fake: FakeProviders, at: str) -> None:
    fake.will(at, Say(GOOD))
    answer = await ask(at, fake)
    assert answer.value == Whole(parts=[Part(title="one", size=2)])
    assert answer.provider == f"{'openai' if at == 'chat' else 'anthropic'}/a-model"
    assert answer.input_tokens > 0
    assert answer.output_tokens > 0


@both
async def test_what_breaks_the_shape_is_asked_for_once_more(fake: FakeProviders, at: str) -> None:
    """With what was wrong with it, of which only the rules are told."""
    fake.will(at, Say(BAD), Say(GOOD))
    answer = await ask(at, fake)
    assert answer.value.parts[0].size == 2
    first, second = fake.asked(at)
    assert second.json["messages"][-1]["role"] == "user"
    told = second.json["messages"][-1]["content"]
    assert "parts.0.size" in told
    assert "less than or equal to 5" in told
    assert SECRET not in told
    assert len(second.json["messages"]) == len(first.json["messages"]) + 2
    assert answer.output_tokens == 2


@both
async def test_after_the_second_it_is_given_up(fake: FakeProviders, at: str) -> None:
    fake.will(at, Say(BAD), Say("{}"), Say(GOOD))
    with pytest.raises(ProviderOutputInvalid) as error:
        await ask(at, fake)
    assert SECRET not in str(error.value)
    assert len(fake.asked(at)) == 2


@both
async def test_words_around_the_answer_are_passed_over(fake: FakeProviders, at: str) -> None:
    fake.will(at, Say(f"Here you are:\n```json\n{GOOD}\n```", as_text=True))
    assert (await ask(at, fake)).value.parts[0].title == "one"


@both
async def test_an_answer_that_was_cut_off_is_none(fake: FakeProviders, at: str) -> None:
    reason = "length" if at == "chat" else "max_tokens"
    fake.will(at, Say(GOOD, finish_reason=reason))
    with pytest.raises(ProviderOutputInvalid, match="cut off"):
        await ask(at, fake)


@both
@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (Status(401), ProviderRejected),
        (Status(429, {"retry-after": "7"}), ProviderRateLimited),
        (Status(500), ProviderUnavailable),
        (Cut(0), ProviderUnavailable),
        (Hang(), ProviderTimeout),
    ],
    ids=str,
)
async def test_failures_are_told_as_what_they_are(
    fake: FakeProviders, at: str, behaviour: Any, error: type[ProviderError]
) -> None:
    fake.will(at, behaviour)
    with pytest.raises(error) as raised:
        await ask(at, fake, timeout_s=1.0)
    assert raised.value.category == "llm"
    assert SECRET not in str(raised.value)
    assert KEY not in str(raised.value)
    if error is ProviderRateLimited:
        assert raised.value.retry_after_s == 7
    assert len(fake.asked(at)) == 1


async def test_what_openai_is_asked(fake: FakeProviders) -> None:
    fake.will("chat", Say(GOOD))
    await ask("chat", fake)
    (asked,) = fake.asked("chat")
    assert asked.json["temperature"] == 0.2
    assert asked.json["max_completion_tokens"] == 500
    form = asked.json["response_format"]["json_schema"]
    assert (form["name"], form["strict"]) == ("test_parts", True)
    assert form["schema"] == strict_schema(Whole)
    assert [m["role"] for m in asked.json["messages"]] == ["system", "user"]


async def test_what_anthropic_is_asked(fake: FakeProviders) -> None:
    fake.will("messages", Say(GOOD))
    await ask("messages", fake)
    (asked,) = fake.asked("messages")
    assert asked.json["tool_choice"]["name"] == asked.json["tools"][0]["name"] == "test_parts"
    assert asked.json["tools"][0]["input_schema"] == strict_schema(Whole)
    assert asked.json["system"] == "Take it apart."


async def test_a_server_without_schemas_is_shown_it_in_words(fake: FakeProviders) -> None:
    fake.will("chat", Status(400), Say(GOOD), Say(GOOD))
    async with model("chat", fake) as asked:
        for _ in range(2):
            assert (await asked.complete(request())).value.parts
    first, second, third = fake.asked("chat")
    assert "response_format" in first.json
    for later in (second, third):
        assert "response_format" not in later.json
        assert (
            json.dumps(strict_schema(Whole), separators=(",", ":"))
            in (later.json["messages"][0]["content"])
        )


async def test_a_model_with_a_temperature_of_its_own_is_left_it(fake: FakeProviders) -> None:
    fake.will("chat", Status(400, param="temperature"), Say(GOOD))
    await ask("chat", fake)
    first, second = fake.asked("chat")
    assert "temperature" in first.json
    assert "temperature" not in second.json
    assert second.json["response_format"] == first.json["response_format"]


def test_the_schema_is_closed_and_complete() -> None:
    schema = strict_schema(Whole)
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["parts", "note"]
    part = schema["$defs"]["Part"]
    assert part["required"] == ["title", "size"]
    assert part["properties"] == {
        "title": {"type": "string", "description": part["properties"]["title"]["description"]}
        if "description" in part["properties"]["title"]
        else {"type": "string"},
        "size": {"type": "integer"},
    }


def two_providers(fake: FakeProviders) -> Settings:
    return Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue] an argument that pydantic-settings adds
        llm_providers=("anthropic", "openai"),
        llm_openai_base_url=f"{fake.base_url}/v1",
        llm_anthropic_base_url=fake.base_url,
        anthropic_api_key=SecretStr(KEY),
        evaluation_models=("openai/gpt-example",),
    )


async def test_one_of_them_alone_answers_or_nobody_does(fake: FakeProviders) -> None:
    built = build_scorers(two_providers(fake))
    assert list(built) == [
        *("anthropic/claude-sonnet-4-5", "openai/gpt-4o", "openai/gpt-example"),
    ]
    other = built["openai/gpt-example"]
    assert isinstance(other, FallbackStructuredModel)
    async with opened(other):
        fake.will("chat", Say(GOOD), Status(401))
        assert (await other.complete(request())).provider == "openai/gpt-example"
        with pytest.raises(ProviderRejected):
            await other.complete(request())
    assert {asked.json["model"] for asked in fake.requests} == {"gpt-example"}


async def test_the_next_provider_answers_when_the_first_fails(fake: FakeProviders) -> None:
    built = build_structured_model(two_providers(fake))
    assert built is not None
    fake.will("messages", Status(500))
    fake.will("chat", Say(GOOD))
    async with opened(built):
        answer = await built.complete(request())
        assert answer.provider == "openai/gpt-4o"
        assert built.name.startswith("anthropic/")


def test_without_a_language_model_there_is_none() -> None:
    settings = Settings(_env_file=None, llm_providers=("scripted",))  # pyright: ignore[reportCallIssue] as above
    assert build_structured_model(settings) is None
