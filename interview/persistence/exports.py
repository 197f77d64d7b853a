"""What an interview's export holds besides its transcript and its recordings."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.persistence.models import (
    ACCOMMODATIONS,
    AUDIT_EVENTS,
    CONSENTS,
    TRANSCRIPT_CORRECTIONS,
)

__all__ = ["promises"]

_FILES: dict[str, tuple[Table, str]] = {
    "consents": (CONSENTS, "given_at"),
    "accommodations": (ACCOMMODATIONS, "requested_at"),
    "corrections": (TRANSCRIPT_CORRECTIONS, "sequence"),
    "audit": (AUDIT_EVENTS, "sequence"),
}


async def promises(connection: AsyncConnection, interview_id: str) -> dict[str, Any]:
    """Consents, accommodations, corrections and the audit trail of the interview, oldest first, as
    JSON."""
    found: dict[str, Any] = {}
    for name, (table, order) in _FILES.items():
        query = select(*table.c).where(table.c.interview_id == interview_id)
        rows = await connection.execute(query.order_by(table.c[order]))
        found[name] = [to_jsonable_python(dict(row)) for row in rows.mappings()]
    return found
