"""What was recorded: the candidate's answers and the interviewer's speech."""

from __future__ import annotations

import asyncio
import hashlib
import re

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import READING, limited
from interview.persistence.rows import RecordingRow
from interview.security.seal import EncryptionError

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/interviews/{interview_id}/recordings",
    tags=["recordings"],
    dependencies=[limited(READING), requires("recording.read")],
    responses=responses(429),
)

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Recording(BaseModel):
    """`utterance_id` is null for an answer without words."""

    recording_id: str
    turn_id: str
    utterance_id: str | None
    speaker: str
    content_type: str
    size_bytes: int
    duration_ms: int
    sha256: str


class Recordings(BaseModel):
    items: list[Recording]


@router.get("")
async def list_recordings(interview_id: str, services: ServicesDep) -> Recordings:
    """By turn, the answer before its reply."""
    rows = await services.records.recordings(interview_id)
    return Recordings(items=[_shown(row) for row in rows])


@router.get(
    "/{recording_id}",
    response_class=Response,
    responses={
        200: {"content": {"audio/*": {}}},
        206: {"content": {"audio/*": {}}, "description": "The range asked for"},
        304: {"description": "As `If-None-Match` knows it"},
        416: {"description": "There is no such range"},
    },
)
async def play_recording(
    interview_id: str, recording_id: str, request: Request, services: ServicesDep
) -> Response:
    """The sound itself, in ranges where they are asked for. Errors: `recording.not_found`,
    `blob.not_found`, `sealed.invalid`."""
    row = await services.records.get_recording(interview_id, recording_id)
    etag = f'"{row.sha256}"'
    headers = {
        "Accept-Ranges": "bytes",
        # Asked for again each time: whoever uses this browser next may not hear it.
        "Cache-Control": "private, no-cache",
        "Content-Disposition": "inline",
        "ETag": etag,
    }
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    data = await services.blobs.get(row.key)
    if await asyncio.to_thread(_digest, data) != row.sha256:
        raise EncryptionError("sealed.invalid", "this is not what was recorded")
    wanted = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if wanted is None or request.headers.get("if-range", etag) != etag:
        # Several ranges and other units get the whole too, as RFC 9110 allows.
        return Response(data, media_type=row.content_type, headers=headers)
    part = _part(*wanted.groups(), size=len(data))
    if part is None:
        headers["Content-Range"] = f"bytes */{len(data)}"
        return Response(status_code=416, headers=headers)
    first, last = part
    headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return Response(data[first : last + 1], 206, media_type=row.content_type, headers=headers)


def _part(first: str, last: str, *, size: int) -> tuple[int, int] | None:
    """First and last byte; None where the range cannot be met."""
    if not first:
        wanted = min(int(last or 0), size)
        return (size - wanted, size - 1) if wanted else None
    begin, end = int(first), min(int(last or size), size - 1)
    return (begin, end) if begin <= end else None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _shown(row: RecordingRow) -> Recording:
    return Recording.model_validate(row, from_attributes=True)
