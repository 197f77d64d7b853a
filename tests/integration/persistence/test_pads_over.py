"""Pads of questions that are over: as they were left, with what came late beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime

import pytest
from temporalio.testing import ActivityEnvironment

from activities.evaluation import Evaluate
from activities.pads import code_on_pad
from interview.coding.pads import Kept, Pads
from interview.contracts.evaluation import EvaluationInput
from interview.domain.coding import CodeReport
from interview.domain.phases import Phase
from interview.domain.roles import get_plan, get_rubric
from interview.errors import ConflictError
from interview.persistence import pads as statements
from interview.persistence.database import Database
from interview.persistence.evaluations import EvaluationRecords
from interview.persistence.records import Records
from tests.fakes.obedient import ObedientModel
from tests.integration.persistence.samples import answer, new_interview, speech
from tests.integration.security.conftest import keys_of, new_ring

pytestmark = pytest.mark.integration

ACCEPTED = CodeReport(verdict="accepted")


@pytest.fixture
def pads(database: Database) -> Pads:
    return Pads(database, keys_of(database, new_ring()[1]))


@pytest.fixture
async def interview_id(database: Database) -> str:
    """At the question `echo`."""
    interview_id = (await Records(database).create_interview(new_interview())).interview_id
    await says(database, interview_id, 1, "echo")
    return interview_id


@pytest.fixture
def _no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "GRACE_S", 0.0)


async def says(database: Database, interview_id: str, number: int, question_id: str | None) -> None:
    """The interviewer, of this question from now on."""
    await Records(database).save_speech(speech(interview_id, number, question_id=question_id))


async def refusal(saved: Awaitable[object]) -> str:
    with pytest.raises(ConflictError) as caught:
        await saved
    return caught.value.code


@pytest.mark.usefixtures("_no_grace")
@pytest.mark.parametrize("onward", ["other", None])
async def test_what_comes_after_the_question_is_kept_beside_what_was_left(
    database: Database, pads: Pads, interview_id: str, onward: str | None
) -> None:
    await pads.save(interview_id, "echo", "python", "mine")
    assert not await pads.is_over(interview_id, "echo")
    await says(database, interview_id, 2, "echo")
    assert await pads.save(interview_id, "echo", "python", "mine, all of it") == Kept(2)
    await says(database, interview_id, 3, onward)
    assert await pads.is_over(interview_id, "echo")
    again = await pads.save(interview_id, "echo", "python", "mine, all of it")
    assert again == Kept(2), "it was kept before, and its answer may have been lost"
    assert await pads.save(interview_id, "echo", "python", "a ready one") == Kept(3, late=True)
    assert await pads.save(interview_id, "echo", "python", "a ready one") == Kept(3, late=True)
    # Other devices had something of their own.
    assert await pads.save(interview_id, "echo", "go", "a ready one") == Kept(4, late=True)
    newest = await pads.newest(interview_id, "echo")
    assert newest is not None
    assert (newest.text, newest.late) == ("mine, all of it", False)
    rows = [(row.revision, row.late) for row in await pads.all(interview_id)]
    assert rows == [(1, False), (2, False), (3, True), (4, True)]
    seen = await code_on_pad(pads, interview_id, "echo")
    assert seen is not None
    assert seen.text == "mine, all of it"
    # The next one is nothing to do with it, nor is one that nobody has asked yet.
    for question_id in ("other", "later"):
        assert await pads.save(interview_id, question_id, "python", "b") == Kept(1)


@pytest.mark.usefixtures("_no_grace")
async def test_where_all_of_it_came_late_nothing_was_left(
    database: Database, pads: Pads, interview_id: str
) -> None:
    await says(database, interview_id, 2, "other")
    assert await pads.save(interview_id, "echo", "python", "late") == Kept(1, late=True)
    assert await pads.newest(interview_id, "echo") is None
    assert await code_on_pad(pads, interview_id, "echo") is None


async def test_what_was_on_its_way_is_in_time(
    database: Database, pads: Pads, interview_id: str
) -> None:
    await pads.save(interview_id, "echo", "python", "mi")
    await says(database, interview_id, 2, "other")
    assert await pads.save(interview_id, "echo", "python", "mine") == Kept(2)
    newest = await pads.newest(interview_id, "echo")
    assert newest is not None
    assert newest.text == "mine"


@pytest.mark.usefixtures("_no_grace")
async def test_a_question_that_is_asked_once_more_is_not_over(
    database: Database, pads: Pads, interview_id: str
) -> None:
    await says(database, interview_id, 2, "other")
    assert await pads.save(interview_id, "echo", "python", "a") == Kept(1, late=True)
    await says(database, interview_id, 3, "echo")
    assert not await pads.is_over(interview_id, "echo")
    assert await pads.save(interview_id, "echo", "python", "b") == Kept(2)


@pytest.mark.usefixtures("_no_grace")
async def test_no_run_is_begun_and_one_that_is_under_way_goes_on(
    database: Database, pads: Pads, interview_id: str
) -> None:
    await pads.save(interview_id, "echo", "python", "a")
    assert await pads.ask(interview_id, "before", "echo", 1, tests=True)
    await says(database, interview_id, 2, "other")
    assert not await pads.ask(interview_id, "before", "echo", 1, tests=True), "it is known"
    assert await refusal(pads.ask(interview_id, "after", "echo", 1, tests=True)) == "code.over"
    assert await pads.run(interview_id, "after") is None
    assert await pads.finish(interview_id, "before", ACCEPTED) == ACCEPTED
    assert await pads.verdicts(interview_id) == [("echo", "accepted")]


@pytest.mark.usefixtures("_no_grace")
async def test_what_comes_late_is_bounded_and_takes_no_place_of_what_was_left(
    database: Database, pads: Pads, interview_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "MAX_SNAPSHOTS", 2)
    monkeypatch.setattr(statements, "MAX_LATE", 3)
    for number in range(4):
        await pads.save(interview_id, "echo", "python", f"version {number}")
    await says(database, interview_id, 2, "other")
    for number in range(3):
        kept = await pads.save(interview_id, "echo", "python", f"late {number}")
        assert kept.late
    assert await refusal(pads.save(interview_id, "echo", "python", "late 3")) == "code.over"
    texts = [row.text for row in await pads.all(interview_id)]
    assert texts == ["version 0", "version 3", "late 0", "late 1", "late 2"]
    newest = await pads.newest(interview_id, "echo")
    assert newest is not None
    assert newest.text == "version 3"


async def test_each_is_told_what_becomes_of_it_while_the_interviewer_goes_on(
    database: Database, pads: Pads, interview_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two devices write on, as fast as they can."""
    monkeypatch.setattr(statements, "GRACE_S", 1.0)
    monkeypatch.setattr(statements, "MAX_LATE", 10_000)
    told: dict[int, bool] = {}

    async def write(device: str) -> None:
        count = 0
        while sum(told.values()) < 4:
            kept = await pads.save(interview_id, "echo", "python", f"{device} {count}")
            told[kept.revision] = kept.late
            count += 1

    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        for device in ("one", "two"):
            tasks.create_task(write(device))
        await says(database, interview_id, 2, "other")
    rows = {row.revision: row for row in await pads.all(interview_id)}
    assert {revision: row.late for revision, row in rows.items()} == told
    newest = await pads.newest(interview_id, "echo")
    assert newest is not None
    assert newest.revision == max(number for number, late in told.items() if not late)


@pytest.mark.usefixtures("_no_grace")
async def test_scorers_are_shown_what_was_left(database: Database, pads: Pads) -> None:
    plan, rubric = get_plan("coding"), get_rubric("coding")
    assert rubric is not None
    new = new_interview(plan=plan, rubric=rubric)
    interview_id = new.interview_id
    await Records(database).create_interview(new)
    question = next(question for question in plan.questions if question.coding is not None)
    place = {"phase": Phase.MAIN_QUESTIONS, "question_id": question.question_id}
    await Records(database).save_speech(speech(interview_id, 1, **place))
    said = "I sort the lines first, and then I look at each of them once."
    await Records(database).commit_answer(answer(interview_id, 2, text=said, **place))
    await pads.save(interview_id, question.question_id, "python", "left = sorted(lines)")
    await says(database, interview_id, 2, "something-else")
    await pads.save(interview_id, question.question_id, "python", "late = solved(lines)")
    await Records(database).close_interview(interview_id, "completed", datetime.now(UTC))
    model = ObedientModel(rubric, ())
    evaluate = Evaluate(EvaluationRecords(database), model, pads=pads)
    run, request = ActivityEnvironment().run, EvaluationInput(interview_id=interview_id, number=1)
    for sample in (await run(evaluate.begin, request)).samples:
        await run(evaluate.sample, sample)
    assert any("left = sorted" in shown for shown in model.asked)
    assert not any("late = solved" in shown for shown in model.asked)
