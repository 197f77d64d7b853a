"""Registering, signing in and changing passwords, by browsers and by other clients."""

from __future__ import annotations

import asyncio
import json
from http.cookies import Morsel, SimpleCookie
from typing import Any

import httpx
import pytest

from api.cookie_names import ACCESS_COOKIE, REFRESH_COOKIE
from interview.config import Settings
from interview.persistence.database import Database
from tests.integration.accounts.conftest import (
    BEARER,
    PASSWORD,
    Person,
    client,
    code,
    login,
    new_address,
    refreshed,
    register,
    value,
    who,
)
from tests.integration.api.servers import serving

pytestmark = pytest.mark.integration

PATHS = {ACCESS_COOKIE: "/", REFRESH_COOKIE: "/"}


def cookies(response: httpx.Response) -> dict[str, Morsel[str]]:
    jar: SimpleCookie = SimpleCookie()
    for line in response.headers.get_list("set-cookie"):
        jar.load(line)
    return dict(jar)


def sent(response: httpx.Response, *names: str) -> dict[str, str]:
    """As a browser sends them back."""
    found = cookies(response)
    return {"Cookie": "; ".join(f"{name}={found[name].value}" for name in names)}


def body(**changes: Any) -> dict[str, Any]:
    return {"email": new_address(), "password": PASSWORD, "organization": "Company"} | changes


async def test_registering_makes_an_organization_and_its_admin(http: httpx.AsyncClient) -> None:
    response = await http.post("/api/v1/auth/register", json=body(name=" Grace ") | BEARER)
    made = response.json()["account"]
    assert response.status_code == 201
    assert made["role"] == "admin"
    assert made["name"] == "Grace"
    assert made["organization_name"] == "Company"
    other = await register(http)
    assert other.organization_id != made["organization_id"]
    person = Person.of(response.json())
    shown = (await http.get("/api/v1/account", headers=person.headers)).json()
    assert shown == made
    assert (await login(http, f" {person.email.upper()}")).user_id == person.user_id


async def test_of_many_with_one_address_one_is_registered(
    http: httpx.AsyncClient, database: Database
) -> None:
    email = new_address()
    answers = await asyncio.gather(
        *(
            http.post(
                "/api/v1/auth/register",
                json=body(email=spelled, organization=f"{email} {number}") | BEARER,
            )
            for number, spelled in enumerate([email, email.upper(), email.title(), email] * 2)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert {code(a) for a in answers if a.status_code == 409} == {"account.address_taken"}
    left = "SELECT count(*) FROM organizations WHERE name LIKE :n"
    assert await value(database, left, n=f"{email}%") == 1, "the others left nothing behind"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"password": "short"}, "password.weak"),
        ({"password": "password123"}, "password.weak"),
        ({"password": "x1y2" * 60}, "password.weak"),
        ({"password": "x" * 1001}, "request.invalid"),
        ({"email": "grace"}, "request.invalid"),
        ({"email": "grace@navy@example"}, "request.invalid"),
        ({"email": "grace@navy.example\r\nBcc: x@y"}, "request.invalid"),
        ({"email": "gr\u00e4ce@navy.example"}, "request.invalid"),
        ({"email": "a" * 250 + "@x.example"}, "request.invalid"),
        ({"organization": " "}, "request.invalid"),
        ({"organization": "\0"}, "request.invalid"),
        ({"name": "\ud800"}, "request.invalid"),
        ({"role": "admin"}, "request.invalid"),
    ],
)
async def test_what_cannot_be_registered(
    http: httpx.AsyncClient, changes: dict[str, Any], expected: str
) -> None:
    content = json.dumps(body(**changes))  # in ASCII, with half of a pair as it is
    headers = {"Content-Type": "application/json"}
    response = await http.post("/api/v1/auth/register", content=content, headers=headers)
    assert (response.status_code, code(response)) == (400, expected)
    assert "set-cookie" not in response.headers
    assert all(str(v) not in response.text for v in changes.values() if len(str(v)) > 20)


async def test_registration_may_be_closed(settings: Settings) -> None:
    closed = settings.model_copy(update={"registration": "closed"})
    async with serving(closed) as url, client(url) as http:
        response = await http.post("/api/v1/auth/register", json=body())
        assert (response.status_code, code(response)) == (403, "registration.closed")
        assert (await http.get("/api/v1/auth/methods")).json()["registration"] == "closed"


async def test_what_is_wrong_with_a_login_is_not_told(
    http: httpx.AsyncClient, admin: Person
) -> None:
    tried = [
        {"email": admin.email, "password": "not the password"},
        {"email": admin.email, "password": "x" * 900},
        {"email": new_address(), "password": PASSWORD},
    ]
    answers = [await http.post("/api/v1/auth/login", json=body) for body in tried]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert code(answers[0]) == "auth.failed"
    assert all("set-cookie" not in answer.headers for answer in answers)


@pytest.mark.parametrize("path", ["register", "login"])
async def test_a_browser_gets_cookies_and_nothing_else(
    http: httpx.AsyncClient, admin: Person, path: str
) -> None:
    new = body() if path == "register" else {"email": admin.email, "password": PASSWORD}
    response = await http.post(f"/api/v1/auth/{path}", json=new)
    assert response.is_success
    found = cookies(response)
    assert {name: morsel["path"] for name, morsel in found.items()} == PATHS
    for morsel in found.values():
        assert morsel["httponly"]
        assert morsel["samesite"] == "strict"
        assert not morsel["domain"]
        assert int(morsel["max-age"]) == pytest.approx(14 * 86400, abs=60)  # pyright: ignore[reportUnknownMemberType]
        assert morsel.value not in response.text
    assert not {"access_token", "refresh_token"} & set(response.json())
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("public_url", "secure"),
    [
        ("http://localhost:8000", False),
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
        ("http://app.localhost", False),
        ("https://localhost", True),
        ("https://intervue.example", True),
        ("http://intervue.example", True),
        ("http://localhost.evil.example", True),
    ],
)
async def test_cookies_are_secure_but_on_this_machine(
    settings: Settings, public_url: str, secure: bool
) -> None:
    there = settings.model_copy(update={"public_url": public_url})
    async with serving(there) as url, client(url) as http:
        response = await http.post("/api/v1/auth/register", json=body())
        found = cookies(response)
        assert [bool(morsel["secure"]) for morsel in found.values()] == [secure] * 2
        # The prefix says that this host has set it: refused elsewhere, and needless there.
        prefix = "__Host-" if secure else ""
        assert set(found) == {prefix + ACCESS_COOKIE, prefix + REFRESH_COOKIE}
        assert {morsel["path"] for morsel in found.values()} == {"/"}
        assert not any(morsel["domain"] for morsel in found.values())
        account = await http.get("/api/v1/account", headers=sent(response, prefix + ACCESS_COOKIE))
        assert account.json() == response.json()["account"]


async def test_a_cookie_that_a_neighbour_has_set_signs_nobody_in(settings: Settings) -> None:
    """Under one domain anybody may set cookies for all, but none with the prefix."""
    there = settings.model_copy(update={"public_url": "https://intervue.example"})
    own = {"Origin": "https://intervue.example", "Host": "intervue.example"}
    async with serving(there) as url, client(url) as http:
        attacker = await http.post("/api/v1/auth/register", json=body())
        victim = await http.post("/api/v1/auth/register", json=body())
        kept = {name: cookies(victim)[f"__Host-{name}"].value for name in PATHS}
        thrown = {name: cookies(attacker)[f"__Host-{name}"].value for name in PATHS}
        planted = {"Cookie": "; ".join(f"{name}={value}" for name, value in thrown.items())}
        account = await http.get("/api/v1/account", headers=planted)
        assert code(account) == "auth.missing"
        refreshing = await http.post("/api/v1/auth/refresh", json={}, headers=planted | own)
        assert code(refreshing) == "auth.missing"
        ours = "; ".join(f"__Host-{name}={value}" for name, value in kept.items())
        both = {"Cookie": f"{ours}; {planted['Cookie']}"}
        account = await http.get("/api/v1/account", headers=both)
        assert account.json() == victim.json()["account"]
        refreshing = await http.post("/api/v1/auth/refresh", json={}, headers=both | own)
        assert refreshing.json()["account"] == victim.json()["account"]
        await http.post("/api/v1/auth/logout", headers=planted | own)
        assert (await http.get("/api/v1/account", headers=both)).status_code == 200
        out = await http.post("/api/v1/auth/logout", headers=both | own)
        assert {n: m["path"] for n, m in cookies(out).items()} == {
            f"__Host-{name}": "/" for name in PATHS
        }
        assert all(morsel["secure"] for morsel in cookies(out).values()), "or it stays"


async def test_another_client_gets_tokens_and_no_cookie(http: httpx.AsyncClient) -> None:
    person = await register(http)
    response = await refreshed(http, person.refresh_token)
    assert "set-cookie" not in response.headers
    assert response.json()["refresh_token"] != person.refresh_token


async def test_a_browser_refreshes_by_its_cookie(http: httpx.AsyncClient) -> None:
    registered = await http.post("/api/v1/auth/register", json=body())
    by_access = sent(registered, ACCESS_COOKIE)
    assert code(await http.post("/api/v1/auth/refresh", json={}, headers=by_access)) == (
        "auth.missing"
    )
    first = sent(registered, REFRESH_COOKIE)
    response = await http.post("/api/v1/auth/refresh", json={}, headers=first)
    assert response.status_code == 200
    assert sent(response, REFRESH_COOKIE) != first
    account = await http.get("/api/v1/account", headers=sent(response, ACCESS_COOKIE))
    assert account.json() == registered.json()["account"]
    # A script that could read an answer would get no token by asking for one.
    asked = await http.post("/api/v1/auth/refresh", json=BEARER, headers=first)
    assert code(asked) == "auth.missing"


ELSEWHERE = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
]


@pytest.mark.parametrize("origin", ELSEWHERE)
async def test_a_page_of_another_site_changes_nothing(
    http: httpx.AsyncClient, settings: Settings, origin: dict[str, str]
) -> None:
    registered = await http.post("/api/v1/auth/register", json=body())
    assert registered.status_code == 201
    both = sent(registered, ACCESS_COOKIE)
    refresh = sent(registered, REFRESH_COOKIE)
    change = {"current": PASSWORD, "new": "another good one"}
    session = registered.json()["account"]["session_id"]
    for method, path, sent_body, cookie in (
        ("POST", "/api/v1/account/password", change, both),
        ("DELETE", "/api/v1/account/sessions", None, both),
        ("DELETE", f"/api/v1/account/sessions/{session}", None, both),
        ("POST", "/api/v1/members", {"email": new_address()}, both),
        ("POST", "/api/v1/api-keys", {"name": "x", "scopes": ["audit:read"]}, both),
        ("POST", "/api/v1/auth/logout", None, both),
        ("POST", "/api/v1/auth/refresh", {}, refresh),
        ("POST", "/api/v1/auth/login", {"email": new_address(), "password": PASSWORD}, {}),
        ("POST", "/api/v1/auth/register", body(), {}),
    ):
        response = await http.request(method, path, json=sent_body, headers=cookie | origin)
        assert (response.status_code, code(response)) == (403, "auth.forbidden"), path
        assert "set-cookie" not in response.headers
    # Nothing of it has happened; and what our own page asks for does.
    for own in (str(http.base_url).rstrip("/"), *settings.cors_origins):
        headers = refresh | {"Origin": own, "Sec-Fetch-Site": "same-origin"}
        response = await http.post("/api/v1/auth/refresh", json={}, headers=headers)
        assert response.status_code == 200, response.text
    read = await http.get("/api/v1/account", headers=both | origin)
    assert read.status_code == 200, "no other page can read the answer"


async def test_a_bearer_token_is_sent_by_nobody_by_accident(
    http: httpx.AsyncClient, admin: Person
) -> None:
    headers = admin.headers | {"Origin": "https://tool.example"}
    response = await http.delete("/api/v1/account/sessions", headers=headers)
    assert response.status_code == 204


async def test_logging_out_takes_the_cookies_away(http: httpx.AsyncClient) -> None:
    registered = await http.post("/api/v1/auth/register", json=body())
    both = sent(registered, ACCESS_COOKIE)
    response = await http.post("/api/v1/auth/logout", headers=both)
    found = cookies(response)
    assert {name: morsel["path"] for name, morsel in found.items()} == PATHS
    assert all(morsel.value == "" and morsel["max-age"] == "0" for morsel in found.values())
    assert code(await http.get("/api/v1/account", headers=both)) == "auth.revoked"
    refresh = sent(registered, REFRESH_COOKIE)
    assert code(await http.post("/api/v1/auth/refresh", json={}, headers=refresh)) == "auth.revoked"
    nobody = await http.post("/api/v1/auth/logout")
    assert nobody.status_code == 204


async def test_a_changed_password_ends_the_other_sessions(
    http: httpx.AsyncClient, admin: Person
) -> None:
    laptop = await login(http, admin.email)
    path, new = "/api/v1/account/password", "another good one"
    wrong = await http.post(
        path, json={"current": "not the password", "new": new}, headers=admin.headers
    )
    assert (wrong.status_code, code(wrong)) == (401, "auth.failed")
    weak = await http.post(
        path, json={"current": PASSWORD, "new": admin.email}, headers=admin.headers
    )
    assert (weak.status_code, code(weak)) == (400, "password.weak")
    assert await who(http, laptop) == "ok"
    done = await http.post(path, json={"current": PASSWORD, "new": new}, headers=admin.headers)
    assert done.status_code == 204
    assert await who(http, admin) == "ok"
    assert await who(http, laptop) == "auth.revoked"
    assert code(await refreshed(http, laptop.refresh_token)) == "auth.revoked"
    old = {"email": admin.email, "password": PASSWORD}
    assert code(await http.post("/api/v1/auth/login", json=old)) == "auth.failed"
    await login(http, admin.email, new)


async def test_of_two_changes_at_once_one_is_made(http: httpx.AsyncClient, admin: Person) -> None:
    answers = await asyncio.gather(
        *(
            http.post(
                "/api/v1/account/password",
                json={"current": PASSWORD, "new": f"another good one {number}"},
                headers=admin.headers,
            )
            for number in range(4)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [204, 401, 401, 401]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/account"),
        ("POST", "/api/v1/account/password"),
        ("GET", "/api/v1/account/sessions"),
        ("DELETE", "/api/v1/account/sessions"),
        ("GET", "/api/v1/members"),
        ("GET", "/api/v1/api-keys"),
    ],
)
async def test_nobody_is_asked_to_sign_in(http: httpx.AsyncClient, method: str, path: str) -> None:
    response = await http.request(method, path)
    assert response.status_code in (400, 401)
    if response.status_code == 401:
        assert code(response) == "auth.missing"


async def test_anonymous_interviews_stay_possible_in_development(settings: Settings) -> None:
    async with serving(settings.model_copy(update={"debug": True})) as url, client(url) as http:
        response = await http.post("/api/v1/interviews", json={"role": "demo"})
        assert response.status_code == 201
        person = await register(http)
        listed = await http.get("/api/v1/interviews", headers=person.headers)
        assert listed.json()["items"] == [], "their organization has none"
    async with serving(settings) as url, client(url) as http:
        response = await http.post("/api/v1/interviews", json={"role": "demo"})
        assert code(response) == "auth.missing"
