"""What is deleted with an interview, and what is left of it."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, Text, cast, event, func, insert, literal, select, text, true, update

from interview.config import Settings
from interview.errors import NotFoundError
from interview.persistence import erasures, overdue, retention
from interview.persistence.audit import Actor, AuditTrail
from interview.persistence.data_keys import DataKeyRows, WrappedKey
from interview.persistence.database import Database
from interview.persistence.erasures import ErasureRecords, Receipt
from interview.persistence.models import (
    ACCOMMODATIONS,
    AUTH_SESSIONS,
    CODE_RUNS,
    CODE_SNAPSHOTS,
    CONSENTS,
    DECISIONS,
    DOCUMENTS,
    EVALUATIONS,
    INTERVIEWS,
    INVITATIONS,
    ORGANIZATIONS,
    RECORDINGS,
    REEVALUATION_ITEMS,
    REEVALUATIONS,
    REVIEW_RATINGS,
    REVIEWS,
    SCORE_OVERRIDES,
    SCORE_VIEWS,
    TAILORINGS,
    TRANSCRIPT_CORRECTIONS,
    TURNS,
    USERS,
    UTTERANCES,
    UUID_TEXT,
    WEBHOOK_DELIVERIES,
    WEBHOOKS,
)
from interview.persistence.records import Records
from interview.persistence.vocabulary import LOCAL_ORGANIZATION
from interview.security.principal import Principal
from tests.integration.persistence.samples import answer, greeting, new_interview, recording
from tests.staff import Staff

pytestmark = pytest.mark.integration

ENDED = datetime(2026, 5, 1, 12, tzinfo=UTC)
OF_AN_INTERVIEW = (
    INTERVIEWS,
    TURNS,
    UTTERANCES,
    RECORDINGS,
    DOCUMENTS,
    CONSENTS,
    INVITATIONS,
    ACCOMMODATIONS,
    TAILORINGS,
    TRANSCRIPT_CORRECTIONS,
    EVALUATIONS,
    REEVALUATION_ITEMS,
    REVIEWS,
    SCORE_VIEWS,
    SCORE_OVERRIDES,
    DECISIONS,
    CODE_SNAPSHOTS,
    CODE_RUNS,
    WEBHOOK_DELIVERIES,
)


@pytest.fixture
def erased(database: Database) -> ErasureRecords:
    return ErasureRecords(database)


@pytest.fixture
def staff(database: Database) -> Staff:
    return Staff(Settings(), database)


class House:
    """An organization with one candidate."""

    def __init__(self, database: Database, staff: Staff, candidate: Principal) -> None:
        self.database, self.staff, self.candidate = database, staff, candidate
        self.records = Records(database)

    async def interview(self) -> str:
        """With a row in every table that may hold one."""
        new = new_interview(
            organization_id=self.staff.organization_id, candidate_id=self.candidate.user_id
        )
        interview_id = new.interview_id
        await self.records.create_interview(new)
        await self._insert(
            WEBHOOKS,
            webhook_id=_id(),
            organization_id=self.staff.organization_id,
            url="https://hooks.example.com/",
            events=["interview.completed", "interview.erased"],
            secret=b"sealed",
        )
        key = f"interviews/{interview_id}"
        await self.records.save_speech(greeting(interview_id, recording=recording(f"{key}/g")))
        await self.records.commit_answer(answer(interview_id, recording=recording(f"{key}/a")))
        await self.records.close_interview(interview_id, "completed", ENDED)
        await self.make_old(interview_id)
        this = {"interview_id": interview_id}
        notice = {"notice_version": "1", "notice_sha256": "0" * 64}
        await self._insert(CONSENTS, consent_id=_id(), **notice, **this)
        await self._insert(
            DOCUMENTS,
            document_id=_id(),
            organization_id=self.staff.organization_id,
            kind="resume",
            status="ready",
            sha256="0" * 64,
            size_bytes=1,
            format="pdf",
            key=f"{key}/documents/d",
            text_key=f"{key}/documents/d-text",
            **this,
        )
        line = (await self.records.transcript(interview_id))[1].utterance_id
        corrected = {"utterance_id": line, "version": 1, "text": "as said", "reason": "misheard"}
        await self._insert(TRANSCRIPT_CORRECTIONS, sequence=1, **corrected, **this)
        await self._insert(EVALUATIONS, number=1, samples=3, **this)
        which = {"reevaluation_id": _id()}
        of = {"organization_id": self.staff.organization_id, "role": "sales"}
        await self._insert(REEVALUATIONS, state="done", finished_at=ENDED, **which, **of)
        await self._insert(REEVALUATION_ITEMS, based_on=1, number=1, **which, **this)
        review_id, reason = _id(), {"reason": "It was shown."}
        await self._insert(REVIEWS, review_id=review_id, rubric_hash="0" * 64, blind=True, **this)
        await self._insert(REVIEW_RATINGS, review_id=review_id, competency_id="care", **reason)
        await self._insert(SCORE_VIEWS, user_id=self.candidate.user_id, **this)
        override = {"override_id": _id(), "number": 1, "competency_id": "care", "score": 4}
        await self._insert(SCORE_OVERRIDES, **override, **reason, **this)
        await self._insert(DECISIONS, decision_id=_id(), decision="hold", **reason, **this)
        pad = {"question_id": "echo", "revision": 1, **this}
        code = {"language": "python", "size_bytes": 1, "content": b"sealed"}
        await self._insert(CODE_SNAPSHOTS, snapshot_id=_id(), **code, **pad)
        await self._insert(CODE_RUNS, run_id=_id(), tests=True, **pad)
        await self._insert(TAILORINGS, document_id=_id(), state="running", **this)
        await self._insert(ACCOMMODATIONS, accommodation_id=_id(), note="slowly, please", **this)
        await self.invite(interview_id, ENDED)
        return interview_id

    async def invite(
        self, interview_id: str, expires_at: datetime, address: str = "ada@example.com"
    ) -> None:
        await self._insert(
            INVITATIONS,
            invitation_id=_id(),
            organization_id=self.staff.organization_id,
            interview_id=interview_id,
            token_hash=uuid.uuid4().hex * 2,
            candidate_email=address,
            expires_at=expires_at,
        )

    async def request(self, interview_id: str) -> Receipt:
        async with self.database.transaction() as connection:
            by = Actor.system(self.staff.organization_id)
            receipt, is_first = await erasures.request(connection, interview_id, "request", by)
            if is_first:
                await erasures.note_request(connection, receipt)
        return receipt

    async def rows(self, table: Table, **where: Any) -> int:
        query = select(func.count()).select_from(table)
        for name, value in where.items():
            query = query.where(table.c[name] == value)
        async with self.database.transaction() as connection:
            return await connection.scalar(query) or 0

    async def keep_for(self, days: int | None) -> None:
        async with self.database.transaction() as connection:
            await retention.change(connection, self.staff.organization_id, days)

    async def make_old(self, *interview_ids: str) -> None:
        """Made when the others ended."""
        those = INTERVIEWS.c.interview_id.in_(interview_ids)
        async with self.database.transaction() as connection:
            await connection.execute(update(INTERVIEWS).where(those).values(created_at=ENDED))

    async def _insert(self, table: Table, **values: Any) -> None:
        async with self.database.transaction() as connection:
            await connection.execute(insert(table), values)


@pytest.fixture
async def house(database: Database, staff: Staff) -> House:
    return House(database, staff, await staff.sign_in("candidate"))


def _id() -> str:
    return str(uuid.uuid4())


async def test_nothing_of_it_is_left_but_the_receipt(
    house: House, erased: ErasureRecords, records: Records
) -> None:
    interview_id, other_id = await house.interview(), new_interview().interview_id
    await records.create_interview(new_interview(interview_id=other_id))
    await records.save_speech(greeting(other_id))
    for table in OF_AN_INTERVIEW:
        assert await house.rows(table, interview_id=interview_id) >= 1, table.name
    await house.request(interview_id)
    await erased.delete_rows(interview_id)
    for table in OF_AN_INTERVIEW:
        assert await house.rows(table, interview_id=interview_id) == 0, table.name
    assert await house.rows(USERS, user_id=house.candidate.user_id) == 0
    assert await house.rows(AUTH_SESSIONS, user_id=house.candidate.user_id) == 0
    assert len(await records.transcript(other_id)) == 1
    receipt = await erased.get(interview_id)
    assert receipt.completed_at is None
    assert receipt.erased == {
        "interviews": 1,
        "turns": 2,
        "utterances": 2,
        "recordings": 2,
        "documents": 1,
        "consents": 1,
        "invitations": 1,
        "accommodations": 1,
        "tailorings": 1,
        "transcript_corrections": 1,
        "evaluations": 1,
        "reevaluation_items": 1,
        "reviews": 1,
        "score_overrides": 1,
        "decisions": 1,
        "code_snapshots": 1,
        "code_runs": 1,
        "webhook_deliveries": 1,
        "auth_sessions": 1,
        "users": 1,
    }
    with pytest.raises(NotFoundError):
        await records.commit_answer(answer(interview_id, 2))


async def test_every_step_may_be_repeated_and_the_receipt_is_one(
    house: House, erased: ErasureRecords, database: Database
) -> None:
    interview_id = await house.interview()
    await DataKeyRows(database).add(WrappedKey(_id(), interview_id, b"wrapped", "m"))
    first = await house.request(interview_id)
    for _ in range(3):
        await erased.delete_rows(interview_id)
        await erased.destroy_key(interview_id)
        await erased.finish(interview_id)
    done = await erased.get(interview_id)
    assert done.receipt_id == first.receipt_id == (await house.request(interview_id)).receipt_id
    assert done.completed_at is not None
    assert done.erased["turns"] == 2
    assert done.erased["data_keys"] == 1
    # That it was erased is all that is left to be told, once.
    assert await house.rows(WEBHOOK_DELIVERIES, interview_id=interview_id) == 1
    assert await house.rows(WEBHOOK_DELIVERIES, event="interview.erased", subject=interview_id) == 1
    page = await AuditTrail(database).page(house.staff.organization_id, interview_id=interview_id)
    assert [event.action for event in reversed(page.items)] == [
        "interview.created",
        "interview.closed",
        "erasure.requested",
        "key.destroyed",
        "interview.erased",
    ]
    assert (await AuditTrail(database).verify(house.staff.organization_id)).fault is None


async def test_counts_are_of_the_first_try_and_end_with_the_receipt(
    house: House, erased: ErasureRecords
) -> None:
    interview_id = await house.interview()
    await house.request(interview_id)
    await erased.count(interview_id, {"objects": 4, "object_bytes": 100})
    await erased.count(interview_id, {"objects": 1})
    await erased.finish(interview_id)
    await erased.count(interview_id, {"objects": 9})
    assert (await erased.get(interview_id)).erased == {"objects": 4, "object_bytes": 100}


async def test_a_key_that_never_was_is_not_made_afterwards(
    house: House, erased: ErasureRecords, database: Database
) -> None:
    interview_id = await house.interview()
    await house.request(interview_id)
    await erased.destroy_key(interview_id)
    added = await DataKeyRows(database).add(WrappedKey(_id(), interview_id, b"wrapped", "m"))
    assert added.wrapped is None
    assert (await erased.get(interview_id)).erased == {}


async def test_a_candidate_goes_with_their_last_interview(
    house: House, erased: ErasureRecords
) -> None:
    first, second = await house.interview(), await house.interview()
    await house.request(first)
    await erased.delete_rows(first)
    assert await house.rows(USERS, user_id=house.candidate.user_id) == 1
    assert await house.rows(AUTH_SESSIONS, user_id=house.candidate.user_id) == 1
    await house.request(second)
    await erased.delete_rows(second)
    assert await house.rows(USERS, user_id=house.candidate.user_id) == 0
    assert (await erased.get(first)).erased["users"] == 0
    assert (await erased.get(second)).erased["users"] == 1


async def test_both_interviews_at_once_take_the_candidate_with_them(
    house: House, erased: ErasureRecords
) -> None:
    for _ in range(5):
        house.candidate = await house.staff.sign_in("candidate")
        both = [await house.interview(), await house.interview()]
        await asyncio.gather(*map(house.request, both))
        await asyncio.gather(*map(erased.delete_rows, both))
        assert await house.rows(USERS, user_id=house.candidate.user_id) == 0


async def test_staff_stay_whatever_interview_is_theirs(
    house: House, erased: ErasureRecords
) -> None:
    house.candidate = await house.staff.sign_in("recruiter")
    interview_id = await house.interview()
    await house.request(interview_id)
    await erased.delete_rows(interview_id)
    assert await house.rows(USERS, user_id=house.candidate.user_id) == 1
    assert await house.rows(AUTH_SESSIONS, user_id=house.candidate.user_id) == 1


async def test_what_was_never_there_is_not_erased(house: House, erased: ErasureRecords) -> None:
    with pytest.raises(NotFoundError) as unknown:
        await house.request(_id())
    assert unknown.value.code == "interview.not_found"
    with pytest.raises(NotFoundError) as no_receipt:
        await erased.get(_id())
    assert no_receipt.value.code == "erasure.not_found"
    assert (await erased.look(_id(), ENDED)).state == "never"


async def test_twenty_requests_at_once_are_one(house: House, database: Database) -> None:
    interview_id = await house.interview()
    receipts = await asyncio.gather(*(house.request(interview_id) for _ in range(20)))
    assert len({receipt.receipt_id for receipt in receipts}) == 1
    page = await AuditTrail(database).page(
        house.staff.organization_id, interview_id=interview_id, action="erasure.requested"
    )
    assert len(page.items) == 1


async def test_retention_runs_from_the_end_by_the_days_of_today(
    house: House, erased: ErasureRecords
) -> None:
    interview_id = await house.interview()
    due_at = ENDED + timedelta(days=180)
    assert (await erased.look(interview_id, due_at)).state == "never"
    await house.keep_for(180)
    later = await erased.look(interview_id, due_at - timedelta(microseconds=1))
    assert (later.state, later.erase_at) == ("later", due_at)
    assert await house.rows(INTERVIEWS, interview_id=interview_id, erase_at=due_at) == 1
    await house.keep_for(181)
    assert (await erased.look(interview_id, due_at)).state == "later"
    await house.keep_for(180)
    assert await erased.find(interview_id) is None
    assert (await erased.look(interview_id, due_at)).state == "now"
    receipt = await erased.get(interview_id)
    assert (receipt.reason, receipt.actor_kind) == ("retention", "system")
    # Once it was asked for, a longer retention does not bring it back.
    await house.keep_for(3650)
    assert (await erased.look(interview_id, ENDED)).state == "now"


async def test_an_interview_that_goes_on_is_never_due(
    house: House, erased: ErasureRecords, records: Records
) -> None:
    await house.keep_for(1)
    new = new_interview(organization_id=house.staff.organization_id)
    await records.create_interview(new)
    for status in ("active", "paused"):
        await records.set_status(new.interview_id, status)
        assert (await erased.look(new.interview_id, ENDED + timedelta(days=999))).state == "never"
    totals = await records.close_interview(new.interview_id, "completed", ENDED)
    assert totals.erase_at == ENDED + timedelta(days=1)


async def test_one_that_nobody_began_is_kept_no_longer(
    house: House, erased: ErasureRecords, records: Records
) -> None:
    """From its making, or the last day on which somebody could have come in by a link."""
    await house.keep_for(10)
    new = new_interview(organization_id=house.staff.organization_id)
    interview_id = new.interview_id
    made_at = (await records.create_interview(new)).created_at
    due = await erased.look(interview_id, made_at + timedelta(days=9))
    assert (due.state, due.erase_at) == ("later", made_at + timedelta(days=10))
    for days in (14, 3):
        await house.invite(interview_id, made_at + timedelta(days=days))
        due = await erased.look(interview_id, made_at + timedelta(days=11))
        assert (due.state, due.erase_at) == ("later", made_at + timedelta(days=24))
    # Its workflow is there, and is about to say so.
    after = made_at + timedelta(days=24)
    assert (await erased.look(interview_id, after, is_running=True)).state == "never"
    assert await erased.find(interview_id) is None
    assert (await erased.look(interview_id, after)).state == "now"
    assert (await erased.get(interview_id)).reason == "retention"


async def test_what_was_promised_is_found_until_it_is_kept(
    house: House, erased: ErasureRecords, database: Database
) -> None:
    interview_id = await house.interview()

    async def begun() -> list[bool]:
        async with database.transaction() as connection:
            found = await overdue.unfinished(connection, "")
        return [one.begun for one in found if one.interview_id == interview_id]

    assert await begun() == []
    await house.request(interview_id)
    assert await begun() == [False]
    await erased.look(interview_id, ENDED)
    assert await begun() == [True]
    await erased.finish(interview_id)
    assert await begun() == []


async def test_what_is_due_is_found(house: House, database: Database, records: Records) -> None:
    of_house = {"organization_id": house.staff.organization_id}
    ended = [await house.interview() for _ in range(3)]
    active, fresh, unbegun = (new_interview(**of_house) for _ in range(3))
    for new in (active, fresh, unbegun):
        await records.create_interview(new)
    await records.set_status(active.interview_id, "active")
    await house.invite(unbegun.interview_id, ENDED)
    await house.make_old(*(new.interview_id for new in (active, unbegun)))

    async def due() -> set[str]:
        ours = house.staff.organization_id
        found = list[overdue.Due]()
        while True:
            async with database.transaction() as connection:
                some = ours in await overdue.organizations_due(connection)
                page = await overdue.due(connection, ours, found[-1] if found else None)
            found += page
            if not page:
                assert some == bool(found)
                assert found == sorted(found, key=lambda one: one.created_at)
                return {one.interview_id for one in found}

    assert await due() == set()
    await house.keep_for(30)
    assert await due() == {*ended, unbegun.interview_id}
    await house.request(ended[0])
    assert await due() == {*ended[1:], unbegun.interview_id}
    await house.keep_for(3650)
    assert await due() == set()


async def test_an_organization_that_was_not_retimed_is_found(
    house: House, database: Database
) -> None:
    await house.interview()
    ours = house.staff.organization_id

    async def is_found() -> bool:
        async with database.transaction() as connection:
            return ours in await overdue.changed_organizations(connection)

    async def retime(after: str = "", limit: int = 9) -> str | None:
        async with database.transaction() as connection:
            page, days = await retention.retime(connection, ours, after=after, limit=limit)
        last = page[-1] if len(page) == limit else None
        async with database.transaction() as connection:
            await retention.note_retimed(connection, ours, after=after, up_to=last, days=days)
        return last

    assert not await is_found()
    for days in (30, 31, None):
        await house.keep_for(days)
        assert await is_found()
        await retime()
        assert not await is_found()
    # The same again is no change.
    await house.keep_for(None)
    assert not await is_found()
    # Page by page, each of which may be done twice.
    await house.interview()
    await house.keep_for(30)
    first = await retime(limit=1)
    assert first is not None
    assert await is_found()
    assert await retime(limit=1) == first
    second = await retime(first, limit=1)
    assert second is not None
    assert await retime(first, limit=1) == second
    assert await is_found()
    # Changed meanwhile, and changed back: what was timed in between is not as it should be.
    await house.keep_for(31)
    await house.keep_for(30)
    assert await retime(second) is None
    assert await is_found()
    assert await retime() is None
    assert not await is_found()


async def test_the_sweep_reads_by_an_index_and_nothing_that_is_not_due(
    house: House, database: Database, records: Records
) -> None:
    old = await house.interview()
    ours = house.staff.organization_id
    await house.keep_for(30)
    new = new_interview(organization_id=ours)
    await records.create_interview(new)
    names = [column.name for column in INTERVIEWS.c]

    def copies(**others: Any) -> Any:
        ids = {
            "interview_id": func.gen_random_uuid(),
            "workflow_id": cast(func.gen_random_uuid(), Text),
        }
        chosen = (({**ids, **others}).get(name, INTERVIEWS.c[name]) for name in names)
        return (
            select(*chosen)
            .select_from(INTERVIEWS.join(func.generate_series(1, 3000).alias("n"), true()))
            .where(INTERVIEWS.c.interview_id == new.interview_id)
        )

    # Ours are not due yet, and theirs are kept for ever.
    theirs = copies(
        organization_id=literal(LOCAL_ORGANIZATION, UUID_TEXT),
        created_at=literal(ENDED - timedelta(days=99)),
    )
    sweeps: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        sweeps.append((statement, parameters))

    async with database.engine.connect() as connection:
        for many in (copies(), theirs):
            await connection.execute(insert(INTERVIEWS).from_select(names, many))
        await connection.execute(text("ANALYZE interviews"))
        event.listen(connection.sync_connection, "before_cursor_execute", note)
        assert ours in await overdue.organizations_due(connection)
        found = await overdue.due(connection, ours, None)
        found += await overdue.due(connection, ours, found[-1])
        await overdue.changed_organizations(connection)
        asked, sweeps = sweeps, []
        for statement, parameters in asked:
            explain = f"EXPLAIN (ANALYZE, TIMING OFF) {statement}"
            plan = (await connection.exec_driver_sql(explain, parameters)).scalars().all()
            assert not any("Seq Scan on interviews" in line for line in plan), plan
            if any(" on interviews" in line for line in plan):
                index = "ix_interviews_organization_id_created_at_interview_id"
                assert any(f"using {index} on interviews" in line for line in plan), "\n".join(plan)
                removed = [line for line in plan if "Removed by Filter" in line]
                assert all(int(line.split(":")[1]) < 100 for line in removed), plan
        await connection.rollback()
    assert [one.interview_id for one in found] == [old]
    assert len(asked) == 4


async def test_an_address_that_is_somebody_elses_too_is_not_theirs_alone(
    house: House, erased: ErasureRecords, records: Records
) -> None:
    first, second = (new_interview(organization_id=house.staff.organization_id) for _ in range(2))
    address = f"{_id()}@company.example"
    for new in (first, second):
        await records.create_interview(new)
        await house.invite(new.interview_id, ENDED, address.upper())
    assert await erased.only_addresses(first.interview_id) == set()
    await house.request(second.interview_id)
    await erased.delete_rows(second.interview_id)
    assert await erased.only_addresses(first.interview_id) == {address}


async def test_who_looks_waits_for_who_asks(
    house: House, erased: ErasureRecords, database: Database
) -> None:
    """The workflow is started before the request is committed."""
    interview_id = await house.interview()
    async with database.transaction() as connection:
        await erasures.request(connection, interview_id, "request")
        looking = asyncio.create_task(erased.look(interview_id, ENDED))
        done, _ = await asyncio.wait([looking], timeout=0.3)
        assert not done
    assert (await looking).state == "now"
    assert (await erased.get(interview_id)).actor_id == house.candidate.user_id


async def test_a_request_that_fails_is_none(
    house: House, erased: ErasureRecords, database: Database
) -> None:
    interview_id = await house.interview()

    async def fail() -> None:
        async with database.transaction() as connection:
            await erasures.request(connection, interview_id, "request")
            raise RuntimeError("Temporal is away")

    with pytest.raises(RuntimeError):
        await fail()
    assert (await erased.look(interview_id, ENDED)).state == "never"


async def test_retiming_goes_through_all_that_nobody_holds(
    house: House, database: Database, records: Records
) -> None:
    ended = sorted([await house.interview() for _ in range(5)])
    running, unbegun = (
        new_interview(organization_id=house.staff.organization_id) for _ in range(2)
    )
    for new in (running, unbegun):
        await records.create_interview(new)
    await records.set_status(running.interview_id, "active")
    await house.invite(unbegun.interview_id, ENDED)
    ended = sorted([*ended, unbegun.interview_id])
    await house.keep_for(30)

    async def pages() -> tuple[list[str], int | None]:
        after, found = "", list[str]()
        while True:
            async with database.transaction() as connection:
                page, days = await retention.retime(
                    connection, house.staff.organization_id, after=after, limit=2
                )
            found += page
            if len(page) < 2:
                return found, days
            after = page[-1]

    assert await pages() == (ended, 30)
    due_at = ENDED + timedelta(days=30)
    of_house = {"organization_id": house.staff.organization_id}
    assert await house.rows(INTERVIEWS, erase_at=due_at, **of_house) == 6
    await house.keep_for(None)
    assert await pages() == (ended, None)
    assert await house.rows(INTERVIEWS, erase_at=due_at, **of_house) == 0


async def test_closing_waits_for_a_change_of_retention(
    house: House, database: Database, records: Records
) -> None:
    """Or the change would miss it."""
    new = new_interview(organization_id=house.staff.organization_id)
    await records.create_interview(new)
    async with database.transaction() as connection:
        await retention.change(connection, house.staff.organization_id, 7)
        closing = asyncio.create_task(records.close_interview(new.interview_id, "completed", ENDED))
        done, _ = await asyncio.wait([closing], timeout=0.3)
        assert not done
    assert (await closing).erase_at == ENDED + timedelta(days=7)


async def test_no_period_beyond_the_rules(house: House) -> None:
    for days in (0, -1, 3651):
        with pytest.raises(Exception, match="database.rejected|refused"):
            await house.keep_for(days)
    async with house.database.transaction() as connection:
        kept = select(ORGANIZATIONS.c.retention_days).where(
            ORGANIZATIONS.c.organization_id == house.staff.organization_id
        )
        assert await connection.scalar(kept) is None
