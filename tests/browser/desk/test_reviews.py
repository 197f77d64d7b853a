"""A recruiter who rates, sees the scores, sets one right and decides; and what stands beside it."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from playwright.async_api import expect
from sqlalchemy import func, insert

from interview.persistence.database import Database
from interview.persistence.models import WEBHOOK_DELIVERIES
from tests.browser.accessibility import check, press_on, shift, tab_to, watch_shifts
from tests.browser.accounts import PHONE, Visit
from tests.browser.hired import COMPETENCIES, Past
from tests.fakes.timelines import recorded

pytestmark = [
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.timeout(150),
    pytest.mark.asyncio(loop_scope="module"),
]

ALL_THREE = dict.fromkeys(COMPETENCIES, 3)


async def fits(visit: Visit, where: str) -> bool:
    """Whether the tables in `where` are read without moving them sideways."""
    every = await visit.by_id(where).locator("table").all()
    widths = [
        await table.evaluate("(one) => one.scrollWidth - one.parentElement.clientWidth")
        for table in every
    ]
    return max(widths) <= 0


async def rate(visit: Visit, level: int = 3) -> None:
    await expect(visit.by_id("rated")).to_have_count(len(COMPETENCIES))
    for one in await visit.by_id("rated").all():
        await one.get_by_role("radio").nth(level - 1).check()
    await visit.by_id("hand-in").click()
    await visit.by_id("confirm-hand-in").click()
    await expect(visit.by_id("scorecard")).to_be_visible()


async def test_people_rate_first_and_have_the_last_word(visit: Visit, past: Past) -> None:
    interview_id = await past.interview("Ada Lovelace")
    doubted = COMPETENCIES[1]
    await past.evaluate(interview_id, ALL_THREE, human={doubted: "spread"})
    page = visit.page
    await visit.open("/desk/")
    await page.get_by_role("link", name="Ada Lovelace", exact=True).click()
    await expect(visit.by_id("review-form")).to_contain_text("comes first")
    await expect(visit.by_id("scorecard")).to_have_count(0)
    await expect(visit.by_id("report-pdf")).to_have_count(0)
    await expect(visit.by_id("line").filter(has_text="Hard to understand")).to_have_count(1)
    await expect(visit.by_id("line").filter(has_text="Typed")).to_have_count(1)
    await check(visit, "a rating that comes first")
    await visit.by_id("hand-in").click()
    await expect(visit.by_id("missing")).to_be_visible()
    await check(visit, "a rating that is incomplete")
    await rate(visit, 4)

    await expect(visit.by_id("total")).to_contain_text("3 of 5")
    await expect(visit.by_id("needs-human")).to_be_visible()
    await expect(visit.by_id("reviews")).to_contain_text("You")
    await check(visit, "scores")
    score = visit.page.locator(f'[data-competency="{doubted}"]')
    await expect(score).to_contain_text("The samples are far apart.")
    quote = score.get_by_test_id("quote")
    await quote.click()
    line = visit.page.locator("mark").locator("xpath=ancestor::li")
    await expect(line).to_be_focused()
    await expect(line).to_be_in_viewport()
    await expect(line).to_have_attribute("aria-current", "true")
    await expect(visit.by_id("player")).to_have_attribute("data-playing", "true")
    await check(visit, "a quote in the transcript")
    await visit.by_id("back-to-score").click()
    await expect(quote).to_be_focused()

    await score.get_by_test_id("override-box").locator("summary").click()
    await score.get_by_label("Score for").select_option("5")
    await score.get_by_label("Why").fill("Nobody else asked the night shift.")
    await check(visit, "a score that is set right")
    await score.get_by_role("button", name="Set the score").click()
    await expect(score.get_by_test_id("override")).to_contain_text("You gave 5 instead of 3")
    await expect(score.get_by_test_id("level")).to_contain_text("5 of 5")
    await expect(visit.by_id("needs-human")).to_have_count(0)
    await expect(visit.by_id("total")).to_contain_text("3 by the model alone")
    await page.get_by_label("Goes on").check()
    await page.get_by_label("Reason").fill("To meet the team.")
    await visit.button("Put it on record").click()
    await expect(visit.by_id("decided")).to_contain_text("Goes on")
    await check(visit, "a decision")
    await visit.by_id("history").locator("summary").click()
    await expect(visit.by_id("act").first).to_contain_text("A decision was made. You")
    await expect(visit.by_id("act").filter(has_text="A score was set right.")).to_have_count(1)
    await check(visit, "who did what")
    told = recorded("worker-killed").model_dump(mode="json")
    await page.route("**/timeline", lambda route: route.fulfill(json=told))
    await visit.by_id("timeline").locator("summary").click()
    await expect(visit.by_id("turn")).to_have_count(5)
    await expect(visit.by_id("turn").nth(3)).to_contain_text("3 retries")
    await expect(visit.by_id("timeline")).to_contain_text("A worker did not answer")
    await check(visit, "how it ran")
    for format in ("pdf", "csv", "json"):
        async with page.expect_download() as saved:
            await visit.by_id(f"report-{format}").click()
        assert (await saved.value).suggested_filename == f"report-{interview_id}.{format}"
    assert visit.problems == []


async def test_a_rating_by_keyboard_and_the_sound_in_step(visit: Visit, past: Past) -> None:
    interview_id = await past.interview("Ada Lovelace")
    await past.evaluate(interview_id, ALL_THREE)
    page = visit.page
    await page.set_viewport_size({"width": 1280, "height": 900})
    await visit.open(f"/desk/interview/?id={interview_id}")
    for one in COMPETENCIES:
        await tab_to(visit, page.locator(f'[data-rates="{one}"] input[value="1"]'))
        await page.keyboard.press("Space")
        await page.keyboard.press("ArrowDown")
    await press_on(visit, visit.by_id("hand-in"))
    await press_on(visit, visit.by_id("confirm-hand-in"))
    await expect(visit.by_id("scoring")).to_be_focused()
    await expect(visit.by_id("reviews").get_by_role("cell", name="2")).to_have_count(
        len(COMPETENCIES)
    )
    await press_on(visit, visit.by_id("quote").first)
    await press_on(visit, visit.by_id("back-to-score"))
    await expect(visit.by_id("quote").first).to_be_focused()
    play = visit.by_id("play")
    await press_on(visit, play)
    await expect(play).to_have_attribute("aria-label", "Play")

    # From a line on, and then what comes after it.
    await visit.by_id("play-line").first.click()
    first, second = visit.by_id("line").nth(0), visit.by_id("line").nth(1)
    await expect(first).to_have_attribute("aria-current", "true")
    await expect(first.locator("[data-sounds=true]")).to_have_text("And then?", timeout=8_000)
    position = page.get_by_label("Position")
    await position.fill("9000")
    await expect(second).to_have_attribute("aria-current", "true")
    await position.focus()
    await page.keyboard.press("End")
    await expect(visit.by_id("line").last).to_have_attribute("aria-current", "true")
    assert visit.problems == []


async def test_how_the_code_was_written(visit: Visit, past: Past) -> None:
    grown = ("def solve(lines):\n    return []", "def solve(lines):\n    return lines[:1]")
    interview_id = await past.interview("Ada", code=("# begin here", *grown))
    await past.evaluate(interview_id, ALL_THREE, quoted_code="return lines[:1]")
    page = visit.page
    await visit.open(f"/desk/interview/?id={interview_id}")
    await press_on(visit, visit.by_id("code").locator("summary"))
    text, version = visit.by_id("code-text"), visit.by_id("code-version")
    await expect(text).to_have_text(grown[1])
    await expect(text.locator("[data-new=true]")).to_have_text("return lines[:1]")
    await check(visit, "how the code was written")
    await tab_to(visit, version)
    await page.keyboard.press("Home")
    await expect(text).to_have_text("# begin here")
    await expect(version).to_have_attribute("aria-valuetext", re.compile("Version 1 of 3, 0:0"))
    await page.keyboard.press("ArrowRight")
    await expect(text).to_have_text(grown[0])
    await visit.by_id("code-run").click()
    await expect(visit.by_id("code-run")).to_contain_text("The test passed")
    await expect(visit.by_id("code-place")).to_have_text("Version 3 of 3")
    await visit.by_id("play-code").click()
    await expect(visit.by_id("code-place")).to_have_text("Version 1 of 3")
    await expect(visit.by_id("code-place")).to_have_text("Version 3 of 3")
    await expect(visit.by_id("play-code")).to_have_text("Play")
    await visit.by_id("code").locator("summary").click()

    await rate(visit)
    quote = visit.by_id("quote").filter(has_text="return lines").first
    await press_on(visit, quote)
    await expect(text.locator("mark")).to_have_text("return lines[:1]")
    await expect(text).to_be_focused()
    await check(visit, "a quote in the code")
    await press_on(visit, visit.by_id("back-to-score"))
    await expect(quote).to_be_focused()
    assert visit.problems == []


async def test_what_has_no_score_says_why(visit: Visit, past: Past) -> None:
    page = visit.page
    missing = COMPETENCIES[-1]
    waiting = await past.interview("Grace")
    await past.evaluate(waiting, {name: 3 for name in COMPETENCIES if name != missing})
    nobody = await past.interview("Edsger")
    for interview_id in (waiting, nobody):
        await visit.open(f"/desk/interview/?id={interview_id}")
        await rate(visit)
    await expect(visit.by_id("standing")).to_contain_text("Not scored yet")
    await check(visit, "an interview without an evaluation")
    await visit.open(f"/desk/interview/?id={waiting}")
    await expect(visit.by_id("standing")).to_contain_text("Some scores are missing")
    lacking = page.locator(f'[data-competency="{missing}"]')
    await expect(lacking).to_contain_text("the scoring model could not be reached")
    await check(visit, "scores that are missing")
    await visit.by_id("retry-evaluation").click()
    # Nobody is there to score it: no language model is configured.
    card = visit.by_id("scorecard")
    await expect(card).not_to_have_attribute("data-state", "running", timeout=30_000)
    await visit.open(f"/desk/interview/?id={uuid.uuid4()}")
    await visit.is_told("There is no such interview")
    await check(visit, "an interview that is not there")

    invited = await page.request.post(
        f"{visit.site}/api/v1/invitations", data={"role": "sales"}, headers={"Origin": visit.site}
    )
    await visit.open(f"/desk/interview/?id={(await invited.json())['interview_id']}")
    await expect(page.get_by_text("You can rate it when the interview has ended.")).to_be_visible()
    await expect(page.get_by_text("Nothing was said yet.")).to_be_visible()
    await check(visit, "an interview that has not begun")


async def test_a_resume_and_questions_from_it(visit: Visit) -> None:
    """What is proposed is made up: it takes a language model."""
    page = visit.page
    invited = await page.request.post(
        f"{visit.site}/api/v1/invitations", data={"role": "sales"}, headers={"Origin": visit.site}
    )
    await visit.open(f"/desk/interview/?id={(await invited.json())['interview_id']}")
    await expect(visit.by_id("ask-for-probes")).to_be_disabled()
    words = b"Sold scanners to warehouses for nine years, four of them as a lead."
    resume = {"name": "resume.txt", "mimeType": "text/plain", "buffer": words}
    await visit.by_id("job-file").set_input_files(resume)  # type: ignore[arg-type] a TypedDict
    await visit.by_id("add-resume").click()
    await expect(visit.by_id("resume")).to_contain_text("It could be read.")
    await visit.by_id("ask-for-probes").click()
    await visit.is_told("No language model is configured here")
    await check(visit, "questions that nobody proposes")

    probe = {"after": "q", "text": "Whom did you lead?", "because": "four years as a lead"}
    made: dict[str, Any] = {"state": "ready", "reason": None, "revision": 1, "probes": [probe]}
    saved: list[Any] = []

    async def tailoring(route: Any) -> None:
        if route.request.method == "PUT":
            saved.append(route.request.post_data_json)
            made.update(revision=2, probes=saved[-1]["probes"])
        await route.fulfill(json=made)

    await page.route("**/tailoring", tailoring)
    await page.reload()
    await expect(visit.by_id("probe")).to_contain_text("four years as a lead")
    await check(visit, "questions for one candidate")
    await page.get_by_label("Question 1", exact=True).fill("Whom do you lead?")
    await visit.by_id("save-probes").click()
    await expect(visit.by_id("save-probes")).to_be_disabled()
    assert saved == [{"revision": 1, "probes": [{**probe, "text": "Whom do you lead?"}]}]
    await page.get_by_role("button", name="Leave it out: question 1").click()
    await visit.by_id("save-probes").click()
    await expect(page.get_by_text("There is none.")).to_be_visible()


async def test_a_server_or_a_sound_that_is_away_says_so(visit: Visit, past: Past) -> None:
    interview_id = await past.interview("Ada")
    page = visit.page
    await page.route("**/transcript", lambda route: route.abort())
    await visit.open(f"/desk/interview/?id={interview_id}")
    await visit.is_told("The server cannot be reached")
    await page.unroute_all()
    await visit.button("Try again").click()
    await expect(visit.by_id("line").first).to_be_visible()
    await page.route("**/recordings/*", lambda route: route.fulfill(status=404, body="gone"))
    await visit.by_id("play-line").first.click()
    await visit.is_told("This recording cannot be played")
    await check(visit, "a recording that is gone")


async def test_candidates_of_a_plan_beside_each_other(visit: Visit, past: Past) -> None:
    await visit.open("/desk/compare/")
    await expect(visit.page.get_by_text("There is nobody to compare yet")).to_be_visible()
    await check(visit, "nobody to compare")
    interview_id = ""
    for name, score in (("Ada", 4), ("Grace", 4), ("Edsger", 1)):
        interview_id = await past.interview(name)
        await past.evaluate(interview_id, dict.fromkeys(COMPETENCIES, score))
        if name != "Grace":
            await visit.open(f"/desk/interview/?id={interview_id}")
            await rate(visit)
    await visit.page.get_by_role("link", name="Compare", exact=True).last.click()
    candidates = visit.by_id("candidate")
    await expect(candidates).to_have_count(3)
    await expect(candidates.first).to_contain_text("Ada")
    hidden = candidates.filter(has_text="Grace")
    await expect(hidden).to_have_attribute("data-state", "hidden")
    await expect(hidden).to_contain_text("Shown when you have rated it")
    await check(visit, "a comparison")
    await hidden.get_by_role("link").click()
    await rate(visit)
    await visit.page.go_back()
    named = [
        candidates.filter(has=visit.page.get_by_role("link", name=n)) for n in ("Grace", "Edsger")
    ]
    await expect(named[0]).to_contain_text("Tied with Ada")
    await expect(named[1].get_by_role("cell").first).to_have_text("3")
    await expect(visit.by_id("agreement")).to_contain_text("Too few ratings to rely on")
    # Nothing that stands there is pushed away by what comes.
    await watch_shifts(visit)
    for size in ({"width": 1280, "height": 900}, PHONE):
        await visit.page.set_viewport_size(size)  # type: ignore[arg-type] a TypedDict
        await visit.open("/desk/compare/")
        await expect(visit.by_id("agreement").get_by_role("table")).to_be_visible()
        assert await shift(visit) < 0.05
        await check(visit, f"a comparison at {size}")
        assert await fits(visit, "agreement")
        await visit.open(f"/desk/interview/?id={interview_id}")
        await expect(visit.by_id("total")).to_be_visible()
        assert await shift(visit) < 0.05
    assert visit.problems == []


async def test_an_admin_says_who_sees_what_and_who_is_told(
    visit: Visit, past: Past, database: Database
) -> None:
    page = visit.page
    await visit.open("/desk/organization/")
    await page.get_by_label("Candidates may read feedback").check()
    await expect(visit.by_id("sight-saved")).to_have_text("Candidates may read their feedback.")
    await page.get_by_label("People rate an interview").uncheck()
    await expect(visit.by_id("sight-saved")).to_have_text("Scores are shown at once.")
    await check(visit, "who sees what")
    await page.reload()
    await expect(page.get_by_label("People rate an interview")).not_to_be_checked()
    interview_id = await past.interview("Ada")
    await past.evaluate(interview_id, ALL_THREE)
    await visit.open(f"/desk/interview/?id={interview_id}")
    await expect(visit.by_id("total")).to_be_visible()

    await visit.open("/desk/webhooks/")
    await expect(page.get_by_text("Nobody is told anything yet.")).to_be_visible()
    await page.get_by_label("Address").fill("http://hooks.example/")
    await page.get_by_label("Address").fill("https://hooks.example/intervue")
    await visit.button("Add it").click()
    first = await visit.by_id("webhook-secret").input_value()
    await check(visit, "a webhook and its secret")
    await page.get_by_role("button", name="New secret for").click()
    await visit.by_id("confirm-renew-secret").click()
    await expect(visit.by_id("webhook-secret")).not_to_have_value(first)
    await page.get_by_role("button", name="Switch off").click()
    await expect(visit.by_id("webhook")).to_have_attribute("data-active", "false")
    await page.get_by_role("button", name="Switch on").click()
    await expect(visit.by_id("webhook")).to_have_attribute("data-active", "true")

    listed = await page.request.get(f"{visit.site}/api/v1/webhooks")
    dead: dict[str, Any] = {
        "delivery_id": str(uuid.uuid4()),
        "organization_id": (await past.who()).organization_id,
        "webhook_id": (await listed.json())["items"][0]["webhook_id"],
        "event": "evaluation.done",
        "subject": str(uuid.uuid4()),
        "data": {},
        "state": "dead",
        "attempts": 9,
        "last_error": "webhook.refused",
        "last_status": 500,
    }
    async with database.transaction() as connection:
        await connection.execute(
            insert(WEBHOOK_DELIVERIES).values(finished_at=func.now(), look_at=func.now(), **dead)
        )
    await page.reload()
    delivery = visit.by_id("delivery")
    await expect(delivery).to_contain_text("It answered 500.")
    await check(visit, "a dead letter")
    await visit.by_id("send-again").click()
    await expect(page.get_by_text("Nothing was given up.")).to_be_visible()
    await page.get_by_role("button", name="Remove https").click()
    await visit.by_id("confirm-remove-webhook").click()
    await expect(page.get_by_text("Nobody is told anything yet.")).to_be_visible()
    assert visit.problems == []
