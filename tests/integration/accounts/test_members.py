"""Who belongs to an organization, and may do what there."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from interview.config import Settings
from interview.persistence.database import Database
from tests.integration.accounts.conftest import (
    PASSWORD,
    Person,
    change,
    client,
    code,
    link_secret,
    login,
    mails,
    new_address,
    refreshed,
    register,
    value,
    who,
)
from tests.integration.api.servers import serving

pytestmark = pytest.mark.integration

PATH = "/api/v1/members"


async def added(http: httpx.AsyncClient, admin: Person, **body: Any) -> dict[str, Any]:
    response = await http.post(PATH, json={"email": new_address()} | body, headers=admin.headers)
    assert response.status_code == 201, response.text
    return response.json()


async def joined(
    http: httpx.AsyncClient, settings: Settings, admin: Person, role: str = "recruiter"
) -> Person:
    member = await added(http, admin, role=role)
    body = {"token": link_secret(mails(settings, member["email"])[-1]), "password": PASSWORD}
    assert (await http.post("/api/v1/auth/password/reset", json=body)).status_code == 204
    return await login(http, member["email"])


async def patched(
    http: httpx.AsyncClient, by: Person, user_id: str, **changes: Any
) -> httpx.Response:
    return await http.patch(f"{PATH}/{user_id}", json=changes, headers=by.headers)


async def test_a_member_is_mailed_a_link_and_comes_in(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    member = await added(http, admin, name="Ada", role="recruiter")
    assert member["is_invited"]
    body = {"email": member["email"], "password": PASSWORD}
    assert code(await http.post("/api/v1/auth/login", json=body)) == "auth.failed"
    (mail,) = mails(settings, member["email"])
    assert "Company" in mail.get_content()
    secret = link_secret(mail)
    reset = {"token": secret, "password": PASSWORD}
    assert (await http.post("/api/v1/auth/password/reset", json=reset)).status_code == 204
    ada = await login(http, member["email"])
    assert ada.organization_id == admin.organization_id
    assert code(await http.post("/api/v1/auth/password/reset", json=reset)) == "reset.invalid"
    listed = (await http.get(PATH, headers=admin.headers)).json()["items"]
    assert [item["email"] for item in listed] == [admin.email, ada.email]
    assert not listed[1]["is_invited"]
    link = await http.post(f"{PATH}/{ada.user_id}/link", headers=admin.headers)
    assert (link.status_code, code(link)) == (409, "member.active")


async def test_a_link_is_mailed_again(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    member = await added(http, admin)
    path = f"{PATH}/{member['user_id']}/link"
    assert (await http.post(path, headers=admin.headers)).status_code == 204
    first, second = [link_secret(mail) for mail in mails(settings, member["email"])]
    body = {"token": second, "password": PASSWORD}
    assert (await http.post("/api/v1/auth/password/reset", json=body)).status_code == 204
    assert code(await http.post("/api/v1/auth/password/reset", json=body | {"token": first})) == (
        "reset.invalid"
    )


async def test_an_address_belongs_to_one_account(http: httpx.AsyncClient, admin: Person) -> None:
    other = await register(http)
    body = {"email": other.email}
    response = await http.post(PATH, json=body, headers=admin.headers)
    assert (response.status_code, code(response)) == (409, "account.address_taken")


async def test_without_mail_the_member_is_there_and_the_link_is_sent_later(
    settings: Settings, database: Database
) -> None:
    away = settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    away = Settings.model_validate(away.model_dump())
    email = new_address()
    async with serving(away) as url, client(url) as http:
        await change(
            database,
            "UPDATE users SET address_proved_at = now() WHERE user_id = :id",
            id=(admin := await register(http)).user_id,
        )
        response = await http.post(PATH, json={"email": email}, headers=admin.headers)
        assert (response.status_code, code(response)) == (503, "mail.unavailable")
        assert email not in response.text
    async with serving(settings) as url, client(url) as http:
        listed = (await http.get(PATH, headers=admin.headers)).json()["items"]
        assert [item["email"] for item in listed] == [admin.email, email]
        path = f"{PATH}/{listed[1]['user_id']}/link"
        assert (await http.post(path, headers=admin.headers)).status_code == 204
    assert len(mails(settings, email)) == 1


async def test_a_recruiter_manages_nobody(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    recruiter = await joined(http, settings, admin)
    for method, path, body in (
        ("GET", PATH, None),
        ("POST", PATH, {"email": new_address()}),
        ("PATCH", f"{PATH}/{recruiter.user_id}", {"role": "admin"}),
        ("POST", f"{PATH}/{recruiter.user_id}/link", None),
        ("GET", "/api/v1/api-keys", None),
        ("POST", "/api/v1/api-keys", {"name": "x", "scopes": ["audit:read"]}),
    ):
        response = await http.request(method, path, json=body, headers=recruiter.headers)
        assert (response.status_code, code(response)) == (403, "auth.forbidden"), path


async def test_members_of_another_organization_do_not_exist(
    http: httpx.AsyncClient, admin: Person
) -> None:
    other = await register(http)
    for user_id in (other.user_id, "nonsense", "00000000-0000-4000-8000-000000000009"):
        response = await patched(http, admin, user_id, disabled=True)
        assert (response.status_code, code(response)) == (404, "member.not_found")
        response = await http.post(f"{PATH}/{user_id}/link", headers=admin.headers)
        assert (response.status_code, code(response)) == (404, "member.not_found")
    assert await who(http, other) == "ok"


async def test_who_is_disabled_is_out_and_may_be_let_in_again(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    recruiter = await joined(http, settings, admin)
    assert await who(http, recruiter) == "ok"
    response = await patched(http, admin, recruiter.user_id, disabled=True)
    assert response.json()["disabled_at"] is not None
    assert await who(http, recruiter) == "auth.revoked"
    assert code(await refreshed(http, recruiter.refresh_token)) == "auth.revoked"
    body = {"email": recruiter.email, "password": PASSWORD}
    assert code(await http.post("/api/v1/auth/login", json=body)) == "auth.failed"
    assert (await patched(http, admin, recruiter.user_id, disabled=False)).is_success
    assert await who(http, recruiter) == "auth.revoked", "what was ended stays so"
    await login(http, recruiter.email)


async def test_a_link_of_somebody_disabled_is_good_for_nothing(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    member = await added(http, admin)
    await patched(http, admin, member["user_id"], disabled=True)
    await patched(http, admin, member["user_id"], disabled=False)
    secret = link_secret(mails(settings, member["email"])[-1])
    body = {"token": secret, "password": PASSWORD}
    assert code(await http.post("/api/v1/auth/password/reset", json=body)) == "reset.invalid"


async def test_a_changed_role_counts_from_the_next_token_on(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    recruiter = await joined(http, settings, admin)
    assert await who(http, recruiter) == "ok"
    assert (await patched(http, admin, recruiter.user_id, role="admin")).json()["role"] == "admin"
    assert await who(http, recruiter) == "auth.expired"
    promoted = Person.of((await refreshed(http, recruiter.refresh_token)).json())
    assert (await http.get(PATH, headers=promoted.headers)).status_code == 200


@pytest.mark.parametrize("changes", [{"disabled": True}, {"role": "recruiter"}])
async def test_there_is_always_an_admin(
    http: httpx.AsyncClient, settings: Settings, admin: Person, changes: dict[str, Any]
) -> None:
    await joined(http, settings, admin)
    response = await patched(http, admin, admin.user_id, **changes)
    assert (response.status_code, code(response)) == (409, "member.last_admin")
    # Two who would each put the other out: one of them stays.
    second = await joined(http, settings, admin, role="admin")
    answers = await asyncio.gather(
        patched(http, admin, second.user_id, **changes),
        patched(http, second, admin.user_id, **changes),
    )
    assert sorted(answer.is_success for answer in answers) == [False, True]


async def test_the_list_is_paged_oldest_first(http: httpx.AsyncClient, admin: Person) -> None:
    made = [admin.email] + [(await added(http, admin))["email"] for _ in range(4)]
    listed: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await http.get(PATH, params=params, headers=admin.headers)).json()
        listed += [item["email"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert listed == made
    assert cursor is None
    wrong = await http.get(PATH, params={"cursor": "@"}, headers=admin.headers)
    assert code(wrong) == "page.invalid_cursor"


async def test_a_candidate_is_no_member(
    http: httpx.AsyncClient, admin: Person, database: Database
) -> None:
    user_id = await value(
        database,
        "INSERT INTO users (user_id, organization_id, role) "
        "VALUES (gen_random_uuid(), :o, 'candidate') RETURNING user_id::text",
        o=admin.organization_id,
    )
    listed = (await http.get(PATH, headers=admin.headers)).json()["items"]
    assert [item["user_id"] for item in listed] == [admin.user_id]
    response = await patched(http, admin, user_id, role="admin")
    assert code(response) == "member.not_found"


async def test_colleagues_are_known_by_name_and_no_more(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    ada = await added(http, admin, name="Ada")
    gone = await added(http, admin, name="Grace")
    assert (await patched(http, admin, gone["user_id"], disabled=True)).status_code == 200
    recruiter = await joined(http, settings, admin)
    elsewhere = await register(http)

    found = await http.get("/api/v1/colleagues", headers=recruiter.headers)

    items = found.raise_for_status().json()["items"]
    assert {item["name"] for item in items} >= {"Ada", "Grace"}
    assert {item["user_id"] for item in items} >= {ada["user_id"], gone["user_id"]}
    assert len(items) == 4, "the admin, the recruiter, and the two"
    assert "@" not in found.text
    others = (await http.get("/api/v1/colleagues", headers=elsewhere.headers)).json()["items"]
    assert not {item["user_id"] for item in others} & {item["user_id"] for item in items}
