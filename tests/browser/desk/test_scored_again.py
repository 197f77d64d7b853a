"""Words that were misheard and set right, and interviews that are scored once more, at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect
from sqlalchemy import func, text, update

from interview.persistence.database import Database
from interview.persistence.evaluation_requests import ask_anew
from interview.persistence.evaluations import EvaluationRecords
from interview.persistence.models import EVALUATIONS
from interview.persistence.reevaluation_requests import ask
from interview.persistence.reevaluations import ReevaluationRecords
from tests.browser.accessibility import check
from tests.browser.accounts import Visit
from tests.browser.hired import COMPETENCIES, QUOTED, SAID, Past

pytestmark = [
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.timeout(150),
    pytest.mark.asyncio(loop_scope="module"),
]

ALL_THREE = dict.fromkeys(COMPETENCIES, 3)


async def told(visit: Visit, method: str, path: str, **data: Any) -> Any:
    """What the API answers whoever sits here."""
    answer = await visit.page.request.fetch(
        f"{visit.site}/api/v1/{path}",
        method=method,
        data=data or None,
        headers={"Origin": visit.site},
    )
    assert answer.ok, await answer.text()
    return await answer.json()


async def test_words_that_were_set_right(visit: Visit, past: Past) -> None:
    interview_id = await past.interview("Ada Lovelace")
    await past.evaluate(interview_id, ALL_THREE)
    await told(visit, "PATCH", "organization", blind_review=False)
    lines = (await told(visit, "GET", f"interviews/{interview_id}/transcript"))["items"]
    misheard = next(line for line in lines if line["text"] == SAID)
    right = SAID.replace("on the night shift", "who work at night")
    corrected = {"utterance_id": misheard["utterance_id"], "text": right}
    reason = "They say so at 0:12."
    where = f"interviews/{interview_id}/corrections"
    await told(visit, "POST", where, lines=[corrected], reason=reason)

    await visit.open(f"/desk/interview/?id={interview_id}")
    card = visit.by_id("scorecard")
    # Nobody is there to score what it touches: no language model is configured.
    await expect(card).to_have_attribute("data-state", "pending", timeout=30_000)
    line = visit.by_id("line").filter(has_text="who work at night")
    await expect(line).to_have_count(1)
    await expect(line).to_contain_text("Corrected")
    await expect(line).not_to_contain_text("Hard to understand")
    await line.get_by_test_id("recognized").locator("summary").click()
    await expect(line.get_by_test_id("recognized")).to_contain_text(SAID)
    await expect(line.get_by_test_id("recognized")).to_contain_text("You, ")
    await expect(line.get_by_test_id("recognized")).to_contain_text(reason)
    now = QUOTED.replace("on the night shift", "who work at night")
    quote = visit.by_id("quote").first
    await expect(quote).to_contain_text(f"\u201c{now}\u201d")
    await expect(quote.locator("del")).to_have_text(QUOTED)
    whose = visit.by_id("quote-corrected").first
    await expect(whose).to_contain_text("Set right by: You, ")
    await expect(whose).to_contain_text("The score goes by words of before.")
    await check(visit, "words that were set right")
    await quote.click()
    await expect(line.locator("mark")).to_have_text(now)
    await expect(line).to_be_focused()
    await expect(visit.by_id("player")).to_have_attribute("data-playing", "true")
    await check(visit, "a quote of words that were set right")

    report = await told(visit, "GET", f"interviews/{interview_id}/report")
    quotes = [one for c in report["scorecard"]["competencies"] for one in c["evidence"]]
    assert {one["correction"]["now"] for one in quotes} == {now}
    assert {one["correction"]["recognized"] for one in quotes} == {QUOTED}
    assert visit.problems == []


async def test_scored_once_more_as_far_as_it_goes_and_stopped(
    visit: Visit, past: Past, database: Database
) -> None:
    page, ids = visit.page, [await past.interview(name) for name in ("Ada", "Grace")]
    for one in ids:
        await past.evaluate(one, ALL_THREE)
    await told(visit, "PATCH", "organization", blind_review=False)
    evaluations, by = EvaluationRecords(database), await past.who()
    async with database.transaction() as connection:
        busy = await ask_anew(connection, ids[0], by)
        # Whoever starts what nobody works on leaves it alone.
        later = func.now() + text("interval '1 hour'")
        this = EVALUATIONS.c.interview_id == ids[0]
        await connection.execute(update(EVALUATIONS).where(this).values(created_at=later))

    await visit.open("/desk/drift/")
    await expect(page.get_by_text("Nothing has been scored once more yet.")).to_be_visible()
    await expect(visit.by_id("stop-scoring")).to_have_count(0)
    await page.get_by_label("Role").select_option("sales")
    await visit.button("Score once more").click()
    await expect(visit.by_id("progress")).to_have_text("1 of 2 are scored.")
    await expect(visit.button("Being scored\u2026")).to_be_disabled()
    await expect(visit.by_id("drift")).to_contain_text("Not begun yet.")
    await check(visit, "interviews that are being scored once more")
    await visit.by_id("stop-scoring").click()
    await check(visit, "before scoring is stopped")
    await visit.by_id("cancel-stop-scoring").click()
    await expect(visit.by_id("progress")).to_be_visible()
    await visit.by_id("stop-scoring").click()
    await visit.by_id("confirm-stop-scoring").click()
    await expect(visit.by_id("stopped")).to_contain_text("It was stopped.")
    await expect(page.get_by_text("Stopped at 1 of 2")).to_be_visible()
    await expect(visit.by_id("stop-scoring")).to_have_count(0)
    await expect(visit.button("Score once more")).to_be_enabled()
    await check(visit, "scoring that was stopped")

    await evaluations.leave_unscored(busy, "no_model")
    await visit.by_id("ask-for-missing").click()
    await expect(page.get_by_text("Done", exact=True)).to_be_visible(timeout=30_000)
    await expect(visit.by_id("stopped")).to_have_count(0)
    await expect(visit.by_id("drift")).to_contain_text("Nothing is scored twice yet.")

    records = ReevaluationRecords(database)
    async with database.transaction() as connection:
        asked = await ask(connection, by, "sales")
    due, _ = await records.take(asked.reevaluation_id, 9)
    assert {interview_id for interview_id, _ in due} == set(ids)
    for interview_id, number in due:
        await past.score(interview_id, number, dict.fromkeys(COMPETENCIES, 4))
    await records.finish(asked.reevaluation_id)
    await visit.open("/desk/drift/")
    await expect(visit.by_id("reevaluation")).to_have_count(2)
    everything = visit.by_id("drift").get_by_role("row", name="All")
    await expect(everything).to_contain_text("+1.0")
    await expect(visit.by_id("drift")).to_contain_text("Too few scores to rely on")
    await check(visit, "what scoring once more has changed")
    async with page.expect_download() as saved:
        await visit.button("As CSV").click()
    assert (await saved.value).suggested_filename == f"drift-{asked.reevaluation_id}.csv"
    assert visit.problems == []
