"""Answers and speech: each stored once, whatever is repeated and in whichever order."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
from sqlalchemy import text

from interview.contracts.ids import utterance_id
from interview.domain.phases import Phase
from interview.errors import ConflictError
from interview.persistence.database import Database
from interview.persistence.failures import DatabaseRejected
from interview.persistence.records import Records
from tests.integration.persistence.samples import (
    answer,
    greeting,
    new_interview,
    recording,
    speech,
    unheard,
)

pytestmark = pytest.mark.integration

POOL_SIZE = 5  # of the fixture


async def counts(database: Database) -> tuple[int, int, int]:
    """Of turns, utterances and recordings."""
    async with database.transaction() as connection:
        row = await connection.execute(
            text(
                "SELECT (SELECT count(*) FROM turns), (SELECT count(*) FROM utterances),"
                " (SELECT count(*) FROM recordings)"
            )
        )
        turns, utterances, recordings = row.one()
        return turns, utterances, recordings


async def warm(database: Database) -> None:
    """All connections are open, so that what comes next runs at one time."""

    async def hold() -> None:
        async with database.transaction() as connection:
            await connection.execute(text("SELECT pg_sleep(0.05)"))

    await asyncio.gather(*(hold() for _ in range(POOL_SIZE)))


async def turns(database: Database) -> list[tuple[Any, ...]]:
    async with database.transaction() as connection:
        rows = await connection.execute(
            text(
                "SELECT turn_id, turn_number, kind, phase, status, committed_at IS NOT NULL"
                " FROM turns ORDER BY turn_number"
            )
        )
        return [tuple(row) for row in rows]


async def test_an_answer_is_stored_with_turn_and_recording(
    records: Records, database: Database, interview_id: str
) -> None:
    stored = await records.commit_answer(answer(interview_id, recording=recording("a/1.webm")))
    assert not stored.already
    assert stored.text == "answer 1"
    assert await counts(database) == (1, 1, 1)
    assert await turns(database) == [("turn-0001", 1, "audio", "warmup", "committed", True)]
    [row] = await records.recordings(interview_id)
    assert (row.recording_id, row.utterance_id) == (stored.recording_id, stored.utterance_id)
    assert (row.speaker, row.key, row.turn_id) == ("candidate", "a/1.webm", "turn-0001")
    assert (await records.get_interview(interview_id)).total_turns == 1


async def test_a_repeated_answer_is_the_first_one(
    records: Records, database: Database, interview_id: str
) -> None:
    first = await records.commit_answer(answer(interview_id, recording=recording("a/1.webm")))
    changed = answer(
        interview_id, text="another text", sequence=9, recording=recording("a/other.webm")
    )
    again = await records.commit_answer(changed)
    assert again == first.model_copy(update={"already": True})
    assert await records.find_answer(interview_id, "turn-0001") == again
    assert await counts(database) == (1, 1, 1)
    assert (await records.get_interview(interview_id)).total_turns == 1


async def test_nothing_is_found_before_it_is_stored(records: Records, interview_id: str) -> None:
    assert await records.find_answer(interview_id, "turn-0001") is None
    assert await records.find_speech(interview_id, "turn-0001") is None
    await records.commit_answer(answer(interview_id))
    assert await records.find_speech(interview_id, "turn-0001") is None


@pytest.mark.parametrize(
    "clash",
    [
        {"turn_number": 1},
        {"sequence": 2},
    ],
)
async def test_a_place_that_is_taken_is_a_conflict_and_leaves_nothing(
    records: Records, database: Database, interview_id: str, clash: dict[str, int]
) -> None:
    await records.commit_answer(answer(interview_id, 1))
    with pytest.raises(ConflictError) as error:
        await records.commit_answer(answer(interview_id, 2, **clash))
    assert error.value.code == "turn.out_of_order"
    with pytest.raises(ConflictError):
        await records.save_speech(speech(interview_id, 2, **clash))
    assert await counts(database) == (1, 1, 0)
    assert (await records.get_interview(interview_id)).total_turns == 1


async def test_the_interviewers_own_turn_takes_no_answer(
    records: Records, interview_id: str
) -> None:
    await records.save_speech(greeting(interview_id))
    with pytest.raises(ConflictError) as error:
        await records.commit_answer(answer(interview_id, 1, turn_id="greeting"))
    assert error.value.code == "turn.out_of_order"


async def test_a_key_belongs_to_one_turn(records: Records, interview_id: str) -> None:
    await records.commit_answer(answer(interview_id, 1, recording=recording("a/1.webm")))
    with pytest.raises(ConflictError) as error:
        await records.commit_answer(answer(interview_id, 2, recording=recording("a/1.webm")))
    assert error.value.code == "recording.key_taken"
    assert await records.find_answer(interview_id, "turn-0002") is None


async def test_equal_turn_ids_of_two_interviews_are_two_turns(
    records: Records, interview_id: str
) -> None:
    other = (await records.create_interview(new_interview())).interview_id
    await records.commit_answer(answer(interview_id))
    assert not (await records.commit_answer(answer(other))).already


@pytest.mark.parametrize("status", ["empty", "failed"])
async def test_a_turn_without_words_keeps_its_recording(
    records: Records, database: Database, interview_id: str, status: str
) -> None:
    turn = unheard(interview_id, status=status, recording=recording("a/1.webm"))
    assert await records.record_unheard_turn(turn) == status
    assert await records.record_unheard_turn(turn) == status
    assert await turns(database) == [("turn-0001", 1, "audio", "warmup", status, False)]
    [row] = await records.recordings(interview_id)
    assert (row.utterance_id, row.speaker) == (None, "candidate")
    assert await records.transcript(interview_id) == []
    assert (await records.get_interview(interview_id)).total_turns == 0


async def test_a_turn_run_again_may_hold_words_after_all(
    records: Records, database: Database, interview_id: str
) -> None:
    """The recording is taken over, and follows the object that was written again."""
    first = recording("a/1.webm")
    await records.record_unheard_turn(unheard(interview_id, status="failed", recording=first))
    rewritten = recording("a/1.webm", sha256="a" * 64, size_bytes=99)
    stored = await records.commit_answer(
        answer(interview_id, turn_number=3, sequence=6, recording=rewritten)
    )
    assert not stored.already
    assert await turns(database) == [("turn-0001", 3, "audio", "warmup", "committed", True)]
    [row] = await records.recordings(interview_id)
    assert row.utterance_id == stored.utterance_id
    assert (row.sha256, row.size_bytes) == ("a" * 64, 99)


async def test_a_committed_answer_is_never_taken_back(
    records: Records, database: Database, interview_id: str
) -> None:
    await records.commit_answer(answer(interview_id))
    assert await records.record_unheard_turn(unheard(interview_id)) == "committed"
    assert await turns(database) == [("turn-0001", 1, "audio", "warmup", "committed", True)]


async def test_speech_moves_the_projection(records: Records, interview_id: str) -> None:
    saved = await records.save_speech(greeting(interview_id, recording=recording("g.mp3")))
    assert not saved.already
    started = await records.get_interview(interview_id)
    assert (started.status, started.phase) == ("active", Phase.INTRODUCTION)
    assert started.started_at is not None
    assert started.updated_at > started.created_at
    await records.commit_answer(answer(interview_id))
    await records.save_speech(speech(interview_id))
    moved = await records.get_interview(interview_id)
    assert (moved.phase, moved.question_id) == (Phase.MAIN_QUESTIONS, "q-main-questions")
    assert moved.started_at == started.started_at


async def test_repeated_speech_is_the_first_one(
    records: Records, database: Database, interview_id: str
) -> None:
    first = await records.save_speech(greeting(interview_id, recording=recording("g.mp3")))
    changed = greeting(interview_id, text="other", phase=Phase.WRAP_UP, sequence=5)
    again = await records.save_speech(changed)
    assert again == first.model_copy(update={"already": True})
    assert await records.find_speech(interview_id, "greeting") == again
    assert await counts(database) == (1, 1, 1)
    assert (await records.get_interview(interview_id)).phase is Phase.INTRODUCTION


async def test_late_speech_does_not_move_the_projection_back(
    records: Records, interview_id: str
) -> None:
    await records.save_speech(speech(interview_id, 2, phase=Phase.WRAP_UP, question_id="q-wrap-up"))
    await records.save_speech(speech(interview_id, 1))
    record = await records.get_interview(interview_id)
    assert (record.phase, record.question_id) == (Phase.WRAP_UP, "q-wrap-up")


async def test_speech_that_ends_in_a_pause_does_not_resume_it(
    records: Records, interview_id: str
) -> None:
    await records.set_status(interview_id, "paused")
    await records.save_speech(greeting(interview_id))
    assert (await records.get_interview(interview_id)).status == "paused"


async def test_a_reply_may_be_stored_before_its_answer(
    records: Records, database: Database, interview_id: str
) -> None:
    await records.save_speech(speech(interview_id))
    assert await turns(database) == [("turn-0001", 1, "audio", "main_questions", "open", False)]
    stored = await records.commit_answer(answer(interview_id))
    assert not stored.already
    assert await turns(database) == [("turn-0001", 1, "audio", "warmup", "committed", True)]
    lines = await records.transcript(interview_id)
    assert [line.speaker for line in lines] == ["candidate", "interviewer"]


async def test_the_first_mark_of_what_was_heard_stays(records: Records, interview_id: str) -> None:
    saved = await records.save_speech(greeting(interview_id))
    assert await records.mark_heard(interview_id, saved.utterance_id, 700)
    assert await records.mark_heard(interview_id, saved.utterance_id, 1500)
    [line] = await records.transcript(interview_id)
    assert (line.heard_ms, line.interrupted) == (700, True)
    found = await records.find_speech(interview_id, "greeting")
    assert found is not None
    assert found.heard_ms == 700


@pytest.mark.parametrize(("claimed", "kept"), [(-5, 0), (10**12, 2000)])
async def test_no_more_is_heard_than_was_said(
    records: Records, interview_id: str, claimed: int, kept: int
) -> None:
    saved = await records.save_speech(greeting(interview_id))
    await records.mark_heard(interview_id, saved.utterance_id, claimed)
    [line] = await records.transcript(interview_id)
    assert line.heard_ms == kept


async def test_only_the_interviewers_own_utterances_are_marked(
    records: Records, interview_id: str
) -> None:
    other = (await records.create_interview(new_interview())).interview_id
    saved = await records.save_speech(greeting(interview_id))
    stored = await records.commit_answer(answer(interview_id))
    assert not await records.mark_heard(interview_id, "no-uuid", 1)
    assert not await records.mark_heard(interview_id, str(uuid.uuid4()), 1)
    assert not await records.mark_heard(interview_id, stored.utterance_id, 1)
    assert not await records.mark_heard(other, saved.utterance_id, 1)
    assert not any(line.interrupted for line in await records.transcript(interview_id))


async def test_one_answer_of_many_concurrent_ones(
    records: Records, database: Database, interview_id: str
) -> None:
    """As when a worker that was taken for dead goes on beside its successor."""
    await warm(database)
    calls = [
        records.commit_answer(
            answer(interview_id, text=f"run {run}", recording=recording("a/1.webm"))
        )
        for run in range(8)
    ]
    results = await asyncio.gather(*calls)
    assert [result.already for result in results].count(False) == 1
    assert len({result.text for result in results}) == 1
    assert await counts(database) == (1, 1, 1)
    assert (await records.get_interview(interview_id)).total_turns == 1


async def test_one_answer_of_many_that_follow_an_unheard_run(
    records: Records, database: Database, interview_id: str
) -> None:
    await warm(database)
    await records.record_unheard_turn(unheard(interview_id, status="failed"))
    calls = [records.commit_answer(answer(interview_id, text=f"run {run}")) for run in range(8)]
    results = await asyncio.gather(*calls)
    assert [result.already for result in results].count(False) == 1
    assert await counts(database) == (1, 1, 0)
    assert (await records.get_interview(interview_id)).total_turns == 1


async def test_one_speech_of_many_concurrent_ones(
    records: Records, database: Database, interview_id: str
) -> None:
    await warm(database)
    calls = [records.save_speech(greeting(interview_id, text=f"run {run}")) for run in range(8)]
    results = await asyncio.gather(*calls)
    assert [result.already for result in results].count(False) == 1
    assert len({result.text for result in results}) == 1
    assert await counts(database) == (1, 1, 0)


async def test_of_two_turns_with_one_number_one_is_stored(
    records: Records, database: Database, interview_id: str
) -> None:
    await warm(database)
    first, second = await asyncio.gather(
        records.commit_answer(answer(interview_id, turn_id="turn-aaaa")),
        records.commit_answer(answer(interview_id, turn_id="turn-bbbb", sequence=4)),
        return_exceptions=True,
    )
    failed = [result for result in (first, second) if isinstance(result, BaseException)]
    assert [type(error) for error in failed] == [ConflictError]
    assert await counts(database) == (1, 1, 0)


async def test_answers_speech_and_marks_of_one_interview_run_together(
    records: Records, database: Database, interview_id: str
) -> None:
    """No two writers wait for each other in a circle."""
    await warm(database)
    calls: list[Any] = []
    for number in range(1, 13):
        reply = speech(interview_id, number, recording=recording(f"r/{number}"))
        calls += [
            records.commit_answer(answer(interview_id, number, recording=recording(f"a/{number}"))),
            records.save_speech(reply),
            records.save_speech(reply),
            records.mark_heard(interview_id, reply.utterance_id, 500),
        ]
    await asyncio.gather(*calls)
    assert await counts(database) == (12, 24, 24)
    record = await records.get_interview(interview_id)
    assert record.total_turns == 12
    sequences = [line.sequence for line in await records.transcript(interview_id)]
    assert sequences == list(range(2, 26))
    assert {status for *_, status, _ in await turns(database)} == {"committed"}


async def test_text_that_postgresql_cannot_hold_is_kept_readable(
    records: Records, interview_id: str
) -> None:
    stored = await records.commit_answer(answer(interview_id, text="a\0b \ud800 c"))
    assert stored.text == "a\ufffdb ? c"
    [line] = await records.transcript(interview_id)
    assert line.text == "a\ufffdb ? c"


async def test_a_broken_rule_names_the_rule_and_quotes_nothing(
    records: Records, interview_id: str
) -> None:
    broken = answer(interview_id, text="something personal").model_copy(
        update={"modality": "telepathy"}
    )
    with pytest.raises(DatabaseRejected) as error:
        await records.commit_answer(broken)
    assert error.value.constraint == "ck_turns_kind"
    assert "personal" not in repr(error.value) + str(error.value)
    assert error.value.__cause__ is None


async def test_ids_are_those_of_the_contracts(records: Records, interview_id: str) -> None:
    saved = await records.save_speech(greeting(interview_id))
    assert saved.utterance_id == utterance_id(interview_id, "greeting", "interviewer")
