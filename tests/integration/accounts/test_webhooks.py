"""Webhooks of an organization: who makes them, what they may name, and the secret's key."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from interview.config import Settings
from interview.persistence import webhooks
from interview.persistence.database import Database
from interview.persistence.deliveries import DeliveryRecords, Due, Unsent
from interview.security.data_keys import build_data_keys
from interview.security.keys import new_key
from interview.security.principal import Principal
from interview.security.seal import EncryptionError
from interview.webhooks.guard import Guard
from interview.webhooks.managing import MAX_WEBHOOKS, Webhooks
from interview.webhooks.secrets import Sealed, WebhookSecrets
from tests.integration.accounts.conftest import Person, change, code, prove, register, value

pytestmark = pytest.mark.integration

PATH = "/api/v1/webhooks"
DELIVERIES = "/api/v1/webhook-deliveries"
URL = "https://hooks.company.example/intervue?token=hidden"


async def made(http: httpx.AsyncClient, admin: Person, **more: Any) -> dict[str, Any]:
    body = {"url": URL, "events": ["interview.completed"]} | more
    response = await http.post(PATH, json=body, headers=admin.headers)
    assert response.status_code == 201, response.text
    return response.json()


async def noted(database: Database, admin: Person, subject: str = "s") -> str:
    """An event; its delivery."""
    async with database.transaction() as connection:
        of, data = admin.organization_id, {"state": "approved"}
        await webhooks.tell(connection, of, "plan.approved", subject, data)
    found = "SELECT delivery_id::text FROM webhook_deliveries WHERE organization_id = :o LIMIT 1"
    return await value(database, found, o=admin.organization_id)


async def test_it_is_as_it_was_made_and_its_secret_is_shown_once(
    http: httpx.AsyncClient, admin: Person
) -> None:
    hook = await made(http, admin, events=["plan.approved", "evaluation.done", "plan.approved"])
    assert hook["secret"].startswith("whsec_")
    assert hook["events"] == ["evaluation.done", "plan.approved"]
    assert (hook["url"], hook["active"], hook["disabled"]) == (URL, True, None)
    shown = {key: of for key, of in hook.items() if key != "secret"}
    read = await http.get(f"{PATH}/{hook['webhook_id']}", headers=admin.headers)
    assert read.json() == shown
    where = f"{PATH}/{hook['webhook_id']}"
    change = {"url": "https://other.company.example/", "events": ["interview.erased"]}
    changed = await http.patch(where, json=change, headers=admin.headers)
    assert changed.json() == shown | change | {"updated_at": changed.json()["updated_at"]}
    trail = (await http.get("/api/v1/audit", headers=admin.headers)).text
    assert "webhook.created" in trail
    assert "webhook.changed" in trail
    assert "hidden" not in trail
    assert "company.example" not in trail


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"url": "http://hooks.company.example/"}, "webhook.url_invalid"),
        ({"url": "https://127.0.0.1/"}, "webhook.url_invalid"),
        ({"url": "https://[fd00::1]/"}, "webhook.url_invalid"),
        ({"url": "https://a:b@hooks.company.example/"}, "webhook.url_invalid"),
        ({"url": "https://hooks.company.example/\u0000"}, "webhook.url_invalid"),
        ({"events": []}, "request.invalid"),
        ({"events": ["interview.begun"]}, "request.invalid"),
        ({"secret": "whsec_mine"}, "request.invalid"),
        ({"active": "yes"}, "request.invalid"),
    ],
)
async def test_what_cannot_be_is_refused(
    http: httpx.AsyncClient, admin: Person, body: dict[str, Any], expected: str
) -> None:
    whole = {"url": URL, "events": ["interview.completed"]} | body
    assert code(await http.post(PATH, json=whole, headers=admin.headers)) == expected
    where = f"{PATH}/{(await made(http, admin))['webhook_id']}"
    refused = await http.patch(where, json=body, headers=admin.headers)
    assert (refused.status_code, code(refused)) == (400, expected)


async def test_who_has_not_proved_their_address_has_nothing_sent(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    stranger = await register(http)
    body = {"url": URL, "events": ["interview.completed"]}
    refused = await http.post(PATH, json=body, headers=stranger.headers)
    assert (refused.status_code, code(refused)) == (409, "account.address_unproved")
    await prove(http, settings, stranger)
    await made(http, stranger)


async def test_there_are_only_so_many_even_at_once(http: httpx.AsyncClient, admin: Person) -> None:
    body = {"url": URL, "events": ["interview.completed"]}
    tried = [http.post(PATH, json=body, headers=admin.headers) for _ in range(MAX_WEBHOOKS + 4)]
    answers = await asyncio.gather(*tried)
    statuses = [response.status_code for response in answers]
    assert (statuses.count(201), statuses.count(409)) == (MAX_WEBHOOKS, 4)
    assert {code(r) for r in answers if r.status_code == 409} == {"webhook.too_many"}


async def test_another_organizations_are_not_there(
    http: httpx.AsyncClient, settings: Settings, admin: Person, database: Database
) -> None:
    hook = await made(http, admin, events=["plan.approved"])
    delivery_id = await noted(database, admin)
    stranger = await prove(http, settings, await register(http))
    where = f"{PATH}/{hook['webhook_id']}"
    tried = [
        http.get(where, headers=stranger.headers),
        http.patch(where, json={"active": False}, headers=stranger.headers),
        http.delete(where, headers=stranger.headers),
        http.post(f"{where}/secret", headers=stranger.headers),
        http.post(f"{DELIVERIES}/{delivery_id}/redelivery", headers=stranger.headers),
    ]
    assert [r.status_code for r in await asyncio.gather(*tried)] == [404] * 5
    for query in ({}, {"webhook_id": hook["webhook_id"]}, {"webhook_id": "x"}):
        listed = await http.get(DELIVERIES, params=query, headers=stranger.headers)
        assert listed.json() == {"items": [], "next_cursor": None}
    own = await http.get(DELIVERIES, headers=admin.headers)
    assert [one["delivery_id"] for one in own.json()["items"]] == [delivery_id]


async def test_the_list_comes_page_by_page(
    http: httpx.AsyncClient, admin: Person, database: Database
) -> None:
    await made(http, admin, events=["plan.approved"])
    for number in range(7):
        await noted(database, admin, str(number))
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        page = (await http.get(DELIVERIES, params=query, headers=admin.headers)).json()
        seen += [one["delivery_id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 7
    bad = await http.get(DELIVERIES, params={"cursor": "x"}, headers=admin.headers)
    assert code(bad) == "page.invalid_cursor"


# What was told, try by try


async def test_a_try_is_counted_before_it_is_made(
    http: httpx.AsyncClient, admin: Person, database: Database
) -> None:
    records = DeliveryRecords(database)
    await made(http, admin, events=["plan.approved"])
    delivery_id = await noted(database, admin)
    for tries in (1, 2):
        due = await records.begin(delivery_id)
        assert isinstance(due, Due)
        assert (due.tries, due.url) == (tries, URL)
    await records.failed(delivery_id, "webhook.timeout", None, 60.0)
    waiting = await records.begin(delivery_id)
    assert isinstance(waiting, Unsent)
    assert 55 < (waiting.wait_s or 0) <= 60
    (shown,) = (await http.get(DELIVERIES, headers=admin.headers)).json()["items"]
    assert (shown["attempts"], shown["last_error"]) == (2, "webhook.timeout")
    await records.delivered(delivery_id, 200)
    assert await records.begin(delivery_id) == Unsent()
    # What comes after that is of no account.
    await records.failed(delivery_id, "webhook.timeout", None, None)
    await records.gone(delivery_id, URL, 410)
    (shown,) = (await http.get(DELIVERIES, headers=admin.headers)).json()["items"]
    assert (shown["state"], shown["last_status"]) == ("delivered", 200)


async def test_an_address_that_was_changed_is_not_disabled_by_the_one_before(
    http: httpx.AsyncClient, admin: Person, database: Database
) -> None:
    hook = await made(http, admin, events=["plan.approved"])
    delivery_id = await noted(database, admin)
    where = f"{PATH}/{hook['webhook_id']}"
    due = await DeliveryRecords(database).begin(delivery_id)
    assert isinstance(due, Due)
    elsewhere = {"url": "https://new.company.example/"}
    await http.patch(where, json=elsewhere, headers=admin.headers)
    await DeliveryRecords(database).gone(delivery_id, due.url, 410)
    assert (await http.get(where, headers=admin.headers)).json()["active"]


async def test_who_claims_at_once_gets_others_and_nobody_twice(
    http: httpx.AsyncClient, admin: Person, database: Database
) -> None:
    await change(database, "DELETE FROM webhook_deliveries")
    await made(http, admin, events=["plan.approved"])
    for number in range(20):
        await noted(database, admin, str(number))
    records = DeliveryRecords(database)
    claimed = await asyncio.gather(*(records.claim(8) for _ in range(5)))
    ids = [delivery_id for page in claimed for delivery_id, _ in page]
    assert len(ids) == len(set(ids)) == 20
    assert await records.claim(100) == []
    await change(database, "UPDATE webhook_deliveries SET look_at = now()")
    assert len(await records.claim(100)) == 20


async def test_what_is_long_over_is_forgotten(
    http: httpx.AsyncClient, admin: Person, database: Database
) -> None:
    records = DeliveryRecords(database)
    await made(http, admin, events=["plan.approved"])
    old = await noted(database, admin)
    await records.delivered(old, 200)
    await noted(database, admin, "other")
    assert await records.forget_old() == 0
    aged = "UPDATE webhook_deliveries SET finished_at = now() - interval '31 days' WHERE state <> "
    await change(database, f"{aged}'pending'")
    assert await records.forget_old() >= 1
    (left,) = (await http.get(DELIVERIES, headers=admin.headers)).json()["items"]
    assert left["state"] == "pending"


# The secret


async def test_secrets_follow_the_master_key(
    settings: Settings, database: Database, admin: Person, http: httpx.AsyncClient
) -> None:
    older, newer = new_key(), new_key()
    await change(database, "DELETE FROM webhooks")

    def of(*keys: str) -> WebhookSecrets:
        given = settings.model_copy(update={"master_keys": SecretStr(",".join(keys))})
        return WebhookSecrets(build_data_keys(given, database))

    by = Principal("user", admin.organization_id, role="admin", user_id=admin.user_id)
    row, _ = await Webhooks(database, of(older), Guard()).create(by, URL, ["plan.approved"])
    hooks = Webhooks(database, of(older), Guard())
    _, secret = await hooks.renew_secret(by, row.webhook_id)
    # The key of before is still among them.
    assert await of(newer, older).rotate(database) == (1, 0)
    assert await of(newer, older).rotate(database) == (0, 0)
    due = await DeliveryRecords(database).begin(await noted(database, admin))
    assert isinstance(due, Due)
    kept = due.secret
    assert kept.old_secret is not None
    opened = of(newer).open(row.webhook_id, Sealed(kept.secret, kept.secret_key_id))
    assert opened == secret
    of(newer).open(row.webhook_id, Sealed(kept.old_secret, kept.old_secret_key_id))
    # Another webhook's is not taken for it, and what no key opens is said.
    with pytest.raises(EncryptionError):
        of(newer).open("another", Sealed(kept.secret, kept.secret_key_id))
    assert await of(new_key()).rotate(database) == (0, 1)
