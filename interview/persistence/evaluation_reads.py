"""What is kept of evaluations, and what they go by. Statements inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.domain.evaluation.answers import Said, untouched
from interview.domain.plan import Plan
from interview.errors import NotFoundError
from interview.persistence import corrections, reads
from interview.persistence.evaluation_rows import EvaluationRow, Reworded, SampleRow, ScoreRow
from interview.persistence.models import COMPETENCY_SCORES, EVALUATION_SAMPLES, EVALUATIONS
from interview.persistence.rows import TranscriptLine

__all__ = [
    "all_of",
    "as_of",
    "find",
    "no_evaluation",
    "reworded",
    "samples",
    "scores",
    "taken",
    "touched",
]

_ROW = [EVALUATIONS.c[name] for name in EvaluationRow.model_fields]
_SAMPLE = [EVALUATION_SAMPLES.c[name] for name in SampleRow.model_fields]
_SCORE = [COMPETENCY_SCORES.c[name] for name in ScoreRow.model_fields]
_OF = EVALUATIONS.c.interview_id == bindparam("of_interview")
_FIND = select(*_ROW).where(_OF & (EVALUATIONS.c.number == bindparam("of_number")))
_LIST = select(*_ROW).where(_OF).order_by(EVALUATIONS.c.number.desc())
_SAMPLES = (
    select(*_SAMPLE)
    .where(
        EVALUATION_SAMPLES.c.interview_id == bindparam("of_interview"),
        EVALUATION_SAMPLES.c.number == bindparam("of_number"),
    )
    .order_by(
        EVALUATION_SAMPLES.c.competency_id,
        EVALUATION_SAMPLES.c.shows_suspicious,
        EVALUATION_SAMPLES.c.sample,
    )
)
_SCORES = (
    select(*_SCORE)
    .where(
        COMPETENCY_SCORES.c.interview_id == bindparam("of_interview"),
        COMPETENCY_SCORES.c.number == bindparam("of_number"),
    )
    .order_by(COMPETENCY_SCORES.c.competency_id)
)


async def find(connection: AsyncConnection, interview_id: str, number: int) -> EvaluationRow | None:
    of = {"of_interview": interview_id, "of_number": number}
    row = (await connection.execute(_FIND, of)).one_or_none()
    return None if row is None else EvaluationRow.model_validate(row)


def no_evaluation() -> NotFoundError:
    return NotFoundError("evaluation.not_found", "no such evaluation")


async def all_of(connection: AsyncConnection, interview_id: str) -> list[EvaluationRow]:
    """Newest first."""
    rows = await connection.execute(_LIST, {"of_interview": interview_id})
    return [EvaluationRow.model_validate(row) for row in rows]


async def scores(connection: AsyncConnection, interview_id: str, number: int) -> list[ScoreRow]:
    of = {"of_interview": interview_id, "of_number": number}
    return [ScoreRow.model_validate(row) for row in await connection.execute(_SCORES, of)]


async def samples(connection: AsyncConnection, interview_id: str, number: int) -> list[SampleRow]:
    of = {"of_interview": interview_id, "of_number": number}
    return [SampleRow.model_validate(row) for row in await connection.execute(_SAMPLES, of)]


async def as_of(
    connection: AsyncConnection, interview_id: str, up_to: int
) -> tuple[list[TranscriptLine], tuple[Said, ...]]:
    """The transcript as the first so many corrections left it, and as it is scored."""
    spoken = await reads.transcript(connection, interview_id)
    lines = corrections.corrected(spoken, await corrections.as_of(connection, interview_id, up_to))
    return lines, tuple(line.as_said() for line in lines)


async def reworded(connection: AsyncConnection, row: EvaluationRow) -> dict[str, Reworded]:
    """By utterance, what was set right before it was scored, or since."""
    interview_id = row.interview_id
    newest = await corrections.as_of(connection, interview_id, corrections.MAX_CORRECTIONS)
    if not newest:
        return {}
    then = await corrections.as_of(connection, interview_id, row.corrections)
    return {
        line.utterance_id: Reworded(
            recognized=line.text,
            scored=then[line.utterance_id].text if line.utterance_id in then else line.text,
            newest=newest[line.utterance_id],
        )
        for line in await reads.transcript(connection, interview_id)
        if line.utterance_id in newest
    }


async def touched(
    connection: AsyncConnection, base: EvaluationRow, plan: Plan, said: Sequence[Said]
) -> set[str]:
    """Competencies that `base` has whose scorers are shown something else now."""
    _, before = await as_of(connection, base.interview_id, base.corrections)
    return {
        score.competency_id
        for score in await scores(connection, base.interview_id, base.number)
        if not untouched(plan, score.competency_id, before, said)
    }


async def taken(
    connection: AsyncConnection, row: EvaluationRow, plan: Plan, said: Sequence[Said]
) -> dict[str, ScoreRow]:
    """By competency, the scores of the evaluation that `row` is based on which hold for what is
    said now: those that nothing has touched, and that are there."""
    assert row.based_on is not None, "it is based on one"
    base = await find(connection, row.interview_id, row.based_on)
    assert base is not None, "evaluations stay as long as their interview"
    changed = await touched(connection, base, plan, said)
    return {
        score.competency_id: score.model_copy(
            update={"taken_from": score.taken_from or base.number}
        )
        for score in await scores(connection, row.interview_id, base.number)
        if score.competency_id not in changed and score.unscored != "pending"
    }
