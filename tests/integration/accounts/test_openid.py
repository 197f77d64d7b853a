"""Sign-in with an OpenID provider that runs as a process of its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass, field
from http.cookies import Morsel, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api.cookie_names import ACCESS_COOKIE, OPENID_COOKIE, REFRESH_COOKIE
from interview.config import Settings
from interview.persistence.database import Database
from launcher.ports import free_port
from tests.integration.accounts.conftest import (
    PASSWORD,
    Person,
    change,
    client,
    code,
    new_address,
    refreshed,
    register,
    value,
    who,
)
from tests.integration.api.servers import serving

pytestmark = pytest.mark.integration

START, CALLBACK = "/api/v1/auth/oidc/start", "/api/v1/auth/oidc/callback"


@pytest.fixture(scope="session")
def issuer() -> Generator[str]:
    port = free_port()
    options = ["-p", str(port), "--require-nonce", "true"]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    issuer = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, "the provider ended"
        assert time.monotonic() < deadline, "the provider does not come up"
        try:
            httpx.get(f"{issuer}/jwks", trust_env=False).raise_for_status()
            break
        except httpx.HTTPError:
            time.sleep(0.1)
    yield issuer
    process.terminate()
    process.wait(10)


@pytest.fixture
def settings(settings: Settings, issuer: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    changes = {"oidc_issuer": issuer, "oidc_client_id": "intervue", "oidc_client_secret": "secret"}
    return Settings.model_validate(settings.model_dump() | changes)


def found(response: httpx.Response) -> dict[str, Morsel[str]]:
    jar: SimpleCookie = SimpleCookie()
    for line in response.headers.get_list("set-cookie"):
        jar.load(line)
    return dict(jar)


@dataclass
class Browser:
    """Somebody at the provider, who signs in here."""

    http: httpx.AsyncClient
    issuer: str
    subject: str = field(default_factory=lambda: uuid.uuid4().hex)

    async def has(self, **claims: Any) -> Browser:
        """At the provider."""
        async with httpx.AsyncClient(trust_env=False) as http:
            response = await http.put(f"{self.issuer}/users/{self.subject}", json=claims)
            response.raise_for_status()
        return self

    async def start(self) -> tuple[httpx.URL, str]:
        """The provider's page, and the cookie."""
        response = await self.http.get(START)
        assert response.status_code == 303, response.text
        return httpx.URL(response.headers["location"]), found(response)[OPENID_COOKIE].value

    async def consent(self, page: httpx.URL, action: str = "accept") -> dict[str, str]:
        """What the provider sends the browser back with."""
        async with httpx.AsyncClient(trust_env=False) as http:
            data = {"sub": self.subject, "action": action}
            response = await http.post(page, data=data)
        assert response.status_code == 302, response.text
        back = httpx.URL(response.headers["location"])
        assert str(back.copy_with(query=None)) == f"http://localhost:8000{CALLBACK}"
        return dict(back.params)

    async def come_back(self, answer: dict[str, str], cookie: str | None) -> httpx.Response:
        headers = {"Cookie": f"{OPENID_COOKIE}={cookie}"} if cookie is not None else {}
        return await self.http.get(CALLBACK, params=answer, headers=headers)

    async def sign_in(self) -> httpx.Response:
        page, cookie = await self.start()
        return await self.come_back(await self.consent(page), cookie)


@pytest.fixture
def browser(http: httpx.AsyncClient, issuer: str) -> Browser:
    return Browser(http, issuer)


async def account(http: httpx.AsyncClient, response: httpx.Response) -> dict[str, Any]:
    """Of whoever is signed in by the cookies of `response`."""
    assert response.status_code == 303, response.text
    cookie = {"Cookie": f"{ACCESS_COOKIE}={found(response)[ACCESS_COOKIE].value}"}
    return (await http.get("/api/v1/account", headers=cookie)).raise_for_status().json()


def refused(response: httpx.Response, expected: str) -> None:
    """As the sign-in page tells it."""
    assert response.status_code == 303, response.text
    assert response.headers["location"] == f"http://localhost:8000/login/?problem={expected}"
    assert ACCESS_COOKIE not in found(response)


async def test_somebody_with_an_account_comes_in(
    http: httpx.AsyncClient, browser: Browser, admin: Person
) -> None:
    assert (await http.get("/api/v1/auth/methods")).json()["openid"] is True
    await browser.has(email=admin.email.upper(), email_verified=True, name="Grace")
    page, cookie = await browser.start()
    asked = parse_qs(urlsplit(str(page)).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert set(asked["scope"][0].split()) == {"openid", "email", "profile"}
    for name in ("code_challenge", "nonce", "state"):
        assert len(asked[name][0]) >= 43
        assert asked[name][0] not in cookie, "what the answer must fit is sealed"
    response = await browser.come_back(await browser.consent(page), cookie)
    assert response.headers["location"] == "http://localhost:8000/login/"
    cookies = found(response)
    assert cookies[OPENID_COOKIE].value == ""
    for name in (ACCESS_COOKIE, REFRESH_COOKIE):
        assert cookies[name]["samesite"] == "strict"
        assert cookies[name]["httponly"]
    assert (await account(http, response))["user_id"] == admin.user_id


async def test_the_cookie_of_an_attempt_is_for_it_alone(browser: Browser) -> None:
    response = await browser.http.get(START)
    morsel = found(response)[OPENID_COOKIE]
    assert morsel["httponly"]
    assert morsel["samesite"] == "lax", "the provider's page sends the browser back"
    assert morsel["path"] == "/"
    assert int(morsel["max-age"]) == 600


async def test_an_identity_stays_whose_it_is(
    http: httpx.AsyncClient, browser: Browser, admin: Person
) -> None:
    await browser.has(email=admin.email, email_verified=True)
    await account(http, await browser.sign_in())
    other = await register(http)
    await browser.has(email=other.email, email_verified=True)
    assert (await account(http, await browser.sign_in()))["user_id"] == admin.user_id
    await browser.has()
    assert (await account(http, await browser.sign_in()))["user_id"] == admin.user_id


async def test_whoever_took_the_address_before_is_put_out(
    http: httpx.AsyncClient, browser: Browser, admin: Person, database: Database
) -> None:
    """Nobody has to prove that the address is theirs before they have an account by it; once they
    could make keys without that, too."""
    key = {"name": "Backdoor", "scopes": ["interviews:read"]}
    made = await http.post("/api/v1/api-keys", json=key, headers=admin.headers)
    backdoor = {"Authorization": f"Bearer {made.json()['secret']}"}
    unproved = "UPDATE users SET address_proved_at = NULL WHERE user_id = :id"
    await change(database, unproved, id=admin.user_id)
    await browser.has(email=admin.email, email_verified=True)
    first = await browser.sign_in()
    assert await who(http, admin) == "auth.revoked"
    assert code(await refreshed(http, admin.refresh_token)) == "auth.revoked"
    body = {"email": admin.email, "password": PASSWORD}
    assert code(await http.post("/api/v1/auth/login", json=body)) == "auth.failed"
    await browser.sign_in()
    assert (await account(http, first))["address_proved_at"] is not None
    assert code(await http.get("/api/v1/interviews", headers=backdoor)) == "auth.revoked"


@pytest.mark.parametrize("claims", [{}, {"email_verified": False}, {"email_verified": "true"}])
async def test_an_address_that_was_not_verified_is_nobodys(
    browser: Browser, admin: Person, claims: dict[str, Any]
) -> None:
    await browser.has(email=admin.email, **claims)
    refused(await browser.sign_in(), "oidc.no_account")


async def test_a_stranger_does_not_come_in(browser: Browser) -> None:
    await browser.has(email=new_address(), email_verified=True)
    refused(await browser.sign_in(), "oidc.no_account")


async def test_a_disabled_user_does_not_come_in(
    browser: Browser, admin: Person, database: Database
) -> None:
    await browser.has(email=admin.email, email_verified=True)
    disable = "UPDATE users SET disabled_at = now() WHERE user_id = :u"
    await change(database, disable, u=admin.user_id)
    refused(await browser.sign_in(), "oidc.no_account")


@pytest.fixture
async def joining(settings: Settings, admin: Person, issuer: str) -> AsyncGenerator[Browser]:
    """Where whoever comes for the first time joins the admin's organization."""
    there = settings.model_copy(update={"oidc_organization": admin.organization_id})
    async with serving(there) as url, client(url) as http:
        yield Browser(http, issuer)


async def test_a_stranger_joins_as_a_recruiter(joining: Browser, admin: Person) -> None:
    email = new_address()
    await joining.has(email=email, email_verified=True, name="Ada\nLovelace" + "!" * 200)
    made = await account(joining.http, await joining.sign_in())
    assert made["organization_id"] == admin.organization_id
    assert (made["role"], made["email"]) == ("recruiter", email)
    assert made["name"].startswith("AdaLovelace")
    assert len(made["name"]) == 120
    again = await account(joining.http, await joining.sign_in())
    assert again["user_id"] == made["user_id"]


async def test_of_many_at_once_one_is_made(
    joining: Browser, admin: Person, database: Database
) -> None:
    email = new_address()
    await joining.has(email=email, email_verified=True)
    answers = await asyncio.gather(*(joining.sign_in() for _ in range(6)))
    made = {(await account(joining.http, answer))["user_id"] for answer in answers}
    assert len(made) == 1
    count = "SELECT count(*) FROM identities WHERE user_id = :u"
    assert await value(database, count, u=made.pop()) == 1


async def test_a_member_of_another_organization_does_not_come_in(
    http: httpx.AsyncClient, browser: Browser, joining: Browser
) -> None:
    other = await register(http)
    for linked in (False, True):
        await browser.has(email=other.email, email_verified=True)
        joining.subject = browser.subject
        refused(await joining.sign_in(), "oidc.no_account")
        if not linked:
            await account(http, await browser.sign_in())


async def test_where_they_wanted_to_go_comes_back(browser: Browser, admin: Person) -> None:
    await browser.has(email=admin.email, email_verified=True)
    wanted = "/desk/invitations/?a=b&c=d#x"
    response = await browser.http.get(START, params={"next": wanted})
    cookie = found(response)[OPENID_COOKIE].value
    answer = await browser.consent(httpx.URL(response.headers["location"]))
    assert wanted not in str(answer)
    landed = httpx.URL((await browser.come_back(answer, cookie)).headers["location"])
    assert (landed.host, landed.path, dict(landed.params)) == (
        *("localhost", "/login/"),
        {"next": wanted},
    )


async def test_a_place_that_no_cookie_holds_is_the_first_page(
    browser: Browser, admin: Person
) -> None:
    await browser.has(email=admin.email, email_verified=True)
    # In letters, quotes and planes that take up to twelve bytes each where they are kept.
    for long in ("/desk/?q=" + "x" * 491, "/" + '"' * 499, "/" + "\N{GRINNING FACE}" * 499):
        response = await browser.http.get(START, params={"next": long})
        assert response.status_code == 303
        set_cookie = max(response.headers.get_list("set-cookie"), key=len)
        assert len(set_cookie.encode()) <= 4096
        cookie = found(response)[OPENID_COOKIE].value
        answer = await browser.consent(httpx.URL(response.headers["location"]))
        landed = httpx.URL((await browser.come_back(answer, cookie)).headers["location"])
        assert landed.params.get("next") == (long if "x" in long or '"' in long else None)
    longer = await browser.http.get(START, params={"next": "x" * 501})
    assert longer.status_code == 400


# Answers to nothing that was asked


async def test_a_state_that_was_changed(browser: Browser, admin: Person) -> None:
    await browser.has(email=admin.email, email_verified=True)
    page, cookie = await browser.start()
    answer = await browser.consent(page)
    for state in ("", "x", answer["state"] + "x", answer["state"][:-1], "\N{SNOWMAN}"):
        response = await browser.come_back(answer | {"state": state}, cookie)
        refused(response, "oidc.invalid_state")
    del answer["state"]
    refused(await browser.come_back(answer, cookie), "oidc.invalid_state")


async def test_an_answer_in_another_browser(browser: Browser, admin: Person) -> None:
    await browser.has(email=admin.email, email_verified=True)
    page, cookie = await browser.start()
    _, of_another = await browser.start()
    answer = await browser.consent(page)
    key_id, _, sealed = cookie.partition(".")
    for wrong in (
        None,
        "",
        of_another,
        cookie[:-8] + ("A" * 8),
        f"unknown.{sealed}",
        f"{key_id}.",
        f"{key_id}.{'A' * 40}",
        "nonsense",
    ):
        refused(await browser.come_back(answer, wrong), "oidc.invalid_state")
    assert (await browser.come_back(answer, cookie)).status_code == 303


async def test_a_nonce_that_was_changed(browser: Browser, admin: Person) -> None:
    await browser.has(email=admin.email, email_verified=True)
    page, cookie = await browser.start()
    answer = await browser.consent(page.copy_set_param("nonce", uuid.uuid4().hex))
    refused(await browser.come_back(answer, cookie), "auth.failed")


async def test_each_attempt_has_secrets_of_its_own(browser: Browser) -> None:
    """This provider does not look at the challenge; that the verifier fits it is tested with one
    that does."""
    pages = [(await browser.start())[0] for _ in range(3)]
    assert {page.params["code_challenge_method"] for page in pages} == {"S256"}
    assert all(len(page.params["code_challenge"]) == 43 for page in pages)
    for name in ("code_challenge", "state", "nonce"):
        assert len({page.params[name] for page in pages}) == 3, name
    assert not any("verifier" in name for page in pages for name in page.params)


async def test_the_code_of_somebody_else(browser: Browser, admin: Person, issuer: str) -> None:
    """Slipped into the victim's own attempt, so that they work in the attacker's account."""
    attacker = await Browser(browser.http, issuer).has(email=admin.email, email_verified=True)
    theirs = await attacker.consent((await attacker.start())[0])
    page, cookie = await browser.start()
    own_state = parse_qs(urlsplit(str(page)).query)["state"][0]
    answer = theirs | {"state": own_state}
    refused(await browser.come_back(answer, cookie), "auth.failed")


async def test_a_code_is_good_once(browser: Browser, admin: Person) -> None:
    await browser.has(email=admin.email, email_verified=True)
    page, cookie = await browser.start()
    answer = await browser.consent(page)
    assert (await browser.come_back(answer, cookie)).status_code == 303
    refused(await browser.come_back(answer, cookie), "auth.failed")
    refused(await browser.come_back(answer | {"code": "x"}, cookie), "auth.failed")


async def test_an_issuer_that_is_another(browser: Browser, admin: Person, issuer: str) -> None:
    await browser.has(email=admin.email, email_verified=True)
    page, cookie = await browser.start()
    answer = await browser.consent(page)
    wrong = answer | {"iss": "https://evil.example"}
    refused(await browser.come_back(wrong, cookie), "oidc.invalid_state")
    assert (await browser.come_back(answer | {"iss": issuer}, cookie)).status_code == 303


async def test_who_does_not_consent(browser: Browser) -> None:
    page, cookie = await browser.start()
    answer = await browser.consent(page, action="deny")
    assert answer["error"] == "access_denied"
    state = {"state": parse_qs(urlsplit(str(page)).query)["state"][0]}
    refused(await browser.come_back(state | answer, cookie), "auth.failed")


async def test_a_provider_that_is_away(settings: Settings) -> None:
    away = settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:1"})
    async with serving(away) as url, client(url) as http:
        refused(await http.get(START), "oidc.unavailable")
        assert (await http.get("/api/v1/auth/methods")).status_code == 200


async def test_where_there_is_none(settings: Settings) -> None:
    alone = settings.model_copy(update={"oidc_issuer": ""})
    async with serving(alone) as url, client(url) as http:
        for path in (START, CALLBACK):
            response = await http.get(path)
            assert (response.status_code, code(response)) == (404, "oidc.not_offered")
        assert (await http.get("/api/v1/auth/methods")).json()["openid"] is False
