"""How the code on a candidate's pads grew, and how it ran; and the questions that there are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import READING, limited
from interview.coding.library import LibraryTask, library
from interview.coding.pads import RunRow, SnapshotRow
from interview.errors import InvalidInputError

__all__ = ["router"]

router = APIRouter(tags=["code"], dependencies=[limited(READING)], responses=responses(429))

MAX_SNAPSHOTS = 200
MAX_RUNS = 50


class Snapshots(BaseModel):
    """By question and revision: played one after the other, by their times, they show how the code
    was written. `next_after` is null on the last page."""

    items: list[SnapshotRow]
    next_after: str | None


class Runs(BaseModel):
    """Oldest first. `next_cursor` is null on the last page."""

    items: list[RunRow]
    next_cursor: str | None


class CodingTasks(BaseModel):
    items: list[LibraryTask]


@router.get(
    "/api/v1/interviews/{interview_id}/code",
    dependencies=[requires("code.read")],
    responses=responses(400),
)
async def read_snapshots(
    interview_id: str,
    services: ServicesDep,
    after: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_SNAPSHOTS)] = MAX_SNAPSHOTS,
) -> Snapshots:
    """Whole pads, not differences. `after` is the `next_after` of the page before. Errors:
    `page.invalid_cursor`."""
    rows = await services.pads.all(interview_id, after=_place(after), limit=limit)
    last = rows[-1] if len(rows) == limit else None
    return Snapshots(items=rows, next_after=last and f"{last.question_id}.{last.revision}")


@router.get(
    "/api/v1/interviews/{interview_id}/code/runs",
    dependencies=[requires("code.read")],
    responses=responses(400),
)
async def read_runs(
    interview_id: str,
    services: ServicesDep,
    cursor: Annotated[str | None, Query(max_length=120)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_RUNS)] = MAX_RUNS,
) -> Runs:
    """Which revision was run, against what, and what came of it. Errors: `page.invalid_cursor`."""
    rows = await services.pads.runs(interview_id, after=_moment(cursor), limit=limit)
    last = rows[-1] if len(rows) == limit else None
    following = last and f"{last.created_at.astimezone(UTC):%Y%m%dT%H%M%S.%f}.{last.run_id}"
    return Runs(items=rows, next_cursor=following)


@router.get("/api/v1/coding-tasks", dependencies=[requires("plan.read")])
async def list_tasks() -> CodingTasks:
    """Ours, the easiest first, with their hidden tests: a plan may take up `task` as a question's
    `coding`."""
    return CodingTasks(items=list(library()))


def _place(after: str | None) -> tuple[str, int] | None:
    if after is None:
        return None
    question_id, _, revision = after.rpartition(".")
    if not question_id or not revision.isdecimal() or len(revision) > 9:
        raise InvalidInputError("page.invalid_cursor", "this is no cursor of ours")
    return question_id, int(revision)


def _moment(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    try:
        day, fraction, run_id = cursor.split(".", 2)
        moment = datetime.strptime(f"{day}.{fraction}+0000", "%Y%m%dT%H%M%S.%f%z")
    except ValueError:
        raise InvalidInputError("page.invalid_cursor", "this is no cursor of ours") from None
    if "\0" in run_id or not run_id.isascii():
        raise InvalidInputError("page.invalid_cursor", "this is no cursor of ours")
    return moment, run_id
