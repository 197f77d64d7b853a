"""Replies of language models as OpenAI's and Anthropic's servers stream them."""

from __future__ import annotations

import json
from contextlib import AbstractAsyncContextManager

import pytest

from interview.domain.directives import Directive
from interview.errors import ProviderOutputInvalid, ProviderRejected
from interview.ports import (
    DirectiveChosen,
    LanguageModel,
    Line,
    ReplyEvent,
    ReplyRequest,
    TextDelta,
)
from interview.providers.waiting import closing
from tests.contract.adapters import KEY, anthropic_llm, chosen, openai_llm, opened, text_of
from tests.fakes.behaviours import Body, Hang, Say, Status
from tests.fakes.briefs import a_brief, a_request
from tests.fakes.provider_server import FakeProviders

both = pytest.mark.parametrize("endpoint", ["chat", "messages"])


def model(endpoint: str, fake: FakeProviders) -> AbstractAsyncContextManager[LanguageModel]:
    make = openai_llm if endpoint == "chat" else anthropic_llm
    return opened(make(fake.base_url))


async def reply(
    endpoint: str, fake: FakeProviders, request: ReplyRequest | None = None
) -> list[ReplyEvent]:
    async with model(endpoint, fake) as llm:
        return [event async for event in llm.reply(request or a_request(), timeout_s=5.0)]


@both
@pytest.mark.parametrize("piece", [1, 2, 7, 10_000])
async def test_a_reply_however_it_is_cut(fake: FakeProviders, endpoint: str, piece: int) -> None:
    text = 'She said "so", then:\n\t– naïve 😀 \\ done.'
    for escaped in (True, False):
        output = json.dumps({"directive": "follow_up", "reply": text}, ensure_ascii=escaped)
        fake.will(endpoint, Say(output, piece))
        events = await reply(endpoint, fake)
        assert chosen(events) == "follow_up"
        assert text_of(events) == text


@both
async def test_words_come_as_soon_as_they_are_written(fake: FakeProviders, endpoint: str) -> None:
    fake.will(endpoint, Hang(after=14))
    fake.reply = lambda _: ("next_question", "Thanks, " * 40)
    async with (
        model(endpoint, fake) as llm,
        closing(llm.reply(a_request(), timeout_s=5.0)) as events,
    ):
        assert await anext(events) == DirectiveChosen(Directive.NEXT_QUESTION)
        assert isinstance(await anext(events), TextDelta)


async def test_an_openai_request(fake: FakeProviders) -> None:
    brief = a_brief(Directive.ADVANCE_PHASE, Directive.REPROMPT, onward=Directive.ADVANCE_PHASE)
    await reply("chat", fake, a_request(brief=brief))
    (request,) = fake.asked("chat")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    form = request.json["response_format"]["json_schema"]
    assert form["strict"] is True
    assert list(form["schema"]["properties"]) == ["directive", "reply"]
    assert form["schema"]["properties"]["directive"]["enum"] == ["advance_phase", "reprompt"]
    assert [message["role"] for message in request.json["messages"]] == ["system", "user"]
    assert request.json["stream"] is True


async def test_an_anthropic_request(fake: FakeProviders) -> None:
    await reply("messages", fake)
    (request,) = fake.asked("messages")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    (tool,) = request.json["tools"]
    assert request.json["tool_choice"]["name"] == tool["name"]
    assert tool["eager_input_streaming"] is True
    assert list(tool["input_schema"]["properties"]) == ["directive", "reply"]
    assert "<allowed>next_question, follow_up, reprompt, return</allowed>" in json.dumps(
        request.json["messages"]
    )


async def test_anthropic_caches_what_warm_has_sent(fake: FakeProviders) -> None:
    before = (Line("interviewer", "Welcome."), Line("candidate", "Hello."))
    request = a_request(before=before)
    async with opened(anthropic_llm(fake.base_url)) as llm:
        await llm.warm(request.brief, request.conversation[:-1])
        _ = [event async for event in llm.reply(request, timeout_s=5.0)]
    warmed, asked = (r.json for r in fake.asked("messages"))
    assert warmed["max_tokens"] == 1
    for part in ("system", "tools", "tool_choice", "model"):
        assert warmed[part] == asked[part]
    assert asked["system"][0]["cache_control"] == {"type": "ephemeral"}
    primed = warmed["messages"][0]["content"]
    sent = asked["messages"][0]["content"]
    assert sent[: len(primed)] == primed
    assert "cache_control" in primed[-1]
    assert not any("cache_control" in block for block in sent[len(primed) :])


async def test_openai_is_warmed_with_the_same_beginning_and_schema(fake: FakeProviders) -> None:
    request = a_request()
    async with opened(openai_llm(fake.base_url)) as llm:
        await llm.warm(request.brief, request.conversation[:-1])
        _ = [event async for event in llm.reply(request, timeout_s=5.0)]
    warmed, asked = (r.json for r in fake.asked("chat"))
    assert warmed["max_completion_tokens"] == 1
    assert warmed["response_format"] == asked["response_format"]
    assert warmed["messages"][0] == asked["messages"][0]
    assert asked["messages"][1]["content"].startswith(warmed["messages"][1]["content"])


@both
async def test_warming_never_raises(fake: FakeProviders, endpoint: str) -> None:
    fake.will(endpoint, Status(500), Body(b"garbage"))
    async with model(endpoint, fake) as llm:
        await llm.warm(a_brief(), ())
        await llm.warm(a_brief(), ())
    make = openai_llm if endpoint == "chat" else anthropic_llm
    async with opened(make("http://127.0.0.1:9")) as nowhere:
        await nowhere.warm(a_brief(), ())


@both
async def test_fields_in_the_other_order(fake: FakeProviders, endpoint: str) -> None:
    fake.will(endpoint, Say('{"reply": "You moved it, thanks.", "directive": "next_question"}'))
    events = await reply(endpoint, fake)
    assert (chosen(events), text_of(events)) == ("next_question", "You moved it, thanks.")


@both
@pytest.mark.parametrize(
    ("output", "directive", "text"),
    [
        ("Thanks, noted.", "next_question", "Thanks, noted."),
        ("Thanks. What did you do yourself?", "follow_up", "Thanks. What did you do yourself?"),
        (
            '```json\n{"directive": "reprompt", "reply": "Once more."}\n```',
            "reprompt",
            "Once more.",
        ),
        ('Sure: {"directive": "follow_up", "reply": "Why?"}', "follow_up", "Why?"),
        ('{"reply": "Thanks, noted."}', "next_question", "Thanks, noted."),
        ('{"directive": "Next-Question", "reply": "Thanks."}', "next_question", "Thanks."),
    ],
)
async def test_output_of_servers_without_schemas_is_repaired(
    fake: FakeProviders, endpoint: str, output: str, directive: str, text: str
) -> None:
    fake.will(endpoint, Say(output, as_text=True))
    events = await reply(endpoint, fake)
    assert (chosen(events), text_of(events)) == (directive, text)


@both
@pytest.mark.parametrize(
    "output",
    [
        '{"directive": "close", "reply": "Bye."}',
        '{"directive": "dance", "reply": "Bye."}',
        '{"directive": "follow_up", "reply": ""}',
        '{"directive": "follow_up"}',
        '{"reply": "cut in the mid',
        "{{{{",
        "",
        "   ",
        "x" * 20_000,
    ],
)
async def test_what_cannot_be_used(fake: FakeProviders, endpoint: str, output: str) -> None:
    fake.will(endpoint, Say(output, 500))
    with pytest.raises(ProviderOutputInvalid):
        await reply(endpoint, fake)


@both
async def test_a_reply_that_breaks_off_is_told_after_its_words(
    fake: FakeProviders, endpoint: str
) -> None:
    fake.will(endpoint, Say('{"directive": "follow_up", "reply": "And what', 10))
    events: list[ReplyEvent] = []

    async def listen() -> None:
        async with model(endpoint, fake) as llm:
            async for event in llm.reply(a_request(), timeout_s=5.0):
                events.append(event)

    with pytest.raises(ProviderOutputInvalid, match="breaks off"):
        await listen()
    assert text_of(events) == "And what"


@pytest.mark.parametrize(
    ("endpoint", "reason"), [("chat", "content_filter"), ("messages", "refusal")]
)
async def test_a_refusal_of_the_model(fake: FakeProviders, endpoint: str, reason: str) -> None:
    fake.will(endpoint, Say("", finish_reason=reason))
    with pytest.raises(ProviderOutputInvalid, match="refusal"):
        await reply(endpoint, fake)


@both
async def test_a_retry_goes_on_after_what_was_said(fake: FakeProviders, endpoint: str) -> None:
    request = a_request(already_said=("You moved it yourself.",), directive=Directive.FOLLOW_UP)
    output = {"directive": "follow_up", "reply": "You moved it yourself. How long did it take?"}
    fake.will(endpoint, Say(json.dumps(output)))
    events = await reply(endpoint, fake, request)
    assert (chosen(events), text_of(events)) == ("follow_up", "How long did it take?")
    asked = json.dumps(fake.asked(endpoint)[0].json)
    assert "<already_said>You moved it yourself.</already_said>" in asked
    assert "<allowed>follow_up</allowed>" in asked


@both
async def test_a_retry_may_have_nothing_to_add(fake: FakeProviders, endpoint: str) -> None:
    request = a_request(already_said=("Thanks.",), directive=Directive.NEXT_QUESTION)
    fake.will(endpoint, Say('{"directive": "next_question", "reply": ""}'))
    events = await reply(endpoint, fake, request)
    assert (chosen(events), text_of(events)) == ("next_question", "")


async def test_a_server_that_refuses_schemas_is_asked_without(fake: FakeProviders) -> None:
    fake.will("chat", Status(400))
    async with opened(openai_llm(fake.base_url)) as llm:
        for _ in range(2):
            events = [event async for event in llm.reply(a_request(), timeout_s=5.0)]
            assert chosen(events) == "next_question"
    refused, first, second = fake.asked("chat")
    assert "response_format" in refused.json
    assert "response_format" not in first.json
    assert "response_format" not in second.json


async def test_a_request_refused_in_any_form(fake: FakeProviders) -> None:
    fake.will("chat", Status(400), Status(400))
    with pytest.raises(ProviderRejected):
        await reply("chat", fake)


async def test_a_server_that_does_not_stream(fake: FakeProviders) -> None:
    message = {"content": '{"directive": "next_question", "reply": "Thanks."}'}
    fake.will("chat", Body(json.dumps({"choices": [{"message": message}]}).encode()))
    events = await reply("chat", fake)
    assert (chosen(events), text_of(events)) == ("next_question", "Thanks.")
