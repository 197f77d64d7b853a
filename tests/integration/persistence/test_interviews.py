"""Interviews: made once, listed by pages, closed once."""

from __future__ import annotations

import uuid
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from interview.contracts.interview import Limits
from interview.domain.phases import Phase
from interview.errors import ConflictError, InvalidInputError, NotFoundError
from interview.persistence.database import Database
from interview.persistence.records import Records
from interview.persistence.rows import InterviewRecord
from tests.integration.persistence import samples

pytestmark = pytest.mark.integration

KNOWN = "0b6f5a52-6f0a-4d3e-9f5e-0b8f6f0f6f01"
ENDED = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def test_an_interview_comes_back_as_it_was_made(records: Records) -> None:
    new = samples.new_interview(candidate_name="Åsa", limits=Limits(max_turns=7))
    made = await records.create_interview(new)
    assert made == await records.get_interview(new.interview_id)
    assert made.plan == samples.PLAN
    assert made.limits == Limits(max_turns=7)
    assert made.workflow_id == f"interview-{new.interview_id}"
    assert (made.role, made.title, made.language) == ("engineer", "Engineer", "en")
    assert (made.status, made.phase, made.question_id) == (
        "created",
        Phase.INTRODUCTION,
        "q-introduction",
    )
    assert made.candidate_name == "Åsa"
    assert made.total_turns == 0
    assert made.started_at is made.ended_at is made.outcome is None
    assert made.created_at.tzinfo is not None


async def test_the_same_id_is_the_same_interview(records: Records) -> None:
    first = await records.create_interview(samples.new_interview(candidate_name="A"))
    again = await records.create_interview(
        samples.new_interview(interview_id=first.interview_id, candidate_name="B")
    )
    assert again == first


@pytest.mark.parametrize("bad", ["", "x", "../etc", KNOWN.upper(), KNOWN.replace("-", "")])
async def test_only_canonical_uuids_name_interviews(records: Records, bad: str) -> None:
    with pytest.raises(NotFoundError) as error:
        await records.get_interview(bad)
    assert error.value.code == "interview.not_found"
    with pytest.raises(InvalidInputError):
        await records.create_interview(samples.new_interview(interview_id=bad))


async def test_an_unknown_interview_is_not_found(records: Records) -> None:
    unknown = str(uuid.uuid4())
    calls: list[Any] = [
        records.get_interview(unknown),
        records.transcript(unknown),
        records.recordings(unknown),
        records.set_status(unknown, "paused"),
        records.close_interview(unknown, "completed", ENDED),
        records.commit_answer(samples.answer(unknown)),
        records.save_speech(samples.greeting(unknown)),
        records.record_unheard_turn(samples.unheard(unknown)),
    ]
    for call in calls:
        with pytest.raises(NotFoundError) as error:
            await call
        assert error.value.code == "interview.not_found"
    assert await records.find_answer(unknown, "turn-0001") is None
    assert await records.find_speech(unknown, "turn-0001") is None
    assert await records.conversation(unknown) == []


async def test_pages_hold_every_interview_once_newest_first(records: Records) -> None:
    made = [await records.create_interview(samples.new_interview()) for _ in range(7)]
    seen: list[str] = []
    cursor = None
    sizes: list[int] = []
    while True:
        page = await records.list_interviews(limit=3, cursor=cursor)
        sizes.append(len(page.items))
        seen += [item.interview_id for item in page.items]
        # Newer ones do not shift the pages that are left.
        await records.create_interview(samples.new_interview())
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [interview.interview_id for interview in reversed(made)]
    assert sizes == [3, 3, 1]


async def test_pages_by_status(records: Records) -> None:
    made = [await records.create_interview(samples.new_interview()) for _ in range(5)]
    for interview in made[::2]:
        await records.set_status(interview.interview_id, "paused")
    first = await records.list_interviews(limit=2, status="paused")
    rest = await records.list_interviews(limit=2, status="paused", cursor=first.next_cursor)
    ids = [item.interview_id for item in (*first.items, *rest.items)]
    assert ids == [interview.interview_id for interview in made[::-2]]
    assert rest.next_cursor is None
    assert {item.status for item in first.items} == {"paused"}
    assert (await records.list_interviews(status="abandoned")).items == ()


async def test_interviews_of_one_instant_are_not_skipped(
    records: Records, database: Database
) -> None:
    made = [await records.create_interview(samples.new_interview()) for _ in range(5)]
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE interviews SET created_at = now()"))
    seen: list[str] = []
    cursor = None
    for _ in range(5):
        page = await records.list_interviews(limit=1, cursor=cursor)
        seen += [item.interview_id for item in page.items]
        cursor = page.next_cursor
    assert cursor is None
    assert seen == sorted((i.interview_id for i in made), reverse=True)


@pytest.mark.parametrize("cursor", ["", "x", "=" * 32, "A" * 31, "A" * 36, "f" + "_" * 31, "é"])
async def test_a_bad_cursor_is_refused(records: Records, cursor: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        await records.list_interviews(cursor=cursor)
    assert error.value.code == "page.invalid_cursor"


@pytest.mark.parametrize("limit", [-1, 0, 201])
async def test_a_bad_limit_is_refused(records: Records, limit: int) -> None:
    with pytest.raises(InvalidInputError):
        await records.list_interviews(limit=limit)


async def test_status_follows_pause_and_resume(records: Records, interview_id: str) -> None:
    assert await records.set_status(interview_id, "active") == "active"
    assert await records.set_status(interview_id, "paused") == "paused"
    assert await records.set_status(interview_id, "paused") == "paused"
    assert (await records.get_interview(interview_id)).status == "paused"


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("completed", "completed"),
        ("ended_by_candidate", "completed"),
        ("expired", "abandoned"),
        ("withdrawn", "abandoned"),
    ],
)
async def test_closing_counts_answers(
    records: Records, interview: InterviewRecord, outcome: Any, status: str
) -> None:
    interview_id = interview.interview_id
    await records.save_speech(samples.greeting(interview_id))
    for number in (1, 2):
        await records.commit_answer(samples.answer(interview_id, number))
        await records.save_speech(samples.speech(interview_id, number))
    await records.record_unheard_turn(samples.unheard(interview_id, 3))
    totals = await records.close_interview(interview_id, outcome, ENDED)
    assert (totals.total_turns, totals.utterances) == (2, 5)
    closed = await records.get_interview(interview_id)
    assert (closed.status, closed.outcome, closed.ended_at) == (status, outcome, ENDED)
    assert closed.total_turns == 2
    completed = outcome == "completed"
    assert closed.phase is (Phase.COMPLETED if completed else Phase.MAIN_QUESTIONS)
    assert (closed.question_id is None) == completed


async def test_the_first_close_wins_and_nothing_reopens_it(
    records: Records, interview_id: str
) -> None:
    first = await records.close_interview(interview_id, "expired", ENDED)
    again = await records.close_interview(interview_id, "completed", ENDED + timedelta(hours=1))
    assert again == first
    assert await records.set_status(interview_id, "active") == "abandoned"


async def test_what_comes_after_the_end_is_refused(records: Records, interview_id: str) -> None:
    kept = await records.commit_answer(samples.answer(interview_id, 1))
    await records.close_interview(interview_id, "withdrawn", ENDED)
    late: list[Coroutine[Any, Any, Any]] = [
        records.commit_answer(
            samples.answer(interview_id, 2, recording=samples.recording("late-2"))
        ),
        records.save_speech(samples.speech(interview_id, 2)),
        records.record_unheard_turn(
            samples.unheard(interview_id, 3, recording=samples.recording("late-3"))
        ),
    ]
    for write in late:
        with pytest.raises(ConflictError) as refused:
            await write
        assert refused.value.code == "interview.ended"
    again = await records.commit_answer(samples.answer(interview_id, 1))
    assert again == kept.model_copy(update={"already": True})
    assert len(await records.transcript(interview_id)) == 1
    assert await records.recordings(interview_id) == []


async def test_interviews_are_found_by_name_title_and_role(records: Records) -> None:
    other = samples.PLAN.model_copy(update={"role": "designer", "title": "Designer 100%_"})
    ada = await records.create_interview(samples.new_interview(candidate_name="Ada Lovelace"))
    eve = await records.create_interview(samples.new_interview(candidate_name="Ève", plan=other))

    async def found(**search: str) -> list[str]:
        page = await records.list_interviews(limit=200, **search)  # pyright: ignore[reportArgumentType] texts alone
        return [item.interview_id for item in page.items]

    assert await found(q="LOVELACE") == await found(q="da l") == [ada.interview_id]
    assert await found(q="ève") == await found(q="signer") == [eve.interview_id]
    assert await found(role="designer") == [eve.interview_id]
    assert await found(q="e", role="engineer") == [ada.interview_id]
    assert await found(q="e") == [eve.interview_id, ada.interview_id]
    # Nothing in it is a pattern.
    assert await found(q="100%_") == [eve.interview_id]
    for nothing in ("%", "_"):
        assert await found(q=nothing) == [eve.interview_id]
    for nothing in ("A%e", "A_a", "\\", "\0", "'; --"):
        assert await found(q=nothing) == []
    assert len(await found(q="")) == 2


async def test_a_search_goes_on_by_its_cursor(records: Records) -> None:
    named_ada = [samples.new_interview(candidate_name="Ada") for _ in range(5)]
    mine = [await records.create_interview(new) for new in named_ada]
    for _ in range(3):
        await records.create_interview(samples.new_interview(candidate_name="Bob"))
    seen: list[str] = []
    cursor = None
    while True:
        page = await records.list_interviews(limit=2, q="ada", cursor=cursor)
        seen += [item.interview_id for item in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert seen == [record.interview_id for record in reversed(mine)]
