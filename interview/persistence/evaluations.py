"""Evaluations: what is asked for, what scorers answered, and the scores from these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.domain.evaluation.answers import Said
from interview.domain.evaluation.scores import CompetencyResult, Evidence, HumanReason, Sample
from interview.domain.plan import Plan, plan_hash
from interview.domain.rubric import Rubric, rubric_hash
from interview.errors import ConflictError, NotFoundError
from interview.persistence import erasures, overrides, reads, rubrics, webhooks
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.digest import transcript_sha256
from interview.persistence.interviews import no_interview
from interview.persistence.models import (
    COMPETENCY_SCORES,
    EVALUATION_SAMPLES,
    EVALUATIONS,
    INTERVIEWS,
)
from interview.persistence.overrides import OverrideRow
from interview.persistence.rows import canonical_uuid, storable
from interview.persistence.vocabulary import (
    AuditAction,
    EvaluationReason,
    EvaluationState,
    ScoreReason,
)
from interview.security.principal import Principal

__all__ = [
    "EvaluationDetail",
    "EvaluationRecords",
    "EvaluationRow",
    "Material",
    "SampleRow",
    "ScoreRow",
    "ask_again",
    "ask_anew",
]

SAMPLES = 3
MAX_EVALUATIONS = 50
"""Of one interview."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class EvaluationRow(_Row):
    """`requested_by` is None where the interview's end asked for it. Hashes and prompt are None
    until it has begun."""

    interview_id: str
    number: int
    state: EvaluationState
    reason: EvaluationReason | None
    rubric_hash: str | None
    plan_hash: str | None
    prompt: str | None
    transcript_sha256: str | None
    samples: int
    requested_by: str | None
    created_at: datetime
    finished_at: datetime | None


class SampleRow(_Row):
    """What one scorer answered, and what it took."""

    competency_id: str
    sample: int
    shows_suspicious: bool
    content: Sample
    provider: str
    prompt: str
    input_tokens: int
    output_tokens: int
    duration_ms: int


class ScoreRow(_Row):
    """`score` is null with the reason `unscored`. `human`: why a person has to look."""

    competency_id: str
    score: float | None
    unscored: ScoreReason | None
    spread: int
    samples: int
    human: tuple[HumanReason, ...]
    evidence: tuple[Evidence, ...]
    reason: str = Field(repr=False)


@dataclass(frozen=True, slots=True)
class EvaluationDetail:
    """`rubric` is None where it is not kept any more, and nothing was scored."""

    row: EvaluationRow
    rubric: Rubric | None
    scores: tuple[ScoreRow, ...]
    samples: tuple[SampleRow, ...]
    overrides: Mapping[str, OverrideRow]
    """By competency, those that hold."""


@dataclass(frozen=True, slots=True)
class Material:
    """What an evaluation goes by. `rubric` is None where nobody is scored by the plan."""

    row: EvaluationRow
    plan: Plan
    rubric: Rubric | None
    candidate_name: str
    said: tuple[Said, ...]
    transcript_sha256: str


_ROW = [EVALUATIONS.c[name] for name in EvaluationRow.model_fields]
_SAMPLE = [EVALUATION_SAMPLES.c[name] for name in SampleRow.model_fields]
_SCORE = [COMPETENCY_SCORES.c[name] for name in ScoreRow.model_fields]
_OF = EVALUATIONS.c.interview_id == bindparam("of_interview")
_THIS = _OF & (EVALUATIONS.c.number == bindparam("of_number"))
_FIND = select(*_ROW).where(_THIS)
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
_SCORES = select(*_SCORE).where(
    COMPETENCY_SCORES.c.interview_id == bindparam("of_interview"),
    COMPETENCY_SCORES.c.number == bindparam("of_number"),
)
_INTERVIEW = select(
    INTERVIEWS.c.organization_id,
    INTERVIEWS.c.plan,
    INTERVIEWS.c.candidate_name,
    INTERVIEWS.c.ended_at,
).where(INTERVIEWS.c.interview_id == bindparam("of_interview"))
# Against one that is being erased, and against another one that is asked for at once.
_HOLD = _INTERVIEW.with_for_update(key_share=True)


class EvaluationRecords:
    """Every write may be repeated. All methods raise `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, interview_id: str) -> list[EvaluationRow]:
        """Newest first."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(_LIST, {"of_interview": interview_id})
            return [EvaluationRow.model_validate(row) for row in rows]

    async def detail(self, interview_id: str, number: int) -> EvaluationDetail:
        """Raises `NotFoundError` (`evaluation.not_found`)."""
        of = {"of_interview": interview_id, "of_number": number}
        async with self._database.transaction() as connection:
            row = await _find(connection, interview_id, number)
            if row is None:
                raise _not_found()
            interview = (await connection.execute(_INTERVIEW, of)).one()
            rubric = await rubrics.known(connection, interview.organization_id, row.rubric_hash)
            scores = await connection.execute(_SCORES, of)
            samples = await connection.execute(_SAMPLES, of)
            return EvaluationDetail(
                row,
                rubric,
                tuple(ScoreRow.model_validate(score) for score in scores),
                tuple(SampleRow.model_validate(sample) for sample in samples),
                await overrides.holding(connection, interview_id, number),
            )

    async def begin(self, interview_id: str, number: int) -> EvaluationRow | None:
        """The row; the first one is made by this. None where there is no such interview any
        more."""
        of = {"of_interview": interview_id}
        async with self._database.transaction() as connection:
            held = (await connection.execute(_HOLD, of)).one_or_none()
            if held is None:
                return None
            if number == 1:
                values = {"interview_id": interview_id, "number": 1, "samples": SAMPLES}
                await connection.execute(insert(EVALUATIONS).on_conflict_do_nothing(), values)
            return await _find(connection, interview_id, number)

    async def material(self, interview_id: str, number: int) -> Material | None:
        """None where the evaluation is over, or there is no such interview any more, or it is to
        be erased: then nobody is told anything of it."""
        of = {"of_interview": interview_id}
        async with self._database.transaction() as connection:
            row = await _find(connection, interview_id, number)
            interview = (await connection.execute(_INTERVIEW, of)).one_or_none()
            if row is None or row.state != "running" or interview is None:
                return None
            if await erasures.is_requested(connection, interview_id):
                return None
            plan = Plan.model_validate(interview.plan)
            wanted = row.rubric_hash or (plan.rubric and plan.rubric.rubric_hash)
            rubric = await rubrics.known(connection, interview.organization_id, wanted)
            lines = await reads.transcript(connection, interview_id)
        return Material(
            row=row,
            plan=plan,
            rubric=rubric,
            candidate_name=interview.candidate_name,
            said=tuple(
                Said(
                    utterance_id=line.utterance_id,
                    turn_id=line.turn_id,
                    sequence=line.sequence,
                    speaker=line.speaker,
                    question_id=line.question_id,
                    text=line.text,
                    confidence=line.confidence,
                )
                for line in lines
            ),
            transcript_sha256=transcript_sha256(lines),
        )

    async def freeze(self, material: Material, prompt: str) -> None:
        """What it goes by, once: a second look finds it so, whatever has changed since. Samples
        that are made later name the prompt that they were made by themselves."""
        assert material.rubric is not None, "there is something to go by"
        frozen = {
            "rubric_hash": rubric_hash(material.rubric),
            "plan_hash": plan_hash(material.plan),
            "prompt": prompt,
            "transcript_sha256": material.transcript_sha256,
        }
        of = {"of_interview": material.row.interview_id, "of_number": material.row.number}
        changed = update(EVALUATIONS).where(_THIS, EVALUATIONS.c.prompt.is_(None))
        async with self._database.transaction() as connection:
            await connection.execute(changed.values(frozen), of)

    async def samples(self, interview_id: str, number: int) -> list[SampleRow]:
        of = {"of_interview": interview_id, "of_number": number}
        async with self._database.transaction() as connection:
            rows = await connection.execute(_SAMPLES, of)
            return [SampleRow.model_validate(row) for row in rows]

    async def keep_sample(self, row: EvaluationRow, sample: SampleRow) -> None:
        """The first one stays. Nothing where the interview is gone."""
        values = storable(sample.model_dump(mode="json")) | {
            "interview_id": row.interview_id,
            "number": row.number,
        }
        of = {"of_interview": row.interview_id}
        async with self._database.transaction() as connection:
            if (await connection.execute(_HOLD, of)).one_or_none() is not None:
                await connection.execute(
                    insert(EVALUATION_SAMPLES).on_conflict_do_nothing(), values
                )

    async def leave_unscored(self, row: EvaluationRow, reason: EvaluationReason) -> None:
        await self._finish(row, "unscored", (), reason)

    async def finish(self, row: EvaluationRow, results: Sequence[CompetencyResult]) -> None:
        """With the verdicts there are."""
        await self._finish(row, "done", [_scored(result) for result in results])

    async def leave_pending(
        self, row: EvaluationRow, results: Sequence[CompetencyResult], missing: Sequence[str]
    ) -> None:
        """Competencies whose scorers could not be had are `missing`."""
        scores = [_scored(result) for result in results]
        scores += [_pending(competency_id) for competency_id in missing]
        await self._finish(row, "pending", scores)

    async def _finish(
        self,
        row: EvaluationRow,
        state: EvaluationState,
        scores: Sequence[ScoreRow],
        reason: EvaluationReason | None = None,
    ) -> None:
        of = {"of_interview": row.interview_id, "of_number": row.number}
        async with self._database.transaction() as connection:
            held = (await connection.execute(_HOLD, of)).one_or_none()
            now = await _find(connection, row.interview_id, row.number)
            if held is None or now is None or now.state != "running":
                return
            await _clear(connection, row)
            key = {"interview_id": row.interview_id, "number": row.number}
            if scores:
                values = [storable(score.model_dump(mode="json")) | key for score in scores]
                await connection.execute(insert(COMPETENCY_SCORES), values)
            changed = update(EVALUATIONS).where(_THIS)
            await connection.execute(
                changed.values(state=state, reason=reason, finished_at=func.now()), of
            )
            if state != "pending":
                data = {"interview_id": row.interview_id, "number": row.number, "state": state}
                subject = f"{row.interview_id}/{row.number}/{state}"
                await webhooks.tell(
                    *(connection, held.organization_id, "evaluation.done", subject, data),
                    interview_id=row.interview_id,
                )
            by = Actor.system(held.organization_id)
            told: dict[str, Any] = {"number": row.number, "state": state}
            await _note(connection, by, "evaluation.made", row.interview_id, told)


async def ask_anew(connection: AsyncConnection, interview_id: str, by: Principal) -> EvaluationRow:
    """By today's prompt and model, beside those there are. Raises `NotFoundError`
    (`interview.not_found`) and `ConflictError` (`interview.not_ended`, `evaluation.running`,
    `evaluation.too_many`)."""
    held = await _hold_ended(connection, interview_id)
    rows = await connection.execute(_LIST, {"of_interview": interview_id})
    found = [EvaluationRow.model_validate(row) for row in rows]
    if any(row.state == "running" for row in found):
        raise _running()
    if len(found) >= MAX_EVALUATIONS:
        raise ConflictError("evaluation.too_many", f"there are {MAX_EVALUATIONS} already")
    number = max((row.number for row in found), default=0) + 1
    values = {"interview_id": interview_id, "number": number, "samples": SAMPLES}
    await connection.execute(insert(EVALUATIONS), values | {"requested_by": by.user_id})
    return await _asked(connection, held, interview_id, number, by)


async def ask_again(
    connection: AsyncConnection, interview_id: str, number: int, by: Principal
) -> tuple[EvaluationRow, bool]:
    """For what is missing; and whether it was running, then it stays as it is. Raises as
    `ask_anew` (`evaluation.running` where another one is), `NotFoundError`
    (`evaluation.not_found`), `ConflictError` (`evaluation.done`)."""
    held = await _hold_ended(connection, interview_id)
    row = await _find(connection, interview_id, number)
    if row is None:
        raise _not_found()
    if row.state == "done":
        raise ConflictError("evaluation.done", "nothing is missing; ask for another one")
    if row.state == "running":
        return row, True
    others = await connection.execute(_LIST, {"of_interview": interview_id})
    if any(other.state == "running" and other.number != number for other in others):
        raise _running()
    changed = update(EVALUATIONS).where(_THIS)
    of = {"of_interview": interview_id, "of_number": number}
    await connection.execute(changed.values(state="running", reason=None, finished_at=None), of)
    return await _asked(connection, held, interview_id, number, by), False


async def _asked(
    connection: AsyncConnection, held: Any, interview_id: str, number: int, by: Principal
) -> EvaluationRow:
    who = Actor.of(by)
    actor = Actor(held.organization_id, who.kind, who.actor_id)
    await _note(connection, actor, "evaluation.asked_for", interview_id, {"number": number})
    row = await _find(connection, interview_id, number)
    assert row is not None, "it was just asked for"
    return row


async def _hold_ended(connection: AsyncConnection, interview_id: str) -> Any:
    held = None
    if canonical_uuid(interview_id):
        held = (await connection.execute(_HOLD, {"of_interview": interview_id})).one_or_none()
    if held is None:
        raise no_interview()
    if held.ended_at is None:
        raise ConflictError("interview.not_ended", "it is scored once it has ended")
    return held


async def _find(
    connection: AsyncConnection, interview_id: str, number: int
) -> EvaluationRow | None:
    of = {"of_interview": interview_id, "of_number": number}
    row = (await connection.execute(_FIND, of)).one_or_none()
    return None if row is None else EvaluationRow.model_validate(row)


async def _clear(connection: AsyncConnection, row: EvaluationRow) -> None:
    await connection.execute(
        delete(COMPETENCY_SCORES).where(
            COMPETENCY_SCORES.c.interview_id == row.interview_id,
            COMPETENCY_SCORES.c.number == row.number,
        )
    )


async def _note(
    connection: AsyncConnection,
    by: Actor,
    action: AuditAction,
    interview_id: str,
    details: dict[str, Any],
) -> None:
    await AuditTrail.append(connection, by, action, Subject.interview(interview_id), details)


def _scored(result: CompetencyResult) -> ScoreRow:
    return ScoreRow.model_validate(result)


def _pending(competency_id: str) -> ScoreRow:
    return ScoreRow(
        competency_id=competency_id,
        score=None,
        unscored="pending",
        spread=0,
        samples=0,
        human=(),
        evidence=(),
        reason="",
    )


def _running() -> ConflictError:
    return ConflictError("evaluation.running", "it is being scored already")


def _not_found() -> NotFoundError:
    return NotFoundError("evaluation.not_found", "no such evaluation")
