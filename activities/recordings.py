"""Where recordings lie in the object store."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from interview.contracts.turns import TurnRef
from interview.errors import ConflictError, NotFoundError
from interview.persistence.rows import RecordingRecord
from interview.ports import BlobStore

__all__ = ["named_by_a_row", "recording_key"]


def recording_key(turn: TurnRef, data: bytes, name: str) -> str:
    """Names its content, so that a late run never overwrites what a row already refers to."""
    digest = hashlib.sha256(data).hexdigest()[:16]
    return f"interviews/{turn.interview_id}/{turn.turn_id}/{digest}-{name}"


@asynccontextmanager
async def named_by_a_row(
    blobs: BlobStore, recording: RecordingRecord | None
) -> AsyncGenerator[None]:
    """A recording whose row is refused because the interview is over, or erased, goes again:
    consent may have been withdrawn, and nobody would find it to erase it."""
    try:
        yield
    except (ConflictError, NotFoundError) as error:
        if recording is not None and error.code in ("interview.ended", "interview.not_found"):
            await blobs.delete(recording.key)
        raise
