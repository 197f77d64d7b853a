"""The same words scored once more: what they go by, and what goes by them."""

from __future__ import annotations

import asyncio

import pytest

from interview.config import Settings
from interview.domain.plan import plan_hash
from interview.domain.roles import get_rubric
from interview.domain.rubric import Rubric, rubric_hash
from interview.errors import InterviewError
from interview.evaluation.drift import drift
from interview.evaluation.scorecard import scorecard
from interview.persistence import rubrics
from interview.persistence.agreements import AgreementRecords
from interview.persistence.audit import Actor
from interview.persistence.comparisons import ComparisonRecords
from interview.persistence.database import Database
from interview.persistence.evaluation_requests import ask_anew, ask_reevaluated
from interview.persistence.evaluations import EvaluationRecords, EvaluationRow
from interview.persistence.records import Records
from interview.security.principal import Principal
from tests.integration.api.scored import COMPETENCIES, PLAN, RUBRIC, WORDS, ended, scored
from tests.integration.persistence.test_corrections import FIRST, RIGHT, Desk, finish
from tests.staff import Staff

pytestmark = pytest.mark.integration


@pytest.fixture
async def recruiter(database: Database) -> Principal:
    return await Staff(Settings(), database).sign_in("recruiter")


@pytest.fixture
def evaluations(database: Database) -> EvaluationRecords:
    return EvaluationRecords(database)


@pytest.fixture
async def interview_id(records: Records, database: Database, recruiter: Principal) -> str:
    return await scored(records, database, recruiter)


async def ask(
    database: Database,
    interview_id: str,
    by: Principal,
    number: int = 1,
    rubric_hash: str | None = None,
    model: str | None = None,
) -> EvaluationRow:
    async with database.transaction() as connection:
        return await ask_reevaluated(
            *(connection, interview_id, number, Actor.of(by), by.user_id),
            rubric_hash=rubric_hash,
            model=model,
        )


async def keep(database: Database, by: Principal, rubric: Rubric) -> str:
    async with database.transaction() as connection:
        return await rubrics.keep(connection, by.organization_id, rubric)


def another_version() -> Rubric:
    """Its first competency counts for twice as much, and its last one is gone."""
    first, *others = RUBRIC.competencies[:-1]
    doubled = first.model_copy(update={"weight": first.weight * 2})
    return RUBRIC.model_copy(update={"competencies": (doubled, *others)})


async def test_it_goes_by_the_words_of_the_one_before_whatever_was_corrected_since(
    interview_id: str,
    database: Database,
    records: Records,
    evaluations: EvaluationRecords,
    recruiter: Principal,
) -> None:
    corrected = await Desk(database, records, recruiter).correct_line(interview_id)
    assert corrected is not None
    await finish(evaluations, corrected, {FIRST: 5})
    first = await ask(database, interview_id, recruiter, model="openai/gpt-4o")
    assert (first.kind, first.based_on, first.corrections) == ("reevaluated", 1, 0)
    assert first.model == "openai/gpt-4o"
    material = await finish(evaluations, first, dict.fromkeys(COMPETENCIES, 4.0))
    assert {one.text for one in material.said} == {WORDS}
    assert not material.taken, "all of it is asked for anew"
    second = await ask(database, interview_id, recruiter, 2)
    material = await finish(evaluations, second, dict.fromkeys(COMPETENCIES, 4.0))
    assert {one.text for one in material.said} == {WORDS, RIGHT}
    digests = {row.number: row.transcript_sha256 for row in await evaluations.all(interview_id)}
    assert digests[1] == digests[first.number] != digests[2] == digests[second.number]


async def test_another_version_of_the_rubric_is_what_it_goes_by(
    interview_id: str,
    database: Database,
    evaluations: EvaluationRecords,
    recruiter: Principal,
) -> None:
    version = another_version()
    hashed = await keep(database, recruiter, version)
    row = await ask(database, interview_id, recruiter, rubric_hash=hashed)
    material = await evaluations.material(interview_id, row.number)
    assert material is not None
    assert material.rubric == version
    names = [one.competency_id for one in version.competencies]
    await finish(evaluations, row, dict.fromkeys(names, 4.0) | {FIRST: 2.0})
    found = drift(
        scorecard(await evaluations.detail(interview_id, 1)),
        scorecard(await evaluations.detail(interview_id, row.number)),
    )
    deltas = {one.competency_id: one.delta for one in found.competencies}
    assert deltas == dict.fromkeys(names, 1) | {FIRST: -1, COMPETENCIES[-1]: None}
    assert found.changed[:1] == ("rubric",)
    assert found.new.rubric_hash == hashed
    weights = {one.competency_id: one.weight for one in version.competencies}
    weighted = sum(weight * (2 if name == FIRST else 4) for name, weight in weights.items())
    assert found.new.total == pytest.approx(weighted / sum(weights.values()))


async def test_what_cannot_be_compared_is_refused(
    interview_id: str, database: Database, records: Records, recruiter: Principal
) -> None:
    async def refused(number: int = 1, rubric_hash: str | None = None) -> str:
        with pytest.raises(InterviewError) as error:
            await ask(database, interview_id, recruiter, number, rubric_hash)
        return error.value.code

    assert await refused(7) == "evaluation.not_found"
    assert await refused(rubric_hash="0" * 64) == "rubric.not_found"
    strangers = await Staff(Settings(), database).sign_in("recruiter")
    theirs = await keep(database, strangers, another_version())
    assert await refused(rubric_hash=theirs) == "rubric.not_found", "another organization's"
    other = get_rubric("nursing")
    assert other is not None
    assert await refused(rubric_hash=rubric_hash(other)) == "rubric.other"
    fresh = await ended(records, recruiter)
    async with database.transaction() as connection:
        await ask_anew(connection, fresh, recruiter)
    with pytest.raises(InterviewError, match="no scores"):
        await ask(database, fresh, recruiter)


async def test_several_at_once_are_one(
    interview_id: str, database: Database, recruiter: Principal
) -> None:
    found = await asyncio.gather(
        *(ask(database, interview_id, recruiter) for _ in range(4)), return_exceptions=True
    )
    codes = [one.code for one in found if isinstance(one, InterviewError)]
    assert codes == ["evaluation.running"] * 3


async def test_no_report_goes_by_it_and_nobody_is_told(
    interview_id: str,
    database: Database,
    records: Records,
    evaluations: EvaluationRecords,
    recruiter: Principal,
) -> None:
    desk = Desk(database, records, recruiter)
    await desk.listen()
    comparisons, agreements = ComparisonRecords(database), AgreementRecords(database)
    organization_id = recruiter.organization_id
    before = await comparisons.of(organization_id, plan_hash(PLAN))
    agreed = await agreements.of(organization_id)
    row = await ask(database, interview_id, recruiter)
    await finish(evaluations, row, dict.fromkeys(COMPETENCIES, 1.0))
    assert await comparisons.of(organization_id, plan_hash(PLAN)) == before
    assert await agreements.of(organization_id) == agreed
    assert await desk.told(interview_id) == []
    # Nor does a correction build on it.
    corrected = await desk.correct_line(interview_id)
    assert corrected is not None
    assert corrected.based_on == 1
