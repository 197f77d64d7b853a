"""An erasure that was promised is kept: with Temporal away, and after a death at any moment."""

from __future__ import annotations

import asyncio
import socket
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, text
from temporalio.client import Client as Temporal

from interview.accounts.consents import Consents
from interview.config import Settings
from interview.contracts.ids import erasure_workflow_id
from interview.erasing import Erasing
from interview.persistence.audit import AuditTrail
from interview.persistence.database import Database
from interview.persistence.erasures import ErasureRecords, Receipt
from interview.persistence.models import CONSENTS, INVITATIONS
from interview.persistence.records import Records
from interview.security.data_keys import DataKeys
from interview.security.principal import Principal
from interview.sweeping import Sweeping
from interview.temporal_client import connect_temporal
from tests.integration.api.test_erasure import until
from tests.integration.persistence.samples import new_interview
from tests.staff import Staff

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]


class Dying(Erasing):
    """Its process ends when it would start the workflow."""

    def __init__(self, database: Database, temporal: Temporal) -> None:
        super().__init__(database, temporal)
        self.reached = asyncio.Event()

    async def begin(self, receipt: Receipt) -> None:
        self.reached.set()
        await asyncio.Event().wait()


@pytest.fixture
async def candidate(staff: Staff) -> Principal:
    return await staff.sign_in("candidate")


@pytest.fixture
async def interview_id(candidate: Principal, records: Records, database: Database) -> str:
    """Its candidate has consented, and it ended a moment ago."""
    new = new_interview(organization_id=candidate.organization_id, candidate_id=candidate.user_id)
    await records.create_interview(new)
    await records.close_interview(new.interview_id, "completed", datetime.now(UTC))
    consent = {
        "consent_id": str(uuid.uuid4()),
        "interview_id": new.interview_id,
        "user_id": candidate.user_id,
        "notice_version": "v1",
        "notice_sha256": "0" * 64,
    }
    async with database.transaction() as connection:
        await connection.execute(insert(CONSENTS), consent)
    return new.interview_id


async def completed(database: Database, interview_id: str) -> Receipt:
    async def receipt() -> Receipt | None:
        found = await ErasureRecords(database).find(interview_id)
        return found if found is not None and found.completed_at is not None else None

    return await until(receipt)


async def lazily(settings: Settings, keys: DataKeys, address: str) -> Temporal:
    elsewhere = settings.model_copy(update={"temporal_address": address})
    return await connect_temporal(elsewhere, keys, lazy=True)


async def test_who_withdraws_while_temporal_is_away_is_erased(
    settings: Settings,
    database: Database,
    keys: DataKeys,
    candidate: Principal,
    interview_id: str,
) -> None:
    away = Erasing(database, await lazily(settings, keys, "127.0.0.1:1"))
    promised = await Consents(database, away).withdraw(interview_id, candidate)
    assert (promised.reason, promised.completed_at) == ("withdrawal", None)
    receipt = await completed(database, interview_id)
    assert receipt.receipt_id == promised.receipt_id
    assert receipt.erased["consents"] == receipt.erased["users"] == 1
    page = await AuditTrail(database).page(candidate.organization_id, interview_id=interview_id)
    actions = [event.action for event in page.items]
    for once in ("consent.withdrawn", "erasure.requested", "interview.erased"):
        assert actions.count(once) == 1


async def test_a_death_before_the_workflow_is_started_loses_nothing(
    database: Database, temporal: Temporal, candidate: Principal, interview_id: str
) -> None:
    dying = Dying(database, temporal)
    withdrawing = asyncio.create_task(Consents(database, dying).withdraw(interview_id, candidate))
    await dying.reached.wait()
    withdrawing.cancel()
    assert (await completed(database, interview_id)).reason == "withdrawal"


async def test_the_withdrawal_and_its_erasure_are_one(
    database: Database, temporal: Temporal, candidate: Principal, interview_id: str
) -> None:
    """Whoever dies before the commit has done neither."""

    class Broken(Erasing):
        async def promise(self, *_: object, **__: object) -> Receipt:
            raise RuntimeError("died")

    broken = Consents(database, Broken(database, temporal))
    with pytest.raises(RuntimeError):
        await broken.withdraw(interview_id, candidate)
    newest = await broken.newest(interview_id, candidate)
    assert newest is not None
    assert newest.withdrawn_at is None
    assert await ErasureRecords(database).find(interview_id) is None


async def test_a_timer_that_sleeps_for_years_is_woken(
    staff: Staff,
    database: Database,
    temporal: Temporal,
    candidate: Principal,
    interview_id: str,
) -> None:
    """Its workflow runs, and has not heard of the request."""
    erasing = Erasing(database, temporal)
    await erasing.keep_for(staff.organization_id, 3650, candidate)
    handle = temporal.get_workflow_handle(erasure_workflow_id(interview_id))

    async def sleeps() -> bool:
        async with database.transaction() as connection:
            query = text("SELECT erase_at FROM interviews WHERE interview_id = :of")
            timed = await connection.scalar(query, {"of": interview_id})
        return timed is not None and "timerStarted" in (await handle.fetch_history()).to_json()

    await erasing.start(interview_id)
    await until(sleeps)
    dying = Dying(database, temporal)
    asking = asyncio.create_task(dying.request(interview_id, "request", candidate))
    await dying.reached.wait()
    asking.cancel()
    await completed(database, interview_id)


async def test_a_workflow_that_is_gone_is_started_anew(
    database: Database, temporal: Temporal, candidate: Principal, interview_id: str
) -> None:
    """One that had begun already."""
    async with database.engine.connect() as connection:
        lock = text("SELECT 1 FROM consents WHERE interview_id = :of FOR UPDATE")
        await connection.execute(lock, {"of": interview_id})
        await Erasing(database, temporal).request(interview_id, "request", candidate)
        handle = temporal.get_workflow_handle(erasure_workflow_id(interview_id))

        async def has_begun() -> bool:
            async with database.transaction() as other:
                begun = text("SELECT begun_at FROM erasure_receipts WHERE interview_id = :of")
                return await other.scalar(begun, {"of": interview_id}) is not None

        await until(has_begun)
        await handle.terminate("lost")
    await completed(database, interview_id)


async def test_one_that_is_at_work_is_left_alone(
    database: Database, temporal: Temporal, candidate: Principal, interview_id: str
) -> None:
    """However often and by however many it is swept."""
    erasing = Erasing(database, temporal)
    async with database.engine.connect() as connection:
        lock = text("SELECT 1 FROM consents WHERE interview_id = :of FOR UPDATE")
        await connection.execute(lock, {"of": interview_id})
        await erasing.request(interview_id, "request", candidate)
        handle = temporal.get_workflow_handle(erasure_workflow_id(interview_id))

        async def is_deleting() -> bool:
            pending = (await handle.describe()).raw_description.pending_activities
            return any(one.activity_type.name == "erasure.delete_rows" for one in pending)

        await until(is_deleting)
        before = (await handle.describe()).run_id
        length = len((await handle.fetch_history()).events)
        sweeping = Sweeping(database, erasing, 60)
        await asyncio.gather(*(sweeping.once() for _ in range(5)))
        assert (await handle.describe()).run_id == before
        assert len((await handle.fetch_history()).events) == length
    await completed(database, interview_id)


async def test_nothing_is_held_while_temporal_is_waited_for(
    settings: Settings, keys: DataKeys, candidate: Principal, interview_id: str
) -> None:
    """Neither a connection, of which this pool has one, nor the interview's row, nor the
    organization's."""
    small = Database.from_settings(settings.model_copy(update={"database_pool_size": 1}))
    # Takes connections, and never answers.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        erasing = Erasing(small, await lazily(settings, keys, address))
        both: list[asyncio.Task[object]] = [
            asyncio.create_task(erasing.request(interview_id, "request", candidate)),
            asyncio.create_task(erasing.keep_for(candidate.organization_id, 9, candidate)),
        ]

        async def is_committed() -> bool:
            async with small.transaction() as connection:
                days = text("SELECT retention_days FROM organizations WHERE organization_id = :of")
                kept = await connection.scalar(days, {"of": candidate.organization_id})
            return kept == 9 and await ErasureRecords(small).find(interview_id) is not None

        await until(is_committed, 5)
        async with small.transaction() as connection:
            for table, key, of in (
                ("interviews", "interview_id", interview_id),
                ("organizations", "organization_id", candidate.organization_id),
            ):
                await connection.execute(
                    text(f"SELECT 1 FROM {table} WHERE {key} = :of FOR UPDATE NOWAIT"), {"of": of}
                )
        assert not any(task.done() for task in both), "they still wait"
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
    await small.close()


async def test_an_invitation_that_nobody_used_is_erased_in_time(
    staff: Staff, database: Database, temporal: Temporal, records: Records
) -> None:
    await staff.sign_in("recruiter")
    of_house = {"organization_id": staff.organization_id}
    forgotten, invited, held = (new_interview(**of_house) for _ in range(3))
    now = datetime.now(UTC)
    for new in (forgotten, invited, held):
        await records.create_interview(new)
        expires = now - timedelta(days=8) if new is not invited else now + timedelta(days=1)
        invitation = {
            "invitation_id": str(uuid.uuid4()),
            "interview_id": new.interview_id,
            "token_hash": uuid.uuid4().hex * 2,
            "candidate_email": "nobody@company.example",
            "expires_at": expires,
            **of_house,
        }
        async with database.transaction() as connection:
            await connection.execute(insert(INVITATIONS), invitation)
    await records.set_status(held.interview_id, "paused")
    async with database.transaction() as connection:
        long_ago = text(
            "UPDATE interviews SET created_at = now() - interval '9 days'"
            " WHERE organization_id = :of"
        )
        await connection.execute(long_ago, {"of": staff.organization_id})
        # As it is found after a death, and nobody begins anything: the sweep does.
        change = text("UPDATE organizations SET retention_days = 7 WHERE organization_id = :of")
        await connection.execute(change, {"of": staff.organization_id})
    assert (await completed(database, forgotten.interview_id)).reason == "retention"
    for new in (invited, held):
        assert await ErasureRecords(database).find(new.interview_id) is None


async def test_one_that_has_just_been_entered_is_not_erased(
    staff: Staff, database: Database, temporal: Temporal, records: Records
) -> None:
    """Its row still says that nobody began it."""
    await staff.sign_in("recruiter")
    new = new_interview(organization_id=staff.organization_id)
    record = await records.create_interview(new)
    await temporal.start_workflow(
        "NobodyKnowsThis", id=record.workflow_id, task_queue=f"nobody-{uuid.uuid4()}"
    )
    async with database.transaction() as connection:
        long_ago = text(
            "UPDATE interviews SET created_at = now() - interval '9 days' WHERE interview_id = :of"
        )
        await connection.execute(long_ago, {"of": new.interview_id})
        change = text("UPDATE organizations SET retention_days = 7 WHERE organization_id = :of")
        await connection.execute(change, {"of": staff.organization_id})
    erasing = Erasing(database, temporal)
    await erasing.start(new.interview_id)
    await temporal.get_workflow_handle(erasure_workflow_id(new.interview_id)).result()
    assert await ErasureRecords(database).find(new.interview_id) is None
    assert (await records.get_interview(new.interview_id)).status == "created"
    await temporal.get_workflow_handle(record.workflow_id).terminate("done")
    await completed(database, new.interview_id)
