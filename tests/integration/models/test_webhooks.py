"""Events at a server that fails, hangs, sends elsewhere or is gone, and a worker that dies."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from temporalio.client import Client as Temporal

from interview.config import Settings
from interview.contracts.ids import webhook_workflow_id
from interview.persistence import webhooks
from interview.persistence.database import Database
from interview.persistence.deliveries import DeliveryRecords
from interview.persistence.records import Records
from interview.security.data_keys import build_data_keys
from interview.webhooks.schedule import RETRIES_S
from interview.webhooks.sweeping import WebhookSweeping
from tests.fakes.evaluation import ScoringModel
from tests.fakes.provider_server import FakeProviders
from tests.fakes.receiver import Call, Receiver, answer, receiving
from tests.integration.api.servers import serving as serving_api
from tests.integration.api.test_erasure import completed, until
from tests.integration.models.test_evaluation import an_interview, settled
from tests.services import RunningStack
from tests.staff import Staff

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

PATH = "/api/v1/webhooks"
DELIVERIES = "/api/v1/webhook-deliveries"
EVENTS = ("interview.completed", "evaluation.done", "plan.approved", "interview.erased")


@dataclass
class Office:
    """An admin, and a server of theirs that is told of everything, unless `events` says less."""

    http: httpx.AsyncClient
    database: Database
    organization_id: str

    async def webhook(self, receiver: Receiver, events: Sequence[str] = EVENTS) -> dict[str, Any]:
        made = await self.http.post(PATH, json={"url": receiver.url, "events": events})
        assert made.status_code == 201, made.text
        return made.json()

    async def deliveries(self, **query: str) -> list[dict[str, Any]]:
        found = await self.http.get(DELIVERIES, params=query)
        return found.raise_for_status().json()["items"]

    async def settled(self, state: str) -> dict[str, Any]:
        """The only delivery, once it has come to that."""

        async def found() -> Any:
            items = await self.deliveries()
            return items[0] if len(items) == 1 and items[0]["state"] == state else None

        return await until(found)

    async def tell(self, subject: str = "") -> str:
        """Something, in ids; its subject."""
        subject = subject or str(uuid.uuid4())
        async with self.database.transaction() as connection:
            data = {"plan_version_id": subject, "state": "approved"}
            await webhooks.tell(connection, self.organization_id, "plan.approved", subject, data)
        return subject

    async def change(self, statement: str, **values: Any) -> None:
        async with self.database.transaction() as connection:
            of = {"organization": self.organization_id}
            await connection.execute(text(statement), of | values)

    async def hurry(self) -> None:
        """What waits for another try is due."""
        await self.change(
            "UPDATE webhook_deliveries SET next_attempt_at = now(), look_at = now()"
            " WHERE organization_id = :organization AND state = 'pending'"
        )


@pytest.fixture
async def office(settings: Settings, staff: Staff, database: Database) -> AsyncGenerator[Office]:
    changes = {"debug": True, "webhook_networks": ("127.0.0.0/8",)}
    headers = await staff.admin()
    async with (
        serving_api(settings.model_copy(update=changes)) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=60, headers=headers) as http,
    ):
        blind = await http.patch("/api/v1/organization", json={"blind_review": False})
        blind.raise_for_status()
        yield Office(http, database, staff.organization_id)


def verified(call: Call, secret: str) -> dict[str, Any]:
    """As a receiver does it, by the standard and none of our code."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    sent_at = call.headers["webhook-timestamp"]
    assert abs(time.time() - int(sent_at)) < 300
    signed = b".".join((call.headers["webhook-id"].encode(), sent_at.encode(), call.body))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    signatures = call.headers["webhook-signature"].split(" ")
    assert f"v1,{expected}" in signatures
    return json.loads(call.body)


def ids(calls: Sequence[Call]) -> set[str]:
    return {call.delivery_id for call in calls}


async def test_each_event_is_told_once_in_ids_and_states(
    office: Office, records: Records, fake: FakeProviders
) -> None:
    fake.structured = ScoringModel()
    async with receiving() as receiver:
        secret = (await office.webhook(receiver))["secret"]
        interview_id = await an_interview(office.http, records)
        # Closed again, by whoever retries it: it happened once.
        await records.close_interview(interview_id, "completed", datetime.now(UTC))
        await office.http.post(f"/api/v1/interviews/{interview_id}/evaluations")
        await settled(office.http, interview_id)
        await receiver.until(2)
        role = (await office.http.post("/api/v1/organization/roles", json={"title": "R"})).json()
        where = f"/api/v1/organization/roles/{role['role_id']}/draft"
        draft = await office.http.post(where, json={"builtin": "sales"})
        approval = {"revision": draft.raise_for_status().json()["revision"]}
        (await office.http.post(f"{where}/approval", json=approval)).raise_for_status()
        await receiver.until(3)
        (await office.http.post(f"/api/v1/interviews/{interview_id}/erasure")).raise_for_status()
        receipt = await completed(office.http, interview_id)
        await receiver.until(4)
        told = [verified(call, secret) for call in receiver.calls]
    assert [one["type"] for one in told] == list(EVENTS)
    assert told[0]["data"] == {
        "interview_id": interview_id,
        "status": "completed",
        "outcome": "completed",
    }
    evaluated = {"interview_id": interview_id, "number": 1, "kind": "anew", "state": "done"}
    assert told[1]["data"] == evaluated
    assert set(told[2]["data"]) == {
        *("role_id", "plan_version_id", "number", "plan_hash", "state"),
    }
    assert told[3]["data"] == {
        "interview_id": interview_id,
        "receipt_id": receipt["receipt_id"],
        "reason": "request",
        "state": "erased",
    }
    assert len(ids(receiver.calls)) == 4
    assert b"Grace" not in b"".join(call.body for call in receiver.calls)
    # What named the interview went with it.
    assert receipt["erased"]["webhook_deliveries"] == 2

    async def kept() -> bool:
        left = await office.deliveries(state="delivered")
        return {one["event"] for one in left} == {"plan.approved", "interview.erased"}

    assert await until(kept)


async def test_nothing_is_told_of_what_did_not_come_about(
    office: Office, database: Database
) -> None:
    async with receiving() as receiver:
        await office.webhook(receiver)
        async with database.engine.begin() as connection:
            data = {"state": "approved"}
            await webhooks.tell(connection, office.organization_id, "plan.approved", "s", data)
            await connection.rollback()
        assert await office.deliveries() == []
        subject = await office.tell()
        await office.tell(subject)
        await office.settled("delivered")
    assert len(receiver.calls) == 1


async def test_only_what_was_chosen_is_told_and_to_its_own_organization(
    office: Office, settings: Settings, database: Database
) -> None:
    other = Staff(settings, database)
    await other.admin()
    async with receiving() as receiver, receiving() as chosen:
        await office.webhook(receiver)
        await office.webhook(chosen, ["interview.erased"])
        async with database.transaction() as connection:
            data = {"state": "approved"}
            await webhooks.tell(connection, other.organization_id, "plan.approved", "s", data)
        await office.tell()
        await office.settled("delivered")
    assert (len(receiver.calls), len(chosen.calls)) == (1, 0)


async def test_a_server_that_fails_is_tried_again_with_the_same_id(office: Office) -> None:
    def fails_once(number: int) -> bytes | None:
        return answer(503 if number == 0 else 200)

    async with receiving(answers=fails_once) as receiver:
        secret = (await office.webhook(receiver))["secret"]
        await office.tell()
        first, second = await receiver.until(2)
        assert first.body == second.body
        assert ids([first, second]) == {first.delivery_id}
        verified(second, secret)
        done = await office.settled("delivered")
    assert (done["attempts"], done["last_error"], done["last_status"]) == (2, None, 200)


async def test_a_server_that_hangs_costs_one_try(office: Office) -> None:
    async with receiving(answers=lambda n: None if n == 0 else answer(200)) as receiver:
        await office.webhook(receiver)
        await office.tell()
        await receiver.until(1)

        async def given_up() -> Any:
            (one,) = await office.deliveries()
            return one if one["last_error"] else None

        assert (await until(given_up))["last_error"] == "webhook.timeout"
        done = await office.settled("delivered")
    assert done["attempts"] == 2


async def test_a_server_that_sends_elsewhere_is_not_followed(office: Office) -> None:
    async with receiving() as inside:
        said = answer(307, b"", Location=inside.url)
        async with receiving(answers=lambda _: said) as receiver:
            await office.webhook(receiver)
            await office.tell()
            await receiver.until(1)

            async def failed() -> Any:
                (one,) = await office.deliveries()
                return one if one["last_error"] else None

            one = await until(failed)
    assert (one["state"], one["last_error"]) == ("pending", "webhook.redirected")
    assert one["last_status"] == 307
    assert inside.connections == 0


async def test_one_that_is_gone_disables_the_webhook(office: Office) -> None:
    async with receiving(answers=lambda _: answer(410)) as receiver:
        hook = await office.webhook(receiver)
        where = f"{PATH}/{hook['webhook_id']}"
        await office.tell()
        dead = await office.settled("dead")
        assert (dead["last_error"], dead["last_status"]) == ("webhook.gone", 410)
        found = (await office.http.get(where)).json()
        assert (found["active"], found["disabled"]) == (False, "gone")
        await office.tell()
        assert len(await office.deliveries()) == 1, "it is told nothing any more"
        again = f"{DELIVERIES}/{dead['delivery_id']}/redelivery"
        refused = await office.http.post(again)
        assert (refused.status_code, code_of(refused)) == (409, "webhook.inactive")
        # Until somebody says that it is there again.
        receiver.answers = lambda _: answer(200)
        (await office.http.patch(where, json={"active": True})).raise_for_status()
        assert (await office.http.post(again)).status_code == 202
        done = await office.settled("delivered")
    assert (done["delivery_id"], done["attempts"]) == (dead["delivery_id"], 2)
    events = (await office.http.get("/api/v1/audit")).json()["items"]
    actions = [event["action"] for event in events if event["action"].startswith("webhook.")]
    assert actions[::-1] == [
        *("webhook.created", "webhook.disabled", "webhook.changed", "webhook.redelivered")
    ]
    assert "127.0.0.1" not in json.dumps(events)


async def test_after_a_day_it_is_dead_until_somebody_has_it_sent_again(office: Office) -> None:
    async with receiving(answers=lambda _: answer(500)) as receiver:
        await office.webhook(receiver)
        await office.tell()
        await receiver.until(1)
        # All but the last try.
        await office.change(
            "UPDATE webhook_deliveries SET tries = :tries, attempts = :tries"
            " WHERE organization_id = :organization",
            tries=len(RETRIES_S),
        )
        dead = await office.settled("dead")
        assert (dead["attempts"], dead["last_error"]) == (len(RETRIES_S) + 1, "webhook.refused")
        assert await office.deliveries(state="dead") == [dead]
        assert await office.deliveries(state="pending") == []
        receiver.answers = lambda _: answer(200)
        sent = await office.http.post(f"{DELIVERIES}/{dead['delivery_id']}/redelivery")
        assert (sent.status_code, sent.json()["state"]) == (202, "pending")
        done = await office.settled("delivered")
    assert done["delivery_id"] == dead["delivery_id"]
    assert len(ids(receiver.calls)) == 1


async def test_a_killed_worker_loses_nothing_and_sends_under_one_id(
    office: Office, stack: RunningStack
) -> None:
    """While it waits for an answer, and while deliveries wait for it."""
    async with receiving(answers=lambda n: None if n == 0 else answer(200)) as receiver:
        await office.webhook(receiver)
        await office.tell()
        await receiver.until(1)
        stack.kill("worker")
        subjects = [await office.tell() for _ in range(5)]
        await stack.wait_ready("worker")

        async def all_delivered() -> bool:
            return len(await office.deliveries(state="delivered")) == 6

        await until(all_delivered)
        calls = list(receiver.calls)
    assert len(ids(calls)) == 6
    told = [json.loads(call.body)["data"]["plan_version_id"] for call in calls]
    assert all(told.count(subject) == 1 for subject in subjects), "each once"
    (died,) = [one for one in await office.deliveries() if one["attempts"] == 2]
    assert died["delivery_id"] == calls[0].delivery_id


async def test_a_workflow_that_was_lost_is_started_again(
    office: Office, temporal: Temporal
) -> None:
    async with receiving(answers=lambda n: answer(500 if n == 0 else 200)) as receiver:
        await office.webhook(receiver)
        await office.tell()
        (first,) = await receiver.until(1)
        handle = temporal.get_workflow_handle(webhook_workflow_id(first.delivery_id))
        await handle.terminate()
        await office.hurry()
        await office.settled("delivered")
    assert len(receiver.calls) == 2


async def test_several_sweeps_at_once_start_each_delivery_once(
    office: Office, database: Database, temporal: Temporal, stack: RunningStack
) -> None:
    async with receiving() as receiver:
        await office.webhook(receiver)
        stack.kill("worker")
        for _ in range(30):
            await office.tell()
        sweeps = [WebhookSweeping(DeliveryRecords(database), temporal, 1.0) for _ in range(4)]
        started = await asyncio.gather(*(sweep.once() for sweep in sweeps))
        await stack.wait_ready("worker")
        await receiver.until(30)
    assert sum(started) <= 30
    assert len(ids(receiver.calls)) == len(receiver.calls) == 30


async def test_nothing_of_the_event_goes_through_temporal(
    office: Office, temporal: Temporal
) -> None:
    async with receiving() as receiver:
        hook = await office.webhook(receiver)
        subject = await office.tell()
        (call,) = await receiver.until(1)
        await office.settled("delivered")
        handle = temporal.get_workflow_handle(webhook_workflow_id(call.delivery_id))
        await handle.result()
        history = await handle.fetch_history()
    decoded = [
        str(value)
        for event in history.events
        for payload in event.activity_task_scheduled_event_attributes.input.payloads
        for value in await temporal.data_converter.decode([payload])
    ]
    whole = history.to_json() + "".join(decoded)
    assert decoded
    for secret in (subject, hook["secret"], f":{receiver.port}"):
        assert secret not in whole


async def test_a_secret_is_sealed_and_both_are_good_for_a_while(
    office: Office, settings: Settings
) -> None:
    async with receiving() as receiver:
        hook = await office.webhook(receiver)
        where = f"{PATH}/{hook['webhook_id']}"
        listed = (await office.http.get(PATH)).json()["items"]
        assert listed == [{k: v for k, v in hook.items() if k != "secret"}]
        async with office.database.transaction() as connection:
            kept = "SELECT secret, secret_key_id FROM webhooks WHERE webhook_id = :id"
            row = (await connection.execute(text(kept), {"id": hook["webhook_id"]})).one()
        keys = build_data_keys(settings, office.database)
        assert keys is not None
        assert row.secret_key_id == keys.deployment.key_id
        assert hook["secret"].encode() not in bytes(row.secret)
        renewed = (await office.http.post(f"{where}/secret")).raise_for_status().json()["secret"]
        assert renewed != hook["secret"]
        await office.tell()
        (call,) = await receiver.until(1)
        for secret in (hook["secret"], renewed):
            verified(call, secret)
        await office.settled("delivered")
        # A day later.
        await office.change(
            "UPDATE webhooks SET old_secret_until = now() WHERE organization_id = :organization"
        )
        await office.tell()
        _, later = await receiver.until(2)
    verified(later, renewed)
    with pytest.raises(AssertionError):
        verified(later, hook["secret"])


async def test_one_that_is_not_active_is_told_nothing(office: Office) -> None:
    async with receiving(answers=lambda _: answer(500)) as receiver:
        hook = await office.webhook(receiver)
        where = f"{PATH}/{hook['webhook_id']}"
        await office.tell()
        await receiver.until(1)
        off = (await office.http.patch(where, json={"active": False})).raise_for_status().json()
        assert (off["active"], off["disabled"]) == (False, "person")
        dead = await office.settled("dead")
        assert dead["last_error"] == "webhook.inactive"
        await office.tell()
        assert len(await office.deliveries()) == 1
        assert (await office.http.delete(where)).status_code == 204
        assert await office.deliveries() == []
    assert len(receiver.calls) == 1


def code_of(response: httpx.Response) -> str:
    return response.json()["error"]["code"]
