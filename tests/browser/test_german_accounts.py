"""The pages of an account in German, over the real API: candidates' and everybody's."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from interview.config import Settings
from tests.browser.accessibility import check
from tests.browser.accounts import PASSWORD, PHONE, Recruiter, Visit, mailed_link, some_address
from tests.browser.german import is_german

pytestmark = [
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]


async def in_german(browser: Browser, site: str) -> Visit:
    context = await browser.new_context(locale="de-DE", viewport=PHONE)
    return await Visit.begin(browser, site, context)


async def test_an_account_is_made_and_kept_in_german(
    browser: Browser, site: str, settings: Settings
) -> None:
    visit, address = await in_german(browser, site), some_address()
    page, html = visit.page, visit.page.locator("html")
    await visit.open("/account/")
    await expect(visit.by_id("signed-out")).to_be_visible()
    await is_german(visit, "somebody who is signed out")
    await page.get_by_role("link", name="Anmelden").click()
    await expect(page).to_have_title("Anmelden · Intervue")
    await page.get_by_label("E-Mail-Adresse").fill(address)
    await page.get_by_label("Passwort").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await visit.is_told("gehören nicht zusammen")
    await is_german(visit, "a sign-in that is refused")
    await check(visit, "a sign-in that is refused, in German")
    await visit.by_id("language-en").click()
    await visit.is_told("do not belong together")
    await expect(page).to_have_title("Sign in · Intervue")
    await expect(html).to_have_attribute("lang", "en")
    await visit.by_id("language-de").click()

    await page.get_by_role("link", name="Organisation registrieren").click()
    await page.get_by_label("Organisation").fill("Hafen & Co.")
    await page.get_by_label("E-Mail-Adresse").fill(address)
    await page.get_by_label("Passwort").fill("password123")
    await visit.button("Registrieren").click()
    await visit.is_told("Dieses Passwort geht nicht")
    await is_german(visit, "a password that is too weak")
    await page.get_by_label("Passwort").fill(PASSWORD)
    await visit.button("Registrieren").click()
    await page.wait_for_url(f"{site}/desk/")
    # The desk is in English, also where it has the same head.
    await expect(visit.by_id("sign-out")).to_have_text("Sign out")
    await expect(html).to_have_attribute("lang", "en")
    await expect(visit.by_id("language")).to_have_count(0)
    await page.get_by_role("link", name="Account").click()
    await expect(visit.by_id("device")).to_have_count(1)
    await expect(page.locator("h1")).to_have_text("Ihr Konto")
    await visit.by_id("mail-address-link").click()
    await expect(visit.by_id("address-link-sent")).to_be_visible()
    await is_german(visit, "the account")
    await check(visit, "the account, in German")

    await page.goto(await mailed_link(settings, address, site, "/confirm-address/"))
    await expect(visit.by_id("prove-address")).to_be_visible()
    await is_german(visit, "before an address is proved")
    await visit.by_id("prove-address").click()
    await expect(visit.by_id("address-proved")).to_be_visible()
    await is_german(visit, "an address that is proved")

    await visit.open("/reset-password/")
    await page.get_by_label("E-Mail-Adresse").fill(address)
    await visit.button("Link schicken").click()
    await expect(visit.by_id("reset-asked")).to_be_visible()
    await is_german(visit, "a link that was mailed")
    await page.goto(await mailed_link(settings, address, site, "/reset-password/"))
    await page.get_by_label("Neues Passwort").fill("another nanosecond")
    await is_german(visit, "before a password is set")
    await check(visit, "before a password is set, in German")
    await visit.button("Passwort festlegen").click()
    await expect(visit.by_id("reset-done")).to_be_visible()
    await is_german(visit, "a password that is set")
    assert visit.problems == []


async def test_whoever_reads_the_notice_in_german_consents_to_that_one(
    browser: Browser, site: str
) -> None:
    desk, grace = await Visit.begin(browser, site), Recruiter()
    await grace.register(site)
    await desk.sign_in(grace)
    await desk.open("/desk/invitations/")
    await desk.button("Make the link").click()
    link = await desk.by_id("issued-link").input_value()

    visit = await in_german(browser, site)
    page, notice = visit.page, visit.by_id("join-notice")
    await visit.open(link.partition("localhost:8000")[2])
    await expect(notice.locator("[lang=de]")).to_contain_text("Eine KI führt das Interview")
    await is_german(visit, "an invitation")
    await check(visit, "an invitation, in German")
    await visit.by_id("language-en").click()
    await expect(notice.locator("[lang=en]")).to_contain_text("An AI interviews you")
    await visit.by_id("language-de").click()
    await expect(notice.locator("[lang=de]")).to_be_visible()
    await visit.by_id("join-consent").click()
    await page.wait_for_url(f"{site}/interview/**")
    interview_id = page.url.partition("id=")[2]
    consent = await page.request.get(f"{site}/api/v1/interviews/{interview_id}/consent")
    assert (await consent.json())["consent"]["notice_version"] == "v1.de"

    await visit.open("/account/")
    await expect(visit.by_id("device")).to_have_count(1)
    await visit.button("Einwilligung zurücknehmen und löschen").click()
    await is_german(visit, "a candidate's account")
    await check(visit, "a candidate's account, in German")
    await visit.by_id("confirm-erase").click()
    await expect(visit.by_id("withdrawn")).to_be_visible()
    await is_german(visit, "a consent that is withdrawn")
    assert desk.problems == visit.problems == []
