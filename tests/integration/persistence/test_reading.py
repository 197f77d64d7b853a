"""The transcript, the conversation as it was heard, and the recordings."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import insert

from interview.domain.directives import Directive
from interview.domain.phases import Phase
from interview.errors import NotFoundError
from interview.persistence.database import Database
from interview.persistence.models import ROLES
from interview.persistence.records import Records
from interview.ports import Line
from tests.integration.persistence.samples import (
    PLAN,
    answer,
    greeting,
    new_interview,
    recording,
    speech,
    unheard,
)

pytestmark = pytest.mark.integration


async def test_the_transcript_holds_everything_in_order(
    records: Records, interview_id: str
) -> None:
    await records.commit_answer(
        answer(interview_id, 1, modality="typed", confidence=None, recording=None)
    )
    await records.save_speech(speech(interview_id, 1, recording=recording("r/1.mp3")))
    saved = await records.save_speech(greeting(interview_id, modality="shown"))
    first, second, third = await records.transcript(interview_id)
    assert [first.sequence, second.sequence, third.sequence] == [1, 2, 3]
    assert (first.speaker, first.turn_id, first.utterance_id) == (
        "interviewer",
        "greeting",
        saved.utterance_id,
    )
    assert (first.modality, first.phase, first.recording_id) == (
        "shown",
        Phase.INTRODUCTION,
        None,
    )
    assert (second.speaker, second.text, second.modality, second.confidence) == (
        "candidate",
        "answer 1",
        "typed",
        None,
    )
    assert (second.phase, second.question_id) == (Phase.WARMUP, "q-warmup")
    assert third.directive is Directive.NEXT_QUESTION
    assert [sentence.end_ms for sentence in third.sentences] == [1000, 2000]
    [row] = await records.recordings(interview_id)
    assert third.recording_id == row.recording_id
    assert (third.heard_ms, third.interrupted, third.duration_ms) == (None, False, 2000)


async def test_an_interview_begins_without_words(records: Records, interview_id: str) -> None:
    assert await records.transcript(interview_id) == []
    assert await records.conversation(interview_id) == []
    assert await records.recordings(interview_id) == []


async def test_the_conversation_is_what_was_heard(records: Records, interview_id: str) -> None:
    whole = await records.save_speech(greeting(interview_id))
    await records.commit_answer(answer(interview_id, 1))
    cut = await records.save_speech(speech(interview_id, 1))
    await records.commit_answer(answer(interview_id, 2))
    unheard_of = await records.save_speech(speech(interview_id, 2))
    untimed = await records.save_speech(
        speech(interview_id, 3, sentences=(), text="one two three four")
    )
    await records.mark_heard(interview_id, cut.utterance_id, 1400)
    await records.mark_heard(interview_id, unheard_of.utterance_id, 0)
    await records.mark_heard(interview_id, untimed.utterance_id, 1000)
    assert await records.conversation(interview_id) == [
        Line("interviewer", whole.text),
        Line("candidate", "answer 1"),
        Line("interviewer", "Thank you, 1. And"),
        Line("candidate", "answer 2"),
        Line("interviewer", "one two"),
    ]


async def test_the_end_of_a_long_conversation(records: Records, interview_id: str) -> None:
    for number in (1, 2, 3):
        await records.commit_answer(answer(interview_id, number))
    assert await records.conversation(interview_id, limit=2) == [
        Line("candidate", "answer 2"),
        Line("candidate", "answer 3"),
    ]
    assert await records.conversation(interview_id, limit=1, before_sequence=6) == [
        Line("candidate", "answer 2")
    ]


async def test_recordings_by_turn_answer_first(records: Records, interview_id: str) -> None:
    await records.save_speech(speech(interview_id, 2, recording=recording("2/reply.mp3")))
    await records.commit_answer(answer(interview_id, 2, recording=recording("2/answer.webm")))
    await records.record_unheard_turn(unheard(interview_id, 1, recording=recording("1/cough")))
    await records.save_speech(greeting(interview_id, recording=recording("0/greeting.mp3")))
    rows = await records.recordings(interview_id)
    assert [(row.key, row.speaker) for row in rows] == [
        ("0/greeting.mp3", "interviewer"),
        ("1/cough", "candidate"),
        ("2/answer.webm", "candidate"),
        ("2/reply.mp3", "interviewer"),
    ]
    for row in rows:
        assert await records.get_recording(interview_id, row.recording_id) == row


async def test_a_recording_is_read_through_its_own_interview_only(
    records: Records, interview_id: str
) -> None:
    other = (await records.create_interview(new_interview())).interview_id
    await records.commit_answer(answer(interview_id, recording=recording("a/1.webm")))
    [row] = await records.recordings(interview_id)
    for interview, recording_id in [
        (other, row.recording_id),
        (interview_id, str(uuid.uuid4())),
        (interview_id, "../1"),
        ("nonsense", row.recording_id),
    ]:
        with pytest.raises(NotFoundError) as error:
            await records.get_recording(interview, recording_id)
        assert error.value.code == "recording.not_found"


async def test_the_job_description_of_a_role_is_read_with_its_interview(
    records: Records, database: Database
) -> None:
    role_id = str(uuid.uuid4())
    plan = PLAN.model_copy(update={"role": role_id})
    ours = await records.create_interview(new_interview(plan=plan))
    builtin = await records.create_interview(new_interview())
    values = {"role_id": role_id, "organization_id": ours.organization_id, "title": "Nurse"}
    async with database.transaction() as connection:
        await connection.execute(insert(ROLES), {**values, "job_description": "Three shifts."})
    assert await records.job_description(ours.interview_id, most=100) == "Three shifts."
    assert await records.job_description(ours.interview_id, most=5) == "Three"
    assert await records.job_description(builtin.interview_id, most=100) == ""
    assert await records.job_description(str(uuid.uuid4()), most=100) == ""
