"""What recruiters see, over the whole stack."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from playwright.async_api import Page, expect
from sqlalchemy import update

from interview.domain.phases import Phase
from interview.domain.roles import get_plan
from interview.persistence.database import Database
from interview.persistence.models import INTERVIEWS
from interview.persistence.records import Records
from interview.streams.log import connect_redis
from interview.streams.presence import Presence
from launcher.stack import LocalStack
from tests.browser.accounts import Recruiter, Visit
from tests.browser.hired import COMPETENCIES, SAID, Past, settings_of
from tests.fakes.timelines import recorded
from tests.integration.persistence.samples import answer, greeting, new_interview, speech
from tests.screens.camera import Camera

__all__ = ["desk_screens"]

_JOB = (
    "Registered nurse for the surgical ward of a hospital: looks after patients, hands over at the "
    "bedside, notices early when somebody gets worse, and speaks up."
)
_OTHERS = (
    ("Barbara Liskov", "software-engineer", "abandoned"),
    ("Katherine Johnson", "data-analyst", "created"),
    ("Edsger Dijkstra", "nursing", "paused"),
    ("Radia Perlman", "software-engineer", "active"),
)
_SETTINGS = ("organization", "people", "keys", "webhooks", "accommodations")


async def desk_screens(camera: Camera, stack: LocalStack) -> None:
    site = stack.app_url
    grace = Recruiter()
    await grace.register(site)
    context = await camera.context()
    visit = await Visit.begin(camera.browser, site, context)
    for name in ("login", "register", "reset-password"):
        await visit.open(f"/{name}/")
        await expect(visit.page.locator("h1")).to_be_visible()
        await camera.take(visit.page, name)
    await visit.sign_in(grace)
    await _empty(visit.page)
    await camera.take(visit.page, "desk-empty")
    async with _past(stack, grace) as past:
        await _interviews(camera, visit, past)
        await _live(camera, visit, past, stack.urls["REDIS_URL"])
    await _plans(camera, visit)
    await _invitation(camera, visit)
    for name in _SETTINGS:
        await visit.open(f"/desk/{name}/")
        await expect(visit.page.locator("h1")).to_be_visible()
        await visit.page.wait_for_load_state("networkidle")
        await camera.take(visit.page, f"desk-{name}", whole=True)
    await visit.open("/account/")
    await visit.page.wait_for_load_state("networkidle")
    await camera.take(visit.page, "account", whole=True)
    await context.close()


async def _empty(page: Page) -> None:
    await expect(page.locator("h1")).to_be_visible()
    await page.wait_for_load_state("networkidle")


@asynccontextmanager
async def _past(stack: LocalStack, grace: Recruiter) -> AsyncGenerator[Past]:
    settings = settings_of(stack.urls, stack.home)
    database = Database.from_settings(settings)
    try:
        yield Past(settings, database, grace.email)
    finally:
        await database.close()


async def _others(past: Past) -> None:
    """Interviews that stand otherwise than over."""
    by, records = await past.who(), Records(past.database)
    for name, role, status in _OTHERS:
        plan = get_plan(role)
        new = new_interview(organization_id=by.organization_id, plan=plan, candidate_name=name)
        await records.create_interview(new)
        if status == "abandoned":
            await records.close_interview(new.interview_id, "expired", datetime.now(UTC))
            continue
        async with past.database.transaction() as connection:
            this = INTERVIEWS.c.interview_id == new.interview_id
            await connection.execute(update(INTERVIEWS).values(status=status).where(this))


async def _interviews(camera: Camera, visit: Visit, past: Past) -> None:
    held: list[str] = []
    for number, name in enumerate(("Ada Lovelace", "Alan Turing", "Grace Hopper")):
        interview_id = await past.interview(name)
        scores = {competency: 2 + (number + at) % 4 for at, competency in enumerate(COMPETENCIES)}
        await past.evaluate(interview_id, scores)
        held.append(interview_id)
    await _others(past)
    page = visit.page
    await visit.open("/desk/")
    await expect(visit.by_id("interview").nth(6)).to_be_visible()
    await camera.take(page, "desk", whole=True)
    await visit.open(f"/desk/interview/?id={held[0]}")
    await page.wait_for_load_state("networkidle")
    await camera.take(page, "desk-review", whole=True)
    await _rate(visit)
    await camera.take(page, "desk-scores", whole=True)
    query = "&".join(f"id={interview_id}" for interview_id in held)
    await visit.open(f"/desk/compare/?{query}")
    await page.wait_for_load_state("networkidle")
    await camera.take(page, "desk-compare", whole=True)


async def _live(camera: Camera, visit: Visit, past: Past, redis_url: str) -> None:
    """One that runs, by a timeline of which a worker was killed."""
    by, records = await past.who(), Records(past.database)
    plan = get_plan("demo")
    new = new_interview(organization_id=by.organization_id, plan=plan, candidate_name="Mary Shaw")
    interview_id = new.interview_id
    await records.create_interview(new)
    await records.save_speech(greeting(interview_id))
    for number, phase in enumerate((Phase.INTRODUCTION, Phase.WARMUP), 1):
        await records.commit_answer(answer(interview_id, number, text=SAID, phase=phase))
        await records.save_speech(speech(interview_id, number))
    redis = connect_redis(redis_url)
    await Presence(redis).mark([interview_id])
    await redis.aclose()
    told = recorded("worker-killed").model_dump(mode="json")
    await visit.page.route("**/timeline", lambda route: route.fulfill(json=told))
    await visit.open(f"/desk/interview/?id={interview_id}")
    await expect(visit.by_id("turn")).to_have_count(len(told["turns"]))
    await camera.take(visit.page, "desk-live", whole=True)
    await visit.page.unroute_all()


async def _rate(visit: Visit) -> None:
    """Scores are seen by whoever has rated."""
    rated = visit.by_id("rated")
    await expect(rated).to_have_count(len(COMPETENCIES))
    for one in await rated.all():
        await one.get_by_role("radio").nth(2).check()
    await visit.by_id("hand-in").click()
    await visit.by_id("confirm-hand-in").click()
    await expect(visit.by_id("scorecard")).to_be_visible()
    await visit.page.wait_for_load_state("networkidle")


async def _plans(camera: Camera, visit: Visit) -> None:
    page = visit.page
    await visit.open("/desk/roles/")
    await page.get_by_label("Title").fill("Ward nurse")
    await page.get_by_label("Or write it here").fill(_JOB)
    await visit.button("Make the role").click()
    await expect(page.locator("h1")).to_have_text("Ward nurse")
    await visit.by_id("propose").click()
    await expect(visit.by_id("plan-editor")).to_be_visible(timeout=30_000)
    await camera.take(page, "desk-plan", whole=True)
    await visit.open("/desk/roles/")
    await page.wait_for_load_state("networkidle")
    await camera.take(page, "desk-roles", whole=True)


async def _invitation(camera: Camera, visit: Visit) -> None:
    page = visit.page
    await visit.open("/desk/invitations/")
    await page.get_by_label("Candidate's name").fill("Ada Lovelace")
    await visit.button("Make the link").click()
    link = await visit.by_id("issued-link").input_value()
    await camera.take(page, "desk-invitations", whole=True)
    other = await camera.context()
    guest = await other.new_page()
    await guest.goto(visit.site + "/join/#" + link.partition("#")[2])
    await expect(guest.get_by_test_id("join-notice")).to_be_visible()
    await camera.take(guest, "join", whole=True)
    await other.close()
