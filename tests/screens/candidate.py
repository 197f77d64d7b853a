"""What candidates see, from a server that holds still for the picture."""

from __future__ import annotations

from playwright.async_api import BrowserContext, expect

from tests.browser.fake_room_server import FakeRoomServer, room_server
from tests.browser.room import Room
from tests.screens.camera import Camera

__all__ = ["candidate_screens"]

_LONG_MS = 20_000


async def candidate_screens(camera: Camera) -> None:
    async with room_server() as server:
        await _before(camera, server)
        await _room(camera, server)
        await _trouble(camera, server)
        await _german(camera, server)


async def _before(camera: Camera, server: FakeRoomServer) -> None:
    context = await camera.context()
    page = await context.new_page()
    await page.goto(server.url)
    await expect(page.get_by_test_id("start-interview")).to_be_enabled()
    await camera.take(page, "start", whole=True)
    await page.goto(f"{server.url}/check/")
    await expect(page.get_by_test_id("check-network")).to_have_attribute("data-standing", "works")
    await camera.take(page, "check-begin", whole=True)
    await page.get_by_test_id("check-allow").click()
    finding = page.get_by_test_id("check-finding")
    await expect(finding).to_have_attribute("data-finding", "heard", timeout=15_000)
    await page.get_by_test_id("check-record").click()
    await page.get_by_test_id("check-stop").click()
    await page.get_by_test_id("play-notes").click()
    await page.get_by_test_id("notes-heard").click()
    await camera.take(page, "check-works", whole=True)
    await page.goto(f"{server.url}/interview/?id={server.create()}")
    await expect(page.get_by_test_id("join")).to_be_visible()
    await camera.take(page, "gate")
    await page.goto(f"{server.url}/join/")
    await expect(page.get_by_test_id("join-refused")).to_be_visible()
    await camera.take(page, "join-refused")
    await context.close()


async def _enter(
    camera: Camera, server: FakeRoomServer, context: BrowserContext | None = None
) -> Room:
    context = context or await camera.context()
    return await Room.join(camera.browser, server.url, server.create(), context=context)


async def _room(camera: Camera, server: FakeRoomServer) -> None:
    server.sentence_ms = _LONG_MS
    room = await _enter(camera, server)
    await room.wait_for_state("speaking")
    await camera.take(room.page, "room-speaking")
    await room.page.context.close()

    server.interviews.clear()
    server.sentence_ms = 300
    room = await _enter(camera, server)
    await room.wait_for_own_turn()
    await camera.take(room.page, "room-your-turn")
    await room.press_talk()
    await expect(room.by_id("own-words")).to_contain_text("I moved the")
    await camera.take(room.page, "room-answering")
    await room.release_talk()
    await room.wait_for_own_turn()
    await room.by_id("hands-free").click()
    await expect(room.by_id("hands-free")).to_have_attribute("data-state", "on", timeout=20_000)
    await camera.take(room.page, "room-hands-free")
    await room.by_id("hands-free").click()
    await server.until(lambda: server.interview.running is None, "nothing is said", 30)
    await room.wait_for_own_turn()
    await room.by_id("pause").click()
    await expect(room.by_id("paused-banner")).to_be_visible()
    await camera.take(room.page, "room-paused")
    await room.by_id("resume").click()
    await room.wait_for_own_turn()
    await room.by_id("transcript").locator("summary").click()
    await camera.take(room.page, "room-transcript", whole=True)
    await room.by_id("end").click()
    await camera.take(room.page, "room-end")
    await room.by_id("confirm-end").click()
    await room.wait_for_done()
    await camera.take(room.page, "done", whole=True)
    await room.page.context.close()


async def _trouble(camera: Camera, server: FakeRoomServer) -> None:
    server.interviews.clear()
    room = await _enter(camera, server)
    await room.wait_for_own_turn()
    await room.press_talk()
    await server.kill()
    await expect(room.by_id("banner")).to_be_visible()
    await camera.take(room.page, "room-reconnecting")
    await server.start()
    await expect(room.by_id("notice")).to_be_visible()
    await camera.take(room.page, "room-back")
    await room.release_talk()
    await room.wait_for_own_turn()
    other = await camera.browser.new_context()
    await Room.join(camera.browser, server.url, server.interview.interview_id, context=other)
    await room.wait_for_superseded()
    await camera.take(room.page, "room-elsewhere")
    await other.close()
    await room.page.context.close()

    context = await camera.browser.new_context()
    page = await context.new_page()
    await page.goto(f"{server.url}/check/")
    await page.get_by_test_id("check-allow").click()
    await page.get_by_test_id("play-notes").click()
    await page.get_by_test_id("notes-unheard").click()
    await expect(page.get_by_test_id("check-problem").first).to_be_visible()
    await camera.take(page, "check-problems", whole=True)
    await page.goto(f"{server.url}/interview/?id={server.create()}")
    await page.get_by_test_id("join").click()
    await expect(page.get_by_test_id("microphone-help")).to_be_visible()
    await camera.take(page, "room-microphone-blocked")
    await page.goto(f"{server.url}/interview/?id=nobody")
    await expect(page.get_by_test_id("refused")).to_be_visible()
    await camera.take(page, "refused")
    await context.close()


async def _german(camera: Camera, server: FakeRoomServer) -> None:
    server.interviews.clear()
    context = await camera.context(locale="de-DE")
    page = await context.new_page()
    await page.goto(server.url)
    await expect(page.get_by_test_id("start-interview")).to_be_enabled()
    await camera.take(page, "start-german", whole=True)
    room = await _enter(camera, server, context)
    await room.wait_for_own_turn()
    await camera.take(room.page, "room-german")
    await context.close()
