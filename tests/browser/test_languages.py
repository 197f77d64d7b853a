"""Candidates' pages in German: all of them, and nothing left in English."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.accessibility import check
from tests.browser.accounts import PHONE, Visit
from tests.browser.fake_interview import GREETING
from tests.browser.fake_room_server import FakeRoomServer
from tests.browser.german import is_german
from tests.browser.room import Room

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module")
async def german(browser: Browser, server: FakeRoomServer) -> AsyncGenerator[Visit]:
    context = await browser.new_context(locale="de-DE", viewport=PHONE)
    await context.grant_permissions(["microphone"])
    yield await Visit.begin(browser, server.url, context)


async def test_a_german_browser_is_spoken_to_in_german(
    german: Visit, server: FakeRoomServer
) -> None:
    server.sentence_ms = 300
    await german.open("/")
    await expect(german.page.locator("h1")).to_have_text(
        "Ein gesprochenes Interview, in Ihrem Tempo."
    )
    await is_german(german, "the start")
    await check(german, "the start, in German")
    await german.by_id("check-first").click()
    await expect(german.page.locator("h1")).to_have_text("Ton und Verbindung prüfen")
    await german.by_id("check-allow").click()
    await expect(german.by_id("check-finding")).to_have_text("Wir können Sie hören.")
    await is_german(german, "the check")
    await check(german, "the check, in German")
    await german.open("/join/")
    await expect(german.by_id("join-refused")).to_be_visible()
    await is_german(german, "a link that is unknown")

    await german.open(f"/interview/?id={server.create()}")
    await expect(german.by_id("join")).to_have_text("Interview betreten")
    await is_german(german, "the gate")
    await german.by_id("join").click()
    room = Room(german.page)
    await room.wait_for_own_turn()
    assert await room.captions() == list(GREETING), "the interview itself is held in English"
    await is_german(german, "the room")
    await check(german, "the room, in German")
    await room.press_talk()
    await expect(room.by_id("own-words")).to_contain_text("I moved the")
    await is_german(german, "an answer")
    await room.release_talk()
    await server.until(lambda: server.interview.committed, "the answer is committed")
    await room.wait_for_own_turn()
    await room.by_id("hands-free").click()
    await is_german(german, "hands-free")
    await room.by_id("hands-free").click()
    await room.wait_for_own_turn()
    await room.by_id("pause").click()
    await expect(room.by_id("paused-banner")).to_be_visible()
    await is_german(german, "a pause")
    await room.by_id("resume").click()
    await room.wait_for_own_turn()
    await server.kill()
    await expect(room.by_id("banner")).to_contain_text("Alles bisher ist gesichert")
    await is_german(german, "a lost connection")
    await server.start()
    await expect(room.by_id("notice")).to_contain_text("Wieder verbunden")
    await is_german(german, "a connection that is back")
    other = await Room.join(
        german.page.context.browser or pytest.fail("no browser"),
        server.url,
        server.interview.interview_id,
    )
    await room.wait_for_superseded()
    await is_german(german, "an interview that goes on elsewhere")
    await other.page.close()
    await room.by_id("take-back").click()
    await room.wait_for_own_turn()
    await room.by_id("end").click()
    await is_german(german, "before the end")
    await room.by_id("confirm-end").click()
    await room.wait_for_done()
    await is_german(german, "the end")
    await check(german, "the end, in German")


async def test_a_language_that_is_chosen_stays_until_another_one_is(
    german: Visit, server: FakeRoomServer
) -> None:
    await german.open("/")
    html = german.page.locator("html")
    await expect(html).to_have_attribute("lang", "de")
    await german.by_id("language-en").click()
    await expect(html).to_have_attribute("lang", "en")
    await expect(german.page.locator("h1")).to_contain_text("at your own pace")
    await expect(german.by_id("language-en")).to_have_attribute("aria-pressed", "true")
    await german.page.reload()
    await expect(german.page.locator("h1")).to_contain_text("at your own pace")
    await expect(html).to_have_attribute("lang", "en")
    await german.by_id("language-de").click()
    await expect(html).to_have_attribute("lang", "de")
    await german.page.get_by_role("link", name="Melden Sie sich an").click()
    await expect(german.page).to_have_title("Anmelden · Intervue")
    await expect(html).to_have_attribute("lang", "de")
    # Pages that are there in English only say so.
    await german.open("/desk/")
    await expect(html).to_have_attribute("lang", "en")
    await expect(german.by_id("language")).to_have_count(0)
    await expect(german.page).to_have_title("Interviews · Intervue")


async def test_an_interview_in_german_is_surrounded_by_german(
    browser: Browser, server: FakeRoomServer
) -> None:
    interview_id = server.create()
    server.interview.language = "de-DE"
    room = await Room.join(browser, server.url, interview_id)
    await expect(room.page.locator("html")).to_have_attribute("lang", "de")
    await expect(room.by_id("question")).to_have_attribute("lang", "de-DE")
    await expect(room.by_id("end")).to_have_text("Beenden")
