"""Erasing over the real API, with a real worker that may be killed."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import uuid
import zipfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from temporalio.api.common.v1 import Payload
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from interview.config import Settings
from interview.contracts.ids import (
    INTERVIEW_QUEUE,
    erasure_workflow_id,
    retention_workflow_id,
    utterance_id,
    workflow_id,
)
from interview.contracts.interview import Request
from interview.persistence.audit import AuditTrail
from interview.persistence.database import Database
from interview.persistence.records import Records
from interview.persistence.vocabulary import LOCAL_ORGANIZATION
from interview.security.data_keys import DataKeys
from interview.security.seal import EncryptionError
from interview.streams.erase import find_keys
from tests.integration.api.servers import Client, serving
from tests.integration.api.test_room import greeted
from tests.integration.persistence.samples import new_interview
from tests.services import RunningStack
from tests.staff import Staff
from workflows.interview import InterviewWorkflow

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

PATIENCE_S = 60.0


async def until(holds: Callable[[], Awaitable[Any]], timeout_s: float = PATIENCE_S) -> Any:
    async with asyncio.timeout(timeout_s):
        while not (value := await holds()):  # noqa: ASYNC110 - other processes are at it
            await asyncio.sleep(0.02)
        return value


@pytest.fixture
async def admin(
    settings: Settings, database: Database, url: str
) -> AsyncGenerator[httpx.AsyncClient]:
    """Of the organization to which interviews belong that nobody signed in for."""
    headers = await Staff(settings, database, LOCAL_ORGANIZATION).admin()
    async with httpx.AsyncClient(
        base_url=url, trust_env=False, timeout=20.0, headers=headers
    ) as http:
        yield http


@pytest.fixture
async def held(url: str, interview_id: str) -> str:
    """Its greeting was heard, and one answer typed; it still goes on."""
    async with Client(url, interview_id) as client:
        await greeted(client)
        turn_id = uuid.uuid4().hex
        await client.send(type="answer_text", turn_id=turn_id, text="It was Quetzalcoatl.")
        reply = utterance_id(interview_id, turn_id, "interviewer")
        await client.seen("turn_committed")
        await client.seen("utterance_end", lambda body: body["utterance_id"] == reply)
    return interview_id


def path(interview_id: str) -> str:
    return f"/api/v1/interviews/{interview_id}"


async def settled(admin: httpx.AsyncClient, interview_id: str) -> Any:
    """The transcript, once the reply is in it: it is heard before it is saved."""

    async def replied() -> Any:
        transcript = (await admin.get(f"{path(interview_id)}/transcript")).json()
        return transcript if transcript["items"][-1]["speaker"] == "interviewer" else None

    return await until(replied)


async def completed(
    admin: httpx.AsyncClient, interview_id: str, timeout_s: float = PATIENCE_S
) -> dict[str, Any]:
    """The receipt, once all is erased."""

    async def receipt() -> Any:
        answer = await admin.get(f"{path(interview_id)}/erasure")
        done = answer.status_code == 200 and answer.json()["completed_at"]
        return answer.json() if done else None

    return await until(receipt, timeout_s)


async def is_gone(temporal: Temporal, interview_id: str) -> bool:
    try:
        await temporal.get_workflow_handle(workflow_id(interview_id)).describe()
    except RPCError as error:
        return error.status is RPCStatusCode.NOT_FOUND
    return False


async def test_all_of_it_is_erased_and_one_receipt_is_left(
    admin: httpx.AsyncClient,
    settings: Settings,
    temporal: Temporal,
    redis: Redis,
    keys: DataKeys,
    database: Database,
    held: str,
) -> None:
    cipher = await keys.of(held, make=True)
    folder = Path(settings.blob_url.removeprefix("file://")) / "interviews" / held
    assert [p for p in folder.rglob("*") if p.is_file()]
    assert await find_keys(redis, held)
    history = await temporal.get_workflow_handle(workflow_id(held)).fetch_history()

    requested = await admin.post(f"{path(held)}/erasure")
    assert requested.status_code == 202
    assert requested.json()["completed_at"] is None
    receipt = await completed(admin, held)
    again = await admin.post(f"{path(held)}/erasure")
    assert again.status_code == 202
    assert again.json() == receipt
    assert receipt["receipt_id"] == requested.json()["receipt_id"]
    assert (receipt["reason"], receipt["actor_kind"]) == ("request", "user")
    erased = receipt["erased"]
    assert erased["interviews"] == erased["data_keys"] == erased["workflow_runs"] == 1
    assert erased["utterances"] == erased["turns"] + 1 >= 3
    assert erased["objects"] >= 2
    assert erased["redis_keys"] >= 1

    for method, where in (
        ("GET", ""),
        ("GET", "/transcript"),
        ("GET", "/recordings"),
        ("GET", f"/recordings/{uuid.uuid4()}"),
        ("GET", "/export"),
    ):
        answer = await admin.request(method, path(held) + where)
        assert answer.status_code == 404, where
    assert (await admin.get(f"{path(held)}/export")).json()["error"]["code"] == "interview.erased"
    assert held not in (await admin.get("/api/v1/interviews", params={"limit": 200})).text
    assert not folder.exists()
    assert await find_keys(redis, held) == []
    assert await is_gone(temporal, held)
    # Whoever has a copy of the history cannot read it.
    keys.forget(held)
    with pytest.raises(EncryptionError) as destroyed:
        await keys.of(held, make=True)
    assert destroyed.value.code == "key.destroyed"
    sealed = [p for p in _payloads(history.to_json()) if p.metadata.get("interview-id")]
    assert sealed
    assert cipher.key_id
    with pytest.raises(EncryptionError):
        await temporal.data_converter.decode(sealed[:1])

    trail = (await admin.get("/api/v1/audit", params={"interview_id": held})).json()["items"]
    assert [event["action"] for event in reversed(trail)] == [
        "interview.created",
        "erasure.requested",
        "interview.closed",
        "key.destroyed",
        "interview.erased",
    ]
    assert "Ada" not in json.dumps(trail)
    assert (await AuditTrail(database).verify(LOCAL_ORGANIZATION)).fault is None


def _payloads(history: str) -> list[Payload]:
    found: list[Payload] = []
    nodes: list[Any] = [json.loads(history)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, dict):
            fields = cast("dict[str, Any]", node)
            if fields.keys() >= {"metadata", "data"}:
                metadata = {k: base64.b64decode(v) for k, v in fields["metadata"].items()}
                found.append(Payload(metadata=metadata, data=base64.b64decode(fields["data"])))
            nodes += fields.values()
        elif isinstance(node, list):
            nodes += cast("list[Any]", node)
    return found


async def test_nobody_but_an_admin_of_the_organization_may(
    settings: Settings, database: Database, url: str, http: httpx.AsyncClient, held: str
) -> None:
    ours, theirs = Staff(settings, database, LOCAL_ORGANIZATION), Staff(settings, database)
    recruiter = ours.headers(await ours.sign_in("recruiter"))
    for headers, status in (({}, 401), (recruiter, 403), (await theirs.admin(), 404)):
        for method in ("POST", "GET"):
            answer = await http.request(method, f"{path(held)}/erasure", headers=headers)
            assert answer.status_code == status, (headers, method)
    assert (await http.get(path(held))).status_code == 200
    admin = await ours.admin()
    none = await http.get(f"{path(held)}/erasure", headers=admin)
    assert (none.status_code, none.json()["error"]["code"]) == (404, "erasure.not_found")
    unknown = await http.post(f"{path(str(uuid.uuid4()))}/erasure", headers=admin)
    assert unknown.json()["error"]["code"] == "interview.not_found"


async def test_an_interview_nobody_entered_is_erased_too(
    admin: httpx.AsyncClient, interview_id: str
) -> None:
    await admin.post(f"{path(interview_id)}/erasure")
    erased = (await completed(admin, interview_id))["erased"]
    assert erased["interviews"] == 1
    assert erased["workflow_runs"] == erased["objects"] == 0


@pytest.mark.parametrize(
    ("table", "activity"),
    [
        # Whichever step comes to it first: to look, to stop or to delete.
        ("interviews", "erasure."),
        ("data_keys", "erasure.destroy_key"),
        ("turns", "erasure.delete_rows"),
    ],
)
async def test_a_worker_that_dies_in_the_middle_is_no_hindrance(
    admin: httpx.AsyncClient,
    worker: RunningStack,
    temporal: Temporal,
    database: Database,
    held: str,
    table: str,
    activity: str,
) -> None:
    """The step waits for a row that we hold; then its worker is killed."""
    handle = temporal.get_workflow_handle(erasure_workflow_id(held))

    async def is_at_it() -> bool:
        pending = (await handle.describe()).raw_description.pending_activities
        return any(one.activity_type.name.startswith(activity) for one in pending)

    async with database.engine.connect() as connection:
        hold = text(f"SELECT 1 FROM {table} WHERE interview_id = :held FOR UPDATE")
        if table == "data_keys":
            await connection.execute(hold, {"held": held})
            await admin.post(f"{path(held)}/erasure")
        else:
            # Its row is needed to ask, or made by asking.
            await admin.post(f"{path(held)}/erasure")
            await connection.execute(hold, {"held": held})
        await until(is_at_it)
        worker.kill("worker")
        await worker.wait_ready("worker")
    receipt = await completed(admin, held)
    assert receipt["erased"]["interviews"] == 1
    assert await is_gone(temporal, held)
    trail = (await admin.get("/api/v1/audit", params={"interview_id": held})).json()["items"]
    actions = [event["action"] for event in trail]
    for once in ("erasure.requested", "key.destroyed", "interview.erased"):
        assert actions.count(once) == 1


async def test_who_withdraws_consent_is_erased(
    admin: httpx.AsyncClient, temporal: Temporal, held: str
) -> None:
    handle = temporal.get_workflow_handle_for(InterviewWorkflow.run, workflow_id(held))
    await handle.execute_update(  # pyright: ignore[reportUnknownMemberType] an overload's
        InterviewWorkflow.withdraw_consent, Request()
    )

    async def asked() -> bool:
        return (await admin.get(f"{path(held)}/erasure")).status_code == 200

    await until(asked)
    receipt = await completed(admin, held)
    assert (receipt["reason"], receipt["actor_kind"]) == ("withdrawal", "anonymous")
    assert receipt["erased"]["utterances"] >= 3
    assert await is_gone(temporal, held)


async def test_an_interview_that_does_not_end_is_terminated(
    admin: httpx.AsyncClient, temporal: Temporal, interview_id: str
) -> None:
    """One whose decisions no worker can make."""
    await temporal.start_workflow(
        "NobodyKnowsThis", id=workflow_id(interview_id), task_queue=INTERVIEW_QUEUE
    )
    handle = temporal.get_workflow_handle(erasure_workflow_id(interview_id))
    await admin.post(f"{path(interview_id)}/erasure")
    receipt = await completed(admin, interview_id, 120)
    assert receipt["erased"]["workflow_runs"] == 1
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING, "sweeps later"


async def test_what_is_asked_for_while_temporal_is_away_is_done_without_asking_again(
    settings: Settings, database: Database, records: Records
) -> None:
    new = new_interview()
    await records.create_interview(new)
    headers = await Staff(settings, database, LOCAL_ORGANIZATION).admin()
    away = settings.model_copy(update={"temporal_address": "127.0.0.1:1"})
    async with (
        serving(away) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, headers=headers, timeout=30) as http,
    ):
        asked = await http.post(f"{path(new.interview_id)}/erasure")
        assert asked.status_code == 202
        assert asked.json()["completed_at"] is None
        receipt = await completed(http, new.interview_id)
        assert receipt["receipt_id"] == asked.json()["receipt_id"]


async def test_a_period_changed_while_temporal_is_away_is_kept_all_the_same(
    settings: Settings, database: Database, records: Records
) -> None:
    staff = Staff(settings, database)
    new = new_interview(organization_id=staff.organization_id)
    headers = await staff.admin()
    await records.create_interview(new)
    ended_at = datetime.now(UTC) - timedelta(days=10)
    await records.close_interview(new.interview_id, "completed", ended_at)
    away = settings.model_copy(update={"temporal_address": "127.0.0.1:1"})
    async with (
        serving(away) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, headers=headers, timeout=30) as http,
    ):
        kept = await http.patch("/api/v1/organization", json={"retention_days": 9})
        assert kept.status_code == 200
        assert (await completed(http, new.interview_id))["reason"] == "retention"


# Retention


async def test_a_retention_that_has_run_out_erases(
    settings: Settings, database: Database, records: Records, url: str, temporal: Temporal
) -> None:
    staff = Staff(settings, database)
    headers = await staff.admin()
    old, young = (new_interview(organization_id=staff.organization_id) for _ in range(2))
    now = datetime.now(UTC)
    for new, days in ((old, 100), (young, 10)):
        await records.create_interview(new)
        await records.close_interview(new.interview_id, "completed", now - timedelta(days=days))
    async with httpx.AsyncClient(
        base_url=url, trust_env=False, headers=headers, timeout=20
    ) as http:
        before = (await http.get("/api/v1/organization")).json()
        assert before["retention_days"] is None
        after = await http.patch("/api/v1/organization", json={"retention_days": 90})
        assert after.raise_for_status().json() == {**before, "retention_days": 90}
        assert (await http.get("/api/v1/organization")).json() == after.json()
        receipt = await completed(http, old.interview_id)
        assert (receipt["reason"], receipt["actor_kind"]) == ("retention", "system")
        await temporal.get_workflow_handle(retention_workflow_id(staff.organization_id)).result()
        timer = temporal.get_workflow_handle(erasure_workflow_id(young.interview_id))
        assert (await timer.describe()).status is WorkflowExecutionStatus.RUNNING
        assert (await http.get(path(young.interview_id))).status_code == 200
        for wrong in ({"retention_days": 0}, {"retention_days": 3651}, {"retention_days": "9"}, {}):
            assert (await http.patch("/api/v1/organization", json=wrong)).status_code == 400
        # Kept for ever: the timer is taken back.
        await http.patch("/api/v1/organization", json={"retention_days": None})
        events = (await http.get("/api/v1/audit", params={"action": "retention.changed"})).json()
    assert [event["details"] for event in events["items"]] == [
        {"before": 90, "days": None},
        {"before": None, "days": 90},
    ]


async def test_a_changed_period_reaches_the_timers_that_run(
    settings: Settings, database: Database, records: Records, url: str, temporal: Temporal
) -> None:
    staff = Staff(settings, database)
    headers = await staff.admin()
    new = new_interview(organization_id=staff.organization_id)
    await records.create_interview(new)
    ten_days_ago = datetime.now(UTC) - timedelta(days=10)
    await records.close_interview(new.interview_id, "completed", ten_days_ago)
    timer = temporal.get_workflow_handle(erasure_workflow_id(new.interview_id))

    async def erase_at() -> datetime | None:
        async with database.transaction() as connection:
            query = text("SELECT erase_at FROM interviews WHERE interview_id = :of")
            return await connection.scalar(query, {"of": new.interview_id})

    async with httpx.AsyncClient(
        base_url=url, trust_env=False, headers=headers, timeout=20
    ) as http:

        async def keep(days: int | None) -> None:
            body = {"retention_days": days}
            (await http.patch("/api/v1/organization", json=body)).raise_for_status()
            retiming = retention_workflow_id(staff.organization_id)
            await temporal.get_workflow_handle(retiming).result()

        for days in (90, None, 30):
            await keep(days)
            due = None if days is None else ten_days_ago + timedelta(days=days)
            assert await erase_at() == due
            assert (await http.get(path(new.interview_id))).status_code == 200
        assert (await timer.describe()).status is WorkflowExecutionStatus.RUNNING
        await keep(9)
        receipt = await completed(http, new.interview_id)
        assert (receipt["reason"], receipt["erased"]["interviews"]) == ("retention", 1)


async def test_a_recruiter_reads_the_retention_and_does_not_change_it(
    settings: Settings, database: Database, http: httpx.AsyncClient
) -> None:
    staff = Staff(settings, database)
    headers = staff.headers(await staff.sign_in("recruiter"))
    assert (await http.get("/api/v1/organization", headers=headers)).status_code == 200
    body = {"retention_days": 1}
    refused = await http.patch("/api/v1/organization", json=body, headers=headers)
    assert refused.status_code == 403
    assert (await http.get("/api/v1/organization")).status_code == 401


# Export


async def test_the_export_is_what_the_interview_was(admin: httpx.AsyncClient, held: str) -> None:
    shown = await settled(admin, held)
    recordings = (await admin.get(f"{path(held)}/recordings")).json()["items"]
    answer = (await admin.get(f"{path(held)}/export")).raise_for_status()
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="interview-{held}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        documents = {n: json.loads(archive.read(n)) for n in names if n.endswith(".json")}
        assert documents["transcript.json"] == shown
        assert any("Quetzalcoatl" in line["text"] for line in documents["transcript.json"]["items"])
        assert documents["interview.json"]["candidate_name"] == "Ada"
        asked = {line["question_id"] for line in shown["items"] if line["speaker"] != "candidate"}
        assert {question["question_id"] for question in documents["questions.json"]} == asked
        assert [event["action"] for event in documents["audit.json"]] == ["interview.created"]
        assert documents["consents.json"] == documents["accommodations.json"] == []
        listed = documents["recordings.json"]
        assert [row["recording_id"] for row in listed] == [r["recording_id"] for r in recordings]
        for row in listed:
            played = await admin.get(f"{path(held)}/recordings/{row['recording_id']}")
            assert archive.read(row["file"]) == played.content
            assert row["file"].startswith("audio/")
            assert row["file"].endswith(".flac")
    for name in names:
        assert ".." not in name
        assert not name.startswith("/")
    exported = await admin.get("/api/v1/audit", params={"interview_id": held})
    assert exported.json()["items"][0]["action"] == "interview.exported"


async def test_a_recording_that_is_gone_is_listed_as_such(
    admin: httpx.AsyncClient, settings: Settings, held: str
) -> None:
    folder = Path(settings.blob_url.removeprefix("file://")) / "interviews" / held
    recordings = (p for p in folder.rglob("*") if p.is_file() and "speech" not in p.parts)
    next(recordings).unlink()
    answer = (await admin.get(f"{path(held)}/export")).raise_for_status()
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        listed = json.loads(archive.read("recordings.json"))
        assert [row["file"] is None for row in listed].count(True) == 1
        assert len([n for n in archive.namelist() if n.startswith("audio/")]) == len(listed) - 1


async def test_others_may_not_export(
    settings: Settings, database: Database, http: httpx.AsyncClient, held: str
) -> None:
    theirs = await Staff(settings, database).admin()
    assert (await http.get(f"{path(held)}/export", headers=theirs)).status_code == 404
    assert (await http.get(f"{path(held)}/export")).status_code == 401


async def test_the_trail_is_read_by_its_own_organization_alone(
    admin: httpx.AsyncClient, settings: Settings, database: Database, held: str
) -> None:
    theirs = await Staff(settings, database).admin()
    nothing = await admin.get("/api/v1/audit", params={"interview_id": held}, headers=theirs)
    assert nothing.json() == {"items": [], "next_cursor": None}
    first = (await admin.get("/api/v1/audit", params={"limit": 1})).json()
    rest = (await admin.get("/api/v1/audit", params={"cursor": first["next_cursor"]})).json()
    assert rest["items"][0]["sequence"] == first["items"][0]["sequence"] - 1
    for wrong in ({"interview_id": "x"}, {"action": "A b"}, {"cursor": 0}, {"limit": 0}):
        assert (await admin.get("/api/v1/audit", params=wrong)).status_code == 400
