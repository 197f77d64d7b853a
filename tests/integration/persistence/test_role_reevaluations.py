"""The interviews of a role scored once more: which, how far it is, and what stays as it is."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text

from interview.config import Settings
from interview.domain.plan import plan_hash
from interview.errors import InterviewError
from interview.evaluation.role_drift import role_drift
from interview.persistence import erasures, holding, rubrics
from interview.persistence.comparisons import ComparisonRecords
from interview.persistence.database import Database
from interview.persistence.drifts import DriftRecords
from interview.persistence.evaluation_requests import ask_again, ask_anew
from interview.persistence.evaluations import EvaluationRecords, EvaluationRow
from interview.persistence.models import AUDIT_EVENTS, EVALUATIONS
from interview.persistence.records import Records
from interview.persistence.reevaluation_requests import ask as ask_role
from interview.persistence.reevaluation_requests import ask_again as ask_role_again
from interview.persistence.reevaluation_requests import stop as stop_role
from interview.persistence.reevaluations import ReevaluationRecords, ReevaluationRow
from interview.security.principal import Principal
from tests.integration.api.scored import COMPETENCIES, PLAN, RUBRIC, ended, scored
from tests.integration.persistence.test_corrections import Desk, finish
from tests.staff import Staff

pytestmark = pytest.mark.integration

MODEL = "openai/other"


class House:
    def __init__(self, database: Database, records: Records, by: Principal) -> None:
        self.database, self.records, self.by = database, records, by
        self.evaluations = EvaluationRecords(database)
        self.all = ReevaluationRecords(database)

    async def scored(self, score: int = 3, **changes: Any) -> str:
        return await scored(self.records, self.database, self.by, score, **changes)

    async def ask(self, role: str = PLAN.role, **changes: Any) -> ReevaluationRow:
        async with self.database.transaction() as connection:
            return await ask_role(connection, self.by, role, **changes)

    async def again(self, row: ReevaluationRow) -> ReevaluationRow:
        async with self.database.transaction() as connection:
            return await ask_role_again(connection, self.by, row.reevaluation_id)

    async def stop(self, row: ReevaluationRow, by: Principal | None = None) -> ReevaluationRow:
        async with self.database.transaction() as connection:
            return await stop_role(connection, by or self.by, row.reevaluation_id)

    async def told(self, row: ReevaluationRow) -> list[tuple[str, Any]]:
        """What the trail has of its being stopped: who, and why."""
        query = select(AUDIT_EVENTS.c.actor_kind, AUDIT_EVENTS.c.details["reason"].astext).where(
            AUDIT_EVENTS.c.action == "reevaluation.stopped",
            AUDIT_EVENTS.c.subject_id == row.reevaluation_id,
        )
        async with self.database.transaction() as connection:
            return [(kind, reason) for kind, reason in await connection.execute(query)]

    async def row(self, of: ReevaluationRow) -> ReevaluationRow:
        return await self.all.get(self.by.organization_id, of.reevaluation_id)

    async def take(self, of: ReevaluationRow, at_most: int = 9) -> list[tuple[str, int]]:
        return (await self.all.take(of.reevaluation_id, at_most))[0]

    async def evaluation(self, interview_id: str, number: int) -> EvaluationRow:
        return (await self.evaluations.detail(interview_id, number)).row

    async def score(self, taken: list[tuple[str, int]], score: float) -> None:
        for one in taken:
            row = await self.evaluation(*one)
            await finish(self.evaluations, row, dict.fromkeys(COMPETENCIES, score))


@pytest.fixture
async def house(database: Database, records: Records) -> House:
    by = await Staff(Settings(), database).sign_in("admin")
    return House(database, records, by)


async def code(asking: Callable[[], Any]) -> str:
    with pytest.raises(InterviewError) as error:
        await asking()
    return error.value.code


async def test_each_is_taken_once_and_what_was_scored_stays(house: House) -> None:
    ids = sorted([await house.scored(3) for _ in range(3)])
    await ended(house.records, house.by)  # Nobody scored it.
    before = await ComparisonRecords(house.database).of(house.by.organization_id, plan_hash(PLAN))
    asked = await house.ask(model=MODEL)
    assert (asked.interviews, asked.over, asked.state) == (3, 0, "running")
    two = await house.take(asked, at_most=2)
    assert two == [(ids[0], 2), (ids[1], 2)]
    assert await house.take(asked, at_most=2) == two, "they are not over"
    row = await house.evaluation(*two[0])
    assert (row.kind, row.based_on, row.model) == ("reevaluated", 1, MODEL)
    assert row.requested_by == house.by.user_id
    await house.score(two[:1], 5.0)
    rest = await house.take(asked)
    assert rest == [(ids[1], 2), (ids[2], 2)]
    await house.score(rest, 2.0)
    assert await house.take(asked) == []
    await house.all.finish(asked.reevaluation_id)
    await house.all.finish(asked.reevaluation_id)
    done = await house.row(asked)
    assert (done.state, done.over, done.pending, done.skipped) == ("done", 3, 0, 0)
    assert await house.take(asked) == []
    for interview_id in ids:
        first = await house.evaluations.detail(interview_id, 1)
        assert {score.score for score in first.scores} == {3}
    after = await ComparisonRecords(house.database).of(house.by.organization_id, plan_hash(PLAN))
    assert after == before

    sides = await DriftRecords(house.database).of(house.by.organization_id, asked.reevaluation_id)
    found = role_drift(done, sides, ids)
    assert [one.competency_id for one in found.competencies] == COMPETENCIES
    for one in found.competencies:
        assert (one.count, one.largest_change, one.mean_change) == (3, 2, 0)
        assert one.crossed_band == 1
    assert found.old_models == ("openai/example",)
    assert [one.new_total for one in found.interviews if one.interview_id == ids[0]] == [5]


async def test_several_who_take_at_once_take_the_same(house: House) -> None:
    ids = sorted([await house.scored() for _ in range(2)])
    asked = await house.ask()
    found = await asyncio.gather(*(house.take(asked) for _ in range(4)))
    assert found == [[(one, 2) for one in ids]] * 4
    for one in ids:
        assert len(await house.evaluations.all(one)) == 2


async def test_one_at_a_time_and_nothing_without_scores(house: House) -> None:
    assert await code(house.ask) == "reevaluation.nothing"
    await house.scored()
    assert await code(lambda: house.ask("nursing")) == "reevaluation.nothing"
    assert await code(lambda: house.ask(plan_hash="0" * 64)) == "reevaluation.nothing"
    assert await code(lambda: house.ask(rubric_hash="0" * 64)) == "rubric.not_found"
    found = await asyncio.gather(*(house.ask() for _ in range(3)), return_exceptions=True)
    codes = [one.code for one in found if isinstance(one, InterviewError)]
    assert codes == ["reevaluation.running"] * 2
    (row,) = [one for one in found if isinstance(one, ReevaluationRow)]
    await house.all.finish(row.reevaluation_id)
    # What was refused has left nothing.
    assert [one.reevaluation_id for one in await house.all.all(house.by.organization_id)] == [
        row.reevaluation_id
    ]
    by_plan = await house.ask(plan_hash=plan_hash(PLAN))
    assert (by_plan.plan_hash, by_plan.interviews) == (plan_hash(PLAN), 1)


async def test_others_see_nothing_of_it(house: House, database: Database) -> None:
    await house.scored()
    asked = await house.ask()
    stranger = await Staff(Settings(), database).sign_in("admin")
    assert await house.all.all(stranger.organization_id) == []
    for which in (asked.reevaluation_id, "x"):
        with pytest.raises(InterviewError) as error:
            await house.all.get(stranger.organization_id, which)
        assert error.value.code == "reevaluation.not_found"


async def test_what_cannot_be_scored_now_waits_or_is_skipped(house: House) -> None:
    busy, erased, full = sorted([await house.scored() for _ in range(3)])
    asked = await house.ask()
    async with house.database.transaction() as connection:
        running = await ask_anew(connection, busy, house.by)
        await erasures.request(connection, erased, "request", house.by)
    for number in range(2, 51):
        values = {"interview_id": full, "number": number, "samples": 3, "state": "unscored"}
        await _insert_evaluation(house.database, values)
    assert await house.all.take(asked.reevaluation_id, 9) == ([], True)
    assert (await house.row(asked)).skipped == 1
    await finish(house.evaluations, running, dict.fromkeys(COMPETENCIES, 4.0))
    assert await house.all.take(asked.reevaluation_id, 9) == ([(busy, 3)], False)
    # By what reports went by when it was asked for.
    assert (await house.evaluation(busy, 3)).based_on == 1


async def test_a_rubric_that_measures_something_else(house: House) -> None:
    ids = sorted([await house.scored(), await house.scored()])
    first, *others = RUBRIC.competencies
    version = RUBRIC.model_copy(update={"competencies": (*others,)})
    elsewhere = first.model_copy(update={"competency_id": "elsewhere"})
    other = RUBRIC.model_copy(update={"competencies": (elsewhere,)})
    async with house.database.transaction() as connection:
        kept = await rubrics.keep(connection, house.by.organization_id, version)
        strange = await rubrics.keep(connection, house.by.organization_id, other)
    asked = await house.ask(rubric_hash=strange)
    assert await house.all.take(asked.reevaluation_id, 9) == ([], False)
    assert (await house.row(asked)).skipped == 2
    await house.all.finish(asked.reevaluation_id)
    asked = await house.ask(rubric_hash=kept)
    assert await house.take(asked) == [(one, 2) for one in ids]
    assert (await house.evaluation(ids[0], 2)).rubric_hash == kept


async def test_what_is_missing_is_asked_for_again(house: House) -> None:
    done, lacking = sorted([await house.scored(), await house.scored()])
    asked = await house.ask()
    assert await code(lambda: house.again(asked)) == "reevaluation.running"
    await house.take(asked)
    await house.score([(done, 2)], 4.0)
    await house.evaluations.leave_pending(await house.evaluation(lacking, 2), [], COMPETENCIES)
    assert await house.take(asked) == []
    await house.all.finish(asked.reevaluation_id)
    assert (await house.row(asked)).pending == 1
    again = await house.again(asked)
    assert again.state == "running"
    assert await code(lambda: house.again(asked)) == "reevaluation.running"
    assert await house.take(asked) == [(lacking, 2)]
    assert await house.take(asked) == [(lacking, 2)]
    await house.score([(lacking, 2)], 4.0)
    assert await house.take(asked) == []
    await house.all.finish(asked.reevaluation_id)
    assert await code(lambda: house.again(asked)) == "reevaluation.complete"


async def test_what_somebody_else_had_made_meanwhile(house: House) -> None:
    lacking = await house.scored()
    asked = await house.ask()
    await house.take(asked)
    row = await house.evaluation(lacking, 2)
    await house.evaluations.leave_pending(row, [], COMPETENCIES)
    await house.all.finish(asked.reevaluation_id)
    await house.again(asked)
    async with house.database.transaction() as connection:
        await ask_again(connection, lacking, 2, house.by)
    await house.score([(lacking, 2)], 4.0)
    assert await house.all.take(asked.reevaluation_id, 9) == ([], False)


async def test_what_is_erased_is_gone_from_it(house: House) -> None:
    gone, left = sorted([await house.scored(), await house.scored()])
    asked = await house.ask()
    await house.take(asked)
    records = erasures.ErasureRecords(house.database)
    async with house.database.transaction() as connection:
        await erasures.request(connection, gone, "request", house.by)
    assert await house.take(asked) == [(left, 2)], "nothing more is done with it"
    await records.delete_rows(gone)
    row = await house.row(asked)
    assert (row.interviews, row.over) == (1, 0)
    sides = await DriftRecords(house.database).of(house.by.organization_id, asked.reevaluation_id)
    assert [one.interview_id for one in sides.interviews] == [left]


async def test_it_goes_by_the_corrected_words_that_reports_go_by(house: House) -> None:
    interview_id = await house.scored()
    desk = Desk(house.database, house.records, house.by)
    corrected = await desk.correct_line(interview_id)
    assert corrected is not None
    material = await house.evaluations.material(interview_id, corrected.number)
    assert material is not None
    touched = [name for name in COMPETENCIES if name not in material.taken]
    await finish(house.evaluations, corrected, dict.fromkeys(touched, 5.0))
    asked = await house.ask()
    assert await house.take(asked) == [(interview_id, 3)]
    row = await house.evaluation(interview_id, 3)
    assert (row.based_on, row.corrections) == (2, 1)
    await house.score([(interview_id, 3)], 3.0)
    sides = await DriftRecords(house.database).of(house.by.organization_id, asked.reevaluation_id)
    # Of scores that were taken from the first evaluation, who answered there.
    assert sides.models[0] == ("openai/example",)


async def test_stopped_it_frees_the_next_one_and_keeps_what_is_scored(house: House) -> None:
    one, *_ = ids = sorted([await house.scored() for _ in range(3)])
    asked = await house.ask()
    assert await house.take(asked, at_most=2) == [(ids[0], 2), (ids[1], 2)]
    await house.score([(one, 2)], 4.0)
    found = await asyncio.gather(*(house.stop(asked) for _ in range(3)))
    assert {(row.state, row.reason, row.over) for row in found} == {("stopped", "asked", 1)}
    assert await house.told(asked) == [("user", "asked")], "once"
    assert await house.all.take(asked.reevaluation_id, 9) == ([], False)
    await house.all.finish(asked.reevaluation_id)
    await house.all.stop(asked.reevaluation_id, "too_long")
    assert (await house.row(asked)) == found[0], "whoever stops it says why"
    other = await house.ask()
    assert other.interviews == 3
    assert await code(lambda: house.again(asked)) == "reevaluation.running"
    await house.stop(other)

    # The workflow of the one under way ended with what it had.
    await house.evaluations.leave_pending(await house.evaluation(ids[1], 2), [], COMPETENCIES)
    again = await house.again(asked)
    assert (again.state, again.reason, again.finished_at) == ("running", None, None)
    taken = await house.take(asked)
    assert taken == [(ids[1], 2), (ids[2], 2)]
    await house.score(taken, 4.0)
    assert await house.take(asked) == []
    await house.all.finish(asked.reevaluation_id)
    done = await house.row(asked)
    assert (done.state, done.reason, done.over, done.pending) == ("done", None, 3, 0)
    assert await house.stop(done) == done, "it has ended"


async def test_what_takes_too_long_or_cannot_go_on_is_stopped_by_the_system(house: House) -> None:
    await house.scored()
    for reason in ("too_long", "failed"):
        asked = await house.ask()
        await house.all.stop(asked.reevaluation_id, reason)
        await house.all.stop(asked.reevaluation_id, reason)
        row = await house.row(asked)
        assert (row.state, row.reason) == ("stopped", reason)
        assert await house.told(asked) == [("system", reason)]
    await house.all.stop(str(uuid.uuid4()), "failed")


async def test_nobody_stops_that_of_others(house: House, database: Database) -> None:
    await house.scored()
    asked = await house.ask()
    stranger = await Staff(Settings(), database).sign_in("admin")
    assert await code(lambda: house.stop(asked, stranger)) == "reevaluation.not_found"
    assert (await house.row(asked)).state == "running"


async def test_one_that_is_stopped_while_it_is_taken_begins_no_more(house: House) -> None:
    one = await house.scored()
    asked = await house.ask()
    async with house.database.transaction() as connection:
        # Whoever takes it waits here.
        await holding.ended_interview(connection, one)
        taking = asyncio.create_task(house.take(asked))
        await _until_someone_waits(house.database)
        await house.stop(asked)
    assert await taking == []
    assert len(await house.evaluations.all(one)) == 1


async def _until_someone_waits(database: Database) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND datname = current_database()"
    )
    async with asyncio.timeout(20):
        while True:
            async with database.transaction() as connection:
                if await connection.scalar(waiting):
                    return
            await asyncio.sleep(0.01)


async def _insert_evaluation(database: Database, values: dict[str, Any]) -> None:
    finished = {"reason": "no_model", "finished_at": func.now()}
    async with database.transaction() as connection:
        await connection.execute(insert(EVALUATIONS).values(values | finished))
