"""The trail is only ever appended to, and tells when it was not."""

from __future__ import annotations

import asyncio
import hashlib
import json
import signal
import sys
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Any

import pytest
from sqlalchemy import text

from interview.errors import DatabaseUnavailable
from interview.persistence.audit import Actor, AuditTrail, Fault, Subject
from interview.persistence.database import Database
from interview.persistence.failures import DatabaseRejected
from interview.security.principal import Principal

pytestmark = pytest.mark.integration

Tamper = Callable[..., Awaitable[None]]


@pytest.fixture
def trail(database: Database) -> AuditTrail:
    return AuditTrail(database)


@pytest.fixture
def organization_id() -> str:
    """The trail outlives every test, so each has a chain of its own."""
    return str(uuid.uuid4())


@pytest.fixture
def tamper(database: Database, organization_id: str) -> Tamper:
    """As whoever owns the server may."""

    async def run(*statements: str) -> None:
        async with database.transaction() as connection:
            await connection.execute(text("ALTER TABLE audit_events DISABLE TRIGGER append_only"))
            for statement in statements:
                await connection.execute(text(statement), {"o": organization_id})
            await connection.execute(text("ALTER TABLE audit_events ENABLE TRIGGER append_only"))

    return run


async def append(database: Database, organization_id: str, times: int = 1) -> None:
    for number in range(times):
        async with database.transaction() as connection:
            await AuditTrail.append(
                connection,
                Actor.system(organization_id),
                "interview.closed",
                Subject.interview(str(uuid.uuid4())),
                {"number": number, "outcome": "completed", "nothing": None, "late": True},
            )


async def test_a_chain_holds_and_has_no_gaps(
    database: Database, trail: AuditTrail, organization_id: str
) -> None:
    assert (await trail.verify(organization_id)).events == 0
    await append(database, organization_id, 5)
    verified = await trail.verify(organization_id)
    page = await trail.page(organization_id, limit=10)
    assert (verified.events, verified.fault) == (5, None)
    assert [event.sequence for event in page.items] == [5, 4, 3, 2, 1]
    assert verified.head == page.items[0].hash
    assert organization_id in await trail.organizations()


async def test_fifty_at_once_make_one_chain(
    database: Database, trail: AuditTrail, organization_id: str
) -> None:
    other = str(uuid.uuid4())
    await asyncio.gather(
        *(append(database, organization_id) for _ in range(50)),
        *(append(database, other) for _ in range(5)),
    )
    verified = await trail.verify(organization_id)
    assert (verified.events, verified.fault) == (50, None)
    assert (await trail.verify(other)).events == 5


_DIES = """
import asyncio, sys
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database

async def main() -> None:
    database = Database(sys.argv[1])
    async with database.transaction() as connection:
        by = Actor.system(sys.argv[2])
        await AuditTrail.append(connection, by, "interview.closed", Subject("interview"))
        print("appended", flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_a_process_that_dies_before_its_commit_leaves_the_chain_whole(
    migrated_url: str, database: Database, trail: AuditTrail, organization_id: str
) -> None:
    """It holds the lock that all the others wait for."""
    await append(database, organization_id, 2)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _DIES, migrated_url, organization_id),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"appended\n"
    others = [asyncio.create_task(append(database, organization_id)) for _ in range(3)]
    # Nobody passes it by; what it wrote is seen by nobody.
    assert (await trail.verify(organization_id)).events == 2
    assert not any(other.done() for other in others)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    async with asyncio.timeout(20):
        await asyncio.gather(*others)
    verified = await trail.verify(organization_id)
    assert (verified.events, verified.fault) == (5, None)


async def test_fifty_at_once_of_which_some_are_cut_off(
    database: Database, trail: AuditTrail, organization_id: str
) -> None:
    async def cut_off() -> None:
        async with database.transaction() as connection:
            by = Actor.system(organization_id)
            await AuditTrail.append(connection, by, "key.destroyed", Subject("interview"))
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    outcomes = await asyncio.gather(
        *(append(database, organization_id) for _ in range(43)),
        *(cut_off() for _ in range(7)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, DatabaseUnavailable) for outcome in outcomes) == 7
    verified = await trail.verify(organization_id)
    assert (verified.events, verified.fault) == (43, None)


async def test_an_event_put_in_between_is_found(
    database: Database, trail: AuditTrail, organization_id: str, tamper: Tamper
) -> None:
    """With a hash that is right, as whoever knows how it is made can have it."""
    await append(database, organization_id, 5)
    second = (await trail.page(organization_id, before=3, limit=1)).items[0]
    forged = second.model_dump(mode="json", exclude={"hash"}) | {
        "event_id": str(uuid.uuid4()),
        "sequence": 3,
        "at": second.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "previous_hash": second.hash,
    }
    canonical = json.dumps(forged, sort_keys=True, separators=(",", ":"))
    forged["hash"] = hashlib.sha256(canonical.encode()).hexdigest()
    row = json.dumps(forged).replace(":", "\\:")
    await tamper(
        f"UPDATE audit_events SET sequence = sequence + 100 WHERE {_OF} > 2",
        f"UPDATE audit_events SET sequence = sequence - 99 WHERE {_OF} > 100",
        "INSERT INTO audit_events SELECT * FROM json_populate_record("
        f"NULL\\:\\:audit_events, '{row}') WHERE :o <> ''",
    )
    verified = await trail.verify(organization_id)
    assert (verified.events, verified.fault) == (
        3,
        Fault(4, "changed"),
    )  # the forged one fits, the next one does not


async def test_verifying_while_others_append_finds_nothing(
    database: Database, trail: AuditTrail, organization_id: str
) -> None:
    appending = asyncio.create_task(append(database, organization_id, 30))
    while not appending.done():
        assert (await trail.verify(organization_id)).fault is None
    await appending
    assert (await trail.verify(organization_id)).events == 30


async def test_what_is_rolled_back_leaves_no_gap(
    database: Database, trail: AuditTrail, organization_id: str
) -> None:
    await append(database, organization_id)

    async def fail() -> None:
        async with database.transaction() as connection:
            by = Actor.system(organization_id)
            await AuditTrail.append(connection, by, "key.destroyed", Subject("interview"))
            raise RuntimeError("the action failed")

    with pytest.raises(RuntimeError):
        await fail()
    await append(database, organization_id)
    verified = await trail.verify(organization_id)
    assert (verified.events, verified.fault) == (2, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET action = 'nothing'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
    ],
)
async def test_the_table_refuses_every_change(
    database: Database, organization_id: str, statement: str
) -> None:
    await append(database, organization_id)

    async def change() -> None:
        async with database.transaction() as connection:
            await connection.execute(text(statement))

    with pytest.raises(DatabaseRejected):
        await change()


_OF = "organization_id = :o AND sequence"


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        ((f"UPDATE audit_events SET action = 'x' WHERE {_OF} = 3",), Fault(3, "changed")),
        (
            (f"UPDATE audit_events SET actor_kind = 'anonymous' WHERE {_OF} = 1",),
            Fault(1, "changed"),
        ),
        (
            (f"""UPDATE audit_events SET details = '{{"number": 9}}' WHERE {_OF} = 2""",),
            Fault(2, "changed"),
        ),
        (
            (f"UPDATE audit_events SET at = at + interval '1 microsecond' WHERE {_OF} = 4",),
            Fault(4, "changed"),
        ),
        (
            (f"UPDATE audit_events SET interview_id = NULL WHERE {_OF} = 2",),
            Fault(2, "changed"),
        ),
        ((f"DELETE FROM audit_events WHERE {_OF} = 3",), Fault(3, "missing")),
        ((f"DELETE FROM audit_events WHERE {_OF} = 1",), Fault(1, "missing")),
        ((f"DELETE FROM audit_events WHERE {_OF} = 5",), Fault(5, "missing")),
        (("DELETE FROM audit_events WHERE organization_id = :o",), Fault(1, "missing")),
        # Two change places.
        (
            (
                f"UPDATE audit_events SET sequence = 99 WHERE {_OF} = 2",
                f"UPDATE audit_events SET sequence = 2 WHERE {_OF} = 3",
                f"UPDATE audit_events SET sequence = 3 WHERE {_OF} = 99",
            ),
            Fault(2, "changed"),
        ),
        # One taken out, and those behind it moved up.
        (
            (
                f"DELETE FROM audit_events WHERE {_OF} = 2",
                f"UPDATE audit_events SET sequence = sequence - 1 WHERE {_OF} > 2",
            ),
            Fault(2, "changed"),
        ),
        # One put behind the newest.
        (
            (
                "INSERT INTO audit_events SELECT gen_random_uuid(), organization_id, 6, at,"
                " actor_kind, actor_id, action, subject_kind, subject_id, interview_id, details,"
                f" hash, hash FROM audit_events WHERE {_OF} = 5",
            ),
            Fault(6, "changed"),
        ),
        # The head set back with what was taken off the end is what only an anchor tells.
        (("UPDATE audit_heads SET sequence = 4 WHERE organization_id = :o",), Fault(4, "replaced")),
        (("DELETE FROM audit_heads WHERE organization_id = :o",), Fault(1, "surplus")),
    ],
)
async def test_whatever_is_done_to_it_is_found(
    database: Database,
    trail: AuditTrail,
    organization_id: str,
    tamper: Tamper,
    statements: tuple[str, ...],
    fault: Fault,
) -> None:
    await append(database, organization_id, 5)
    await tamper(*statements)
    assert (await trail.verify(organization_id)).fault == fault


async def test_an_event_taken_from_another_chain_is_found(
    database: Database, trail: AuditTrail, organization_id: str, tamper: Tamper
) -> None:
    other = str(uuid.uuid4())
    await append(database, organization_id, 3)
    await append(database, other, 3)
    await tamper(
        f"DELETE FROM audit_events WHERE {_OF} = 3",
        f"UPDATE audit_events SET organization_id = :o WHERE organization_id = '{other}'"
        " AND sequence = 3",
    )
    assert (await trail.verify(organization_id)).fault == Fault(3, "changed")


async def test_a_chain_that_was_cut_with_its_head_is_told_by_an_anchor(
    database: Database, trail: AuditTrail, organization_id: str, tamper: Tamper
) -> None:
    await append(database, organization_id, 5)
    anchor = (5, (await trail.verify(organization_id)).head)
    await tamper(
        f"DELETE FROM audit_events WHERE {_OF} = 5",
        "UPDATE audit_heads SET sequence = 4, hash = (SELECT hash FROM audit_events"
        f" WHERE {_OF} = 4) WHERE organization_id = :o",
    )
    assert (await trail.verify(organization_id)).fault is None
    assert (await trail.verify(organization_id, anchor=anchor)).fault == Fault(5, "missing")
    await append(database, organization_id)
    assert (await trail.verify(organization_id, anchor=anchor)).fault == Fault(5, "other")


async def test_pages_by_what_is_looked_for(
    database: Database, trail: AuditTrail, organization_id: str
) -> None:
    user = Principal(
        "user", organization_id, role="admin", user_id=str(uuid.uuid4()), session_id="s"
    )
    interview_id = str(uuid.uuid4())
    await append(database, organization_id, 3)
    async with database.transaction() as connection:
        subject = Subject("invitation", "i-1", interview_id)
        mine = await AuditTrail.append(connection, user, "invitation.created", subject)
    await append(database, organization_id, 2)
    searches: tuple[dict[str, Any], ...] = (
        {"interview_id": interview_id},
        {"action": "invitation.created"},
        {"actor_id": user.user_id},
    )
    for wanted in searches:
        assert (await trail.page(organization_id, **wanted)).items == (mine,)
    first = await trail.page(organization_id, limit=4)
    rest = await trail.page(organization_id, limit=4, before=first.next_cursor)
    assert [e.sequence for e in (*first.items, *rest.items)] == [6, 5, 4, 3, 2, 1]
    assert rest.next_cursor is None
    assert (await trail.page(str(uuid.uuid4()))).items == ()


@pytest.mark.parametrize("value", ["Ada Lovelace", "ada@example.com", "x" * 129, "né"])
async def test_nothing_personal_gets_in(
    database: Database, trail: AuditTrail, organization_id: str, value: str
) -> None:
    async def append_it() -> None:
        async with database.transaction() as connection:
            await AuditTrail.append(
                connection,
                Actor.system(organization_id),
                "interview.created",
                Subject("interview"),
                {"value": value},
            )

    with pytest.raises(AssertionError, match="ids alone"):
        await append_it()
    assert (await trail.verify(organization_id)).events == 0
