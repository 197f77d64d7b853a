"""Interviews that were scored, without a model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from interview.domain.evaluation.scores import CompetencyResult, Evidence, Sample
from interview.domain.phases import Phase
from interview.domain.roles import get_plan, get_rubric
from interview.persistence.database import Database
from interview.persistence.evaluation_requests import ask_anew
from interview.persistence.evaluations import EvaluationRecords, SampleRow
from interview.persistence.records import Records
from interview.security.principal import Principal
from tests.integration.persistence.samples import answer, new_interview

__all__ = ["COMPETENCIES", "PLAN", "RUBRIC", "ended", "evaluate", "scored"]

PLAN = get_plan("sales")
_found = get_rubric("sales")
assert _found is not None
RUBRIC = _found
COMPETENCIES = [competency.competency_id for competency in RUBRIC.competencies]
WORDS = "I called the customer twelve times in four weeks, and I wrote down what they wanted."


async def ended(records: Records, by: Principal, *, confidence: float = 0.9, **changes: Any) -> str:
    """Every scored question was answered."""
    values: dict[str, Any] = {"plan": PLAN, "rubric": RUBRIC, "candidate_name": "Grace"}
    new = new_interview(organization_id=by.organization_id, **values | changes)
    await records.create_interview(new)
    scored = [question for question in new.plan.questions if question.scored]
    for number, question in enumerate(scored or new.plan.questions, start=1):
        said = answer(
            new.interview_id,
            number,
            text=WORDS,
            confidence=confidence,
            phase=Phase.MAIN_QUESTIONS,
            question_id=question.question_id,
        )
        await records.commit_answer(said)
    await records.close_interview(new.interview_id, "completed", datetime.now(UTC))
    return new.interview_id


async def evaluate(
    database: Database,
    interview_id: str,
    by: Principal,
    scores: Mapping[str, int | None],
    samples: Mapping[str, tuple[int, ...]] | None = None,
) -> int:
    """Its number. A competency without a score has no evidence. `samples` are three times the
    score, where nothing else is said."""
    evaluations = EvaluationRecords(database)
    async with database.transaction() as connection:
        row = await ask_anew(connection, interview_id, by)
    material = await evaluations.material(interview_id, row.number)
    assert material is not None
    await evaluations.freeze(material, "1-abc")
    said = next(one for one in material.said if one.speaker == "candidate")
    quote = Evidence(
        utterance_id=said.utterance_id, turn_id=said.turn_id, start=0, end=21, quote=WORDS[:21]
    )
    for name, score in scores.items():
        given = (samples or {}).get(name, () if score is None else (score,) * 3)
        for number, one in enumerate(given):
            sample = SampleRow(
                competency_id=name,
                sample=number,
                shows_suspicious=False,
                content=Sample(score=one, evidence=(quote,), reason="It was told."),
                provider="openai/example",
                prompt="1-abc",
                input_tokens=1,
                output_tokens=1,
                duration_ms=1,
            )
            await evaluations.keep_sample(row, sample)
    results = [
        CompetencyResult(
            competency_id=name,
            score=None if score is None else float(score),
            unscored="no_evidence" if score is None else None,
            spread=0,
            samples=3,
            human=("unsure",) if score is None else (),
            evidence=() if score is None else (quote,),
            reason="" if score is None else "It was told.",
        )
        for name, score in scores.items()
    ]
    await evaluations.finish(row, results)
    return row.number


async def scored(
    records: Records, database: Database, by: Principal, score: int = 3, **changes: Any
) -> str:
    """Ended and evaluated, each competency with that score."""
    interview_id = await ended(records, by, **changes)
    await evaluate(database, interview_id, by, dict.fromkeys(COMPETENCIES, score))
    return interview_id
