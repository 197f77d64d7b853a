"""Asking for evaluations: the row comes first. Statements inside the caller's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.domain.plan import Plan
from interview.errors import ConflictError, NotFoundError
from interview.persistence import corrections, holding, rubrics
from interview.persistence import evaluation_reads as stored
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.evaluation_rows import EvaluationRow
from interview.persistence.models import EVALUATIONS
from interview.security.principal import Principal

__all__ = [
    "MAX_EVALUATIONS",
    "SAMPLES",
    "ask_again",
    "ask_anew",
    "ask_corrected",
    "ask_reevaluated",
    "follow",
]

MAX_EVALUATIONS = 50
"""Of one interview."""
SAMPLES = 3


async def ask_anew(connection: AsyncConnection, interview_id: str, by: Principal) -> EvaluationRow:
    """By today's prompt and model, and the transcript as it reads today, beside those there are.
    Raises as `holding.ended_interview`, and `ConflictError` (`evaluation.running`,
    `evaluation.too_many`)."""
    held = await holding.ended_interview(connection, interview_id)
    rows = await stored.all_of(connection, interview_id)
    _refuse(rows)
    values = {
        "corrections": await corrections.count(connection, interview_id),
        "requested_by": by.user_id,
    }
    return await _add(connection, _actor(held, by), interview_id, rows, values)


async def ask_corrected(
    connection: AsyncConnection, interview_id: str, by: Principal
) -> EvaluationRow | None:
    """What corrections have touched since the newest evaluation, beside the rest of that one. None
    where they have touched no score, or there is none, or as many as may be; while one runs, that
    one `follow`s. Raises as `holding.ended_interview`."""
    held = await holding.ended_interview(connection, interview_id)
    return await _corrected(connection, held, interview_id, _actor(held, by), by.user_id)


async def ask_reevaluated(
    connection: AsyncConnection,
    interview_id: str,
    number: int,
    by: Actor,
    requested_by: str | None,
    *,
    rubric_hash: str | None = None,
    model: str | None = None,
) -> EvaluationRow:
    """All of what evaluation `number` went by, word for word, once more: by today's prompt and
    model, and by another version of its rubric or one model alone where that is said. Raises as
    `ask_anew`, `NotFoundError` (`evaluation.not_found`, `rubric.not_found`) and `ConflictError`
    (`evaluation.not_done`; `rubric.other`: it measures nothing that the interview asked for)."""
    held = await holding.ended_interview(connection, interview_id)
    base = await stored.find(connection, interview_id, number)
    if base is None:
        raise stored.no_evaluation()
    if base.state != "done":
        raise ConflictError("evaluation.not_done", "it has no scores to compare with")
    if rubric_hash is not None:
        await _check_rubric(connection, held, rubric_hash)
    rows = await stored.all_of(connection, interview_id)
    _refuse(rows)
    values = {
        "kind": "reevaluated",
        "based_on": number,
        "corrections": base.corrections,
        "rubric_hash": rubric_hash or base.rubric_hash,
        "model": model,
        "requested_by": requested_by,
    }
    return await _add(connection, _actor(held, by), interview_id, rows, values)


async def follow(connection: AsyncConnection, interview_id: str) -> EvaluationRow | None:
    """The same, of corrections that came while another evaluation ran, which is over now. None
    where the interview is gone too."""
    try:
        held = await holding.ended_interview(connection, interview_id)
    except (NotFoundError, ConflictError):
        return None
    system = Actor.system(held.organization_id)
    return await _corrected(connection, held, interview_id, system, None)


async def ask_again(
    connection: AsyncConnection, interview_id: str, number: int, by: Principal | Actor
) -> tuple[EvaluationRow, bool]:
    """For what is missing; and whether it was running, then it stays as it is. Raises as
    `ask_anew` (`evaluation.running` where another one is), `NotFoundError`
    (`evaluation.not_found`), `ConflictError` (`evaluation.done`)."""
    held = await holding.ended_interview(connection, interview_id)
    row = await stored.find(connection, interview_id, number)
    if row is None:
        raise stored.no_evaluation()
    if row.state == "done":
        raise ConflictError("evaluation.done", "nothing is missing; ask for another one")
    if row.state == "running":
        return row, True
    rows = await stored.all_of(connection, interview_id)
    if any(other.state == "running" and other.number != number for other in rows):
        raise _running()
    this = (EVALUATIONS.c.interview_id == interview_id) & (EVALUATIONS.c.number == number)
    values = {"state": "running", "reason": None, "finished_at": None}
    await connection.execute(update(EVALUATIONS).where(this).values(values))
    return await _asked(connection, _actor(held, by), interview_id, number), False


async def _corrected(
    connection: AsyncConnection,
    held: Any,
    interview_id: str,
    actor: Actor,
    requested_by: str | None,
) -> EvaluationRow | None:
    rows = await stored.all_of(connection, interview_id)
    base = next((row for row in rows if row.kind != "reevaluated"), None)
    if base is None or base.state == "unscored":
        return None
    # However often it was scored once more: what was misheard is set right.
    if sum(row.kind != "reevaluated" for row in rows) >= MAX_EVALUATIONS:
        return None
    if any(row.state == "running" for row in rows):
        return None
    count = await corrections.count(connection, interview_id)
    if count == base.corrections:
        return None
    _, said = await stored.as_of(connection, interview_id, count)
    plan = Plan.model_validate(held.plan)
    if not await stored.touched(connection, base, plan, said):
        return None
    values = {
        "kind": "corrected",
        "based_on": base.number,
        "corrections": count,
        "rubric_hash": base.rubric_hash,
        "requested_by": requested_by,
    }
    return await _add(connection, actor, interview_id, rows, values)


async def _check_rubric(connection: AsyncConnection, held: Any, rubric_hash: str) -> None:
    rubric = await rubrics.known(connection, held.organization_id, rubric_hash)
    if rubric is None:
        raise NotFoundError("rubric.not_found", "no rubric is kept by that hash")
    plan = Plan.model_validate(held.plan)
    if not any(plan.scored_for(one.competency_id) for one in rubric.competencies):
        raise ConflictError("rubric.other", "it measures nothing that the interview asked for")


def _refuse(rows: list[EvaluationRow]) -> None:
    if any(row.state == "running" for row in rows):
        raise _running()
    if len(rows) >= MAX_EVALUATIONS:
        raise ConflictError("evaluation.too_many", f"there are {MAX_EVALUATIONS} already")


async def _add(
    connection: AsyncConnection,
    actor: Actor,
    interview_id: str,
    rows: list[EvaluationRow],
    values: dict[str, Any],
) -> EvaluationRow:
    number = max((row.number for row in rows), default=0) + 1
    common = {"interview_id": interview_id, "number": number, "samples": SAMPLES}
    await connection.execute(insert(EVALUATIONS), common | values)
    return await _asked(connection, actor, interview_id, number)


async def _asked(
    connection: AsyncConnection, actor: Actor, interview_id: str, number: int
) -> EvaluationRow:
    row = await stored.find(connection, interview_id, number)
    assert row is not None, "it was just asked for"
    subject, details = Subject.interview(interview_id), {"number": number, "kind": row.kind}
    await AuditTrail.append(connection, actor, "evaluation.asked_for", subject, details)
    return row


def _actor(held: Any, by: Principal | Actor) -> Actor:
    who = by if isinstance(by, Actor) else Actor.of(by)
    return Actor(held.organization_id, who.kind, who.actor_id)


def _running() -> ConflictError:
    return ConflictError("evaluation.running", "it is being scored already")
