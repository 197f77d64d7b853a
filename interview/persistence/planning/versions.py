"""Versions of a role's plan: one draft at most, and those that were approved."""

from __future__ import annotations

import re
import uuid
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.domain.plan import plan_hash
from interview.domain.planning.draft import Draft
from interview.errors import ConflictError, NotFoundError
from interview.persistence import rubrics, webhooks
from interview.persistence.audit import Actor, AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.models import PLAN_VERSIONS, ROLES
from interview.persistence.planning.roles import hold_role, no_role
from interview.persistence.planning.rows import PlanVersionRow, PlanVersionSummary
from interview.persistence.rows import canonical_uuid
from interview.persistence.vocabulary import AuditAction, PlanSource
from interview.security.principal import Principal

__all__ = ["PlanRecords", "changed_meanwhile", "find_draft", "insert_draft", "replace_draft"]

_HASH = re.compile(r"[0-9a-f]{64}")
_ROW = [PLAN_VERSIONS.c[name] for name in PlanVersionRow.model_fields]
_SUMMARY = [PLAN_VERSIONS.c[name] for name in PlanVersionSummary.model_fields]
_OF_ORGANIZATION = PLAN_VERSIONS.c.organization_id == bindparam("of_organization")
_OF_ROLE = _OF_ORGANIZATION & (PLAN_VERSIONS.c.role_id == bindparam("of_role"))
_DRAFT = select(*_ROW).where(_OF_ROLE, PLAN_VERSIONS.c.state == "draft")
_LIST = select(*_SUMMARY).where(_OF_ROLE).order_by(PLAN_VERSIONS.c.number.desc())
_NUMBERED = select(*_ROW).where(_OF_ROLE, PLAN_VERSIONS.c.number == bindparam("of_number"))
_NEWEST = (
    select(*_ROW)
    .where(_OF_ROLE, PLAN_VERSIONS.c.state == "approved")
    .order_by(PLAN_VERSIONS.c.number.desc())
    .limit(1)
)
_HIGHEST = select(func.max(PLAN_VERSIONS.c.number)).where(_OF_ROLE)
_ROLE = select(ROLES.c.role_id).where(
    ROLES.c.organization_id == bindparam("of_organization"),
    ROLES.c.role_id == bindparam("of_role"),
)
_THIS = PLAN_VERSIONS.c.plan_version_id == bindparam("of_version")
_BOUND = (
    select(*_ROW, ROLES.c.archived_at)
    .join(ROLES, ROLES.c.role_id == PLAN_VERSIONS.c.role_id)
    .where(_OF_ORGANIZATION)
    # Of the same plan twice, the one that can be used.
    .order_by(PLAN_VERSIONS.c.state, PLAN_VERSIONS.c.number.desc())
    .limit(1)
)


class PlanRecords:
    """What is of another organization is not there. All methods raise `DatabaseUnavailable`, and
    `NotFoundError`: `role.not_found`; `plan.no_draft`, `plan.not_found` where that is missing.
    Those that change something raise `ConflictError` (`role.archived`), and where they take a
    `revision` (`plan.changed`) when it is not the newest."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def draft(self, organization_id: str, role_id: str) -> PlanVersionRow:
        async with self._database.transaction() as connection:
            await _require_role(connection, organization_id, role_id)
            return await _require_draft(connection, organization_id, role_id)

    async def versions(self, organization_id: str, role_id: str) -> list[PlanVersionSummary]:
        """Newest first, the draft among them."""
        async with self._database.transaction() as connection:
            await _require_role(connection, organization_id, role_id)
            found = await connection.execute(_LIST, _of(organization_id, role_id))
            return [PlanVersionSummary.model_validate(row) for row in found]

    async def version(self, organization_id: str, role_id: str, number: int) -> PlanVersionRow:
        async with self._database.transaction() as connection:
            await _require_role(connection, organization_id, role_id)
            return await _numbered(connection, organization_id, role_id, number)

    async def bound(self, organization_id: str, named: str) -> PlanVersionRow:
        """The approved plan of this hash, or the version of this id. Raises `ConflictError`
        (`plan.not_approved`, `role.archived`) and `NotFoundError` (`plan.not_found`)."""
        if _HASH.fullmatch(named):
            query = _BOUND.where(PLAN_VERSIONS.c.plan_hash == named)
        elif canonical_uuid(named):
            query = _BOUND.where(PLAN_VERSIONS.c.plan_version_id == named)
        else:
            raise _no_plan()
        async with self._database.transaction() as connection:
            found = await connection.execute(query, {"of_organization": organization_id})
            row = found.one_or_none()
        if row is None:
            raise _no_plan()
        if row.state != "approved":
            raise ConflictError("plan.not_approved", "the plan was not approved yet")
        if row.archived_at is not None:
            raise ConflictError("role.archived", "the role is archived; restore it first")
        return PlanVersionRow.model_validate(row)

    async def begin(
        self,
        role_id: str,
        by: Principal,
        *,
        number: int | None = None,
        of: Draft | None = None,
        source: PlanSource = "person",
        based_on: str | None = None,
    ) -> PlanVersionRow:
        """A new draft: as `of` says, else as version `number`, else as the newest approved one.
        Raises `ConflictError` (`plan.draft_exists`)."""
        organization_id = by.organization_id
        async with self._database.transaction() as connection:
            title = await hold_role(connection, organization_id, role_id)
            if await find_draft(connection, organization_id, role_id) is not None:
                raise ConflictError("plan.draft_exists", "there is a draft already")
            if of is None:
                before = await _from(connection, organization_id, role_id, number)
                of, source, based_on = before.draft, before.source, before.based_on
            else:
                of = of.of_role(role_id, title)
            version_id = await insert_draft(
                connection, organization_id, role_id, of, source, based_on, by.user_id
            )
            return await _noted(connection, organization_id, role_id, by, "plan.saved", version_id)

    async def save(
        self, role_id: str, revision: int, draft: Draft, by: Principal
    ) -> PlanVersionRow:
        organization_id = by.organization_id
        async with self._database.transaction() as connection:
            row = await _hold_draft(connection, organization_id, role_id, revision)
            await replace_draft(connection, row.plan_version_id, draft)
            return await _noted(
                connection, organization_id, role_id, by, "plan.saved", row.plan_version_id
            )

    async def approve(self, role_id: str, revision: int, by: Principal) -> PlanVersionRow:
        """From now on it never changes."""
        organization_id = by.organization_id
        async with self._database.transaction() as connection:
            row = await _hold_draft(connection, organization_id, role_id, revision)
            hashed = None
            if row.rubric is not None:
                hashed = await rubrics.keep(connection, organization_id, row.rubric)
            values = {
                "state": "approved",
                "rubric_hash": hashed,
                "approved_by": by.user_id,
                "approved_at": func.now(),
                "updated_at": func.now(),
            }
            this = {"of_version": row.plan_version_id}
            await connection.execute(update(PLAN_VERSIONS).where(_THIS).values(values), this)
            approved = await _numbered(connection, organization_id, role_id, row.number)
            data = {
                "role_id": role_id,
                "plan_version_id": row.plan_version_id,
                "number": row.number,
                "plan_hash": row.plan_hash,
                "state": "approved",
            }
            await webhooks.tell(
                connection, organization_id, "plan.approved", row.plan_version_id, data
            )
            details = {"role": role_id, "number": row.number, "hash": row.plan_hash}
            subject = Subject("plan", row.plan_version_id)
            await AuditTrail.append(connection, by, "plan.approved", subject, details)
            return approved

    async def discard(self, role_id: str, by: Principal) -> None:
        """The draft, whatever its revision. May be repeated."""
        async with self._database.transaction() as connection:
            await hold_role(connection, by.organization_id, role_id)
            row = await find_draft(connection, by.organization_id, role_id)
            if row is not None:
                this = {"of_version": row.plan_version_id}
                await connection.execute(delete(PLAN_VERSIONS).where(_THIS), this)
                details = {"role": role_id, "number": row.number}
                subject = Subject("plan", row.plan_version_id)
                await AuditTrail.append(connection, by, "plan.discarded", subject, details)


async def find_draft(
    connection: AsyncConnection, organization_id: str, role_id: str
) -> PlanVersionRow | None:
    found = await connection.execute(_DRAFT, _of(organization_id, role_id))
    row = found.one_or_none()
    return None if row is None else PlanVersionRow.model_validate(row)


async def insert_draft(
    connection: AsyncConnection,
    organization_id: str,
    role_id: str,
    draft: Draft,
    source: PlanSource,
    based_on: str | None,
    user_id: str | None,
) -> str:
    """The role is held. Its id."""
    highest = await connection.scalar(_HIGHEST, _of(organization_id, role_id)) or 0
    version_id = str(uuid.uuid4())
    values = {
        "plan_version_id": version_id,
        "organization_id": organization_id,
        "role_id": role_id,
        "number": highest + 1,
        "state": "draft",
        "source": source,
        "based_on": based_on,
        "created_by": user_id,
        **_content(draft),
    }
    await connection.execute(insert(PLAN_VERSIONS), values)
    return version_id


async def replace_draft(
    connection: AsyncConnection,
    plan_version_id: str,
    draft: Draft,
    source: PlanSource | None = None,
    based_on: str | None = None,
) -> None:
    """The role is held."""
    values = {
        **_content(draft),
        "revision": PLAN_VERSIONS.c.revision + 1,
        "updated_at": func.now(),
    }
    if source is not None:
        values |= {"source": source, "based_on": based_on}
    this = {"of_version": plan_version_id}
    await connection.execute(update(PLAN_VERSIONS).where(_THIS).values(values), this)


def changed_meanwhile() -> ConflictError:
    return ConflictError("plan.changed", "somebody has changed the draft meanwhile: read it again")


def _content(draft: Draft) -> dict[str, Any]:
    return {
        "plan": draft.plan.model_dump(mode="json"),
        "rubric": draft.rubric.model_dump(mode="json") if draft.rubric else None,
        "plan_hash": plan_hash(draft.plan),
        "locked": sorted(draft.locked),
    }


def _of(organization_id: str, role_id: str) -> dict[str, str]:
    return {"of_organization": organization_id, "of_role": role_id}


async def _require_role(connection: AsyncConnection, organization_id: str, role_id: str) -> None:
    if canonical_uuid(role_id) is None:
        raise no_role()
    if await connection.scalar(_ROLE, _of(organization_id, role_id)) is None:
        raise no_role()


async def _require_draft(
    connection: AsyncConnection, organization_id: str, role_id: str
) -> PlanVersionRow:
    row = await find_draft(connection, organization_id, role_id)
    if row is None:
        raise NotFoundError("plan.no_draft", "there is no draft of this role's plan")
    return row


async def _hold_draft(
    connection: AsyncConnection, organization_id: str, role_id: str, revision: int
) -> PlanVersionRow:
    await hold_role(connection, organization_id, role_id)
    row = await _require_draft(connection, organization_id, role_id)
    if row.revision != revision:
        raise changed_meanwhile()
    return row


async def _numbered(
    connection: AsyncConnection, organization_id: str, role_id: str, number: int
) -> PlanVersionRow:
    of = {**_of(organization_id, role_id), "of_number": number}
    row = (await connection.execute(_NUMBERED, of)).one_or_none()
    if row is None:
        raise _no_plan()
    return PlanVersionRow.model_validate(row)


async def _from(
    connection: AsyncConnection, organization_id: str, role_id: str, number: int | None
) -> PlanVersionRow:
    if number is not None:
        return await _numbered(connection, organization_id, role_id, number)
    found = await connection.execute(_NEWEST, _of(organization_id, role_id))
    row = found.one_or_none()
    if row is None:
        raise _no_plan()
    return PlanVersionRow.model_validate(row)


async def _noted(
    connection: AsyncConnection,
    organization_id: str,
    role_id: str,
    by: Principal | Actor,
    action: AuditAction,
    plan_version_id: str,
) -> PlanVersionRow:
    row = await _require_draft(connection, organization_id, role_id)
    details = {"role": role_id, "number": row.number, "revision": row.revision}
    await AuditTrail.append(connection, by, action, Subject("plan", plan_version_id), details)
    return row


def _no_plan() -> NotFoundError:
    return NotFoundError("plan.not_found", "there is no such plan")
