"""Answers that were misheard, set right, and the scores that go by them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from interview.config import Settings
from interview.domain.evaluation.answers import relevant
from interview.domain.evaluation.scores import CompetencyResult, Evidence
from interview.domain.phases import Phase
from interview.errors import ConflictError, InterviewError, NotFoundError
from interview.evaluation.scorecard import Quote, scorecard
from interview.persistence import corrections, erasures, holding
from interview.persistence.audit import Actor
from interview.persistence.corrections import CorrectionRecords, CorrectionRow
from interview.persistence.database import Database
from interview.persistence.evaluation_requests import ask_anew, ask_corrected
from interview.persistence.evaluations import EvaluationRecords, EvaluationRow, Material
from interview.persistence.models import (
    AUDIT_EVENTS,
    INTERVIEWS,
    TRANSCRIPT_CORRECTIONS,
    UTTERANCES,
    WEBHOOK_DELIVERIES,
    WEBHOOKS,
)
from interview.persistence.overrides import OverrideRecords
from interview.persistence.records import Records
from interview.persistence.rows import TranscriptLine
from interview.security.principal import Principal
from tests.integration.api.scored import COMPETENCIES, WORDS, ended, evaluate, scored
from tests.integration.persistence.samples import answer, greeting
from tests.staff import Staff

pytestmark = pytest.mark.integration

FIRST, SECOND, *_ = COMPETENCIES
"""The competencies of the first and second scored questions; each question has one."""
RIGHT = "I called the customer twenty times in four weeks, and I wrote down what they wanted."


@pytest.fixture
async def recruiter(database: Database) -> Principal:
    return await Staff(Settings(), database).sign_in("recruiter")


@pytest.fixture
def evaluations(database: Database) -> EvaluationRecords:
    return EvaluationRecords(database)


class Desk:
    """Who listens to the recording and sets lines right."""

    def __init__(self, database: Database, records: Records, by: Principal) -> None:
        self.database, self.records, self.by = database, records, by

    async def lines(self, interview_id: str) -> list[TranscriptLine]:
        return await self.records.transcript(interview_id)

    async def correct(
        self, interview_id: str, *texts: tuple[str, str]
    ) -> tuple[list[CorrectionRow], EvaluationRow | None]:
        async with self.database.transaction() as connection:
            await holding.ended_interview(connection, interview_id)
            rows = await corrections.add(connection, interview_id, texts, "Misheard.", self.by)
            return rows, await ask_corrected(connection, interview_id, self.by)

    async def correct_line(
        self, interview_id: str, place: int = 0, text: str = RIGHT
    ) -> EvaluationRow | None:
        line = (await self.lines(interview_id))[place]
        return (await self.correct(interview_id, (line.utterance_id, text)))[1]

    async def reopen(self, interview_id: str) -> None:
        """As if it had not ended."""
        this = INTERVIEWS.c.interview_id == interview_id
        values = {"ended_at": None, "outcome": None, "status": "active"}
        async with self.database.transaction() as connection:
            await connection.execute(INTERVIEWS.update().where(this).values(values))

    async def listen(self) -> None:
        """Another system is told of evaluations from now on."""
        values = {
            "webhook_id": str(uuid.uuid4()),
            "organization_id": self.by.organization_id,
            "url": "https://hooks.example.com/",
            "events": ["evaluation.done"],
            "secret": b"sealed",
        }
        async with self.database.transaction() as connection:
            await connection.execute(insert(WEBHOOKS).values(values))

    async def told(self, interview_id: str) -> Sequence[dict[str, Any]]:
        of = WEBHOOK_DELIVERIES.c.interview_id == interview_id
        async with self.database.transaction() as connection:
            return (await connection.scalars(select(WEBHOOK_DELIVERIES.c.data).where(of))).all()

    async def count(self, query: Any) -> int:
        async with self.database.transaction() as connection:
            return await connection.scalar(query) or 0


@pytest.fixture
def desk(database: Database, records: Records, recruiter: Principal) -> Desk:
    return Desk(database, records, recruiter)


def with_score(material: Material, competency_id: str, score: float) -> CompetencyResult:
    """Its first answer quoted, as it reads in the material."""
    said = relevant(material.plan, competency_id, material.said).answers[0]
    quote = Evidence(
        utterance_id=said.utterance_id, turn_id=said.turn_id, start=0, end=30, quote=said.text[:30]
    )
    return CompetencyResult(
        competency_id=competency_id,
        score=score,
        unscored=None,
        spread=0,
        samples=3,
        human=(),
        evidence=(quote,),
        reason="It was told.",
    )


async def finish(
    evaluations: EvaluationRecords, row: EvaluationRow, scores: dict[str, float]
) -> Material:
    material = await evaluations.material(row.interview_id, row.number)
    assert material is not None
    await evaluations.freeze(material, "1-abc")
    results = [with_score(material, name, score) for name, score in scores.items()]
    await evaluations.finish(row, results, material.taken.values())
    return material


async def test_only_what_a_correction_touches_is_scored_again_and_both_versions_stay(
    desk: Desk, database: Database, records: Records, evaluations: EvaluationRecords
) -> None:
    interview_id = await scored(records, database, desk.by)
    before = await evaluations.detail(interview_id, 1)
    digest = before.row.transcript_sha256
    row = await desk.correct_line(interview_id)
    assert row is not None
    assert (row.number, row.kind, row.based_on, row.corrections) == (2, "corrected", 1, 1)
    assert row.rubric_hash == before.row.rubric_hash
    material = await finish(evaluations, row, {FIRST: 5})
    assert set(material.taken) == set(COMPETENCIES) - {FIRST}

    after = await evaluations.detail(interview_id, 2)
    assert after.row.transcript_sha256 != digest
    assert not after.samples, "nobody was asked for the others"
    card = scorecard(after)
    views = {view.competency_id: view for view in card.competencies}
    assert {name: view.score for name, view in views.items()} == dict.fromkeys(COMPETENCIES, 3) | {
        FIRST: 5
    }
    assert {view.taken_from for name, view in views.items() if name != FIRST} == {1}
    assert views[FIRST].taken_from is None
    assert views[SECOND].samples == (3, 3, 3), "those of the evaluation before"
    assert card.cost.calls == 0
    assert views[FIRST].evidence[0].quote == RIGHT[:30]

    # The version before has its words, quotes and scores.
    first = await evaluations.detail(interview_id, 1)
    assert replace(first, reworded={}) == before
    lines = {line.utterance_id: line.text for line in await desk.lines(interview_id)}
    assert set(lines.values()) == {WORDS}, "what was recognized stays"
    for score in before.scores:
        for quote in score.evidence:
            assert lines[quote.utterance_id][quote.start : quote.end] == quote.quote


async def test_quotes_say_what_was_recognized_and_what_should_stand_there(
    desk: Desk, database: Database, records: Records, evaluations: EvaluationRecords
) -> None:
    interview_id = await scored(records, database, desk.by)

    async def quotes(number: int) -> dict[str, Quote]:
        card = scorecard(await evaluations.detail(interview_id, number))
        return {view.competency_id: view.evidence[0] for view in card.competencies}

    assert all(quote.correction is None for quote in (await quotes(1)).values())
    wrong = f"{WORDS} And so on."
    (line, *_), place = await desk.lines(interview_id), 0
    row = await desk.correct_line(interview_id, place, wrong)
    assert row is not None
    await finish(evaluations, row, {FIRST: 5})
    await desk.correct_line(interview_id, place, f"Well. {RIGHT}")
    before, after = (await quotes(1))[FIRST], (await quotes(2))[FIRST]
    for quote in (before, after):
        assert quote.correction is not None
        assert quote.quote == WORDS[quote.start : quote.end]
        assert quote.correction.corrected_by == desk.by.user_id
        assert quote.correction.recognized == quote.quote
        assert not quote.correction.is_scored
        now = f"Well. {RIGHT}"[quote.correction.start : quote.correction.end]
        assert quote.words == quote.correction.now == now
    assert (before.words, before.misheard) == (before.quote, None), "heard right, elsewhere in it"
    assert (after.quote[-8:], after.misheard) == ("twelve t", after.quote)
    assert after.words == "I called the customer twenty t"
    third = (await evaluations.all(interview_id))[0]
    await finish(evaluations, third, {FIRST: 5})
    newest = await quotes(3)
    told = newest[FIRST].correction
    assert told is not None
    assert told.is_scored
    assert newest[FIRST].words == newest[FIRST].quote == f"Well. {RIGHT}"[:30]
    assert told.recognized == WORDS[: len(told.recognized)]
    assert line.text == WORDS


async def test_a_correction_has_its_author_time_and_reason_and_is_on_the_trail(
    desk: Desk, database: Database, records: Records
) -> None:
    interview_id = await ended(records, desk.by)
    line = (await desk.lines(interview_id))[0].utterance_id
    (first,), none = await desk.correct(interview_id, (line, RIGHT))
    assert none is None, "nothing was scored yet: the first evaluation will go by it"
    assert (first.version, first.corrected_by, first.reason) == (1, desk.by.user_id, "Misheard.")
    # Back to what was recognized is a correction too, and said twice it is said once.
    (second,), _ = await desk.correct(interview_id, (line, WORDS))
    (again,), _ = await desk.correct(interview_id, (line, WORDS))
    assert (second.version, again) == (2, second)
    assert await CorrectionRecords(database).all(interview_id) == [first, second]
    async with database.transaction() as connection:
        query = select(AUDIT_EVENTS.c.details).where(
            AUDIT_EVENTS.c.interview_id == interview_id,
            AUDIT_EVENTS.c.action == "transcript.corrected",
        )
        found = (await connection.scalars(query.order_by(AUDIT_EVENTS.c.sequence))).all()
    assert found == [{"utterance": line, "version": 1}, {"utterance": line, "version": 2}]
    assert RIGHT not in repr(first), "what was said is in no log"


async def test_a_chain_of_corrections_takes_each_score_from_where_it_was_made(
    desk: Desk, database: Database, records: Records, evaluations: EvaluationRecords
) -> None:
    interview_id = await scored(records, database, desk.by)
    second = await desk.correct_line(interview_id, 0)
    assert second is not None
    await finish(evaluations, second, {FIRST: 5})
    third = await desk.correct_line(interview_id, 1)
    assert third is not None
    assert (third.number, third.based_on, third.corrections) == (3, 2, 2)
    await finish(evaluations, third, {SECOND: 4})
    scores = {s.competency_id: s for s in (await evaluations.detail(interview_id, 3)).scores}
    assert (scores[FIRST].score, scores[FIRST].taken_from) == (5, 2)
    assert (scores[SECOND].score, scores[SECOND].taken_from) == (4, None)
    assert {scores[name].taken_from for name in COMPETENCIES[2:]} == {1}


async def test_what_a_person_said_of_a_score_holds_as_long_as_the_score(
    desk: Desk, database: Database, records: Records, evaluations: EvaluationRecords
) -> None:
    interview_id = await scored(records, database, desk.by)
    overrides = OverrideRecords(database)
    for name in (FIRST, SECOND):
        put = overrides.put(interview_id, 1, name, desk.by, score=1, reason="I was there.")
        await put
    await overrides.put(interview_id, 1, SECOND, desk.by, score=2, reason="More than that.")
    row = await desk.correct_line(interview_id)
    assert row is not None
    await finish(evaluations, row, {FIRST: 5})
    held = (await evaluations.detail(interview_id, 2)).overrides
    assert {name: one.score for name, one in held.items()} == {SECOND: 2}
    assert len(await overrides.all(interview_id, 1)) == 3


async def test_a_garbled_answer_can_be_judged_once_it_is_set_right(
    desk: Desk, database: Database, records: Records, evaluations: EvaluationRecords
) -> None:
    interview_id = await ended(records, desk.by, confidence=0.2)
    await evaluate(database, interview_id, desk.by, dict.fromkeys(COMPETENCIES))
    row = await desk.correct_line(interview_id)
    assert row is not None
    material = await evaluations.material(interview_id, row.number)
    assert material is not None
    assert relevant(material.plan, FIRST, material.said).unscored is None
    assert relevant(material.plan, SECOND, material.said).unscored == "weak_transcript"
    assert FIRST not in material.taken


async def test_what_touches_no_score_is_kept_and_asks_nobody(
    desk: Desk, database: Database, records: Records, evaluations: EvaluationRecords
) -> None:
    interview_id = await scored(records, database, desk.by)
    small_talk = answer(interview_id, 20, phase=Phase.WARMUP, question_id="lately", text="By bus.")
    await desk.reopen(interview_id)
    await records.commit_answer(small_talk)
    await records.close_interview(interview_id, "completed", datetime.now(UTC))
    rows, none = await desk.correct(interview_id, (small_talk.utterance_id, "By boat."))
    assert (rows[0].text, none) == ("By boat.", None)
    assert len(await evaluations.all(interview_id)) == 1
    # It counts with the next one that touches a score.
    row = await desk.correct_line(interview_id)
    assert row is not None
    assert row.corrections == 2


async def test_while_one_runs_its_words_stay_and_another_one_follows(
    desk: Desk, database: Database, records: Records, evaluations: EvaluationRecords
) -> None:
    interview_id = await ended(records, desk.by)
    async with database.transaction() as connection:
        first = await ask_anew(connection, interview_id, desk.by)
    assert await evaluations.follow(interview_id) is None, "nothing was corrected"
    assert await desk.correct_line(interview_id) is None
    assert await evaluations.follow(interview_id) is None, "it runs"
    material = await finish(evaluations, first, dict.fromkeys(COMPETENCIES, 3.0))
    assert {one.text for one in material.said} == {WORDS}
    following = await evaluations.follow(interview_id)
    assert following is not None
    assert (following.number, following.based_on, following.corrections) == (2, 1, 1)
    assert following.requested_by is None
    assert await evaluations.follow(interview_id) is None, "asked twice"
    material = await finish(evaluations, following, {FIRST: 4})
    assert set(material.taken) == set(COMPETENCIES) - {FIRST}
    assert await evaluations.follow(interview_id) is None


async def test_one_that_waits_for_a_scorer_gives_what_it_has(
    desk: Desk, database: Database, records: Records, evaluations: EvaluationRecords
) -> None:
    interview_id = await ended(records, desk.by)
    async with database.transaction() as connection:
        row = await ask_anew(connection, interview_id, desk.by)
    material = await evaluations.material(interview_id, row.number)
    assert material is not None
    await evaluations.freeze(material, "1-abc")
    known = [with_score(material, name, 3) for name in COMPETENCIES if name != SECOND]
    await evaluations.leave_pending(row, known, [SECOND])
    corrected = await desk.correct_line(interview_id)
    assert corrected is not None
    material = await evaluations.material(interview_id, corrected.number)
    assert material is not None
    assert set(material.taken) == set(COMPETENCIES) - {FIRST, SECOND}


async def test_twice_at_once_is_once(desk: Desk, database: Database, records: Records) -> None:
    interview_id = await scored(records, database, desk.by)
    first, second, *_ = [line.utterance_id for line in await desk.lines(interview_id)]
    both = (first, RIGHT), (second, RIGHT)
    found = await asyncio.gather(*(desk.correct(interview_id, *both) for _ in range(5)))
    assert len({tuple(row.sequence for row in rows) for rows, _ in found}) == 1
    asked = [row for _, row in found if row is not None]
    assert [row.corrections for row in asked] == [2]
    of = TRANSCRIPT_CORRECTIONS.c.interview_id == interview_id
    assert await desk.count(select(func.count()).where(of)) == 2
    # Of two people who hear it differently both are on record, and the later one holds.
    texts = ["One heard this of it.", "And somebody else that."]
    await asyncio.gather(*(desk.correct(interview_id, (first, text)) for text in texts))
    rows = await CorrectionRecords(database).all(interview_id)
    assert sorted(row.version for row in rows if row.utterance_id == first) == [1, 2, 3]


@pytest.fixture
async def other(records: Records, recruiter: Principal) -> str:
    return await ended(records, recruiter)


async def test_nothing_but_a_spoken_answer_of_this_interview_is_corrected(
    desk: Desk,
    database: Database,
    records: Records,
    other: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    interview_id = await ended(records, desk.by)
    line, typed, *_ = await desk.lines(interview_id)
    await desk.reopen(interview_id)
    await records.save_speech(greeting(interview_id))
    await records.close_interview(interview_id, "completed", datetime.now(UTC))
    async with database.transaction() as connection:
        this = UTTERANCES.c.utterance_id == typed.utterance_id
        await connection.execute(UTTERANCES.update().where(this).values(modality="typed"))
    spoken = greeting(interview_id).utterance_id
    elsewhere = (await desk.lines(other))[0].utterance_id

    async def refused(*texts: tuple[str, str]) -> str:
        with pytest.raises(InterviewError) as error:
            await desk.correct(interview_id, *texts)
        return error.value.code

    assert await refused((spoken, RIGHT)) == "utterance.not_an_answer"
    assert await refused((typed.utterance_id, RIGHT)) == "utterance.typed"
    assert await refused((elsewhere, RIGHT)) == "utterance.not_found"
    assert await refused(("no-uuid", RIGHT)) == "utterance.not_found"
    assert await refused((line.utterance_id, WORDS)) == "correction.unchanged"
    # All or nothing.
    assert await refused((line.utterance_id, RIGHT), (spoken, RIGHT)) == "utterance.not_an_answer"
    assert await CorrectionRecords(database).all(interview_id) == []
    monkeypatch.setattr(corrections, "MAX_CORRECTIONS", 1)
    await desk.correct(interview_id, (line.utterance_id, RIGHT))
    assert await refused((line.utterance_id, "Once more.")) == "correction.too_many"


async def test_nothing_is_corrected_before_the_end_or_after_an_erasure_was_asked_for(
    desk: Desk, database: Database, records: Records, evaluations: EvaluationRecords, other: str
) -> None:
    line = (await desk.lines(other))[0].utterance_id
    await desk.reopen(other)
    with pytest.raises(ConflictError) as early:
        await desk.correct(other, (line, RIGHT))
    assert early.value.code == "interview.not_ended"
    await records.close_interview(other, "completed", datetime.now(UTC))
    async with database.transaction() as connection:
        await erasures.request(connection, other, "withdrawal", Actor.system(str(uuid.uuid4())))
    with pytest.raises(NotFoundError) as late:
        await desk.correct(other, (line, RIGHT))
    assert late.value.code == "interview.erased"
    assert await evaluations.follow(other) is None


async def test_others_are_told_of_scores_that_went_by_a_correction(
    desk: Desk, database: Database, records: Records, evaluations: EvaluationRecords
) -> None:
    interview_id = await scored(records, database, desk.by)
    await desk.listen()
    row = await desk.correct_line(interview_id)
    assert row is not None
    for _ in range(2):
        # Its finish may be repeated.
        await evaluations.finish(row, [])
    done = {"number": 2, "state": "done", "kind": "corrected"}
    assert await desk.told(interview_id) == [{"interview_id": interview_id} | done]
