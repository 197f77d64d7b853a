"""A recruiter looks at the Temporal UI, in a real Chromium.

`INTERVUE_SCREENSHOTS=folder` keeps what was seen.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from google.protobuf import json_format
from playwright.async_api import Browser, BrowserContext, Page, expect
from temporalio.client import Client

from api.cookie_names import ACCESS_COOKIE
from interview.config import Settings
from tests.browser.room import chromium
from tests.integration.api.people import (
    Company,
    found_company,
    hold_interview,
    is_running,
    token_of,
    type_answers,
)
from tests.integration.api.servers import serving
from tests.services import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.timeout(180)]

WORKFLOWS = "/temporal/namespaces/default/workflows"
_SIZE = {"width": 1400, "height": 1000}

_POST = """async ([path, body]) => {
    const response = await fetch(path, {
        method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body),
    });
    return [response.status, await response.text()];
}"""


@pytest.fixture
async def browser() -> AsyncGenerator[Browser]:
    async with chromium(devices=False) as browser:
        yield browser


@pytest.fixture
async def site(settings: Settings, services: RunningStack) -> AsyncGenerator[str]:
    """Where people have to sign in."""
    ui = services.urls["TEMPORAL_UI_URL"]
    closed = settings.model_copy(update={"debug": False, "temporal_ui_url": ui})
    async with serving(closed) as url:
        yield url


async def _recruiter(
    browser: Browser, site: str, settings: Settings, company: Company
) -> BrowserContext:
    context = await browser.new_context(viewport=_SIZE)  # pyright: ignore[reportArgumentType] a TypedDict
    token = await token_of(settings, company.organization_id)
    await context.add_cookies(
        [
            {
                "name": ACCESS_COOKIE,
                "value": token,
                "url": site,
                "httpOnly": True,
                "sameSite": "Strict",
            }
        ]
    )
    return context


async def _keep(page: Page, name: str) -> None:
    if folder := os.environ.get("INTERVUE_SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def test_whoever_is_signed_out_is_sent_to_sign_in(browser: Browser, site: str) -> None:
    page = await browser.new_page()
    await page.goto(f"{site}{WORKFLOWS}")
    assert page.url == f"{site}/login/?next={WORKFLOWS}"
    answer = await page.request.get(f"{site}/temporal/api/v1/namespaces/default/workflows")
    assert answer.status == 401


async def test_a_recruiter_reads_their_own_interviews_and_no_others(
    browser: Browser, site: str, settings: Settings, temporal: Client
) -> None:
    ours, theirs = await asyncio.gather(
        found_company(settings, temporal, "Zanzibar Quill"),
        found_company(settings, temporal, "Ouagadougou Brook"),
    )
    more = [await hold_interview(settings, temporal, "Ada", ours.organization_id) for _ in range(3)]
    await type_answers(temporal, ours, "I am well.", "I keep servers alive.", "For six years.")
    page = await (await _recruiter(browser, site, settings, ours)).new_page()
    blocked: list[str] = []
    page.on(
        "console",
        lambda message: (
            blocked.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )

    # The list
    await page.goto(f"{site}/temporal/")
    await page.wait_for_url(f"{site}{WORKFLOWS}**")
    for company in (ours, *more):
        await expect(page.get_by_role("link", name=company.workflow_id).first).to_be_visible()
    await expect(page.get_by_role("heading", name="4 Workflows")).to_be_visible()
    await expect(page.get_by_text(theirs.workflow_id)).to_have_count(0)
    await _keep(page, "temporal-list")
    filtered = f"{site}{WORKFLOWS}?query=WorkflowId%3D%22{theirs.workflow_id}%22"
    await page.goto(filtered)
    await expect(page.get_by_role("heading", name="0 Workflows")).to_be_visible()

    # One interview, in plain text
    await page.goto(f"{site}{WORKFLOWS}/{ours.workflow_id}")
    await page.wait_for_url("**/history**")
    await expect(page.get_by_text("Zanzibar Quill").first).to_be_visible()
    await _keep(page, "temporal-history")
    await expect(page.get_by_text("binary/encrypted")).to_have_count(0)

    # Nothing can be changed, by the button or without it
    for name in ("Request Cancellation", "More Actions"):
        await expect(page.get_by_role("button", name=name)).to_be_disabled()
    for change in ("terminate", "cancel"):
        path = f"/temporal/api/v1/namespaces/default/workflows/{ours.workflow_id}/{change}"
        status, text = await page.evaluate(_POST, [path, {"reason": "a test"}])
        assert (status, "auth.forbidden" in text) == (403, True)
    assert await is_running(temporal, ours)

    # Somebody else's interview
    await page.goto(f"{site}{WORKFLOWS}/{theirs.workflow_id}")
    await expect(page.get_by_text("404", exact=True)).to_be_visible()
    run_id = (await temporal.get_workflow_handle(theirs.workflow_id).describe()).run_id
    await page.goto(f"{site}{WORKFLOWS}/{theirs.workflow_id}/{run_id}/history")
    await expect(page.get_by_text("Not Found", exact=True)).to_be_visible()
    await expect(page.get_by_text("Ouagadougou Brook")).to_have_count(0)
    await _keep(page, "temporal-of-others")
    assert await is_running(temporal, theirs)
    assert blocked == []


async def test_payloads_of_others_stay_sealed(
    browser: Browser, site: str, settings: Settings, temporal: Client
) -> None:
    ours, theirs = await asyncio.gather(
        found_company(settings, temporal, "Zanzibar"),
        found_company(settings, temporal, "Ouagadougou"),
    )
    history = await temporal.get_workflow_handle(theirs.workflow_id).fetch_history()
    started = history.events[0].workflow_execution_started_event_attributes
    body = json_format.MessageToDict(started.input)
    page = await (await _recruiter(browser, site, settings, ours)).new_page()
    await page.goto(f"{site}/temporal/")

    status, text = await page.evaluate(_POST, ["/temporal/codec/decode", body])

    assert status == 200
    assert body["payloads"][0]["data"] in text
