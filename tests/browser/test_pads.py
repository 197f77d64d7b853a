"""A candidate at a pad: page, API, workers, and the one that runs programs, all real."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect
from redis.asyncio import Redis

from interview.persistence.database import Database
from interview.persistence.records import Records
from interview.sandbox.exchange import CodeExchange
from launcher.paths import REPOSITORY
from tests.browser.accessibility import check, tab_to
from tests.browser.accounts import PHONE, Visit
from tests.browser.room import Room
from tests.integration.api.coding import HIDDEN, coding_interview
from tests.services import RunningStack

pytestmark = [
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.timeout(150),
    pytest.mark.asyncio(loop_scope="module"),
]

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def site(stack: RunningStack) -> AsyncGenerator[str]:
    """Where programs are run."""
    names = ("REDIS_URL", "TEMPORAL_ADDRESS")
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "code_worker.py"),
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], **{name: stack.urls[name] for name in names}},
        stderr=asyncio.subprocess.DEVNULL,
    )
    redis = Redis.from_url(stack.urls["REDIS_URL"])  # pyright: ignore[reportUnknownMemberType] untyped keyword arguments
    async with asyncio.timeout(60):
        while "python" not in (await CodeExchange(redis).status()).available:  # noqa: ASYNC110 - another process's
            await asyncio.sleep(0.1)
    yield stack.urls["app"]
    worker.terminate()
    await worker.wait()
    await redis.aclose()


@pytest_asyncio.fixture(loop_scope="module")
async def interview_id(stack: RunningStack) -> str:
    database = Database(stack.urls["DATABASE_URL"])
    try:
        return await coding_interview(Records(database))
    finally:
        await database.close()


@pytest_asyncio.fixture(loop_scope="module")
async def room(browser: Browser, site: str, interview_id: str) -> Room:
    room = await Room.join(browser, site, interview_id)
    await expect(room.by_id("pad")).to_be_visible()
    await room.wait_for_own_turn()
    return room


def editor(room: Room) -> Locator:
    """It stands in a shadow root of its own."""
    return room.by_id("code-editor").locator(".cm-content")


async def write(room: Room, code: str) -> None:
    """In place of everything that is there, key by key."""
    await editor(room).click()
    await room.page.keyboard.press("Control+a")
    await room.page.keyboard.type(code)


async def run(room: Room, button: str, verdict: str) -> None:
    await room.by_id(button).click()
    result = room.page.locator(f'[data-testid="results"][data-run="{verdict}"]')
    await expect(result).to_be_visible(timeout=20_000)


async def test_to_write_run_fail_mend_and_pass(
    room: Room, browser: Browser, site: str, interview_id: str
) -> None:
    await expect(editor(room)).to_have_text("# begin here")
    await run(room, "run-tests", "wrong_answer")
    await expect(room.by_id("verdict")).to_have_text("0 of 2 tests passed")
    await write(room, "def talk(:")
    await run(room, "run", "runtime_error")
    await expect(room.by_id("results")).to_contain_text("SyntaxError")
    await write(room, f"print({HOSTILE!r})")
    await run(room, "run", "finished")
    # What looks like a page is text.
    await expect(room.by_id("results").locator("pre")).to_have_text(HOSTILE)
    await room.type_answer("I only tried that out, it has to write what it reads.")
    await room.wait_for_own_turn()
    await expect(room.by_id("pad")).to_be_visible()
    await write(room, "print(input())")
    await run(room, "run-tests", "accepted")
    await expect(room.by_id("verdict")).to_have_text("All 2 tests passed")
    assert HIDDEN.stdin not in await room.page.content()
    await expect(room.by_id("saved")).to_have_attribute("data-saved", "true")
    assert room.problems == []

    # Another device goes on with it, and the run's result is there.
    again = await Room.join(browser, site, interview_id)
    await expect(editor(again)).to_have_text("print(input())")
    await expect(again.by_id("verdict")).to_have_text("All 2 tests passed")
    await again.wait_for_own_turn()
    await again.type_answer("All the tests pass, I am done.")
    await is_left_as_it_was(again, "print(input())")
    await is_left_as_it_was(await Room.join(browser, site, interview_id), "print(input())")


async def is_left_as_it_was(room: Room, text: str) -> None:
    """The interview has gone on."""
    await expect(room.by_id("pad-over")).to_be_visible()
    await check(Visit(room.page, ""), "a pad that is over")
    for name in ("run", "run-tests", "language"):
        await expect(room.by_id(name)).to_be_disabled()
    await editor(room).click()
    await room.page.keyboard.type("more")
    await room.page.keyboard.press("Control+a")
    await room.page.keyboard.type("something else")
    await expect(editor(room)).to_have_text(text)
    await expect(room.by_id("verdict")).to_have_text("All 2 tests passed")
    await room.by_id("plain").check()
    await expect(room.by_id("code-plain")).to_have_attribute("readonly", "")
    await expect(room.by_id("code-plain")).to_have_value(text)
    await room.by_id("plain").uncheck()
    await room.page.locator("summary", has_text="Echo").click()
    await expect(room.by_id("pad")).not_to_be_visible()
    assert room.problems == []


async def test_by_keyboard_in_and_out_of_the_editor(room: Room) -> None:
    visit = Visit(room.page, "")
    await tab_to(visit, room.by_id("language"))
    await tab_to(visit, room.by_id("code-editor"))
    await room.page.keyboard.press("Control+a")
    await room.page.keyboard.type("if True:\n")
    await room.page.keyboard.press("Tab")
    await expect(editor(room)).to_contain_text("        ")
    await expect(editor(room)).to_be_focused()
    await room.page.keyboard.press("Escape")
    await room.page.keyboard.press("Tab")
    await expect(editor(room)).not_to_be_focused()
    await room.page.keyboard.press("Shift+Tab")
    await expect(editor(room)).to_be_focused()
    # Space is a space here, and begins no answer.
    await room.page.keyboard.press("Space")
    await expect(room.by_id("talk")).not_to_have_attribute("data-recording", "true")
    await room.page.keyboard.press("Escape")
    await tab_to(visit, room.by_id("plain"), back=True)
    await room.page.keyboard.press("Space")
    plain = room.by_id("code-plain")
    await expect(plain).to_have_value("if True:\n         ")
    await room.page.keyboard.press("Tab")
    await expect(plain).to_be_focused()
    await room.page.keyboard.press("Control+a")
    await room.page.keyboard.type("print(input())")
    await room.page.keyboard.press("Tab")
    await expect(plain).not_to_be_focused()
    await tab_to(visit, room.by_id("run-tests"), back=True)
    await room.page.keyboard.press("Enter")
    await expect(room.by_id("verdict")).to_have_text("All 2 tests passed", timeout=20_000)
    # It is remembered, and the editor has what was written in the field.
    await room.page.reload()
    await room.by_id("join").click()
    await expect(plain).to_have_value("print(input())")
    await room.by_id("plain").uncheck()
    await expect(editor(room)).to_have_text("print(input())")
    assert room.problems == []


@pytest.mark.parametrize("plain", [False, True])
async def test_on_a_phone_nothing_lies_over_the_pad(room: Room, plain: bool) -> None:
    await room.page.set_viewport_size(PHONE)
    await room.by_id("plain").set_checked(plain)
    await check(Visit(room.page, ""), "a pad on a phone")
    field = room.by_id("code-plain") if plain else editor(room)
    await field.focus()
    await room.page.keyboard.press("Control+End")
    await room.page.keyboard.type("\n".join(f"x{line} = {line}" for line in range(60)))
    assert await _covered(room, room.by_id("code-plain" if plain else "code-editor")) == 0
    for name in ("run-tests", "plain", "language"):
        await room.by_id(name).focus()
        assert await _covered(room, room.by_id(name)) == 0, name
    assert room.problems == []


async def _covered(room: Room, field: Locator) -> int:
    """By how many pixels the bar at the bottom reaches into it."""
    box, dock = await field.bounding_box(), await room.page.locator("footer").bounding_box()
    assert box is not None
    assert dock is not None
    return round(max(0.0, min(box["y"] + box["height"], PHONE["height"]) - dock["y"]))
