"""Evaluations: what is asked for, what scorers answered, and the scores from these."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.domain.evaluation.scores import CompetencyResult
from interview.domain.plan import Plan, plan_hash
from interview.domain.rubric import rubric_hash
from interview.persistence import corrections, erasures, overrides, rubrics, webhooks
from interview.persistence import evaluation_reads as stored
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.digest import transcript_sha256
from interview.persistence.evaluation_requests import SAMPLES, follow
from interview.persistence.evaluation_rows import (
    EvaluationDetail,
    EvaluationRow,
    Material,
    SampleRow,
    ScoreRow,
)
from interview.persistence.models import (
    COMPETENCY_SCORES,
    EVALUATION_SAMPLES,
    EVALUATIONS,
    INTERVIEWS,
)
from interview.persistence.rows import storable
from interview.persistence.vocabulary import (
    AuditAction,
    EvaluationReason,
    EvaluationState,
)

__all__ = [
    "EvaluationDetail",
    "EvaluationRecords",
    "EvaluationRow",
    "Material",
    "SampleRow",
    "ScoreRow",
]

_THIS = (EVALUATIONS.c.interview_id == bindparam("of_interview")) & (
    EVALUATIONS.c.number == bindparam("of_number")
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
            return await stored.all_of(connection, interview_id)

    async def detail(self, interview_id: str, number: int) -> EvaluationDetail:
        """Raises `NotFoundError` (`evaluation.not_found`)."""
        of = {"of_interview": interview_id, "of_number": number}
        async with self._database.transaction() as connection:
            row = await stored.find(connection, interview_id, number)
            if row is None:
                raise stored.no_evaluation()
            interview = (await connection.execute(_INTERVIEW, of)).one()
            rubric = await rubrics.known(connection, interview.organization_id, row.rubric_hash)
            scores = await stored.scores(connection, interview_id, number)
            taken: list[SampleRow] = []
            for source in {s.taken_from for s in scores if s.taken_from is not None}:
                these = {s.competency_id for s in scores if s.taken_from == source}
                theirs = await stored.samples(connection, interview_id, source)
                taken += [sample for sample in theirs if sample.competency_id in these]
            return EvaluationDetail(
                row,
                rubric,
                tuple(scores),
                tuple(await stored.samples(connection, interview_id, number)),
                await overrides.holding(connection, interview_id, number),
                tuple(taken),
                await stored.reworded(connection, row),
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
                values["corrections"] = await corrections.count(connection, interview_id)
                await connection.execute(insert(EVALUATIONS).on_conflict_do_nothing(), values)
            return await stored.find(connection, interview_id, number)

    async def material(self, interview_id: str, number: int) -> Material | None:
        """None where the evaluation is over, or there is no such interview any more, or it is to
        be erased: then nobody is told anything of it."""
        of = {"of_interview": interview_id}
        async with self._database.transaction() as connection:
            row = await stored.find(connection, interview_id, number)
            interview = (await connection.execute(_INTERVIEW, of)).one_or_none()
            if row is None or row.state != "running" or interview is None:
                return None
            if await erasures.is_requested(connection, interview_id):
                return None
            plan = Plan.model_validate(interview.plan)
            wanted = row.rubric_hash or (plan.rubric and plan.rubric.rubric_hash)
            rubric = await rubrics.known(connection, interview.organization_id, wanted)
            lines, said = await stored.as_of(connection, interview_id, row.corrections)
            taken: dict[str, ScoreRow] = {}
            if row.kind == "corrected" and rubric is not None:
                taken = await stored.taken(connection, row, plan, said)
        return Material(
            row=row,
            plan=plan,
            rubric=rubric,
            candidate_name=interview.candidate_name,
            said=said,
            transcript_sha256=transcript_sha256(lines),
            taken=taken,
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
        async with self._database.transaction() as connection:
            return await stored.samples(connection, interview_id, number)

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

    async def finish(
        self,
        row: EvaluationRow,
        results: Sequence[CompetencyResult],
        taken: Collection[ScoreRow] = (),
    ) -> None:
        """With the verdicts there are, and those that were taken from another evaluation."""
        await self._finish(row, "done", [*map(_scored, results), *taken])

    async def leave_pending(
        self,
        row: EvaluationRow,
        results: Sequence[CompetencyResult],
        missing: Sequence[str],
        taken: Collection[ScoreRow] = (),
    ) -> None:
        """Competencies whose scorers could not be had are `missing`."""
        scores = [*map(_scored, results), *taken]
        scores += [_pending(competency_id) for competency_id in missing]
        await self._finish(row, "pending", scores)

    async def follow(self, interview_id: str) -> EvaluationRow | None:
        """The evaluation of what was corrected meanwhile, if that touches a score."""
        async with self._database.transaction() as connection:
            return await follow(connection, interview_id)

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
            now = await stored.find(connection, row.interview_id, row.number)
            if held is None or now is None or now.state != "running":
                return
            await _clear(connection, row)
            key = {"interview_id": row.interview_id, "number": row.number}
            if scores:
                values = [storable(score.model_dump(mode="json")) | key for score in scores]
                await connection.execute(insert(COMPETENCY_SCORES), values)
            if row.based_on is not None:
                # What a person said of a score holds for as long as the score does.
                these = [score.competency_id for score in scores if score.taken_from is not None]
                await overrides.take_over(
                    connection, row.interview_id, row.based_on, row.number, these
                )
            changed = update(EVALUATIONS).where(_THIS)
            await connection.execute(
                changed.values(state=state, reason=reason, finished_at=func.now()), of
            )
            if state != "pending" and row.kind != "reevaluated":
                data = {
                    "interview_id": row.interview_id,
                    "number": row.number,
                    "state": state,
                    "kind": row.kind,
                }
                subject = f"{row.interview_id}/{row.number}/{state}"
                await webhooks.tell(
                    *(connection, held.organization_id, "evaluation.done", subject, data),
                    interview_id=row.interview_id,
                )
            by = Actor.system(held.organization_id)
            told: dict[str, Any] = {"number": row.number, "state": state}
            await _note(connection, by, "evaluation.made", row.interview_id, told)


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
