"""The next provider when one fails."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import pytest

from interview.domain.directives import Directive
from interview.errors import (
    ProviderError,
    ProviderRateLimited,
    ProviderRejected,
    ProviderUnavailable,
)
from interview.ports import CodeSeen, DirectiveChosen, ReplyEvent, Sound, TextDelta, Transcription
from interview.providers.breaker import Breaker
from interview.providers.fallback import (
    FallbackLanguageModel,
    FallbackSpeechToText,
    FallbackTextToSpeech,
)
from tests.fakes.briefs import a_brief, a_request
from tests.fakes.stubs import StubLanguageModel, StubSpeechToText, StubTextToSpeech

FOLLOW_UP = DirectiveChosen(Directive.FOLLOW_UP)


def down(wait_s: float | None = None) -> ProviderError:
    return ProviderUnavailable(
        "provider.unavailable", "down", provider="p", category="stt", retry_after_s=wait_s
    )


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def hear(stt: FallbackSpeechToText) -> str:
    return (await stt.transcribe(bytes(2), language="en", timeout_s=1.0)).text


async def test_the_next_one_is_asked_and_the_switch_is_told() -> None:
    told: list[tuple[str, str, str]] = []
    first = StubSpeechToText(deque([down()]), name="first")
    second = StubSpeechToText(default="heard", name="second")
    stt = FallbackSpeechToText(
        [first, second],
        on_fallback=lambda failed, following, error: told.append((failed, following, error.code)),
    )
    assert await hear(stt) == "heard"
    assert told == [("first", "second", "provider.unavailable")]
    assert await hear(stt) == first.default


async def test_its_name_is_that_of_whom_it_asks_first_now() -> None:
    clock = Clock()
    first = StubTextToSpeech(deque([(0, down())] * 3), name="first", voice="first/a")
    tts = FallbackTextToSpeech(
        [first, StubTextToSpeech(name="second", voice="second/b")],
        new_breaker=lambda: Breaker(clock),
    )
    for _ in range(3):
        assert (tts.name, tts.voice) == ("first", "first/a")
        await speak(tts, [])
    assert (tts.name, tts.voice) == ("second", "second/b")
    clock.now += 15.1
    assert (tts.name, tts.voice) == ("first", "first/a")


class Overlapping(StubSpeechToText):
    """Answers `slow` when it may, and fails at once otherwise."""

    may: asyncio.Event

    async def transcribe(
        self, pcm16: bytes, *, language: str, prompt: str = "", timeout_s: float
    ) -> Transcription:
        if pcm16 != b"slow":
            raise down()
        await self.may.wait()
        return Transcription("slow")


async def test_each_of_many_at_once_is_told_who_heard_it() -> None:
    first = Overlapping(name="first")
    first.may = asyncio.Event()
    stt = FallbackSpeechToText([first, StubSpeechToText(name="second")])
    slow = asyncio.create_task(stt.transcribe(b"slow", language="en", timeout_s=1.0))
    others = [stt.transcribe(b"other", language="en", timeout_s=1.0) for _ in range(2)]
    assert [heard.provider for heard in await asyncio.gather(*others)] == ["second"] * 2
    first.may.set()
    assert (await slow).provider == "first"


async def test_when_all_fail_the_last_error_is_raised() -> None:
    last = down()
    stt = FallbackSpeechToText([StubSpeechToText(deque([down()])), StubSpeechToText(deque([last]))])
    with pytest.raises(ProviderUnavailable) as caught:
        await hear(stt)
    assert caught.value is last


async def test_who_keeps_failing_is_left_alone_for_a_while() -> None:
    clock = Clock()
    first = StubSpeechToText(deque([down(), down(), down()]), default="first", name="first")
    second = StubSpeechToText(default="second", name="second")
    stt = FallbackSpeechToText([first, second], new_breaker=lambda: Breaker(clock))
    assert [await hear(stt) for _ in range(5)] == ["second"] * 5
    assert len(first.heard) == 3
    clock.now += 15.1
    assert await hear(stt) == "first"


async def test_an_open_one_is_still_asked_when_nobody_else_answers() -> None:
    first = StubSpeechToText(deque([down(60.0)]), default="first")
    second = StubSpeechToText(deque(["second", down()]))
    stt = FallbackSpeechToText([first, second])
    assert await hear(stt) == "second"
    assert await hear(stt) == "first"


@pytest.mark.parametrize(
    ("error", "until_s"),
    [
        (ProviderRejected("provider.rejected", "", provider="p", category="stt"), 60.0),
        (
            ProviderRateLimited(
                "provider.rate_limited", "", provider="p", category="stt", retry_after_s=7.0
            ),
            7.0,
        ),
        (down(9_999.0), 120.0),
    ],
)
def test_some_failures_open_the_breaker_at_once(error: ProviderError, until_s: float) -> None:
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed(error)
    clock.now = until_s - 0.1
    assert breaker.is_open
    clock.now = until_s
    assert not breaker.is_open


def test_a_success_starts_the_count_again() -> None:
    breaker = Breaker(Clock())
    for _ in range(5):
        breaker.failed(down())
        breaker.failed(down())
        breaker.succeeded()
    assert not breaker.is_open


async def speak(tts: FallbackTextToSpeech, chunks: list[bytes]) -> None:
    async for chunk in tts.synthesize("Hello there.", language="en", timeout_s=1.0):
        chunks.append(chunk)


async def test_another_voice_before_the_first_sound_only() -> None:
    first = StubTextToSpeech(deque([(0, down()), (1, down())]), name="first", voice="first/a")
    second = StubTextToSpeech(name="second", voice="second/b")
    tts = FallbackTextToSpeech([first, second])
    chunks: list[bytes] = []
    await speak(tts, chunks)
    assert {(c.provider, c.voice) for c in chunks if isinstance(c, Sound)} == {
        ("second", "second/b")
    }
    assert all(isinstance(chunk, Sound) for chunk in chunks)
    chunks.clear()
    with pytest.raises(ProviderUnavailable):
        await speak(tts, chunks)
    assert len(chunks) == 1
    assert second.spoken == ["Hello there."]


def script(*events: ReplyEvent | ProviderError) -> deque[Sequence[ReplyEvent | ProviderError]]:
    return deque([events])


async def reply(*models: StubLanguageModel) -> list[ReplyEvent]:
    llm = FallbackLanguageModel(models)
    return [event async for event in llm.reply(a_request(), timeout_s=1.0)]


async def test_a_reply_cut_in_the_middle_goes_on_after_its_last_sentence() -> None:
    first = StubLanguageModel(
        script(FOLLOW_UP, TextDelta("You moved it. And wh"), TextDelta("at di"), down()),
        name="first",
    )
    second = StubLanguageModel(script(FOLLOW_UP, TextDelta("What did you do?")), name="second")
    events = await reply(first, second)
    assert events == [FOLLOW_UP, TextDelta("You moved it. "), TextDelta("What did you do? ")]
    assert [event.provider for event in events] == ["first", "first", "second"]
    (request,) = second.requests
    assert request.already_said == ("You moved it.",)
    assert request.directive is Directive.FOLLOW_UP


async def test_each_model_is_told_all_there_is_to_know() -> None:
    code = CodeSeen(language="python", text="return 1")
    asked = replace(a_request(), code=code, opener="Okay.")
    models = [
        StubLanguageModel(script(down())),
        StubLanguageModel(script(FOLLOW_UP, TextDelta("Why?"))),
    ]
    async for _ in FallbackLanguageModel(models).reply(asked, timeout_s=1.0):
        pass
    assert [model.requests for model in models] == [[asked], [asked]]


async def test_a_reply_that_failed_before_it_began_begins_anew() -> None:
    first = StubLanguageModel(script(down()))
    second = StubLanguageModel(script(DirectiveChosen(Directive.NEXT_QUESTION), TextDelta("Ok.")))
    assert await reply(first, second) == [
        DirectiveChosen(Directive.NEXT_QUESTION),
        TextDelta("Ok. "),
    ]
    assert second.requests[0].directive is None


async def test_once_the_probe_is_out_nothing_is_missing() -> None:
    first = StubLanguageModel(script(FOLLOW_UP, TextDelta("Why was that? And"), down()))
    second = StubLanguageModel(script())
    assert await reply(first, second) == [FOLLOW_UP, TextDelta("Why was that? ")]
    assert second.requests == []


async def test_when_all_fail_what_was_said_stands() -> None:
    first = StubLanguageModel(script(FOLLOW_UP, TextDelta("So. "), down()))
    second = StubLanguageModel(script(down()))
    llm = FallbackLanguageModel([first, second])
    events: list[ReplyEvent] = []

    async def listen() -> None:
        async for event in llm.reply(a_request(), timeout_s=1.0):
            events.append(event)

    with pytest.raises(ProviderUnavailable):
        await listen()
    assert events == [FOLLOW_UP, TextDelta("So. ")]


async def test_only_the_first_model_is_warmed() -> None:
    models = [StubLanguageModel(script()), StubLanguageModel(script())]
    await FallbackLanguageModel(models).warm(a_brief(), ())
    assert [model.warmed for model in models] == [1, 0]
