"""A recruiter who looks on while somebody is interviewed, over the whole stack."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.accessibility import check, shift, watch_shifts
from tests.browser.accounts import PHONE, Recruiter, Visit
from tests.browser.room import Room
from tests.services import RunningStack

pytestmark = [
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.timeout(200),
    pytest.mark.asyncio(loop_scope="module"),
]

ANSWER = "I sell scanners to warehouses."
DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def site(stack: RunningStack) -> str:
    return stack.urls["app"]


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser, site: str) -> AsyncGenerator[Visit]:
    """Of an admin who has signed in."""
    grace = Recruiter()
    context = await browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type] a TypedDict
    visit = await Visit.begin(browser, site, context)
    await grace.register(site)
    await visit.sign_in(grace)
    yield visit


async def invite(visit: Visit, name: str) -> tuple[str, str]:
    """The interview, and the link to it."""
    made = await visit.page.request.post(
        f"{visit.site}/api/v1/invitations",
        data={"role": "demo", "candidate_name": name},
        headers={"Origin": visit.site},
    )
    invitation = await made.json()
    return invitation["interview_id"], invitation["link"].partition("#")[2]


async def come_in(browser: Browser, site: str, secret: str) -> Room:
    """Somebody who types."""
    room = await Room.blank(browser)
    await room.page.goto(f"{site}/join/#{secret}")
    await room.by_id("join-text-only").check()
    await room.by_id("join-consent").click()
    await room.by_id("join").click()
    await room.wait_for_state("listening", 60.0)
    return room


async def test_what_is_said_shows_up_by_itself(browser: Browser, visit: Visit, site: str) -> None:
    interview_id, secret = await invite(visit, "Ada Lovelace")
    page, live = visit.page, visit.by_id("live")
    overview = await Visit.begin(browser, site, page.context)
    await overview.open("/desk/")
    row = overview.by_id("interview")
    await expect(row).to_contain_text("Not begun")
    await visit.open(f"/desk/interview/?id={interview_id}")
    await expect(page.get_by_text("Nothing was said yet.")).to_be_visible()
    # Of a page that was loaded anew nothing would be left.
    await page.evaluate("() => { window.stays = true; }")

    room = await come_in(browser, site, secret)
    await expect(live).to_have_attribute("data-status", "active", timeout=15_000)
    await expect(visit.by_id("live-place")).to_contain_text("question 1 of")
    await expect(visit.by_id("line")).to_have_count(1)
    await room.type_answer(ANSWER)
    said = visit.by_id("captions").locator('[data-speaker="candidate"]')
    await expect(said).to_contain_text(ANSWER, timeout=15_000)
    await expect(said).to_contain_text("Ada Lovelace")
    await expect(visit.by_id("line")).to_have_count(3, timeout=15_000)
    await expect(visit.by_id("line").last).to_be_in_viewport()
    await expect(visit.by_id("live-said")).to_contain_text(re.compile("spoke|new lines"))
    newest = visit.by_id("live-timeline").get_by_test_id("turn").first
    await expect(newest).to_contain_text("typed answer", timeout=15_000)
    await expect(newest).to_contain_text("Thinking")
    await visit.by_id("own-plan").locator("summary").click()
    await expect(visit.by_id("plan-view")).to_be_visible()
    await check(visit, "an interview that runs")
    await page.set_viewport_size(PHONE)
    await check(visit, "an interview that runs, on a phone")
    await page.set_viewport_size(DESKTOP)  # type: ignore[arg-type] a TypedDict
    await expect(row).to_contain_text("Under way", timeout=25_000)

    # A server that is away for a while is asked again, and what came meanwhile is there.
    await page.route("**/live?*", lambda route: route.fulfill(status=503))
    await expect(live).to_have_attribute("data-lost", "true", timeout=15_000)
    await check(visit, "a server that does not answer")
    await room.by_id("pause").click()
    await page.unroute_all()
    await expect(live).to_have_attribute("data-status", "paused", timeout=40_000)
    await expect(live).to_have_attribute("data-lost", "false")
    await room.by_id("resume").click()
    await expect(live).to_have_attribute("data-status", "active", timeout=15_000)
    await expect(live).to_contain_text("resumed once")

    # Gone without a word, and back.
    address = room.page.url
    await room.page.goto("about:blank")
    await expect(live).to_contain_text("has not been in the room since", timeout=20_000)
    await expect(visit.by_id("live-said")).to_contain_text("Ada Lovelace is away.", timeout=15_000)
    await expect(row).to_contain_text("Away", timeout=15_000)
    await check(visit, "a candidate who is away")
    await room.page.goto(address)
    await room.by_id("join").click()
    await room.wait_for_state("listening", 30.0)
    await expect(live).to_contain_text("resumed twice", timeout=20_000)
    await expect(row).to_contain_text("resumed twice", timeout=15_000)

    await room.end()
    await room.wait_for_done(30.0)
    await expect(visit.by_id("live-more")).to_have_text(
        "Ada Lovelace has ended the interview.", timeout=15_000
    )
    await check(visit, "an interview that has just ended")
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/live?" in request.url else None
    )
    await visit.by_id("to-report").click()
    await expect(visit.by_id("scoring")).to_be_visible()
    await expect(visit.by_id("line").nth(1)).to_contain_text(ANSWER)
    await expect(row).to_contain_text("Completed", timeout=25_000)
    assert await page.evaluate("() => window.stays")
    assert asked == [], "nobody asks for what is over"
    assert visit.problems == []
    # The pages that its links lead to are fetched ahead, and are not opened.
    assert [problem for problem in overview.problems if "preload" not in problem] == []


async def test_who_reads_what_came_before_is_left_there(
    browser: Browser, visit: Visit, site: str
) -> None:
    interview_id, secret = await invite(visit, "Grace")
    room = await come_in(browser, site, secret)
    page = visit.page
    await page.set_viewport_size({"width": 390, "height": 500})
    await watch_shifts(visit)
    await visit.open(f"/desk/interview/?id={interview_id}")
    lines = visit.by_id("line")
    await expect(lines).to_have_count(1)
    for count in (3, 5):
        await room.type_answer(f"{ANSWER} " * 12)
        await expect(lines).to_have_count(count, timeout=20_000)
        await room.wait_for_state("listening", 30.0)
    await visit.by_id("captions").evaluate("(pane) => pane.scrollIntoView({ block: 'end' })")
    await expect(lines.last).to_be_in_viewport()
    await lines.first.scroll_into_view_if_needed()
    await room.type_answer(ANSWER)
    await expect(lines).to_have_count(7, timeout=20_000)
    await expect(lines.first).to_be_in_viewport()
    await visit.by_id("to-newest").click()
    await expect(lines.last).to_be_in_viewport()
    await expect(visit.by_id("to-newest")).to_have_count(0)
    assert await shift(visit) < 0.1
