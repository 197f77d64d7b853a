"""How an interview went behind the scenes: steps, retries, recoveries, and each turn's stages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Response

from api.authorization import requires
from api.conditional import etag_of, is_known, unchanged
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import REMEMBERING, limited
from interview.timeline.models import Timeline

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/interviews/{interview_id}/timeline", tags=["interviews"])


@router.get(
    "",
    response_model=Timeline,
    dependencies=[requires("timeline.read"), limited(REMEMBERING)],
    responses={
        304: {"description": "It is still what `If-None-Match` names"},
        **responses(404, 429, 503),
    },
)
async def read_timeline(
    interview_id: str,
    services: ServicesDep,
    response: Response,
    if_none_match: Annotated[str, Header(max_length=200)] = "",
) -> Timeline | Response:
    """From the workflow's history; nothing that was said is in it. Turns of which the history is
    gone are not shown. Asked with `If-None-Match`, the history is read only when it has grown.
    Errors: `temporal.unavailable`."""
    etag = etag_of(await services.timelines.version(interview_id))
    if is_known(etag, if_none_match):
        return unchanged(etag)
    response.headers["ETag"] = etag
    async with services.decoding:
        return await services.timelines.of(interview_id)
