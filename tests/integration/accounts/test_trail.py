"""What is done with accounts is on the trail: ids and codes, in the transaction of the act."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from interview.accounts.digests import digest
from interview.accounts.external import ExternalPeople
from interview.accounts.gate import SessionGate
from interview.accounts.openid import ExternalIdentity
from interview.accounts.sessions import GRACE_S, Sessions
from interview.config import Settings
from interview.errors import AccessError, DatabaseUnavailable
from interview.persistence.access import AccessRecords
from interview.persistence.audit import AuditEvent, AuditTrail
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
    refreshed,
    register,
    value,
)

pytestmark = pytest.mark.integration

Events = Callable[..., Awaitable[list[AuditEvent]]]


@pytest.fixture
def trail(database: Database) -> AuditTrail:
    return AuditTrail(database)


@pytest.fixture
def events(trail: AuditTrail, admin: Person) -> Events:
    """Those of the admin's organization, oldest first, after what registering left; waits until
    there are so many."""
    begun = 3

    async def read(count: int = 0) -> list[AuditEvent]:
        async with asyncio.timeout(10):
            while True:
                page = await trail.page(admin.organization_id, limit=200)
                found = list(reversed(page.items))[begun:]
                if len(found) >= count:
                    return found
                await asyncio.sleep(0.02)

    return read


def told(event: AuditEvent) -> tuple[str, str | None, str, str | None, dict[str, Any]]:
    return (
        event.action,
        event.actor_id if event.actor_kind == "user" else event.actor_kind,
        event.subject_kind,
        event.subject_id,
        event.details,
    )


async def test_registering_begins_an_organizations_trail(trail: AuditTrail, admin: Person) -> None:
    proved, signed_in, created = (await trail.page(admin.organization_id)).items
    assert told(created) == (
        *("organization.created", admin.user_id, "organization", admin.organization_id),
        {},
    )
    method = {"method": "password"}
    assert told(signed_in) == (
        *("auth.signed_in", admin.user_id, "session", admin.session_id),
        method,
    )
    assert told(proved) == ("account.address_proved", *(admin.user_id, "user", admin.user_id), {})


async def test_coming_in_and_going_out(
    http: httpx.AsyncClient, admin: Person, events: Events
) -> None:
    laptop = await login(http, admin.email)
    await http.post("/api/v1/auth/logout", headers=laptop.headers)
    await http.post("/api/v1/auth/logout", headers=laptop.headers)
    method = {"method": "password"}
    assert [told(event) for event in await events()] == [
        ("auth.signed_in", admin.user_id, "session", laptop.session_id, method),
        ("auth.signed_out", admin.user_id, "session", laptop.session_id, {}),
    ]


async def test_whoever_fails_to_come_in(
    http: httpx.AsyncClient, admin: Person, events: Events, database: Database
) -> None:
    wrong = {"email": admin.email, "password": "another one"}
    assert code(await http.post("/api/v1/auth/login", json=wrong)) == "auth.failed"
    first = {"method": "password", "disabled": False}
    expected = ("auth.failed", "anonymous", "user", admin.user_id)
    assert [told(event) for event in await events(1)] == [(*expected, first)]
    await change(
        database, "UPDATE users SET disabled_at = now() WHERE user_id = :u", u=admin.user_id
    )
    right = {"email": admin.email, "password": PASSWORD}
    assert code(await http.post("/api/v1/auth/login", json=right)) == "auth.failed"
    assert told((await events(2))[1]) == (*expected, first | {"disabled": True})


async def test_an_address_of_nobody_is_on_no_trail(
    http: httpx.AsyncClient, admin: Person, events: Events, database: Database
) -> None:
    everything = "SELECT count(*) FROM audit_events"
    before = await value(database, everything)
    for email, password in ((new_address(), PASSWORD), (admin.email, "another one")):
        body = {"email": email, "password": password}
        assert code(await http.post("/api/v1/auth/login", json=body)) == "auth.failed"
    await events(1)  # the second one's, which is noted after the first
    assert await value(database, everything) == before + 1


async def test_sessions_that_are_ended(
    http: httpx.AsyncClient, admin: Person, events: Events
) -> None:
    laptop, phone = await login(http, admin.email), await login(http, admin.email)
    path = "/api/v1/account/sessions"
    for _ in range(2):
        await http.delete(f"{path}/{laptop.session_id}", headers=admin.headers)
    for _ in range(2):
        await http.delete(path, params={"others": True}, headers=admin.headers)
    assert [told(event) for event in (await events())[2:]] == [
        ("session.revoked", admin.user_id, "session", laptop.session_id, {}),
        ("session.revoked", admin.user_id, "user", admin.user_id, {"sessions": 1}),
    ]
    assert phone.session_id not in (laptop.session_id, admin.session_id)


async def test_a_token_that_comes_back(
    http: httpx.AsyncClient, admin: Person, events: Events, database: Database
) -> None:
    await refreshed(http, admin.refresh_token)
    assert await events() == [], "a refresh is everyday"
    await change(
        database,
        "UPDATE refresh_tokens SET used_at = used_at - make_interval(secs => :s) "
        "WHERE token_hash = :h",
        s=GRACE_S + 1,
        h=digest(admin.refresh_token),
    )
    tries = await asyncio.gather(*(refreshed(http, admin.refresh_token) for _ in range(8)))
    assert sorted(map(code, tries)) == ["auth.reused"] + ["auth.revoked"] * 7
    assert [told(event) for event in await events()] == [
        ("token.reused", "anonymous", "session", admin.session_id, {})
    ]


async def test_passwords(
    http: httpx.AsyncClient, settings: Settings, admin: Person, events: Events
) -> None:
    body = {"current": PASSWORD, "new": "two nanoseconds of wire"}
    await login(http, admin.email)
    changed = await http.post("/api/v1/account/password", json=body, headers=admin.headers)
    assert changed.status_code == 204, changed.text
    again = await http.post("/api/v1/account/password", json=body, headers=admin.headers)
    assert code(again) == "auth.failed"
    await http.post("/api/v1/auth/password/forgot", json={"email": admin.email})
    await http.post("/api/v1/auth/password/forgot", json={"email": new_address()})
    await events(3)
    async with asyncio.timeout(10):
        # After the one that proved the address.
        while len(mailed := mails(settings, admin.email)) < 2:  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.02)
    reset = {"token": link_secret(mailed[1]), "password": "three nanoseconds of wire"}
    for _ in range(2):
        await http.post("/api/v1/auth/password/reset", json=reset)
    by_them = (admin.user_id, "user", admin.user_id)
    assert [told(event) for event in (await events())[1:]] == [
        ("password.changed", *by_them, {"sessions": 1}),
        ("password.reset_requested", "anonymous", "user", admin.user_id, {}),
        ("password.reset", *by_them, {"sessions": 1}),
    ]


async def test_members(http: httpx.AsyncClient, admin: Person, events: Events) -> None:
    added = await http.post("/api/v1/members", json={"email": new_address()}, headers=admin.headers)
    user_id = added.json()["user_id"]
    changes: tuple[dict[str, Any], ...] = (
        {"role": "admin"},
        {"role": "admin"},
        {"disabled": True},
        {"disabled": True},
        {"disabled": False, "role": "recruiter"},
        {},
    )
    for changed in changes:
        path = f"/api/v1/members/{user_id}"
        response = await http.patch(path, json=changed, headers=admin.headers)
        assert response.status_code == 200, response.text
    last = f"/api/v1/members/{admin.user_id}"
    refused = await http.patch(last, json={"disabled": True}, headers=admin.headers)
    assert code(refused) == "member.last_admin"
    assert [(event.action, event.details) for event in await events()] == [
        ("member.added", {"role": "recruiter"}),
        ("member.link_issued", {}),
        ("member.role_changed", {"role": "admin", "before": "recruiter"}),
        ("member.disabled", {"sessions": 0}),
        ("member.role_changed", {"role": "recruiter", "before": "admin"}),
        ("member.enabled", {}),
    ]
    assert {(e.actor_id, e.subject_id) for e in await events()} == {(admin.user_id, user_id)}


async def test_api_keys(http: httpx.AsyncClient, admin: Person, events: Events) -> None:
    body = {"name": "Careers page", "scopes": ["interviews:read", "audit:read"]}
    key = (await http.post("/api/v1/api-keys", json=body, headers=admin.headers)).json()
    for _ in range(2):
        path = f"/api/v1/api-keys/{key['key_id']}"
        assert (await http.delete(path, headers=admin.headers)).status_code == 204
    scopes = {"scopes": "audit:read+interviews:read"}
    assert [told(event) for event in await events()] == [
        ("api_key.created", admin.user_id, "api_key", key["key_id"], scopes),
        ("api_key.revoked", admin.user_id, "api_key", key["key_id"], {}),
    ]


async def test_a_candidate_comes_in_by_a_link(
    http: httpx.AsyncClient, admin: Person, events: Events, trail: AuditTrail
) -> None:
    invited = await http.post("/api/v1/invitations", json={"role": "demo"}, headers=admin.headers)
    interview_id = invited.json()["interview_id"]
    secret = invited.json()["link"].partition("#")[2]
    body = {"secret": secret, "transport": "bearer"}
    accepted = (await http.post("/api/v1/invitations/accept", json=body)).json()
    token = {"Authorization": f"Bearer {accepted['access_token']}"}
    await http.post("/api/v1/auth/logout", headers=token)
    page = await trail.page(admin.organization_id, interview_id=interview_id)
    candidate, session = accepted["account"]["user_id"], accepted["account"]["session_id"]
    assert [(event.action, event.actor_id) for event in reversed(page.items)] == [
        ("interview.created", admin.user_id),
        ("invitation.created", admin.user_id),
        ("auth.signed_in", candidate),
        ("invitation.accepted", candidate),
        ("auth.signed_out", candidate),
    ]
    assert {e.subject_id for e in page.items if e.subject_kind == "session"} == {session}


async def test_an_openid_provider_vouches(
    database: Database, sessions: Sessions, admin: Person, events: Events
) -> None:
    gate = SessionGate(AccessRecords(database))
    people = ExternalPeople(database, gate, admin.organization_id)
    stranger = ExternalIdentity("https://issuer.example", new_address(), new_address(), "Ada")
    users = {(await people.user(stranger)).user_id for _ in range(2)}
    (user_id,) = users
    await sessions.start(user_id, method="oidc")
    await change(database, "UPDATE users SET disabled_at = now() WHERE user_id = :u", u=user_id)
    with pytest.raises(AccessError):
        await people.user(stranger)
    by_them = (user_id, "user", user_id)
    found = [told(event) for event in await events()]
    assert found[:2] == [
        ("member.added", *by_them, {"role": "recruiter"}),
        ("identity.linked", *by_them, {}),
    ]
    assert (found[2][0], found[2][4]) == ("auth.signed_in", {"method": "oidc"})
    assert found[3:] == [("auth.failed", *by_them, {"method": "oidc", "disabled": True})]


async def test_nothing_personal_is_on_it(
    http: httpx.AsyncClient, admin: Person, trail: AuditTrail
) -> None:
    """Names and addresses that go in everywhere, and the secrets that come out."""
    named = {"email": f"zebra-{new_address()}", "name": "Quagga Okapi"}
    await http.post("/api/v1/members", json=named, headers=admin.headers)
    body = {"name": "Quagga key", "scopes": ["audit:read"]}
    key = (await http.post("/api/v1/api-keys", json=body, headers=admin.headers)).json()
    invite = {
        "role": "demo",
        "candidate_name": "Quagga Okapi",
        "candidate_email": named["email"],
    }
    invited = await http.post("/api/v1/invitations", json=invite, headers=admin.headers)
    assert invited.status_code == 201, invited.text
    page = await trail.page(admin.organization_id, limit=200)
    written = json.dumps([event.model_dump(mode="json") for event in page.items]).lower()
    assert len(page.items) > 5
    secrets = (key["secret"], admin.access_token, admin.refresh_token)
    for word in ("zebra", "quagga", "okapi", admin.email, *(s.lower() for s in secrets)):
        assert word not in written


async def test_what_is_not_noted_has_not_happened(
    sessions: Sessions, admin: Person, database: Database, events: Events
) -> None:
    """The connection dies at the last statement: the session's end is taken back with it."""
    laptop = await sessions.start(admin.user_id, method="oidc")
    waiting = (
        "SELECT coalesce(min(pid), 0) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
        "AND query LIKE 'INSERT INTO audit_events%' AND datname = current_database()"
    )
    session_id = laptop.principal.session_id
    assert session_id is not None
    async with database.transaction() as blocker:
        await blocker.execute(text("LOCK TABLE audit_events IN SHARE MODE"))
        ending = asyncio.create_task(sessions.revoke(admin.user_id, session_id, "by_user"))
        async with asyncio.timeout(10):
            while not (pid := await value(database, waiting)):  # noqa: ASYNC110 - a row's change
                await asyncio.sleep(0.01)
        await blocker.execute(text("SELECT pg_terminate_backend(:p)"), {"p": pid})
        with pytest.raises(DatabaseUnavailable):
            await ending
    assert [event.action for event in await events()] == ["auth.signed_in"]
    await sessions.refresh(laptop.refresh_token)


async def test_all_of_it_at_once_makes_one_chain(
    http: httpx.AsyncClient, admin: Person, trail: AuditTrail
) -> None:
    """And no two of them wait for each other."""
    added = await http.post("/api/v1/members", json={"email": new_address()}, headers=admin.headers)
    member = f"/api/v1/members/{added.json()['user_id']}"
    other = await register(http)
    key = {"name": "x", "scopes": ["audit:read"]}
    wrong = {"email": other.email, "password": "another one"}
    invite = {"role": "demo"}
    answers = await asyncio.gather(
        *(login(http, admin.email) for _ in range(6)),
        *(http.patch(member, json={"role": r}, headers=admin.headers) for r in ("admin",) * 6),
        *(http.patch(member, json={"disabled": d}, headers=admin.headers) for d in (True, False)),
        *(http.post("/api/v1/api-keys", json=key, headers=admin.headers) for _ in range(10)),
        *(http.post("/api/v1/invitations", json=invite, headers=admin.headers) for _ in range(6)),
        *(http.post("/api/v1/auth/login", json=wrong) for _ in range(4)),
    )
    worst = max(a.status_code for a in answers if isinstance(a, httpx.Response))
    assert worst < 500
    verified = await trail.verify(admin.organization_id)
    assert verified.fault is None
    # Registered, added, mailed; six logins, one change of role, ten keys, twice six for links.
    assert verified.events >= 2 + 2 + 6 + 1 + 10 + 12
