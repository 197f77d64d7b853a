"""Has the interviews of a role scored once more, waits, and tells what that changes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

from sqlalchemy import select

from cli.connection import Connection
from interview.errors import ConflictError
from interview.evaluation.reevaluating import Reevaluating
from interview.evaluation.role_drift import Figures, RoleDrift, role_drift
from interview.persistence.audit import Actor
from interview.persistence.drifts import DriftRecords
from interview.persistence.models import EVALUATIONS, INTERVIEWS
from interview.persistence.reevaluations import ReevaluationRecords, ReevaluationRow
from interview.providers.chosen import scorer_names

__all__ = ["reevaluate", "table_of"]

_POLL_S = 0.5


async def reevaluate(
    here: Connection,
    role: str,
    *,
    organization_id: str | None,
    rubric_hash: str | None,
    model: str | None,
    wait_s: float,
    as_json: bool,
) -> int:
    """1 when scores are missing: the model could not be had, somebody stopped it, or it is not done
    in time; then it goes on all the same."""
    if model is not None and model not in scorer_names(here.settings):
        raise ConflictError("model.not_configured", "no such language model is configured")
    organization_id = organization_id or await _whose(here, role)
    row = await Reevaluating(here.database, here.temporal).role(
        Actor.system(organization_id), role, plan_hash=None, rubric_hash=rubric_hash, model=model
    )
    row = await _over(here, organization_id, row, wait_s)
    sides = await DriftRecords(here.database).of(organization_id, row.reevaluation_id)
    drift = role_drift(row, sides, {one.interview_id for one in sides.interviews})
    print(drift.model_dump_json(indent=2) if as_json else "\n".join(table_of(drift)))
    return 0 if row.state == "done" and not row.pending else 1


async def _whose(here: Connection, role: str) -> str:
    """The one organization that has interviews of the role with scores. Raises `ConflictError`
    (`reevaluation.nothing`, `organization.ambiguous`)."""
    query = (
        select(INTERVIEWS.c.organization_id)
        .join(EVALUATIONS, EVALUATIONS.c.interview_id == INTERVIEWS.c.interview_id)
        .where(INTERVIEWS.c.role == role, EVALUATIONS.c.state == "done")
        .distinct()
        .limit(2)
    )
    async with here.database.transaction() as connection:
        found = (await connection.scalars(query)).all()
    if not found:
        raise ConflictError("reevaluation.nothing", "no interview of it is scored")
    if len(found) > 1:
        raise ConflictError(
            "organization.ambiguous", "several organizations have such: name one by --organization"
        )
    return found[0]


async def _over(
    here: Connection, organization_id: str, row: ReevaluationRow, wait_s: float
) -> ReevaluationRow:
    records, told = ReevaluationRecords(here.database), -1
    print(f"Re-evaluation {row.reevaluation_id}", file=sys.stderr)
    try:
        async with asyncio.timeout(wait_s):
            while row.state == "running":
                if row.over != told:
                    told = row.over
                    print(f"{told} of {row.interviews} interviews", file=sys.stderr)
                await asyncio.sleep(_POLL_S)
                row = await records.get(organization_id, row.reevaluation_id)
    except TimeoutError:
        print(f"Not done after {wait_s:g} s; it goes on. Is a worker running?", file=sys.stderr)
    return row


def table_of(drift: RoleDrift) -> Iterator[str]:
    """What the figures are is told in docs/reevaluation.md."""
    row = drift.reevaluation
    old, new = (", ".join(names) or "nobody" for names in (drift.old_models, drift.new_models))
    yield f"{row.role}: {drift.compared} of {row.interviews} interviews, by {old} and by {new}"
    if row.state == "stopped":
        yield f"Stopped ({row.reason})."
    if row.pending:
        yield f"{row.pending} lack scores: the model could not be had."
    width = max([len(one.name) for one in drift.competencies] + [len("competency")])
    yield ""
    head = ("competency", "scores", "mean", "largest", "over a line", "kappa", "need a person")
    yield f"{head[0]:<{width}}" + "".join(f"  {name:>{max(len(name), 6)}}" for name in head[1:])
    for one in drift.competencies:
        yield f"{one.name:<{width}}{_cells(one)}"
    yield f"{'all':<{width}}{_cells(drift.overall)}"


def _cells(one: Figures) -> str:
    crossed = "-" if one.crossed_band is None else f"{one.crossed_band:.0%}"
    kappa = "-" if one.kappa is None else f"{one.kappa:.2f}"
    mean, largest = (
        "-" if value is None else f"{value:+.2f}" for value in (one.mean_change, one.largest_change)
    )
    return (
        f"  {one.count:>6}  {mean:>6}  {largest:>7}  {crossed:>11}  {kappa:>6}"
        f"  {one.now_needs_human:>13}"
    )
