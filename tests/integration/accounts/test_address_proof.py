"""That an address is whose it is said to be."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from interview.config import Settings
from interview.persistence.database import Database
from tests.integration.accounts.conftest import (
    PASSWORD,
    Person,
    change,
    code,
    link_secret,
    login,
    mails,
    new_address,
    prove,
    register,
    value,
)

pytestmark = pytest.mark.integration

PROOF = "/api/v1/account/address/proof"
LINK = "/api/v1/account/address/link"


async def mailed(settings: Settings, person: Person, count: int = 1) -> str:
    """The newest secret, once there are so many."""
    async with asyncio.timeout(10):
        while len(mails(settings, person.email)) < count:  # noqa: ASYNC110 - a folder
            await asyncio.sleep(0.01)
    return link_secret(mails(settings, person.email)[-1])


async def made(http: httpx.AsyncClient, by: Person) -> list[str]:
    """What became of what outlasts its maker: a key, and a member."""
    key = {"name": "Backdoor", "scopes": ["interviews:read"]}
    answers = [
        await http.post("/api/v1/api-keys", json=key, headers=by.headers),
        await http.post("/api/v1/members", json={"email": new_address()}, headers=by.headers),
    ]
    return ["ok" if answer.is_success else code(answer) for answer in answers]


async def test_until_it_is_proved_nothing_that_lasts_is_made(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    person = await register(http)
    account = (await http.get("/api/v1/account", headers=person.headers)).json()
    assert account["address_proved_at"] is None
    assert await made(http, person) == ["account.address_unproved"] * 2
    await prove(http, settings, person)
    account = (await http.get("/api/v1/account", headers=person.headers)).json()
    assert account["address_proved_at"] is not None
    assert await made(http, person) == ["ok"] * 2


async def test_opening_the_link_does_not_vouch_for_an_account_of_somebody_else(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    """Its owner gets a mail they did not ask for, and follows it: signed out, or as themselves."""
    attacker = await register(http)
    secret = await mailed(settings, attacker)
    owner = await register(http)
    assert (await http.post(PROOF, json={"token": secret})).status_code == 401
    refused = await http.post(PROOF, json={"token": secret}, headers=owner.headers)
    assert (refused.status_code, code(refused)) == (400, "proof.invalid")
    assert await made(http, attacker) == ["account.address_unproved"] * 2


async def test_a_link_is_used_once_and_mailed_again(
    http: httpx.AsyncClient, settings: Settings, database: Database
) -> None:
    person = await register(http)
    first = await mailed(settings, person)
    late = "UPDATE password_resets SET expires_at = now() WHERE user_id = :id"
    await change(database, late, id=person.user_id)
    old = await http.post(PROOF, json={"token": first}, headers=person.headers)
    assert code(old) == "proof.invalid"
    assert (await http.post(LINK, headers=person.headers)).status_code == 204
    body = {"token": await mailed(settings, person, 2)}
    for _ in range(2):
        assert (await http.post(PROOF, json=body, headers=person.headers)).status_code == 204
    # Who is proved needs none, and none of the old ones sets a password.
    assert (await http.post(LINK, headers=person.headers)).status_code == 204
    assert len(mails(settings, person.email)) == 2
    reset = body | {"password": "something else entirely"}
    assert code(await http.post("/api/v1/auth/password/reset", json=reset)) == "reset.invalid"
    await login(http, person.email)


async def test_setting_a_password_by_mail_proves_it_and_ends_the_keys_of_before(
    http: httpx.AsyncClient, settings: Settings, database: Database
) -> None:
    """Keys made before addresses had to be proved, by whoever registered."""
    attacker = await register(http)
    proved = "UPDATE users SET address_proved_at = {} WHERE user_id = :id"
    await change(database, proved.format("now()"), id=attacker.user_id)
    key = {"name": "Backdoor", "scopes": ["interviews:read"]}
    made = await http.post("/api/v1/api-keys", json=key, headers=attacker.headers)
    backdoor = {"Authorization": f"Bearer {made.json()['secret']}"}
    await change(database, proved.format("NULL"), id=attacker.user_id)
    assert (await http.get("/api/v1/interviews", headers=backdoor)).is_success
    reset = {"token": await mailed(settings, attacker), "password": "the owner's own phrase"}
    assert (await http.post("/api/v1/auth/password/reset", json=reset)).status_code == 204
    assert code(await http.get("/api/v1/interviews", headers=backdoor)) == "auth.revoked"
    body = {"email": attacker.email, "password": PASSWORD}
    assert code(await http.post("/api/v1/auth/login", json=body)) == "auth.failed"
    at = "SELECT address_proved_at FROM users WHERE user_id = :id"
    assert await value(database, at, id=attacker.user_id) is not None


async def test_an_admin_who_is_demoted_meanwhile_makes_no_key(
    http: httpx.AsyncClient, settings: Settings, admin: Person, database: Database
) -> None:
    """By a token that says what they were."""
    demoted = "UPDATE users SET role = 'recruiter' WHERE user_id = :id"
    await http.get("/api/v1/account", headers=admin.headers)  # the gate remembers them
    await change(database, demoted, id=admin.user_id)
    key = {"name": "Late", "scopes": ["interviews:read"]}
    refused = await http.post("/api/v1/api-keys", json=key, headers=admin.headers)
    assert code(refused) in ("account.changed", "auth.expired")
    count = "SELECT count(*) FROM api_keys WHERE created_by = :id"
    assert await value(database, count, id=admin.user_id) == 0
