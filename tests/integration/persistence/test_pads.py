"""Pads on a real PostgreSQL: in order, sealed, bounded, and gone with their interview."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from sqlalchemy import func, update

import interview.coding.pads
from interview.coding.pads import Kept, Pads
from interview.domain.coding import CodeReport, TestReport
from interview.errors import ConflictError, InvalidInputError
from interview.persistence import pads as statements
from interview.persistence.database import Database
from interview.persistence.models import CODE_RUNS, CODE_SNAPSHOTS, INTERVIEWS
from interview.persistence.records import Records
from interview.security.data_keys import DataKeys
from interview.security.seal import EncryptionError
from tests.integration.persistence.samples import new_interview
from tests.integration.security.conftest import keys_of, new_ring

pytestmark = pytest.mark.integration

SOURCE = "print('Zanzibar')  # ünïcode 👋\n"


@pytest.fixture
def keys(database: Database) -> DataKeys:
    return keys_of(database, new_ring()[1])


@pytest.fixture
def pads(database: Database, keys: DataKeys) -> Pads:
    return Pads(database, keys)


@pytest.fixture
async def interview_id(database: Database) -> str:
    return (await Records(database).create_interview(new_interview())).interview_id


async def test_the_newest_is_what_is_on_the_pad_and_all_of_them_are_how_it_grew(
    pads: Pads, interview_id: str
) -> None:
    assert await pads.newest(interview_id, "echo") is None
    assert await pads.save(interview_id, "echo", "python", "a") == Kept(1)
    assert await pads.save(interview_id, "echo", "python", SOURCE) == Kept(2)
    assert await pads.save(interview_id, "echo", "python", SOURCE) == Kept(2), "nothing changed"
    assert await pads.save(interview_id, "echo", "go", SOURCE) == Kept(3), "another language"
    assert await pads.save(interview_id, "other", "python", "b") == Kept(1)
    newest = await pads.newest(interview_id, "echo")
    assert newest is not None
    assert (newest.text, newest.language, newest.revision) == (SOURCE, "go", 3)
    grown = [(row.question_id, row.revision) for row in await pads.all(interview_id)]
    assert grown == [("echo", 1), ("echo", 2), ("echo", 3), ("other", 1)]
    rest = await pads.all(interview_id, after=("echo", 2), limit=1)
    assert [(row.question_id, row.revision) for row in rest] == [("echo", 3)]


async def test_many_at_once_leave_no_gap_and_lose_nothing(pads: Pads, interview_id: str) -> None:
    texts = [f"version {n}" for n in range(12)]
    kept = await asyncio.gather(
        *(pads.save(interview_id, "echo", "python", text) for text in texts)
    )
    assert sorted(one.revision for one in kept) == list(range(1, 13))
    assert sorted(row.text for row in await pads.all(interview_id)) == sorted(texts)


async def test_what_is_late_does_not_follow_what_was_kept_meanwhile(
    pads: Pads, interview_id: str
) -> None:
    assert await pads.save(interview_id, "echo", "python", "a", known=0) == Kept(1)
    with pytest.raises(ConflictError) as caught:
        await pads.save(interview_id, "echo", "python", "b", known=0)
    assert caught.value.code == "code.outdated"
    assert await pads.save(interview_id, "echo", "python", "b", known=1) == Kept(2)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x" * 10_000_000, "code.too_large"),
        ("é" * 20_000, "code.too_large"),
        ("a\0b", "code.not_text"),
        ("a\ud800b", "code.not_text"),
    ],
)
async def test_hostile_pads_are_refused_by_code(
    pads: Pads, interview_id: str, text: str, code: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        await pads.save(interview_id, "echo", "python", text)
    assert caught.value.code == code
    assert await pads.all(interview_id) == []


async def test_the_database_sees_no_word_and_only_this_interviews_key_opens_it(
    database: Database, pads: Pads, interview_id: str
) -> None:
    await pads.save(interview_id, "echo", "python", SOURCE)
    await pads.ask(interview_id, "run-1", "echo", 1, tests=False, input="Zanzibar")
    await pads.finish(interview_id, "run-1", CodeReport(verdict="finished", stdout="Zanzibar"))
    async with database.transaction() as connection:
        for table in (CODE_SNAPSHOTS, CODE_RUNS):
            rows = (await connection.execute(table.select())).all()
            assert rows
            assert "Zanzibar" not in repr(rows)
    strangers = Pads(database, keys_of(database, new_ring()[1]))
    with pytest.raises(EncryptionError):
        await strangers.newest(interview_id, "echo")


async def test_what_was_changed_or_moved_is_not_opened(
    database: Database, pads: Pads, interview_id: str
) -> None:
    await pads.save(interview_id, "echo", "python", "a")
    async with database.transaction() as connection:
        moved = update(CODE_SNAPSHOTS).values(snapshot_id=str(uuid.uuid4()))
        await connection.execute(moved)
    with pytest.raises(EncryptionError) as caught:
        await pads.newest(interview_id, "echo")
    assert caught.value.code == "sealed.invalid"


async def test_without_encryption_pads_are_kept_as_they_are(
    database: Database, interview_id: str
) -> None:
    pads = Pads(database, None)
    await pads.save(interview_id, "echo", "python", SOURCE)
    newest = await pads.newest(interview_id, "echo")
    assert newest is not None
    assert newest.text == SOURCE


async def test_a_run_has_one_result_the_first(pads: Pads, interview_id: str) -> None:
    first = CodeReport(verdict="accepted", tests=(TestReport(name="one", verdict="accepted"),))
    assert await pads.ask(interview_id, "run-1", "echo", 1, tests=True)
    assert not await pads.ask(interview_id, "run-1", "echo", 1, tests=True), "asked for twice"
    assert await pads.newest_run(interview_id, "echo") is None, "it still runs"
    assert await pads.finish(interview_id, "run-1", first) == first
    second = CodeReport(verdict="time_limit")
    assert await pads.finish(interview_id, "run-1", second) == first
    assert await pads.finish(interview_id, "run-2", second) is None
    newest = await pads.newest_run(interview_id, "echo")
    assert newest is not None
    assert newest.report == first
    assert newest.finished_at is not None


async def test_runs_come_in_pages_and_verdicts_without_their_reports(
    database: Database, pads: Pads, interview_id: str
) -> None:
    for number in range(5):
        await pads.ask(interview_id, f"run-{number}", "echo", 1, tests=True)
        if number != 3:
            report = CodeReport(verdict="wrong_answer" if number else "accepted")
            await pads.finish(interview_id, f"run-{number}", report)
    first = await pads.runs(interview_id, limit=2)
    after = (first[-1].created_at, first[-1].run_id)
    rest = await pads.runs(interview_id, after=after)
    assert [row.run_id for row in (*first, *rest)] == [f"run-{number}" for number in range(5)]
    # Nobody's key is needed: no report is opened.
    strangers = Pads(database, keys_of(database, new_ring()[1]))
    found = await strangers.verdicts(interview_id)
    assert found == [("echo", "accepted"), *[("echo", "wrong_answer")] * 3]


async def test_all_of_it_is_read_page_by_page(
    pads: Pads, interview_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interview.coding.pads, "_SNAPSHOTS_READ", 2)
    monkeypatch.setattr(interview.coding.pads, "_RUNS_READ", 2)
    assert [page async for page in pads.snapshot_pages(interview_id)] == []
    for question_id in ("echo", "other"):
        for number in range(3):
            await pads.save(interview_id, question_id, "python", f"version {number}")
    for number in range(4):
        await pads.ask(interview_id, f"run-{number}", "echo", 1, tests=True)
    snapshots = [page async for page in pads.snapshot_pages(interview_id)]
    assert [len(page) for page in snapshots] == [2, 2, 2]
    assert [row for page in snapshots for row in page] == await pads.all(interview_id)
    runs = [page async for page in pads.run_pages(interview_id)]
    assert [len(page) for page in runs] == [2, 2]
    assert [row for page in runs for row in page] == await pads.runs(interview_id)


async def test_runs_and_snapshots_are_bounded(
    pads: Pads, interview_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "MAX_SNAPSHOTS", 3)
    monkeypatch.setattr(statements, "MAX_RUNS", 2)
    for number in range(6):
        await pads.save(interview_id, "echo", "python", f"version {number}")
    kept = [(row.revision, row.text) for row in await pads.all(interview_id)]
    assert kept == [(1, "version 0"), (2, "version 1"), (3, "version 5")]
    await pads.ask(interview_id, "run-1", "echo", 3, tests=True)
    assert await pads.save(interview_id, "echo", "python", "version 6") == Kept(4)
    ran = await pads.at(interview_id, "echo", 3)
    assert ran is not None
    assert ran.text == "version 5", "what was run stays"
    await pads.ask(interview_id, "run-2", "echo", 3, tests=True)
    with pytest.raises(ConflictError) as caught:
        await pads.ask(interview_id, "run-3", "echo", 3, tests=True)
    assert caught.value.code == "code.too_many_runs"
    assert await pads.run(interview_id, "run-3") is None
    assert not await pads.ask(interview_id, "run-2", "echo", 3, tests=True), "none is added"


async def test_nothing_is_added_after_the_end(
    database: Database, pads: Pads, interview_id: str
) -> None:
    await pads.save(interview_id, "echo", "python", "a")
    async with database.transaction() as connection:
        ended = {"status": "completed", "outcome": "completed"}
        await connection.execute(update(INTERVIEWS).values(ended_at=func.now(), **ended))
    with pytest.raises(ConflictError) as caught:
        await pads.save(interview_id, "echo", "python", "b")
    assert caught.value.code == "interview.ended"
    with pytest.raises(ConflictError):
        await pads.ask(interview_id, "run-1", "echo", 1, tests=True)
    newest = await pads.newest(interview_id, "echo")
    assert newest is not None
    assert newest.text == "a"


async def test_of_an_erased_interview_nothing_can_be_opened(
    pads: Pads, keys: DataKeys, interview_id: str
) -> None:
    await pads.save(interview_id, "echo", "python", "a")
    await keys.destroy(interview_id)
    with pytest.raises(EncryptionError) as caught:
        await pads.newest(interview_id, "echo")
    assert caught.value.code == "key.destroyed"
