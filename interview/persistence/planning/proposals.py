"""Runs of the planning workflow, and what its steps have found."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.domain.planning.draft import Draft
from interview.errors import ConflictError, NotFoundError
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.models import PLAN_PROPOSALS, PROPOSAL_STEPS, ROLES
from interview.persistence.planning.roles import hold_role
from interview.persistence.planning.rows import ProposalRow
from interview.persistence.planning.versions import (
    changed_meanwhile,
    find_draft,
    insert_draft,
    replace_draft,
)
from interview.persistence.rows import canonical_uuid
from interview.persistence.vocabulary import PlanSource
from interview.security.principal import Principal

__all__ = ["ProposalRecords", "ProposalWork", "StepRow", "again", "insert_proposal"]

_ROW = [PLAN_PROPOSALS.c[name] for name in ProposalRow.model_fields]
_THIS = PLAN_PROPOSALS.c.proposal_id == bindparam("of_proposal")
_OF_ROLE = (PLAN_PROPOSALS.c.organization_id == bindparam("of_organization")) & (
    PLAN_PROPOSALS.c.role_id == bindparam("of_role")
)
_FIND = select(*_ROW).where(_THIS)
_GET = select(*_ROW).where(_THIS, _OF_ROLE)
_RUNNING = select(PLAN_PROPOSALS.c.proposal_id).where(_OF_ROLE, PLAN_PROPOSALS.c.state == "running")
_STEPS = select(PROPOSAL_STEPS).where(PROPOSAL_STEPS.c.proposal_id == bindparam("of_proposal"))
_KEEP_STEP = insert(PROPOSAL_STEPS).on_conflict_do_nothing()
_FORGET = delete(PROPOSAL_STEPS).where(PROPOSAL_STEPS.c.proposal_id == bindparam("of_proposal"))
_ROLE = select(ROLES.c.title, ROLES.c.job_description).where(
    ROLES.c.role_id == bindparam("of_role")
)


class StepRow(BaseModel):
    """`content`: as the model answered; `prompt`: the version and hash of what it was asked by."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    step: str
    content: dict[str, Any]
    provider: str
    prompt: str
    input_tokens: int
    output_tokens: int


class ProposalWork(BaseModel):
    """All that a step goes by. `draft`: what it goes out from."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    proposal: ProposalRow
    title: str
    job_description: str
    draft: Draft | None
    steps: dict[str, StepRow]


class ProposalRecords:
    """Every write may be repeated. All methods raise `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, organization_id: str, role_id: str, proposal_id: str) -> ProposalRow:
        """Raises `NotFoundError` (`proposal.not_found`)."""
        if canonical_uuid(role_id) and canonical_uuid(proposal_id):
            async with self._database.transaction() as connection:
                row = await _get(connection, organization_id, role_id, proposal_id)
            if row is not None:
                return row
        raise _no_proposal()

    async def find(self, proposal_id: str) -> ProposalRow | None:
        async with self._database.transaction() as connection:
            return await _find(connection, proposal_id)

    async def work(self, proposal_id: str, run: int) -> ProposalWork | None:
        """None: it is not, or no more, to be done."""
        async with self._database.transaction() as connection:
            return await _work(connection, proposal_id, run)

    async def keep_step(self, proposal_id: str, run: int, step: StepRow) -> None:
        """The first answer stays. One that comes after its run is over is not kept: the next one
        may go out from another draft."""
        async with self._database.transaction() as connection:
            row = await _find(connection, proposal_id, hold=True)
            if row is not None and _is_due(row, run):
                values = {"proposal_id": proposal_id, **step.model_dump()}
                await connection.execute(_KEEP_STEP, values)

    async def finish(
        self,
        proposal_id: str,
        run: int,
        source: PlanSource,
        based_on: str | None,
        make: Callable[[ProposalWork], Draft],
    ) -> None:
        """What `make` makes of it becomes the role's draft. Raises `ConflictError`
        (`plan.changed`), when the draft is not what it went out from any more; and as `make`."""
        async with self._database.transaction() as connection:
            found = await _find(connection, proposal_id)
            if found is None:
                return
            organization_id, role_id = found.organization_id, found.role_id
            await hold_role(connection, organization_id, role_id)
            work = await _work(connection, proposal_id, run)
            if work is None:
                return
            before = await find_draft(connection, organization_id, role_id)
            if (before.revision if before else None) != work.proposal.draft_revision:
                raise changed_meanwhile()
            draft = make(work)
            if before is None:
                version_id = await insert_draft(
                    *(connection, organization_id, role_id, draft, source, based_on),
                    work.proposal.created_by,
                )
            else:
                version_id = before.plan_version_id
                await replace_draft(connection, version_id, draft, source, based_on)
            await _update(
                connection,
                proposal_id,
                state="ready",
                source=source,
                based_on=based_on,
                plan_version_id=version_id,
                finished_at=func.now(),
            )
            await AuditTrail.append(
                connection,
                Actor.system(organization_id),
                "plan.proposed",
                Subject("plan", version_id),
                {"role": role_id, "proposal": proposal_id, "source": source},
            )

    async def fail(self, proposal_id: str, run: int, reason: str) -> None:
        async with self._database.transaction() as connection:
            row = await _find(connection, proposal_id, hold=True)
            if row is not None and _is_due(row, run):
                await _update(
                    connection,
                    proposal_id,
                    state="failed",
                    reason=reason,
                    finished_at=func.now(),
                )


async def insert_proposal(
    connection: AsyncConnection, role_id: str, minutes: int, by: Principal
) -> ProposalRow:
    """A new one. Raises as `hold_role`, and `ConflictError` (`proposal.running`)."""
    organization_id = by.organization_id
    proposal_id = str(uuid.uuid4())
    draft_revision = await _held_alone(connection, organization_id, role_id, proposal_id)
    values = {
        "proposal_id": proposal_id,
        "organization_id": organization_id,
        "role_id": role_id,
        "state": "running",
        "minutes": minutes,
        "draft_revision": draft_revision,
        "created_by": by.user_id,
    }
    await connection.execute(insert(PLAN_PROPOSALS), values)
    return await _asked_for(connection, proposal_id, by)


async def again(
    connection: AsyncConnection, role_id: str, proposal_id: str, by: Principal
) -> tuple[ProposalRow, bool]:
    """One that failed; and whether it was running, then it stays as it is. What its steps found is
    used, unless the draft has changed. Raises as `insert_proposal`, `NotFoundError`
    (`proposal.not_found`) and `ConflictError` (`proposal.ready`)."""
    draft_revision = await _held_alone(connection, by.organization_id, role_id, proposal_id)
    if canonical_uuid(proposal_id) is None:
        raise _no_proposal()
    row = await _get(connection, by.organization_id, role_id, proposal_id)
    if row is None:
        raise _no_proposal()
    if row.state == "ready":
        raise ConflictError("proposal.ready", "it is done: ask for a new one")
    if row.state == "running":
        return row, True
    if row.draft_revision != draft_revision:
        await connection.execute(_FORGET, {"of_proposal": proposal_id})
    await _update(
        connection,
        proposal_id,
        state="running",
        reason=None,
        finished_at=None,
        run=row.run + 1,
        draft_revision=draft_revision,
    )
    return await _asked_for(connection, proposal_id, by), False


async def _held_alone(
    connection: AsyncConnection, organization_id: str, role_id: str, proposal_id: str
) -> int | None:
    """The draft's revision."""
    await hold_role(connection, organization_id, role_id)
    of = {"of_organization": organization_id, "of_role": role_id}
    if await connection.scalar(_RUNNING, of) not in (None, proposal_id):
        raise ConflictError("proposal.running", "a plan is being proposed already")
    draft = await find_draft(connection, organization_id, role_id)
    return draft.revision if draft else None


async def _asked_for(connection: AsyncConnection, proposal_id: str, by: Principal) -> ProposalRow:
    row = await _find(connection, proposal_id)
    assert row is not None, "it was just written"
    details = {"role": row.role_id, "run": row.run}
    await AuditTrail.append(
        connection, by, "plan.asked_for", Subject("proposal", proposal_id), details
    )
    return row


def _is_due(row: ProposalRow, run: int) -> bool:
    return row.state == "running" and row.run == run


async def _work(connection: AsyncConnection, proposal_id: str, run: int) -> ProposalWork | None:
    row = await _find(connection, proposal_id)
    if row is None or not _is_due(row, run):
        return None
    role = (await connection.execute(_ROLE, {"of_role": row.role_id})).one()
    draft = await find_draft(connection, row.organization_id, row.role_id)
    steps = await connection.execute(_STEPS, {"of_proposal": proposal_id})
    return ProposalWork(
        proposal=row,
        title=role.title,
        job_description=role.job_description,
        draft=draft.draft if draft else None,
        steps={step.step: StepRow.model_validate(step) for step in steps},
    )


async def _find(
    connection: AsyncConnection, proposal_id: str, *, hold: bool = False
) -> ProposalRow | None:
    query = _FIND.with_for_update(key_share=True) if hold else _FIND
    row = (await connection.execute(query, {"of_proposal": proposal_id})).one_or_none()
    return None if row is None else ProposalRow.model_validate(row)


async def _get(
    connection: AsyncConnection, organization_id: str, role_id: str, proposal_id: str
) -> ProposalRow | None:
    of = {"of_organization": organization_id, "of_role": role_id, "of_proposal": proposal_id}
    row = (await connection.execute(_GET, of)).one_or_none()
    return None if row is None else ProposalRow.model_validate(row)


async def _update(connection: AsyncConnection, proposal_id: str, **values: Any) -> None:
    changed = update(PLAN_PROPOSALS).where(_THIS).values(values)
    await connection.execute(changed, {"of_proposal": proposal_id})


def _no_proposal() -> NotFoundError:
    return NotFoundError("proposal.not_found", "there is no such proposal")
