"""The page where something is missing, or somebody needs it otherwise."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.async_api import Browser, expect

from interview.domain.roles import list_roles
from tests.browser.fake_interview import GREETING
from tests.browser.fake_room_server import WEB_OUT, FakeRoomServer
from tests.browser.room import Room, chromium

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

AXE = WEB_OUT.parent / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def test_no_microphone_at_all(server: FakeRoomServer) -> None:
    async with chromium(devices=False) as browser:
        room = await Room.start(browser, server.url)
        await expect(room.by_id("microphone-help")).to_have_attribute("data-problem", "missing")
        await room.wait_for_state("listening")
        await room.type_answer("By keyboard.")
        await server.until(lambda: server.interview.committed, "the answer is committed")


async def test_an_address_that_is_not_secure(server: FakeRoomServer) -> None:
    """There is neither a microphone nor a worklet: the sound still plays, and typing works."""
    async with chromium(arguments=["--host-resolver-rules=MAP intervue.test 127.0.0.1"]) as browser:
        address = server.url.replace("127.0.0.1", "intervue.test")
        room = await Room.start(browser, address, allow_microphone=False)
        await expect(room.by_id("microphone-help")).to_have_attribute("data-problem", "insecure")
        await expect(room.by_id("captions")).to_have_text(" ".join(GREETING))
        await room.wait_for_state("listening")
        await room.type_answer("By keyboard.")
        await server.until(lambda: server.interview.committed, "the answer is committed")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_screen_is_accessible(
    browser: Browser, server: FakeRoomServer, scheme: Literal["light", "dark"]
) -> None:
    context = await browser.new_context(
        color_scheme=scheme, reduced_motion="reduce", bypass_csp=True
    )
    room = await Room.blank(browser, context=context, allow_microphone=False)
    found: dict[str, list[str]] = {}

    async def look(screen: str) -> None:
        found[screen] = await _violations(room)

    await room.page.goto(server.url)
    await expect(room.by_id("start-interview")).to_be_enabled()
    await look("start")
    await room.by_id("start-interview").click()
    await expect(room.by_id("microphone-help")).to_be_visible()
    await room.wait_for_state("listening")
    await look("room without microphone")
    await context.grant_permissions(["microphone"])
    await room.by_id("retry-microphone").click()
    await room.wait_for_own_turn()
    await room.by_id("hands-free").click()
    await expect(room.by_id("hands-free")).to_have_attribute("data-state", "on", timeout=20_000)
    await look("hands-free")
    await room.by_id("hands-free").click()
    await room.wait_for_own_turn()
    await room.press_talk()
    await look("talking")
    await room.page.wait_for_timeout(500)  # a shorter press is a tap, which goes on listening
    server.interview.sentence_ms = 30_000
    await room.release_talk()
    await room.wait_for_state("speaking")
    await look("speaking")
    await room.by_id("pause").click()
    await room.wait_for_state("paused")
    await look("paused")
    await room.by_id("resume").click()
    await room.wait_for_state("speaking")
    await server.kill()
    await room.wait_for_state("reconnecting")
    await look("reconnecting")
    await server.start()
    await room.wait_for_state("speaking")
    other = await Room.join(browser, server.url, server.interview.interview_id)
    await room.wait_for_superseded()
    await look("elsewhere")
    await other.page.close()
    await room.by_id("take-back").click()
    await room.wait_for_state("speaking")
    await room.by_id("end").click()
    await look("ending")
    await room.by_id("confirm-end").click()
    await room.wait_for_done()
    await look("done")
    for address, screen in (
        ("", "no interview"),
        ("?id=nobody", "an unknown interview"),
        (f"?id={server.create()}", "the gate"),
    ):
        await room.page.goto(f"{server.url}/interview/{address}")
        await expect(room.page.locator("h1")).to_be_visible()
        await look(screen)
    server.roles_fail = True
    await room.page.goto(server.url)
    await expect(room.by_id("roles-failed")).to_be_visible()
    await look("a start without roles")
    assert {screen: problems for screen, problems in found.items() if problems} == {}


@pytest.mark.parametrize("width", [320, 768, 1_440])
async def test_nothing_is_cut_off_at_any_width(
    browser: Browser, server: FakeRoomServer, width: int
) -> None:
    context = await browser.new_context(viewport={"width": width, "height": 720})
    room = await Room.blank(browser, context=context)
    await room.page.goto(server.url)
    await expect(room.by_id("start-interview")).to_be_enabled()
    assert await _overflow(room) == 0
    await room.by_id("start-interview").click()
    await room.wait_for_own_turn()
    assert await _overflow(room) == 0
    await expect(room.by_id("talk")).to_be_in_viewport(ratio=1)
    await expect(room.by_id("answer-text")).to_be_in_viewport(ratio=1)


async def test_all_interviews_fit_on_a_phone(browser: Browser, server: FakeRoomServer) -> None:
    context = await browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    room = await Room.blank(browser, context=context)
    await room.page.goto(server.url)
    roles = list_roles()
    group = room.page.get_by_role("group", name="Which interview?")
    await expect(group.get_by_role("radio")).to_have_count(len(roles))
    box = await group.bounding_box()
    assert box is not None
    assert box["height"] <= 740
    for summary in roles:
        row = room.by_id(f"role-{summary.role}")
        target = await row.bounding_box()
        assert target is not None
        assert target["height"] >= 44, "large enough for a thumb"
        assert box["x"] <= target["x"]
        assert target["x"] + target["width"] <= box["x"] + box["width"]
        await row.tap()
        await expect(row.get_by_role("radio")).to_be_checked()
        await expect(row).to_contain_text(f"{summary.minutes} min")
        for other in roles:
            told = group.get_by_text(other.description)
            await expect(told).to_have_count(1 if other is summary else 0)
    await room.page.keyboard.press("ArrowUp")
    await expect(room.by_id(f"role-{roles[-2].role}").get_by_role("radio")).to_be_checked()
    await room.by_id("start-interview").click()
    await room.wait_for_own_turn()
    assert server.chosen_roles == [roles[-2].role]


async def _violations(room: Room) -> list[str]:
    if not await room.page.evaluate("() => 'axe' in window"):
        await room.page.add_script_tag(path=AXE)
    results = await room.page.evaluate("(tags) => axe.run({ runOnly: tags })", RULES)
    return [
        f"{violation['id']}: {node['html']}"
        for violation in results["violations"]
        for node in violation["nodes"]
    ]


async def _overflow(room: Room) -> int:
    """Pixels that stick out to the right."""
    return await room.page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
