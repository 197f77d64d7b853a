"""A recruiter's way from a job to an invitation, at the real pages over the real stack."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from tests.browser.accessibility import check, press_on, tab_to
from tests.browser.accounts import PHONE, Recruiter, Visit
from tests.services import RunningStack

pytestmark = [
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.timeout(150),
    pytest.mark.asyncio(loop_scope="module"),
]

JOB = (
    "Registered nurse for the surgical ward of a hospital: looks after patients, hands over at the "
    "bedside, notices early when somebody gets worse, and speaks up."
)


@pytest.fixture(scope="module")
def site(stack: RunningStack) -> str:
    return stack.urls["app"]


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser, site: str) -> AsyncGenerator[Visit]:
    """Of an admin who has signed in, on a phone."""
    context = await browser.new_context(viewport=PHONE)
    visit, grace = await Visit.begin(browser, site, context), Recruiter()
    await grace.register(site)
    await visit.sign_in(grace)
    yield visit


async def make_role(visit: Visit, title: str = "Ward nurse") -> None:
    await visit.open("/desk/roles/")
    await visit.page.get_by_label("Title").fill(title)
    await visit.page.get_by_label("Or write it here").fill(JOB)
    await visit.button("Make the role").click()
    await expect(visit.page.locator("h1")).to_have_text(title)


async def begin_builtin(visit: Visit, role: str = "nursing") -> None:
    await visit.page.get_by_label("Interview", exact=True).select_option(role)
    await visit.by_id("begin-builtin").click()
    await expect(visit.by_id("plan-editor")).to_be_visible()


def main_questions(visit: Visit) -> Locator:
    return visit.by_id("phase-main_questions").get_by_test_id("question")


async def order(visit: Visit) -> list[str]:
    every = await main_questions(visit).all()
    return [str(await one.get_attribute("data-question")) for one in every]


async def test_from_a_job_description_to_a_candidate_who_is_invited(visit: Visit) -> None:
    await visit.open("/desk/roles/")
    await expect(visit.page.get_by_text("There are no roles yet")).to_be_visible()
    await check(visit, "no roles")
    await make_role(visit)
    await check(visit, "a role without a plan")
    await visit.by_id("propose").click()
    # No language model is configured: it comes from the built-in role that is nearest.
    await expect(visit.by_id("plan-editor")).to_be_visible(timeout=30_000)
    await expect(visit.by_id("plan-size")).to_contain_text("built-in “nursing”")
    await check(visit, "a draft")

    first = main_questions(visit).first
    await first.get_by_test_id("edit-question").click()
    await first.get_by_label("Question", exact=True).fill("")
    await check(visit, "a question that is edited")
    await visit.by_id("save-plan").click()
    await expect(visit.by_id("findings")).to_contain_text("Main questions, question 1 has no words")
    await check(visit, "a draft that cannot be saved")
    await visit.page.get_by_role("button", name="question 1 has no words").click()
    await expect(first.get_by_label("Question", exact=True)).to_be_focused()
    await first.get_by_label("Question", exact=True).fill("When did you last speak up?")
    await first.get_by_label("Minutes", exact=True).fill("3.5")
    await expect(visit.by_id("save-state")).to_have_text("Not saved yet")
    await visit.by_id("save-plan").click()
    await expect(visit.by_id("save-state")).to_have_text("All is saved")
    await visit.page.reload()
    await expect(first).to_contain_text("When did you last speak up?")
    await expect(first).to_contain_text("3½ min")

    await visit.by_id("approve-plan").click()
    await check(visit, "an approval that is asked for")
    await visit.by_id("confirm-approve").click()
    await expect(visit.by_id("approved")).to_contain_text("Version 1 is approved")
    await visit.page.get_by_label("Candidate's name").fill("Ada")
    await visit.button("Make the link").click()
    link = await visit.by_id("issued-link").input_value()
    await check(visit, "an approved plan, and a link")
    await visit.open("/desk/")
    await expect(visit.by_id("interview")).to_contain_text("Ward nurse")
    # Elsewhere it is among the roles to invite for.
    await visit.open("/desk/invitations/")
    await visit.page.get_by_label("Role").select_option("Ward nurse")
    await visit.button("Make the link").click()
    await expect(visit.by_id("invitation")).to_have_count(2)
    await check(visit, "an invitation by one's own plan")

    candidate = await Visit.begin(visit.page.context.browser, visit.site)  # type: ignore[arg-type]
    await candidate.open(link.partition("localhost:8000")[2])
    await expect(candidate.page.get_by_text("Ward nurse").first).to_be_visible()
    assert visit.problems == candidate.problems == []


async def test_all_of_it_by_keyboard_alone(visit: Visit) -> None:
    await visit.page.set_viewport_size({"width": 1280, "height": 900})
    page = visit.page
    await press_on(visit, page.get_by_role("link", name="Roles", exact=True))
    await page.wait_for_url("**/desk/roles/")
    await tab_to(visit, page.get_by_label("Title"))
    await page.keyboard.type("Nurse by keys")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Nurse by keys")
    await tab_to(visit, page.get_by_label("Interview", exact=True))
    await page.keyboard.type("Nurs")
    await press_on(visit, visit.by_id("begin-builtin"))
    await expect(visit.by_id("plan-editor")).to_be_visible()

    before = await order(visit)
    await tab_to(visit, main_questions(visit).nth(0).get_by_test_id("grip"))
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(visit.by_id("said")).to_have_text(f"Question moved to 3 of {len(before)}.")
    assert await order(visit) == [before[1], before[2], before[0], *before[3:]]
    await expect(main_questions(visit).nth(2).get_by_test_id("grip")).to_be_focused()
    up = main_questions(visit).nth(2).get_by_role("button", name="Move question 3 up")
    await press_on(visit, up)
    await page.keyboard.press("Enter")
    assert await order(visit) == before
    # At the top it stays, and so does the focus.
    await page.keyboard.press("Enter")
    assert await order(visit) == before
    await press_on(visit, main_questions(visit).nth(0).get_by_test_id("edit-question"))
    kept = main_questions(visit).nth(0).get_by_label("Kept to the word")
    await press_on(visit, kept, "Space")
    await press_on(visit, visit.by_id("add-to-main_questions"))
    words = main_questions(visit).last.get_by_label("Question", exact=True)
    await expect(words).to_be_focused()
    await page.keyboard.type("What do you need from a ward?")
    await press_on(visit, visit.by_id("approve-plan"), back=True)
    await press_on(visit, visit.by_id("confirm-approve"))
    await expect(visit.by_id("approved")).to_be_visible()
    # The button is gone: reading goes on where it was, and not at the top.
    await expect(visit.by_id("plan-section")).to_be_focused()
    await tab_to(visit, page.get_by_label("Candidate's name"))
    await page.keyboard.type("Ada")
    await page.keyboard.press("Enter")
    await expect(visit.by_id("issued")).to_be_focused()

    await press_on(visit, page.get_by_role("button", name="Look at version 1"))
    await expect(page.get_by_role("dialog")).to_contain_text("What do you need from a ward?")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Look at version 1")).to_be_focused()
    assert visit.problems == []


async def test_a_question_is_dragged_to_its_place(visit: Visit) -> None:
    await make_role(visit)
    await begin_builtin(visit)
    before = await order(visit)
    page = visit.page
    await main_questions(visit).nth(0).get_by_test_id("grip").hover()
    await page.mouse.down()
    target = await main_questions(visit).nth(1).bounding_box()
    assert target is not None
    await page.mouse.move(target["x"] + 20, target["y"] + target["height"] - 5, steps=6)
    await page.mouse.up()
    assert await order(visit) == [before[1], before[0], *before[2:]]
    # Escape puts it back where it was.
    await main_questions(visit).nth(1).get_by_test_id("grip").hover()
    await page.mouse.down()
    target = await main_questions(visit).nth(0).bounding_box()
    assert target is not None
    await page.mouse.move(target["x"] + 20, target["y"] + 5, steps=6)
    assert await order(visit) == before
    await page.keyboard.press("Escape")
    await page.mouse.up()
    assert await order(visit) == [before[1], before[0], *before[2:]]

    # What is not saved is not left behind by a link.
    elsewhere = page.get_by_role("link", name="Invitations")
    await elsewhere.click()
    await visit.by_id("cancel-leave").click()
    await expect(visit.by_id("plan-editor")).to_be_visible()
    await elsewhere.click()
    await visit.by_id("confirm-leave").click()
    await page.wait_for_url("**/desk/invitations/")
    assert visit.problems == []


async def test_what_two_people_save_is_shown_to_the_second(visit: Visit) -> None:
    await make_role(visit)
    await begin_builtin(visit)
    other = Visit(await visit.page.context.new_page(), visit.site)
    await other.page.goto(visit.page.url)
    for one, words in ((other, "Theirs, which came first?"), (visit, "Mine, which came second?")):
        await main_questions(one).first.get_by_test_id("edit-question").click()
        await main_questions(one).first.get_by_label("Question", exact=True).fill(words)
    await other.by_id("save-plan").click()
    await expect(other.by_id("save-state")).to_have_text("All is saved")
    await visit.by_id("save-plan").click()
    await expect(visit.by_id("plan-changed")).to_contain_text("Theirs, which came first?")
    await check(visit, "a draft that somebody else saved")
    await visit.button("Keep mine, and save over theirs").click()
    await expect(visit.by_id("save-state")).to_have_text("All is saved")
    await other.page.reload()
    await expect(main_questions(other).first).to_contain_text("Mine, which came second?")


async def test_a_file_that_cannot_be_read_makes_no_second_role(visit: Visit) -> None:
    await visit.open("/desk/roles/")
    await visit.page.get_by_label("Title").fill("From a file")
    broken = {"name": "job.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 nothing"}
    await visit.by_id("job-file").set_input_files(broken)  # type: ignore[arg-type] a TypedDict
    await visit.button("Make the role").click()
    await visit.is_told("damaged")
    await check(visit, "a file that is refused")
    text = {"name": "job.txt", "mimeType": "text/plain", "buffer": JOB.encode()}
    await visit.by_id("job-file").set_input_files(text)  # type: ignore[arg-type] a TypedDict
    await visit.button("Make the role").click()
    await expect(visit.by_id("job-description")).to_contain_text("surgical ward")
    await visit.open("/desk/roles/")
    await expect(visit.by_id("role")).to_have_count(1)


async def test_a_draft_that_fails_says_why_and_can_be_asked_for_again(visit: Visit) -> None:
    """What the server tells of it is made up: it takes a model that fails."""
    await make_role(visit)
    told: dict[str, Any] = {"state": "running", "proposal_id": "p", "minutes": 30, "reason": None}
    role: dict[str, Any] = {}

    async def as_told(route: Any) -> None:
        answer = await route.fetch()
        role.update(await answer.json())
        more = {"proposal_id": "p", "proposal_state": told["state"]}
        await route.fulfill(json={**role, **more})

    await visit.page.route("**/api/v1/organization/roles/*", as_told)
    await visit.page.route("**/proposals/**", lambda route: route.fulfill(json=told))
    await visit.page.reload()
    await expect(visit.by_id("drafting")).to_contain_text("30 minutes")
    await check(visit, "a draft under way")
    told |= {"state": "failed", "reason": "provider.rejected"}
    failed = visit.by_id("drafting-failed")
    await expect(failed).to_contain_text("its key, name or address is wrong")
    await check(visit, "a draft that failed")
    told |= {"state": "running", "reason": None}
    await visit.by_id("draft-again").click()
    await expect(visit.by_id("drafting")).to_be_visible()
    await visit.page.unroute_all()
    await visit.page.reload()
    await visit.by_id("archive").click()
    await expect(visit.page.get_by_text("This role is archived")).to_be_visible()
    await check(visit, "an archived role")
