"""Work ahead of the end of an answer: heard at once if it was the end, and by nobody if not."""

from __future__ import annotations

import asyncio

import pytest

from interview.errors import ProviderCategory, ProviderUnavailable
from interview.protocol import limits
from interview.protocol.server import (
    ErrorMessage,
    PartialTranscript,
    PhaseChanged,
    Status,
    TurnDiscarded,
)
from tests.integration.turns.desk import Desk

pytestmark = pytest.mark.integration

REPLY = ["You said I moved it.", "I see.", "What then?"]
SOUND = "YsImiIsWt"


async def test_two_pauses_to_think_are_one_answer_and_one_reply(desk: Desk) -> None:
    stages = desk.all()
    await desk.start()
    for words in ("I moved ", "the service ", "by myself"):
        await desk.say(words)
        await desk.pause()
        await desk.until(lambda words=words: any(words.strip() in s for s in desk.tts.spoken))
        await desk.say("..")
        if words != "by myself":
            await desk.resume()
    await desk.end()
    transcribed, conversed, spoken = [await desk.done(stage) for stage in stages]
    whole = "I moved the service by myself"
    assert (transcribed.text, spoken.outcome) == (whole, "spoken")
    assert conversed.sentences == (f"You said {whole}.", "I see.", "What then?")
    # Each pause was worked on ahead …
    assert [r.conversation[-1].text for r in desk.model.asked] == [
        "I moved",
        "I moved the service",
        whole,
    ]
    assert desk.stt.heard == ["I moved", "I moved the service", whole]
    # … and nobody has heard of any but the last.
    assert await desk.captions() == list(conversed.sentences)
    assert await desk.sound() == "YsImtsbmIsWt"
    assert await desk.lines() == [
        ("candidate", whole),
        ("interviewer", f"You said {whole}. I see. What then?"),
    ]
    assert not any(isinstance(m, Status) and m.state == "processing_stt" for m in await desk.out())


async def test_after_the_wait_nothing_is_left_to_be_made(desk: Desk) -> None:
    """Every provider hangs once the work is done ahead: the first sentence is heard all the
    same."""
    stages = desk.all()
    await desk.start()
    await desk.say("I moved it")
    await desk.pause()
    await desk.until(lambda: desk.has("sentences", "end"))
    await desk.until(lambda: desk.tts.spoken == REPLY[:1])
    assert [m for m in await desk.out() if not isinstance(m, PartialTranscript)] == []
    for gate in (desk.stt.gate, desk.model.gate, desk.tts.gate):
        gate.close()
    await desk.say("......")
    assert not await desk.sounded()
    await desk.end()
    await desk.until(desk.sounded)
    assert await desk.captions() == REPLY[:1]
    desk.tts.gate.open()
    assert (await desk.done(stages[1])).sentences == tuple(REPLY)
    await desk.done(stages[2])
    assert await desk.sound() == SOUND
    assert desk.tts.spoken == REPLY
    assert desk.stt.heard == ["I moved it"]


async def test_words_after_the_pause_make_another_answer(desk: Desk) -> None:
    """Also when the client's detector has not noticed them."""
    stages = desk.all()
    await desk.start()
    await desk.say("I moved")
    await desk.pause()
    await desk.until(lambda: desk.has("sentences", "end"))
    await desk.say(" it")
    await desk.end()
    transcribed, conversed, _ = [await desk.done(stage) for stage in stages]
    assert transcribed.text == "I moved it"
    assert conversed.sentences == tuple(REPLY)
    assert await desk.captions() == REPLY
    assert await desk.sound() == SOUND


async def test_failures_ahead_are_nobodys_business(desk: Desk) -> None:
    categories: tuple[ProviderCategory, ...] = ("stt", "llm", "tts")
    gates = (desk.stt.gate, desk.model.gate, desk.tts.gate)
    for gate, category in zip(gates, categories, strict=True):
        gate.failures.append(
            ProviderUnavailable("provider.unavailable", "no", provider="x", category=category)
        )
    stages = desk.all()
    await desk.start()
    for words in ("I ", "moved ", "it"):  # one fails to be heard, one to be answered, one spoken
        failing = [gate for gate in gates if gate.failures]
        await desk.say(words)
        await desk.pause()
        await desk.until(lambda failing=failing: not failing[0].failures)
        if words != "it":
            await desk.resume()
    await desk.end()
    assert (await desk.done(stages[1])).sentences == tuple(REPLY)
    await desk.done(stages[2])
    assert await desk.sound() == SOUND
    assert not any(isinstance(m, ErrorMessage) for m in await desk.out())


async def test_a_flood_of_pauses_costs_a_bounded_number_of_replies(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not by its dotted name: a replay's sandbox leaves a copy of its own on the package.
    monkeypatch.setattr(limits, "MAX_SPECULATIONS", 3)
    stages = desk.all()
    await desk.start()
    for number in range(12):
        await desk.say(f"w{number} ")
        await desk.pause()
        await desk.until(lambda number=number: len(desk.stt.heard) >= min(number + 1, 3))
        await desk.resume()
    await desk.end()
    assert len((await desk.done(stages[0])).text.split()) == 12
    assert len(desk.stt.heard) == 4
    await desk.done(stages[2])
    assert len(desk.model.asked) <= 4


async def test_a_noise_is_no_answer_and_gets_no_reply(desk: Desk) -> None:
    stages = desk.all()
    await desk.start()
    await desk.say("....")
    await desk.pause()
    await desk.say("....")
    await desk.end()
    results = [await desk.done(stage) for stage in stages]
    assert [r.outcome for r in results] == ["cancelled", "skipped", "skipped"]
    (discarded,) = await desk.out()
    assert isinstance(discarded, TurnDiscarded)
    assert await desk.lines() == []


async def test_a_held_answer_is_as_it_was(desk: Desk) -> None:
    desk.mode = "hold"
    stages = desk.all()
    await desk.start()
    await desk.say("I moved it....")
    await desk.end()
    await asyncio.gather(*(desk.done(stage) for stage in stages))
    assert await desk.captions() == REPLY
    assert await desk.sound() == SOUND
    told = [m.endpointing_ms for m in await desk.out() if isinstance(m, PhaseChanged)]
    assert told == [1_200]
