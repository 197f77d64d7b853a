"""Probes for one candidate. They and the plan they are fitted into are the interview's own: a model
proposes them, and a person has them fitted in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.domain.plan import Plan
from interview.domain.planning.tailoring import Probe, tailored
from interview.errors import ConflictError, NotFoundError
from interview.persistence import erasures
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.interviews import no_interview
from interview.persistence.models import INTERVIEWS, TAILORINGS
from interview.persistence.planning.rows import TailoringRow
from interview.persistence.planning.versions import changed_meanwhile
from interview.persistence.rows import canonical_uuid, storable
from interview.persistence.vocabulary import AuditAction
from interview.security.principal import Principal

__all__ = ["TailoringRecords", "begin_tailoring"]

_ROW = [TAILORINGS.c[name] for name in TailoringRow.model_fields]
_THIS = TAILORINGS.c.interview_id == bindparam("of_interview")
_FIND = select(*_ROW).where(_THIS)
_INTERVIEW = INTERVIEWS.c.interview_id == bindparam("of_interview")
_HOLD = (
    select(
        INTERVIEWS.c.organization_id,
        INTERVIEWS.c.plan,
        INTERVIEWS.c.started_at,
        INTERVIEWS.c.ended_at,
    )
    .where(_INTERVIEW)
    .with_for_update(key_share=True)
)
_PLAN = select(INTERVIEWS.c.plan).where(_INTERVIEW)


class TailoringRecords:
    """Every write of a run may be repeated. All methods raise `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, interview_id: str) -> TailoringRow:
        """Raises `NotFoundError` (`tailoring.not_found`)."""
        row = None
        if canonical_uuid(interview_id):
            async with self._database.transaction() as connection:
                row = await _find(connection, interview_id)
        return _there(row)

    async def work(self, interview_id: str, run: int) -> tuple[TailoringRow | None, Plan | None]:
        """The row as it stands, and the interview's plan where this run is to be done: not where
        it is to be erased, for then no model is told anything of it."""
        of = {"of_interview": interview_id}
        async with self._database.transaction() as connection:
            row = await _find(connection, interview_id)
            if row is None or not _is_due(row, run):
                return row, None
            if await erasures.is_requested(connection, interview_id):
                return row, None
            plan = await connection.scalar(_PLAN, of)
            return row, Plan.model_validate(plan)

    async def finish(
        self, interview_id: str, run: int, probes: Sequence[Probe], **told: str | int
    ) -> None:
        """They are proposed; the plan stays as it is. `told`: provider, prompt and tokens. Raises
        `ConflictError` (`interview.started`) and `InvalidInputError` (`tailoring.invalid`)."""
        async with self._database.transaction() as connection:
            held = await _hold(connection, interview_id)
            row = await _find(connection, interview_id)
            if held is None or row is None or not _is_due(row, run):
                return
            _fitted(held, probes)
            await _update(
                connection,
                interview_id,
                state="ready",
                revision=row.revision + 1,
                probes=_stored(probes),
                fitted_at=None,
                finished_at=func.now(),
                **told,
            )
            by = Actor.system(held.organization_id)
            await _note(connection, interview_id, by, "tailoring.proposed", len(probes))

    async def fail(self, interview_id: str, run: int, reason: str) -> None:
        async with self._database.transaction() as connection:
            await _hold(connection, interview_id)
            row = await _find(connection, interview_id)
            if row is not None and _is_due(row, run):
                await _update(
                    connection, interview_id, state="failed", reason=reason, finished_at=func.now()
                )

    async def save(
        self, interview_id: str, revision: int, probes: Sequence[Probe], by: Principal
    ) -> TailoringRow:
        """By a person, who has them fitted into the plan by it. Raises `NotFoundError`
        (`tailoring.not_found`), `ConflictError` (`tailoring.running`, `interview.started`,
        `plan.changed`) and `InvalidInputError` (`tailoring.invalid`)."""
        async with self._database.transaction() as connection:
            held = await _hold(connection, interview_id)
            row = _there(await _find(connection, interview_id))
            assert held is not None, "it is of an interview"
            if row.state == "running":
                raise _is_running()
            if row.revision != revision:
                raise changed_meanwhile()
            plan = _fitted(held, probes)
            values = {"plan": storable(plan.model_dump(mode="json")), "updated_at": func.now()}
            of = {"of_interview": interview_id}
            await connection.execute(update(INTERVIEWS).where(_INTERVIEW).values(values), of)
            await _update(
                connection,
                interview_id,
                state="ready",
                reason=None,
                revision=row.revision + 1,
                probes=_stored(probes),
                fitted_at=func.now(),
                fitted_from=row.document_id,
            )
            actor = Actor.of(by)
            await _note(connection, interview_id, actor, "tailoring.changed", len(probes))
            return _there(await _find(connection, interview_id))


async def begin_tailoring(
    connection: AsyncConnection, interview_id: str, document_id: str, by: Principal
) -> tuple[TailoringRow, bool]:
    """And whether it was running, then it stays as it is. Whatever was fitted in before stays until
    a person has others fitted in. Raises `NotFoundError` (`interview.not_found`) and
    `ConflictError` (`interview.started`)."""
    held = await _hold(connection, interview_id)
    if held is None:
        raise no_interview()
    _require_unstarted(held)
    row = await _find(connection, interview_id)
    if row is not None and row.state == "running":
        return row, True
    if row is None:
        values = {"interview_id": interview_id, "state": "running", "document_id": document_id}
        await connection.execute(insert(TAILORINGS), values)
    else:
        await _update(
            connection,
            interview_id,
            state="running",
            reason=None,
            finished_at=None,
            run=row.run + 1,
            document_id=document_id,
        )
    await _note(connection, interview_id, Actor.of(by), "tailoring.asked_for", None)
    return _there(await _find(connection, interview_id)), False


def _fitted(held: Any, probes: Sequence[Probe]) -> Plan:
    _require_unstarted(held)
    return tailored(Plan.model_validate(held.plan), probes)


async def _hold(connection: AsyncConnection, interview_id: str) -> Any:
    return (await connection.execute(_HOLD, {"of_interview": interview_id})).one_or_none()


async def _find(connection: AsyncConnection, interview_id: str) -> TailoringRow | None:
    row = (await connection.execute(_FIND, {"of_interview": interview_id})).one_or_none()
    return None if row is None else TailoringRow.model_validate(row)


async def _update(connection: AsyncConnection, interview_id: str, **values: Any) -> None:
    changed = update(TAILORINGS).where(_THIS).values(values)
    await connection.execute(changed, {"of_interview": interview_id})


async def _note(
    connection: AsyncConnection,
    interview_id: str,
    by: Actor,
    action: AuditAction,
    probes: int | None,
) -> None:
    details = {} if probes is None else {"probes": probes}
    await AuditTrail.append(connection, by, action, Subject.interview(interview_id), details)


def _stored(probes: Sequence[Probe]) -> list[dict[str, Any]]:
    return [probe.model_dump(mode="json") for probe in probes]


def _is_due(row: TailoringRow, run: int) -> bool:
    return row.state == "running" and row.run == run


def _there(row: TailoringRow | None) -> TailoringRow:
    if row is None:
        raise NotFoundError("tailoring.not_found", "nothing was made for this candidate")
    return row


def _require_unstarted(held: Any) -> None:
    if held.started_at is not None or held.ended_at is not None:
        raise ConflictError("interview.started", "the interview has begun")


def _is_running() -> ConflictError:
    return ConflictError("tailoring.running", "probes are being made already")
