"""Passwords that were forgotten: links that are good once, for a while, and for their owner."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from interview.accounts.digests import digest
from interview.config import Settings
from interview.persistence.database import Database
from tests.integration.accounts.conftest import (
    Person,
    change,
    code,
    link_secret,
    login,
    mails,
    new_address,
    refreshed,
    value,
    who,
)

pytestmark = pytest.mark.integration

NEW = "a microsecond of wire"


async def asked(http: httpx.AsyncClient, settings: Settings, email: str) -> str:
    """The secret of the newest link."""
    before = len(mails(settings, email))
    response = await http.post("/api/v1/auth/password/forgot", json={"email": email})
    assert response.status_code == 202
    async with asyncio.timeout(5):
        while len(mails(settings, email)) == before:  # noqa: ASYNC110 - a folder
            await asyncio.sleep(0.01)
    return link_secret(mails(settings, email)[-1])


async def reset(http: httpx.AsyncClient, token: str, password: str = NEW) -> httpx.Response:
    body = {"token": token, "password": password}
    return await http.post("/api/v1/auth/password/reset", json=body)


async def test_a_link_sets_a_password_and_ends_every_session(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    laptop = await login(http, admin.email)
    token = await asked(http, settings, admin.email)
    assert (await reset(http, token)).status_code == 204
    for person in (admin, laptop):
        assert await who(http, person) == "auth.revoked"
        assert code(await refreshed(http, person.refresh_token)) == "auth.revoked"
    await login(http, admin.email, NEW)
    again = await reset(http, token, "yet another good one")
    assert (again.status_code, code(again)) == (400, "reset.invalid")
    await login(http, admin.email, NEW)


async def test_of_many_at_once_one_link_is_used_once(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    one, other = [await asked(http, settings, admin.email) for _ in range(2)]
    answers = await asyncio.gather(
        *(reset(http, token, f"{NEW} {n}") for n, token in enumerate([one, other] * 4))
    )
    assert sorted(answer.status_code for answer in answers) == [204] + [400] * 7
    (number,) = (n for n, answer in enumerate(answers) if answer.status_code == 204)
    await login(http, admin.email, f"{NEW} {number}")


async def test_a_weak_password_does_not_use_the_link_up(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    token = await asked(http, settings, admin.email)
    assert code(await reset(http, token, "password123")) == "password.weak"
    assert code(await reset(http, token, admin.email)) == "password.weak"
    assert (await reset(http, token)).status_code == 204


async def test_a_link_is_good_for_an_hour(
    http: httpx.AsyncClient, settings: Settings, admin: Person, database: Database
) -> None:
    token = await asked(http, settings, admin.email)
    minutes = (
        "SELECT extract(epoch FROM expires_at - now()) / 60 FROM password_resets "
        "WHERE token_hash = :h"
    )
    assert 59 < await value(database, minutes, h=digest(token)) <= 60
    expire = "UPDATE password_resets SET expires_at = now() WHERE token_hash = :h"
    await change(database, expire, h=digest(token))
    assert code(await reset(http, token)) == "reset.invalid"


async def test_a_changed_password_ends_the_links(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    token = await asked(http, settings, admin.email)
    body = {"current": "a nanosecond of wire", "new": "another good one"}
    path = "/api/v1/account/password"
    assert (await http.post(path, json=body, headers=admin.headers)).status_code == 204
    assert code(await reset(http, token)) == "reset.invalid"


async def test_the_answer_does_not_say_who_has_an_account(
    http: httpx.AsyncClient, settings: Settings, admin: Person, database: Database
) -> None:
    disabled = new_address()
    nobody = new_address()
    await change(
        database,
        "INSERT INTO users (user_id, organization_id, role, email, disabled_at) "
        "VALUES (gen_random_uuid(), :o, 'recruiter', :e, now())",
        o=admin.organization_id,
        e=disabled,
    )
    answers = [
        await http.post("/api/v1/auth/password/forgot", json={"email": email})
        for email in (nobody, disabled, admin.email)
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, answers[0].text)}
    await asked(http, settings, admin.email)  # by now the others would have been mailed
    assert mails(settings, nobody) == mails(settings, disabled) == []


async def test_a_disabled_user_sets_no_password(
    http: httpx.AsyncClient, settings: Settings, admin: Person, database: Database
) -> None:
    token = await asked(http, settings, admin.email)
    disable = "UPDATE users SET disabled_at = now() WHERE user_id = :u"
    await change(database, disable, u=admin.user_id)
    assert code(await reset(http, token)) == "reset.invalid"


@pytest.mark.parametrize("token", ["x", "x" * 200, "☃", "\0"])
async def test_a_link_that_was_never_given_out(http: httpx.AsyncClient, token: str) -> None:
    assert code(await reset(http, token)) == "reset.invalid"
