"""Both sides of an interview by keyboard alone, over the whole stack: no mouse at all."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from interview.persistence.database import Database
from tests.browser.accounts import Recruiter
from tests.browser.hired import COMPETENCIES, Past, settings_of
from tests.browser.keyboard import Keys
from tests.browser.room import Room, chromium
from tests.e2e.visits import WORDS, write_microphone
from tests.services import RunningStack

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="module"),
]

DESKTOP = {"width": 1280, "height": 900}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser(
    stack: RunningStack, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Browser]:
    microphone = tmp_path_factory.mktemp("microphone") / "said.wav"
    await write_microphone(microphone)
    async with chromium(microphone=microphone, loop_audio=True) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def past(stack: RunningStack, grace: Recruiter) -> AsyncGenerator[Past]:
    settings = settings_of(stack.urls, stack.home)
    database = Database.from_settings(settings)
    yield Past(settings, database, grace.email)
    await database.close()


@pytest.fixture
def grace() -> Recruiter:
    return Recruiter()


async def new_page(browser: Browser) -> Page:
    context = await browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type] a TypedDict
    await context.grant_permissions(["microphone"])
    page = await context.new_page()
    page.set_default_timeout(10_000)
    return page


async def test_a_recruiter_invites_and_a_candidate_is_interviewed(
    browser: Browser, stack: RunningStack, grace: Recruiter
) -> None:
    site = stack.urls["app"]
    await grace.register(site)
    page = await new_page(browser)
    keys = await Keys.begin(page)
    await sign_in(keys, site, grace)
    await keys.press("Enter", on=page.get_by_role("link", name="Roles", exact=True))
    await page.wait_for_url("**/desk/roles/")
    await keys.type("Nurse by keys", into=page.get_by_label("Title"))
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Nurse by keys")
    await keys.type("Nurs", into=page.get_by_label("Interview", exact=True))
    await keys.press("Enter", on=page.get_by_test_id("begin-builtin"))
    questions = page.get_by_test_id("phase-main_questions").get_by_test_id("question")
    first = await questions.first.get_attribute("data-question")
    await keys.to(questions.first.get_by_test_id("grip"))
    await page.keyboard.press("ArrowDown")
    await expect(questions.nth(1)).to_have_attribute("data-question", first or "")
    await expect(questions.nth(1).get_by_test_id("grip")).to_be_focused()
    await keys.press("Enter", on=page.get_by_test_id("approve-plan"), back=True)
    await keys.press("Enter", on=page.get_by_test_id("confirm-approve"))
    await expect(page.get_by_test_id("approved")).to_be_visible()
    await keys.type("Ada", into=page.get_by_label("Candidate's name"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("issued")).to_be_focused()
    link = await page.get_by_test_id("issued-link").input_value()
    await keys.assert_kept()

    await be_interviewed(await new_page(browser), f"{site}/join/#{link.partition('#')[2]}")
    await keys.press("Enter", on=page.get_by_role("link", name="Interviews", exact=True), back=True)
    await keys.press("Enter", on=page.get_by_role("link", name="Ada", exact=True))
    await expect(page.get_by_test_id("line").filter(has_text="By keyboard.")).to_be_visible()
    await keys.assert_kept()


async def be_interviewed(page: Page, link: str) -> None:
    keys, room = await Keys.begin(page), Room(page)
    await page.goto(link)
    await keys.press("Space", on=room.by_id("join-text-only"))
    await expect(room.by_id("join-text-only")).to_be_checked()
    await keys.press("Space", on=room.by_id("join-text-only"))
    await keys.press("Enter", on=room.by_id("join-consent"))

    await keys.press("Enter", on=room.by_id("check-first"))
    await keys.press("Enter", on=room.by_id("check-allow"))
    await expect(room.by_id("check-microphone")).to_have_attribute("data-standing", "works")
    await keys.press("Enter", on=room.by_id("check-record"))
    await keys.press("Enter", on=room.by_id("check-stop"))
    await expect(room.by_id("check-replay")).to_have_attribute("data-tape", "recorded")
    await keys.press("Enter", on=room.by_id("play-notes"))
    await keys.press("Enter", on=room.by_id("notes-heard"))
    await expect(room.by_id("check-speaker")).to_have_attribute("data-standing", "works")
    await expect(room.by_id("measure-again")).to_be_enabled()
    await keys.press("Enter", on=room.by_id("measure-again"))
    await keys.press("Enter", on=room.by_id("to-interview"))

    await keys.press("Enter", on=room.by_id("join"))
    await room.wait_for_own_turn(60)
    # Wherever one is: the gate had the focus, and it is gone.
    await keys.assert_kept()
    await page.keyboard.down("Space")
    await expect(room.by_id("talk")).to_have_attribute("data-recording", "true")
    await expect(room.by_id("own-words")).to_contain_text(WORDS, timeout=30_000)
    await page.keyboard.up("Space")
    await room.wait_for_own_turn(60)

    await keys.type("By", into=room.by_id("answer-text"))
    await page.keyboard.press("Escape")
    await expect(room.by_id("talk")).to_be_focused()
    await keys.type(" keyboard.", into=room.by_id("answer-text"))
    await keys.press("Enter", on=room.by_id("send-answer"))
    await expect(room.by_id("own-words")).to_contain_text("By keyboard.")
    await room.wait_for_own_turn(60)
    await page.keyboard.down("Space")
    await expect(room.by_id("talk")).to_have_attribute("data-recording", "true")
    await keys.press("Enter", on=room.by_id("discard"))
    await page.keyboard.up("Space")
    await expect(room.by_id("discard")).to_have_count(0)

    await keys.press("Enter", on=room.by_id("pause"), back=True)
    await room.wait_for_state("paused")
    await keys.press("Enter", on=room.by_id("resume"), back=True)
    await room.wait_for_own_turn(60)
    await keys.press("Enter", on=room.by_id("end"))
    await expect(room.by_id("confirm-end")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(room.by_id("end")).to_be_focused()
    await keys.to(room.by_id("pause"), back=True)
    await keys.press("Enter", on=room.by_id("end"))
    await keys.press("Enter", on=room.by_id("confirm-end"))
    await room.wait_for_done(60)
    await keys.to(page.get_by_role("link", name="another"))
    assert ("candidate", "By keyboard.") in await room.transcript()
    await keys.assert_kept()
    assert room.problems == []


async def test_a_recruiter_rates_an_interview_and_sets_its_score_right(
    browser: Browser, stack: RunningStack, grace: Recruiter, past: Past
) -> None:
    await grace.register(stack.urls["app"])
    interview_id = await past.interview("Ada Lovelace")
    await past.evaluate(interview_id, dict.fromkeys(COMPETENCIES, 3))
    page = await new_page(browser)
    keys = await Keys.begin(page)
    await sign_in(keys, stack.urls["app"], grace)
    await keys.press("Enter", on=page.get_by_role("link", name="Ada Lovelace", exact=True))
    for one in COMPETENCIES:
        await keys.press("Space", on=page.locator(f'[data-rates="{one}"] input[value="1"]'))
        await page.keyboard.press("ArrowDown")
    await keys.press("Enter", on=page.get_by_test_id("hand-in"))
    await expect(page.get_by_test_id("confirm-hand-in")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("hand-in")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await keys.press("Enter", on=page.get_by_test_id("hand-in"))
    await keys.press("Enter", on=page.get_by_test_id("confirm-hand-in"))
    await expect(page.get_by_test_id("scoring")).to_be_focused()

    score = page.locator(f'[data-competency="{COMPETENCIES[1]}"]')
    await keys.press("Enter", on=score.get_by_test_id("quote"))
    await keys.press("Enter", on=page.get_by_test_id("back-to-score"))
    await expect(score.get_by_test_id("quote")).to_be_focused()
    await keys.press("Enter", on=score.get_by_test_id("override-box").locator("summary"))
    await keys.type("5", into=score.get_by_label("Score for"))
    await keys.type("Nobody else asked.", into=score.get_by_label("Why"))
    await keys.press("Enter", on=score.get_by_role("button", name="Set the score"))
    await expect(score.get_by_test_id("override")).to_contain_text("You gave 5 instead of 3")
    await decide(keys, page.get_by_label("Goes on"))
    await keys.assert_kept()


async def decide(keys: Keys, goes_on: Locator) -> None:
    page = keys.page
    await keys.press("Space", on=goes_on)
    await keys.type("To meet the team.", into=page.get_by_label("Reason"))
    await keys.press("Enter", on=page.get_by_role("button", name="Put it on record"))
    await expect(page.get_by_test_id("decided")).to_contain_text("Goes on")


async def sign_in(keys: Keys, site: str, who: Recruiter) -> None:
    page = keys.page
    await page.goto(f"{site}/login/")
    await keys.type(who.email, into=page.get_by_label("Mail address"))
    await keys.type(who.password, into=page.get_by_label("Password"))
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{site}/desk/")
