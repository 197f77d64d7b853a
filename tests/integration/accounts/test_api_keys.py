"""Keys of integrations: scoped, expiring, revoked."""

from __future__ import annotations

import asyncio
from typing import Any, get_args

import httpx
import pytest

from api.authorization import RULES
from interview.accounts.digests import digest
from interview.config import Settings
from interview.persistence.database import Database
from interview.persistence.vocabulary import ApiScope
from tests.integration.accounts.conftest import (
    Person,
    change,
    code,
    prove,
    register,
    value,
)
from tests.integration.accounts.test_members import joined, patched

pytestmark = pytest.mark.integration

PATH = "/api/v1/api-keys"


async def created(http: httpx.AsyncClient, admin: Person, *scopes: str, **more: Any) -> Any:
    body = {"name": "Applicant tracking", "scopes": scopes} | more
    response = await http.post(PATH, json=body, headers=admin.headers)
    assert response.status_code == 201, response.text
    return response.json()


def by(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_the_scopes_are_those_of_the_rules() -> None:
    assert set(get_args(ApiScope)) == {rule.scope for rule in RULES.values() if rule.scope}


async def test_a_key_does_what_its_scopes_say_in_its_organization(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    made = await http.post("/api/v1/interviews", json={"role": "demo"}, headers=admin.headers)
    own = made.json()["interview_id"]
    reader = by((await created(http, admin, "interviews:read"))["secret"])
    writer = by((await created(http, admin, "interviews:write"))["secret"])
    listed = await http.get("/api/v1/interviews", headers=reader)
    assert [item["interview_id"] for item in listed.json()["items"]] == [own]
    assert (await http.get(f"/api/v1/interviews/{own}", headers=reader)).status_code == 200
    body = {"role": "demo"}
    assert code(await http.post("/api/v1/interviews", json=body, headers=reader)) == (
        "auth.forbidden"
    )
    assert (await http.post("/api/v1/interviews", json=body, headers=writer)).status_code == 201
    assert code(await http.get("/api/v1/interviews", headers=writer)) == "auth.forbidden"
    stranger = await prove(http, settings, await register(http))
    foreign = by((await created(http, stranger, "interviews:read"))["secret"])
    assert code(await http.get(f"/api/v1/interviews/{own}", headers=foreign)) == (
        "interview.not_found"
    )
    for path in ("/api/v1/account", "/api/v1/members", PATH):
        assert code(await http.get(path, headers=reader)) == "auth.forbidden"


async def test_a_secret_is_shown_once_and_kept_hashed(
    http: httpx.AsyncClient, admin: Person, database: Database
) -> None:
    key = await created(http, admin, "audit:read")
    assert key["secret"].startswith("ivk_")
    listed = await http.get(PATH, headers=admin.headers)
    assert listed.json()["items"] == [{k: v for k, v in key.items() if k != "secret"}]
    dump = "SELECT string_agg(k::text, ' ') FROM api_keys k WHERE key_id = :k"
    kept = await value(database, dump, k=key["key_id"])
    assert digest(key["secret"]) in kept
    assert key["secret"] not in kept


@pytest.mark.parametrize("changes", [{"disabled": True}, {"role": "recruiter"}])
async def test_keys_go_with_the_admin_who_made_them(
    http: httpx.AsyncClient, settings: Settings, admin: Person, changes: dict[str, Any]
) -> None:
    second = await joined(http, settings, admin, role="admin")
    theirs = await created(http, second, "interviews:read")
    mine = await created(http, admin, "interviews:read")
    response = await patched(http, admin, second.user_id, **changes)
    assert response.is_success, response.text
    path = "/api/v1/interviews"
    assert code(await http.get(path, headers=by(theirs["secret"]))) == "auth.revoked"
    assert (await http.get(path, headers=by(mine["secret"]))).is_success
    params = {"action": "api_key.revoked"}
    trail = (await http.get("/api/v1/audit", params=params, headers=admin.headers)).json()["items"]
    assert [event["subject_id"] for event in trail] == [theirs["key_id"]]


async def test_a_revoked_key_is_refused_at_once(http: httpx.AsyncClient, admin: Person) -> None:
    key = await created(http, admin, "interviews:read")
    headers, path = by(key["secret"]), f"{PATH}/{key['key_id']}"
    assert (await http.get("/api/v1/interviews", headers=headers)).status_code == 200
    other = await register(http)
    response = await http.delete(path, headers=other.headers)
    assert (response.status_code, code(response)) == (404, "api_key.not_found")
    assert (await http.get("/api/v1/interviews", headers=headers)).status_code == 200
    for _ in range(2):
        assert (await http.delete(path, headers=admin.headers)).status_code == 204
    response = await http.get("/api/v1/interviews", headers=headers)
    assert (response.status_code, code(response)) == (401, "auth.revoked")
    nonsense = await http.delete(f"{PATH}/nonsense", headers=admin.headers)
    assert code(nonsense) == "api_key.not_found"


async def test_a_key_expires(http: httpx.AsyncClient, admin: Person, database: Database) -> None:
    key = await created(http, admin, "interviews:read", expires_in_days=30)
    days = "SELECT extract(epoch FROM expires_at - now()) / 86400 FROM api_keys WHERE key_id = :k"
    assert 29.9 < await value(database, days, k=key["key_id"]) <= 30
    headers = by(key["secret"])
    assert (await http.get("/api/v1/interviews", headers=headers)).status_code == 200
    expire = "UPDATE api_keys SET expires_at = now() WHERE key_id = :k"
    await change(database, expire, k=key["key_id"])
    response = await http.get("/api/v1/interviews", headers=headers)
    assert (response.status_code, code(response)) == (401, "auth.expired")


async def test_its_last_use_is_on_record_to_the_minute(
    http: httpx.AsyncClient, admin: Person, database: Database
) -> None:
    key = await created(http, admin, "interviews:read")
    assert key["last_used_at"] is None
    for _ in range(3):
        await http.get("/api/v1/interviews", headers=by(key["secret"]))
    used = "SELECT last_used_at FROM api_keys WHERE key_id = :k"
    async with asyncio.timeout(5):
        while await value(database, used, k=key["key_id"]) is None:  # noqa: ASYNC110 - a row
            await asyncio.sleep(0.01)
    first = await value(database, used, k=key["key_id"])
    await http.get("/api/v1/interviews", headers=by(key["secret"]))
    assert await value(database, used, k=key["key_id"]) == first


@pytest.mark.parametrize("secret", [b"ivk_", b"ivk_" + b"x" * 43, b"ivk_\xe2\x98\x83"])
async def test_a_key_that_was_never_given_out(http: httpx.AsyncClient, secret: bytes) -> None:
    headers = [(b"authorization", b"Bearer " + secret)]
    response = await http.get("/api/v1/interviews", headers=headers)
    assert (response.status_code, code(response)) == (401, "auth.invalid")


@pytest.mark.parametrize(
    "changes",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"name": ""},
        {"name": "\0"},
        {"expires_in_days": 0},
        {"expires_in_days": 10**9},
        {"secret": "ivk_mine"},
    ],
)
async def test_what_cannot_be_made(
    http: httpx.AsyncClient, admin: Person, changes: dict[str, Any]
) -> None:
    body = {"name": "x", "scopes": ["audit:read"]} | changes
    response = await http.post(PATH, json=body, headers=admin.headers)
    assert (response.status_code, code(response)) == (400, "request.invalid")
