"""Signing in, inviting, and what happens to sessions, page by page."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, Request, expect

from api.cookie_names import ACCESS_COOKIE
from interview.config import Settings
from interview.security.keys import parse_keys
from interview.security.principal import Principal
from interview.security.tokens import AccessTokens
from tests.browser.accessibility import check
from tests.browser.accounts import PASSWORD, Recruiter, Visit, mailed_link, some_address
from tests.browser.fake_room_server import WEB_OUT

pytestmark = [
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
]


async def test_whoever_is_signed_out_signs_in_and_comes_back(browser: Browser, site: str) -> None:
    visit, grace = await Visit.begin(browser, site), Recruiter()
    await grace.register(site)
    await visit.open("/desk/invitations/")
    await expect(visit.by_id("signed-out")).to_be_visible()
    await visit.page.get_by_role("link", name="Sign in").click()
    await visit.fill_in(grace.email, "not the password")
    await visit.is_told("do not belong together")
    assert "/login/" in visit.page.url
    await check(visit, "a password that is wrong")
    await visit.fill_in(grace.email, grace.password)
    await visit.page.wait_for_url(f"{site}/desk/invitations/")
    await visit.by_id("sign-out").click()
    await visit.page.wait_for_url(f"{site}/login/")
    await visit.open("/desk/")
    await expect(visit.by_id("signed-out")).to_be_visible()
    assert visit.problems == []


async def test_a_password_is_not_sent_before_the_page_is_there(browser: Browser, site: str) -> None:
    context = await browser.new_context(java_script_enabled=False)
    visit = await Visit.begin(browser, site, context)
    await visit.open("/login/")
    await visit.fill_in("grace@company.example", PASSWORD)
    await expect(visit.button("Sign in")).to_be_disabled()
    assert visit.page.url == f"{site}/login/"


async def test_the_organizations_own_sign_in_is_there_where_it_is_set_up(
    browser: Browser, site: str
) -> None:
    visit = await Visit.begin(browser, site)
    await visit.open("/login/")
    await expect(visit.page.get_by_role("link", name="Register an organization")).to_be_visible()
    await expect(visit.by_id("openid")).to_have_count(0)
    ways = {"registration": "closed", "openid": True}
    await visit.page.route("**/api/v1/auth/methods", lambda route: route.fulfill(json=ways))
    await visit.open("/login/")
    await expect(visit.by_id("openid")).to_have_attribute("href", "/api/v1/auth/oidc/start")
    await expect(visit.page.get_by_role("link", name="Register an organization")).to_have_count(0)
    await check(visit, "an organization's own sign-in")
    await visit.open("/register/")
    await expect(visit.page.locator("h1")).to_have_text("Registration is closed here")
    await check(visit, "a closed registration")


async def test_signing_in_leads_to_our_own_pages_alone(browser: Browser, site: str) -> None:
    visit, grace = await Visit.begin(browser, site), Recruiter()
    await grace.register(site)
    await visit.open("/login/?next=//elsewhere.example/")
    await visit.fill_in(grace.email, grace.password)
    await visit.page.wait_for_url(f"{site}/desk/")


async def test_a_candidate_comes_in_by_the_link_and_is_granted_more_time(
    browser: Browser, site: str
) -> None:
    desk = await Visit.begin(browser, site)
    await desk.open("/register/")
    await desk.page.get_by_label("Organization").fill("Harbour & Sons")
    await desk.page.get_by_label("Mail address").fill(some_address())
    await desk.page.get_by_label("Password").fill(PASSWORD)
    await desk.button("Register").click()
    await desk.page.wait_for_url(f"{site}/desk/")
    await desk.page.get_by_role("link", name="Invite a candidate").click()
    await desk.page.get_by_label("Candidate's name").fill("Ada")
    await desk.button("Make the link").click()
    link = await desk.by_id("issued-link").input_value()
    await expect(desk.by_id("invitation")).to_have_attribute("data-state", "open")

    candidate = await Visit.begin(browser, site)
    await candidate.open(link.partition("localhost:8000")[2])
    await candidate.by_id("join-extra-time").select_option("2")
    await check(candidate, "an invitation")
    await candidate.by_id("join-consent").click()
    await candidate.page.wait_for_url(f"{site}/interview/**")
    await expect(candidate.by_id("join")).to_be_visible()
    await check(candidate, "the gate")

    await desk.page.get_by_role("link", name="Accommodations").click()
    await expect(desk.by_id("asked")).to_contain_text("Twice the time")
    await check(desk, "more time that is asked for")
    await desk.by_id("grant").click()
    await expect(desk.page.get_by_text("Nothing waits for an answer.")).to_be_visible()
    await desk.page.get_by_role("link", name="Invitations").click()
    await expect(desk.by_id("invitation")).to_have_attribute("data-state", "used")
    await expect(desk.by_id("take-back-link")).to_have_count(0)
    # Somebody has come in: whose link would another one be?
    await desk.by_id("new-link").click()
    await desk.by_id("cancel-same-person").click()
    await expect(desk.by_id("invitation")).to_have_count(1)
    await desk.by_id("new-link").click()
    await expect(desk.page.get_by_role("dialog")).to_contain_text("Ada has come in already")
    await check(desk, "whose link another one is")
    await desk.page.keyboard.press("Escape")
    await desk.page.get_by_role("link", name="Interviews").click()
    await expect(desk.by_id("interview")).to_contain_text("Ada")
    await desk.page.get_by_label("Search").fill("nobody")
    await expect(desk.page.get_by_text("Nothing fits your search.")).to_be_visible()
    await check(desk, "a search that finds nothing")

    # Their session is for the interview alone, and what is kept of it is theirs.
    await candidate.open("/desk/")
    await expect(candidate.page.get_by_text("This page is for recruiters")).to_be_visible()
    await check(candidate, "a page for others")
    await candidate.page.get_by_role("link", name="Go to your account").click()
    async with candidate.page.expect_download() as saved:
        await candidate.button("Save a copy").click()
    assert (await saved.value).suggested_filename.startswith("interview-")
    await candidate.button("Withdraw consent and erase").click()
    await candidate.page.keyboard.press("Escape")
    await expect(candidate.by_id("confirm-erase")).to_be_hidden()
    await candidate.button("Withdraw consent and erase").click()
    await check(candidate, "a consent about to be withdrawn")
    await candidate.by_id("confirm-erase").click()
    await expect(candidate.by_id("withdrawn")).to_be_visible()
    await check(candidate, "a consent that is withdrawn")
    assert desk.problems == candidate.problems == []


async def test_an_admin_sets_the_retention_and_erases_an_interview(
    browser: Browser, site: str
) -> None:
    visit, grace = await Visit.begin(browser, site), Recruiter()
    await grace.register(site)
    await visit.sign_in(grace)
    await visit.page.get_by_role("link", name="Organization").click()
    await expect(visit.by_id("retention")).to_contain_text("until somebody erases them")
    days = visit.page.get_by_label("Days to keep an interview")
    await days.fill("90")
    await visit.button("Save").click()
    await visit.by_id("cancel-retention").click()
    await expect(visit.by_id("retention")).to_contain_text("until somebody erases them")
    await visit.button("Save").click()
    await check(visit, "a retention that erases")
    await visit.by_id("confirm-retention").click()
    await expect(visit.by_id("retention")).to_contain_text("90 days after their end")
    await visit.page.reload()
    await expect(days).to_have_value("90")
    # More time takes nothing away, and asks nothing.
    await days.fill("")
    await visit.button("Save").click()
    await expect(visit.by_id("retention")).to_contain_text("until somebody erases them")

    await visit.open("/desk/invitations/")
    await visit.page.get_by_label("Candidate's name").fill("Ada")
    await visit.button("Make the link").click()
    await expect(visit.by_id("issued")).to_be_visible()
    await visit.open("/desk/")
    await visit.button("Erase Ada").click()
    await visit.page.keyboard.press("Escape")
    await visit.button("Erase Ada").click()
    await check(visit, "an interview about to be erased")
    await visit.page.get_by_role("dialog").get_by_role("button", name="Erase").click()
    await expect(visit.by_id("receipt")).to_contain_text("Receipt")
    await check(visit, "an interview that is erased")
    assert visit.problems == []


async def test_a_session_revoked_elsewhere_says_so(browser: Browser, site: str) -> None:
    grace = Recruiter()
    await grace.register(site)
    here, there = [await Visit.begin(browser, site) for _ in range(2)]
    await here.sign_in(grace)
    await there.sign_in(grace)
    await here.open("/account/")
    await expect(here.by_id("device")).to_have_count(3)  # registering was one
    await check(here, "three devices")
    await here.by_id("revoke-others").click()
    await expect(here.by_id("device")).to_have_count(1)
    await there.page.get_by_role("link", name="Invitations").click()
    await expect(there.by_id("signed-out")).to_contain_text("signed out on this device")
    await check(there, "signed out elsewhere")
    await here.by_id("revoke-all").click()
    await expect(here.by_id("signed-out")).to_be_visible()


async def test_a_password_is_set_by_the_mailed_link(
    browser: Browser, site: str, settings: Settings
) -> None:
    visit, grace = await Visit.begin(browser, site), Recruiter()
    await grace.register(site)
    await visit.open("/login/")
    await visit.page.get_by_role("link", name="Forgot your password?").click()
    await visit.page.wait_for_url(f"{site}/reset-password/")
    await visit.page.get_by_label("Mail address").fill(grace.email)
    await visit.button("Send the link").click()
    await expect(visit.by_id("reset-asked")).to_be_visible()
    await check(visit, "a mail that is on its way")
    link = await mailed_link(settings, grace.email, site, "/reset-password/")
    await visit.page.goto(link)
    await expect(visit.by_id("reset-form")).to_be_visible()
    assert "#" not in visit.page.url
    await visit.page.get_by_label("New password").fill("password123")
    await visit.button("Set the password").click()
    await visit.is_told("among the first that anybody would try")
    await check(visit, "a password that is refused")
    await visit.page.get_by_label("New password").fill("another nanosecond")
    await visit.button("Set the password").click()
    await expect(visit.by_id("reset-done")).to_be_visible()
    await check(visit, "a password that is set")
    await visit.sign_in(Recruiter(grace.email, "another nanosecond"))

    # Once.
    await visit.open("/account/")
    again = await Visit.begin(browser, site)
    await again.page.goto(link)
    await again.page.get_by_label("New password").fill("a third nanosecond")
    await again.button("Set the password").click()
    await again.is_told("Ask for a new one")


async def test_people_and_keys_wait_for_a_confirmed_address(
    browser: Browser, site: str, settings: Settings
) -> None:
    visit, grace = await Visit.begin(browser, site), Recruiter()
    await grace.register(site)
    await visit.sign_in(grace)
    await visit.open("/desk/people/")
    await visit.page.get_by_label("Mail address").fill(some_address())
    await visit.page.keyboard.press("Enter")
    await visit.is_told("First open the link that was mailed to you")
    await visit.open("/account/")
    await visit.by_id("mail-address-link").click()
    await expect(visit.by_id("address-link-sent")).to_be_visible()
    link = await mailed_link(settings, grace.email, site, "/confirm-address/")

    # Whoever is signed in as nobody, or as somebody else, vouches for nothing by it.
    stranger = await Visit.begin(browser, site)
    await stranger.page.goto(link)
    await expect(stranger.by_id("signed-out")).to_be_visible()
    other = Recruiter()
    await other.register(site)
    await stranger.sign_in(other)
    await stranger.page.goto(link)
    await expect(stranger.page.get_by_text(other.email)).to_be_visible()
    await stranger.by_id("prove-address").click()
    await stranger.is_told("of another account")
    await check(stranger, "somebody else's address")

    await visit.page.goto(link)
    await expect(visit.page.get_by_text(grace.email)).to_be_visible()
    assert "#" not in visit.page.url
    await visit.by_id("prove-address").click()
    await expect(visit.by_id("address-proved")).to_be_visible()
    await check(visit, "an address that is proved")
    await visit.open("/desk/people/")
    await visit.page.get_by_label("Mail address").fill(somebody := some_address())
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.get_by_role("cell", name=somebody, exact=True)).to_be_visible()
    await check(visit, "two people")
    await visit.open("/desk/keys/")
    await visit.page.get_by_label("What it is for").fill("Our own pages")
    await visit.button("Make the key").click()
    await expect(visit.by_id("key-secret")).to_be_visible()
    await expect(visit.by_id("key")).to_have_count(1)
    await check(visit, "a key and its secret")
    assert visit.problems == []


async def test_a_refused_openid_sign_in_is_told_by_the_page(browser: Browser, site: str) -> None:
    visit, grace = await Visit.begin(browser, site), Recruiter()
    await grace.register(site)
    await visit.open("/login/?problem=oidc.invalid_state&next=%2Fdesk%2Finvitations%2F")
    await visit.is_told("took too long, or was begun in another window")
    await visit.fill_in(grace.email, grace.password)
    await visit.page.wait_for_url(f"{site}/desk/invitations/")
    await visit.open("/login/?problem=<img src=x>")
    assert visit.problems == []


async def test_tabs_with_an_old_access_token_renew_it_once(
    browser: Browser, site: str, settings: Settings
) -> None:
    first, grace = await Visit.begin(browser, site), Recruiter()
    await grace.register(site)
    await first.sign_in(grace)
    account = await (await first.page.request.get(f"{site}/api/v1/account")).json()
    long_ago = AccessTokens(
        parse_keys("AUTH_KEYS", settings.auth_keys), settings.public_url, clock=lambda: 1e9
    )
    who = Principal(
        "user",
        organization_id=account["organization_id"],
        role=account["role"],
        user_id=account["user_id"],
        session_id=account["session_id"],
    )
    await first.page.goto("about:blank")
    context = first.page.context
    old = {"name": ACCESS_COOKIE, "value": long_ago.issue(who), "url": site, "httpOnly": True}
    await context.add_cookies([{**old, "sameSite": "Strict"}])  # type: ignore[list-item] a TypedDict
    renewals: list[str] = []

    def count(request: Request) -> None:
        if request.url.endswith("/auth/refresh"):
            renewals.append(request.url)

    context.on("request", count)
    second = await Visit.begin(browser, site, context)
    await asyncio.gather(first.open("/desk/"), second.open("/desk/invitations/"))
    await expect(first.by_id("sign-out")).to_be_visible()
    await expect(second.by_id("sign-out")).to_be_visible()
    assert len(renewals) == 1


def _pages(*, of_accounts: bool) -> list[str]:
    """All that are built, so that none can be forgotten."""
    folders = [file.parent.relative_to(WEB_OUT) for file in WEB_OUT.rglob("index.html")]
    paths = [f"/{folder}/".replace("/./", "/") for folder in sorted(folders)]
    known = [path for path in paths if path not in ("/404/", "/_not-found/")]
    return [path for path in known if path.startswith(("/desk/", "/account/")) == of_accounts]


async def test_no_rule_of_accessibility_is_broken(browser: Browser, site: str) -> None:
    grace = Recruiter()
    await grace.register(site)
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    visit = await Visit.begin(browser, site, context)
    others = ("/reset-password/#token=none", "/join/#none", "/desk/", "/no-such-page/")
    for path in (*_pages(of_accounts=False), *others):
        await visit.open(path)
        await check(visit, path)
    await visit.sign_in(grace)
    await visit.open("/desk/invitations/")
    await visit.button("Make the link").click()
    await expect(visit.by_id("invitation")).to_be_visible()
    await check(visit, "an issued link")
    pages = _pages(of_accounts=True)
    assert {"/desk/", "/desk/interview/", "/account/"} < set(pages)
    for path in pages:
        await visit.open(path)
        await expect(visit.page.locator('[aria-busy="true"]')).to_have_count(0)
        await expect(visit.page.get_by_text("Loading…")).to_have_count(0)
        await check(visit, path)
    assert visit.problems == []
