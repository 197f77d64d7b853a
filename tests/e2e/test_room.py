"""A person at the page: a real Chromium with a voice in its microphone, over the whole stack.

Each case looks at what was written down and at what was heard. None waits for a time to pass.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import expect

from chaos.link import Link
from tests.browser.ears import hears, keep_said
from tests.browser.room import Room, chromium
from tests.e2e.visits import WORDS, Site, write_microphone
from tests.services import RunningStack

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="module"),
]

OFFLINE_S = float(os.environ.get("OFFLINE_S", "20"))
"""How much is said without a network. Shorter than about 8 s, nobody notices that it is gone."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def open_site(
    stack: RunningStack, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Site]:
    microphone = tmp_path_factory.mktemp("microphone") / "said.wav"
    await write_microphone(microphone)
    address = httpx.URL(stack.urls["app"])
    assert address.port is not None
    async with (
        Link(address.host, address.port) as link,
        httpx.AsyncClient(base_url=address, timeout=20.0, trust_env=False) as api,
        chromium(microphone=microphone, loop_audio=True) as browser,
    ):
        yield Site(stack, link, api, browser)


@pytest_asyncio.fixture(loop_scope="module")
async def site(open_site: Site) -> AsyncGenerator[Site]:
    yield open_site
    open_site.link.turn("fine")
    for context in open_site.browser.contexts:
        await context.close()


async def test_a_whole_spoken_interview(site: Site) -> None:
    interview_id = await site.create()
    room = await site.enter(interview_id)
    await hears(room)
    answers = 0
    while await _my_turn(room):
        await _say(room, key=answers % 2 == 1)
        answers += 1
        await _written(room, answers)
    shown = await room.transcript()
    lines = await site.lines(interview_id)
    assert (await site.api.get(f"/api/v1/interviews/{interview_id}")).json()["status"] == (
        "completed"
    )
    assert shown == [(line["speaker"], line["text"]) for line in lines]
    said = [line for line in lines if line["speaker"] == "candidate"]
    assert len(said) == answers == 4
    for line in said:
        assert WORDS in line["text"].lower()
        assert await site.loudness(interview_id, line) > 0.05
    assert not any(line["interrupted"] for line in lines)
    assert room.problems == []


async def test_a_microphone_that_is_refused(site: Site) -> None:
    """They type, all of it if they like, and speak once it is allowed."""
    interview_id = await site.create()
    context = await site.device(microphone=False)
    room = await site.enter(interview_id, context)
    await expect(room.by_id("microphone-help")).to_have_attribute("data-problem", "blocked")
    await hears(room)
    await room.wait_for_state("listening", 60)
    for number in range(1, 4):
        await room.type_answer(f"By keyboard, {number}.")
        await _written(room, number)
    await context.grant_permissions(["microphone"])
    await room.by_id("retry-microphone").click()
    await _say(room)
    await room.wait_for_done(60)
    *typed, spoken = await site.answers(interview_id)
    assert [(line["text"], line["modality"]) for line in typed] == [
        (f"By keyboard, {number}.", "typed") for number in range(1, 4)
    ]
    assert WORDS in spoken["text"].lower()
    assert await site.loudness(interview_id, spoken) > 0.05


async def test_without_a_network_in_mid_answer(site: Site) -> None:
    """Nobody says that it is gone: connections stay open, and nothing passes."""
    interview_id = await site.create()
    room = await site.enter(interview_id)
    await room.press_talk()
    await keep_said(room, 500)
    site.link.turn("half_open")
    await expect(room.by_id("banner")).to_contain_text("Your answer is saved", timeout=20_000)
    await keep_said(room, OFFLINE_S * 1000)
    site.link.turn("fine")
    await expect(room.by_id("notice")).to_contain_text(
        "everything you said has been kept", timeout=30_000
    )
    await _hear_own(room, WORDS)
    await room.release_talk()
    await _written(room, 1, timeout_s=60)
    await hears(room)
    (answer,) = await site.answers(interview_id)
    # The sentence is said about every five seconds.
    assert answer["text"].lower().count("database") >= OFFLINE_S // 8, answer["text"]
    assert answer["duration_ms"] > OFFLINE_S * 1000
    assert await site.loudness(interview_id, answer) > 0.05
    assert [role for role, _ in await room.transcript()][:2] == ["interviewer", "candidate"]


async def test_an_api_killed_in_mid_answer(site: Site) -> None:
    interview_id = await site.create()
    room = await site.enter(interview_id)
    await room.press_talk()
    await keep_said(room, 1_000)
    before = site.stack.pid("api")
    site.stack.kill("api")
    await expect(room.by_id("banner")).to_contain_text("Your answer is saved")
    await site.stack.wait_ready("api")
    assert site.stack.pid("api") != before
    await expect(room.by_id("notice")).to_contain_text("kept", timeout=20_000)
    await _hear_own(room, WORDS)
    await room.release_talk()
    await _written(room, 1)
    await hears(room)
    await room.wait_for_own_turn(60)
    lines = await site.lines(interview_id)
    assert [line["speaker"] for line in lines] == ["interviewer", "candidate", "interviewer"]
    assert lines[1]["duration_ms"] > 1_000
    assert WORDS in lines[1]["text"].lower()
    assert await site.loudness(interview_id, lines[1]) > 0.05


async def test_a_tab_that_crashes_and_is_opened_again(site: Site) -> None:
    """What it had said without a network is in its database alone, and arrives all the same."""
    interview_id = await site.create()
    context = await site.device()
    room = await site.enter(interview_id, context)
    await room.wait_for_state("speaking", 30)
    site.link.turn("cut")
    await room.wait_for_state("reconnecting")
    await room.press_talk()
    await keep_said(room, 7_000)
    crashed = asyncio.Event()
    room.page.once("crash", lambda _: crashed.set())
    crash = asyncio.create_task(room.page.goto("chrome://crash"))
    async with asyncio.timeout(20):
        await crashed.wait()
    crash.cancel()
    await asyncio.gather(crash, return_exceptions=True)
    assert await site.answers(interview_id) == []
    site.link.turn("fine")
    again = await site.enter(interview_id, context)
    await _written(again, 1, timeout_s=60)
    await hears(again)
    (answer,) = await site.answers(interview_id)
    assert WORDS in answer["text"].lower()
    assert answer["duration_ms"] > 6_000
    assert await site.loudness(interview_id, answer) > 0.05
    await again.wait_for_own_turn(60)
    assert await again.question() == "What have you been working on lately?"


async def test_another_device_takes_over(site: Site) -> None:
    """In mid-answer: what the first one has sent is the answer, and the second one goes on."""
    interview_id = await site.create()
    first = await site.enter(interview_id)
    await first.press_talk()
    await _hear_own(first, WORDS)
    second = await site.enter(interview_id)
    await first.wait_for_superseded()
    await hears(second)
    await _my_turn(second)
    await _say(second, words="database")
    await _written(second, 2)
    answers = await site.answers(interview_id)
    assert WORDS in answers[0]["text"].lower()
    assert len({line["turn_id"] for line in answers}) == 2
    for line in answers:
        assert await site.loudness(interview_id, line) > 0.05
    await expect(first.by_id("superseded")).to_be_visible()


async def test_a_pause_and_a_return_to_the_same_question(site: Site) -> None:
    interview_id = await site.create()
    room = await site.enter(interview_id)
    await room.wait_for_state("speaking", 30)
    await room.type_answer("It is.")
    await _written(room, 1)
    await room.wait_for_state("speaking", 30)
    question = "What have you been working on lately?"
    await expect(room.by_id("question")).to_have_text(question)
    await room.by_id("pause").click()
    await expect(room.by_id("paused-banner")).to_be_visible(timeout=20_000)
    before = await site.lines(interview_id)
    await room.page.context.close()

    again = await site.enter(interview_id)
    await expect(again.by_id("paused-banner")).to_be_visible()
    await expect(again.by_id("question")).to_have_text(question)
    await again.by_id("resume").click()
    await hears(again)
    await again.wait_for_own_turn(60)
    await _say(again)
    await _written(again, 2)
    lines = await site.lines(interview_id)
    assert lines[: len(before)] == before, "what was said before stays as it was"
    (answer,) = [line for line in lines[len(before) :] if line["speaker"] == "candidate"]
    assert answer["question_id"] == "lately"
    assert WORDS in answer["text"].lower()
    assert await site.loudness(interview_id, answer) > 0.05


async def test_without_a_button_a_voice_interrupts(site: Site) -> None:
    interview_id = await site.create()
    room = await site.enter(interview_id)
    await room.by_id("hands-free").click()
    await expect(room.by_id("hands-free")).to_have_attribute("data-state", "on", timeout=20_000)
    await _written(room, 1, timeout_s=60)
    await hears(room)
    await _written(room, 2, timeout_s=60)
    await room.by_id("hands-free").click()
    lines = await site.lines(interview_id)
    said = [line for line in lines if line["speaker"] == "candidate"][:2]
    # The first one may begin in the middle of the sentence.
    assert WORDS in said[1]["text"].lower()
    for line in said:
        assert await site.loudness(interview_id, line) > 0.05
    # The voice comes every few seconds, and the interviewer takes longer than that.
    cut = [line for line in lines if line["interrupted"]]
    assert cut
    for line in cut:
        assert 0 <= line["heard_ms"] < line["duration_ms"]


async def _say(room: Room, *, key: bool = False, words: str = WORDS) -> None:
    """Holds to talk until the room shows that it has been heard."""
    await room.press_talk(key=key)
    await _hear_own(room, words)
    await room.release_talk(key=key)


async def _hear_own(room: Room, words: str) -> None:
    await expect(room.by_id("own-words")).to_contain_text(words, ignore_case=True, timeout=40_000)


async def _written(room: Room, answers: int, timeout_s: float = 30.0) -> None:
    """Once so many of their answers stand in the transcript."""
    line = room.by_id("transcript").locator('li[data-role="candidate"]').nth(answers - 1)
    await line.wait_for(state="attached", timeout=timeout_s * 1000)


async def _my_turn(room: Room) -> bool:
    """False once the interview is over."""
    done = room.by_id("done")
    mine = room.page.locator(
        '[data-testid="room"][data-state="listening"] [data-testid="talk"][aria-disabled="false"]'
    )
    await mine.or_(done).wait_for(timeout=60_000)
    return not await done.is_visible()
