"""What an interview's export holds besides its transcript and its recordings."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy import RowMapping, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.persistence.models import (
    ACCOMMODATIONS,
    AUDIT_EVENTS,
    CONSENTS,
    TRANSCRIPT_CORRECTIONS,
)
from interview.persistence.vocabulary import AuditAction
from interview.security.principal import Principal

__all__ = ["promises"]

_FILES: dict[str, tuple[Table, str]] = {
    "consents": (CONSENTS, "given_at"),
    "accommodations": (ACCOMMODATIONS, "requested_at"),
    "corrections": (TRANSCRIPT_CORRECTIONS, "sequence"),
}

_OF_CANDIDATES: tuple[AuditAction, ...] = (
    *("interview.created", "interview.resumed", "interview.closed"),
    *("interview.exported", "erasure.requested"),
    *("invitation.created", "invitation.reissued", "invitation.revoked", "invitation.accepted"),
    *("consent.given", "consent.withdrawn"),
    *("accommodation.requested", "accommodation.granted", "accommodation.declined"),
)
"""Not what recruiters made of it, nor when."""


async def promises(connection: AsyncConnection, interview_id: str, to: Principal) -> dict[str, Any]:
    """Consents, accommodations, corrections and the audit trail of the interview, oldest first, as
    JSON. Candidates get what of the trail is about them, and no id of anybody else."""
    found: dict[str, Any] = {}
    for name, (table, order) in _FILES.items():
        query = select(*table.c).where(table.c.interview_id == interview_id)
        rows = await connection.execute(query.order_by(table.c[order]))
        found[name] = [_told(row, to) for row in rows.mappings()]
    found["audit"] = await _audit(connection, interview_id, to)
    return found


async def _audit(
    connection: AsyncConnection, interview_id: str, to: Principal
) -> list[dict[str, Any]]:
    event = AUDIT_EVENTS.c
    query = select(*event).where(event.interview_id == interview_id).order_by(event.sequence)
    if to.role == "candidate":
        told = (event.at, event.actor_kind, event.actor_id, event.action, event.details)
        query = query.with_only_columns(*told).where(event.action.in_(_OF_CANDIDATES))
    rows = await connection.execute(query)
    return [_told(row, to) for row in rows.mappings()]


def _told(row: RowMapping, to: Principal) -> dict[str, Any]:
    values = to_jsonable_python(dict(row))
    if to.role == "candidate":
        for who in {"actor_id", "granted_by", "corrected_by"} & values.keys():
            values[who] = values[who] if values[who] == to.user_id else None
        if "corrected_by" in values:
            values["reason"] = ""
    return values
