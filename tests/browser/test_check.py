"""The device check: whether one is heard, hears, and gets through; and how to put it right."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.accessibility import check
from tests.browser.accounts import PHONE, Visit
from tests.browser.ears import listen_to
from tests.browser.fake_room_server import FakeRoomServer
from tests.browser.room import chromium

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser, server: FakeRoomServer) -> AsyncGenerator[Visit]:
    context = await browser.new_context(viewport=PHONE)
    await listen_to(context)
    yield await Visit.begin(browser, server.url, context)


async def test_from_the_gate_to_the_room_with_all_of_it_in_order(
    visit: Visit, server: FakeRoomServer
) -> None:
    await visit.page.context.grant_permissions(["microphone"])
    await visit.open(f"/interview/?id={server.create()}")
    await visit.by_id("check-first").click()
    await expect(visit.by_id("check-network")).to_have_attribute("data-standing", "works")
    await expect(visit.by_id("round-trip")).to_contain_text("ms there and back")
    await check(visit, "a check that has not begun")

    await visit.by_id("check-allow").click()
    await expect(visit.by_id("check-finding")).to_have_attribute("data-finding", "heard")
    await expect(visit.by_id("check-microphone")).to_have_attribute("data-standing", "works")
    assert await visit.by_id("check-devices").locator("option").count() > 1
    meter = visit.by_id("check-meter")
    await expect(meter).to_have_attribute("aria-valuetext", "Good")

    await visit.by_id("check-record").click()
    await expect(visit.by_id("check-replay")).to_contain_text("Recording… 4 s")
    await visit.by_id("check-stop").click()
    await visit.page.wait_for_function("() => window.loudest() > 0.02", polling=20)
    await expect(visit.by_id("check-replay")).to_have_attribute("data-tape", "recorded")

    await visit.by_id("play-notes").click()
    await visit.page.wait_for_function("() => window.loudest() > 0.1", polling=20)
    await visit.by_id("notes-heard").click()
    await expect(visit.by_id("check-speaker")).to_have_attribute("data-standing", "works")
    await check(visit, "a check where all is well")

    await visit.by_id("to-interview").click()
    await visit.by_id("join").click()
    await expect(visit.by_id("talk")).to_be_visible()
    assert visit.problems == []


async def test_another_microphone_is_the_one_of_the_room_too(
    visit: Visit, server: FakeRoomServer
) -> None:
    await visit.page.context.grant_permissions(["microphone"])
    await visit.page.add_init_script(
        """
        window.asked = [];
        const open = MediaDevices.prototype.getUserMedia;
        MediaDevices.prototype.getUserMedia = function (wanted) {
          window.asked.push(wanted.audio.deviceId?.exact ?? null);
          return open.call(this, wanted);
        };
        """
    )
    await visit.open("/check/")
    await visit.by_id("check-allow").click()
    devices = visit.by_id("check-devices")
    other = await devices.locator("option").last.get_attribute("value")
    await devices.select_option(other)
    await expect(visit.by_id("check-devices")).to_have_value(other or "")
    assert await visit.page.evaluate("() => window.asked") == [None, other]
    await visit.open(f"/interview/?id={server.create()}")
    await visit.by_id("join").click()
    await expect(visit.by_id("talk")).to_be_visible()
    assert await visit.page.evaluate("() => window.asked") == [other]
    # It was unplugged since: any other one does.
    await visit.page.evaluate("() => localStorage.setItem('intervue.microphone', 'gone')")
    await visit.page.reload()
    await visit.by_id("join").click()
    await expect(visit.by_id("talk")).to_be_visible()
    assert await visit.page.evaluate("() => window.asked") == ["gone", None]


async def test_each_failure_has_its_name_and_its_fix(visit: Visit, server: FakeRoomServer) -> None:
    await visit.open("/check/")
    await visit.by_id("check-allow").click()
    microphone = visit.by_id("check-microphone")
    problem = microphone.get_by_test_id("check-problem")
    await expect(problem).to_have_attribute("data-problem", "blocked")
    await expect(problem).to_contain_text("allow the microphone")

    await visit.by_id("play-notes").click()
    await visit.by_id("notes-unheard").click()
    await expect(visit.by_id("check-speaker")).to_contain_text("Turn up the volume")

    await expect(visit.by_id("measure-again")).to_be_enabled()
    await server.kill()
    await visit.by_id("measure-again").click()
    network = visit.by_id("check-network").get_by_test_id("check-problem")
    await expect(network).to_have_attribute("data-problem", "offline")
    await check(visit, "a check where nothing works")

    await server.start()
    await visit.by_id("measure-again").click()
    await expect(visit.by_id("check-network")).to_have_attribute("data-standing", "works")
    await visit.page.context.grant_permissions(["microphone"])
    await visit.by_id("check-allow").click()
    await expect(microphone).to_have_attribute("data-standing", "works")


@pytest.mark.parametrize("problem", ["missing", "insecure"])
async def test_without_a_microphone_or_a_secure_address(
    server: FakeRoomServer, problem: str
) -> None:
    resolved = ["--host-resolver-rules=MAP intervue.test 127.0.0.1"]
    async with chromium(devices=problem != "missing", arguments=resolved) as browser:
        insecure = server.url.replace("127.0.0.1", "intervue.test")
        visit = await Visit.begin(browser, insecure if problem == "insecure" else server.url)
        if problem == "missing":
            await visit.page.context.grant_permissions(["microphone"])
        await visit.open("/check/")
        await visit.by_id("check-allow").click()
        said = visit.by_id("check-microphone").get_by_test_id("check-problem")
        await expect(said).to_have_attribute("data-problem", problem)
