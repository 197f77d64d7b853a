"""Rows of evaluations and tailorings beside each other, and beside an erasure."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from interview.config import Settings
from interview.domain.roles import get_plan, get_rubric
from interview.errors import ConflictError
from interview.persistence import erasures
from interview.persistence.audit import Actor
from interview.persistence.database import Database
from interview.persistence.evaluation_requests import ask_again, ask_anew
from interview.persistence.evaluations import EvaluationRecords
from interview.persistence.models import TAILORINGS
from interview.persistence.planning.tailorings import TailoringRecords
from interview.persistence.records import Records
from interview.security.principal import Principal
from tests.integration.persistence.samples import answer, greeting, new_interview
from tests.staff import Staff

pytestmark = pytest.mark.integration


@pytest.fixture
async def recruiter(database: Database) -> Principal:
    return await Staff(Settings(), database).sign_in("recruiter")


@pytest.fixture
async def ended(records: Records, recruiter: Principal) -> str:
    new = new_interview(organization_id=recruiter.organization_id)
    await records.create_interview(new)
    await records.save_speech(greeting(new.interview_id))
    await records.commit_answer(answer(new.interview_id))
    await records.close_interview(new.interview_id, "completed", datetime.now(UTC))
    return new.interview_id


async def promise_erasure(database: Database, interview_id: str, by: Principal) -> None:
    async with database.transaction() as connection:
        actor = Actor.system(by.organization_id)
        await erasures.request(connection, interview_id, "withdrawal", actor)


async def test_one_that_waits_is_not_begun_again_while_another_one_runs(
    database: Database, ended: str, recruiter: Principal
) -> None:
    """Nobody would work on it: one workflow of an interview runs at a time."""
    evaluations = EvaluationRecords(database)
    async with database.transaction() as connection:
        first = await ask_anew(connection, ended, recruiter)
    await evaluations.leave_pending(first, (), ["prospecting"])
    async with database.transaction() as connection:
        second = await ask_anew(connection, ended, recruiter)
    with pytest.raises(ConflictError) as refused:
        async with database.transaction() as connection:
            await ask_again(connection, ended, first.number, recruiter)
    assert refused.value.code == "evaluation.running"
    states = {row.number: row.state for row in await evaluations.all(ended)}
    assert states == {first.number: "pending", second.number: "running"}
    # The one that runs may have lost its workflow.
    async with database.transaction() as connection:
        await ask_again(connection, ended, second.number, recruiter)


async def test_what_it_goes_by_is_on_record_once(
    database: Database, records: Records, recruiter: Principal
) -> None:
    evaluations = EvaluationRecords(database)
    new = new_interview(
        plan=get_plan("sales"),
        rubric=get_rubric("sales"),
        organization_id=recruiter.organization_id,
    )
    await records.create_interview(new)
    await records.close_interview(new.interview_id, "completed", datetime.now(UTC))
    async with database.transaction() as connection:
        row = await ask_anew(connection, new.interview_id, recruiter)
    for prompt in ("1-first", "2-second"):
        material = await evaluations.material(new.interview_id, row.number)
        assert material is not None
        await evaluations.freeze(material, prompt)
        kept = (await evaluations.detail(new.interview_id, row.number)).row
        assert (kept.prompt, kept.transcript_sha256) == ("1-first", material.transcript_sha256)
        assert kept.rubric_hash is not None
        # Its scorers failed, and it is asked for again with another prompt in the house.
        await evaluations.leave_pending(kept, (), ["prospecting"])
        async with database.transaction() as connection:
            await ask_again(connection, new.interview_id, row.number, recruiter)


async def test_nothing_of_what_is_to_be_erased_is_given_to_a_scorer(
    database: Database, ended: str, recruiter: Principal
) -> None:
    evaluations = EvaluationRecords(database)
    async with database.transaction() as connection:
        row = await ask_anew(connection, ended, recruiter)
    assert await evaluations.material(ended, row.number) is not None
    await promise_erasure(database, ended, recruiter)
    assert await evaluations.material(ended, row.number) is None


async def test_nothing_of_what_is_to_be_erased_is_given_to_who_makes_probes(
    database: Database, records: Records, recruiter: Principal
) -> None:
    tailorings = TailoringRecords(database)
    new = new_interview(organization_id=recruiter.organization_id)
    await records.create_interview(new)
    async with database.transaction() as connection:
        values = {"document_id": str(uuid.uuid4()), "state": "running"}
        await connection.execute(insert(TAILORINGS).values(interview_id=new.interview_id, **values))
    assert (await tailorings.work(new.interview_id, 1))[1] is not None
    await promise_erasure(database, new.interview_id, recruiter)
    row, plan = await tailorings.work(new.interview_id, 1)
    assert row is not None
    assert plan is None
