"""An interview that stays as it is until the caller's transaction ends."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.errors import ConflictError, NotFoundError
from interview.persistence import erasures
from interview.persistence.interviews import no_interview
from interview.persistence.models import INTERVIEWS

__all__ = ["ended_interview", "interview"]

_HOLD = (
    select(INTERVIEWS.c.organization_id, INTERVIEWS.c.plan, INTERVIEWS.c.ended_at)
    .where(INTERVIEWS.c.interview_id == bindparam("of_interview"))
    .with_for_update(key_share=True)
)


async def interview(connection: AsyncConnection, interview_id: str) -> Any:
    """Its organization, plan and end. Nobody else who holds it goes on meanwhile, an erasure
    included. Raises `NotFoundError` (`interview.not_found`, or `interview.erased` where that was
    asked for)."""
    row = (await connection.execute(_HOLD, {"of_interview": interview_id})).one_or_none()
    if row is None:
        raise no_interview()
    if await erasures.is_requested(connection, interview_id):
        raise NotFoundError("interview.erased", "the interview was erased, or is about to be")
    return row


async def ended_interview(connection: AsyncConnection, interview_id: str) -> Any:
    """As `interview`. Raises `ConflictError` (`interview.not_ended`) too."""
    row = await interview(connection, interview_id)
    if row.ended_at is None:
        raise ConflictError("interview.not_ended", "wait until it has ended")
    return row
