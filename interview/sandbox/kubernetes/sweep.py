"""Jobs that nobody waits for any more: those of workers that died, and were not followed by others.
What is over goes by itself; what never began, or was never ended, does not."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import structlog

from interview.sandbox.kubernetes.client import ApiServer
from interview.sandbox.kubernetes.manifest import OLDEST_S, OURS, suspended

__all__ = ["sweep"]

log = structlog.stdlib.get_logger(__name__)

_BEGINNING_S = 120
"""A Job that is suspended still has lost whoever made it."""


async def sweep(api: ApiServer) -> int:
    """How many were left behind. Raises `ClusterFailure`."""
    found = (await api.list("jobs", OURS)).get("items", [])
    now, left = _now(api), 0
    for job in found:
        age_s = (now - datetime.fromisoformat(job["metadata"]["creationTimestamp"])).total_seconds()
        if age_s > (_BEGINNING_S if suspended(job) else OLDEST_S):
            await api.delete("jobs", job["metadata"]["name"])
            left += 1
    if left:
        log.warning("sandbox.swept", jobs=left)
    return left


def _now(api: ApiServer) -> datetime:
    """By the clock that Jobs are dated by."""
    try:
        return parsedate_to_datetime(api.date).astimezone(UTC)
    except ValueError:
        return datetime.now(UTC)
