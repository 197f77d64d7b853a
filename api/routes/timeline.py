"""How an interview went behind the scenes: steps, retries, recoveries, and each turn's stages."""

from __future__ import annotations

from fastapi import APIRouter

from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import REMEMBERING, limited
from interview.timeline.models import Timeline

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/interviews/{interview_id}/timeline", tags=["interviews"])


@router.get(
    "",
    dependencies=[requires("timeline.read"), limited(REMEMBERING)],
    responses=responses(404, 429, 503),
)
async def read_timeline(interview_id: str, services: ServicesDep) -> Timeline:
    """From the workflow's history; nothing that was said is in it. Turns of which the history is
    gone are not shown. Errors: `temporal.unavailable`."""
    async with services.decoding:
        return await services.timelines.of(interview_id)
