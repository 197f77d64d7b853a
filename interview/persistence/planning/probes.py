"""Probes that go with the résumé they are from. Statements inside the caller's transaction, which
holds the interview."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.domain.plan import Plan
from interview.domain.planning.tailoring import tailored
from interview.persistence.models import INTERVIEWS, TAILORINGS
from interview.persistence.rows import storable

__all__ = ["forget_probes"]

_THIS = TAILORINGS.c.interview_id == bindparam("of_interview")
_INTERVIEW = INTERVIEWS.c.interview_id == bindparam("of_interview")
_FIND = select(
    TAILORINGS.c.state,
    TAILORINGS.c.document_id,
    TAILORINGS.c.fitted_from,
    TAILORINGS.c.probes,
    TAILORINGS.c.revision,
).where(_THIS)
_PLAN = select(INTERVIEWS.c.plan).where(
    _INTERVIEW, INTERVIEWS.c.started_at.is_(None), INTERVIEWS.c.ended_at.is_(None)
)


async def forget_probes(connection: AsyncConnection, interview_id: str, document_id: str) -> int:
    """How many there were. One that is being made is given up. An interview that has begun was
    held by its plan, which stays on record."""
    of = {"of_interview": interview_id}
    row = (await connection.execute(_FIND, of)).one_or_none()
    if row is None:
        return 0
    if row.fitted_from == document_id and (held := await connection.scalar(_PLAN, of)):
        plan = tailored(Plan.model_validate(held), ())
        values = {"plan": storable(plan.model_dump(mode="json")), "updated_at": func.now()}
        await connection.execute(update(INTERVIEWS).where(_INTERVIEW).values(values), of)
    changes: dict[str, Any] = {}
    if row.fitted_from == document_id:
        changes |= {"fitted_from": None, "fitted_at": None}
    # Until another run is ready, they are from the one before.
    gone = len(row.probes) if row.document_id == document_id or row.state != "ready" else 0
    if gone:
        changes |= {"probes": [], "revision": row.revision + 1}
    if row.state == "running" and row.document_id == document_id:
        changes |= {
            "state": "failed",
            "reason": "document.not_found",
            "finished_at": func.now(),
        }
    if changes:
        await connection.execute(update(TAILORINGS).where(_THIS).values(changes), of)
    return gone
