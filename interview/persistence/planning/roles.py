"""An organization's roles."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import DateTime, bindparam, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.documents.results import DocumentFormat
from interview.errors import ConflictError, NotFoundError
from interview.persistence import cursors
from interview.persistence.audit import AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.documents import HiddenPlace
from interview.persistence.models import PLAN_PROPOSALS, PLAN_VERSIONS, ROLES, UUID_TEXT
from interview.persistence.planning.rows import RolePage, RoleRow, RoleSummaryRow
from interview.persistence.rows import canonical_uuid
from interview.persistence.vocabulary import AuditAction
from interview.security.principal import Principal

__all__ = ["RoleRecords", "hold_role", "no_role"]

_THIS = (ROLES.c.organization_id == bindparam("of_organization")) & (
    ROLES.c.role_id == bindparam("of_role")
)
_DRAFTS = (
    select(PLAN_VERSIONS)
    .where(PLAN_VERSIONS.c.state == "draft", PLAN_VERSIONS.c.role_id == ROLES.c.role_id)
    .lateral("drafts")
)
_APPROVED = (
    select(PLAN_VERSIONS)
    .where(PLAN_VERSIONS.c.state == "approved", PLAN_VERSIONS.c.role_id == ROLES.c.role_id)
    .order_by(PLAN_VERSIONS.c.number.desc())
    .limit(1)
    .lateral("approved")
)
_PROPOSALS = (
    select(PLAN_PROPOSALS)
    .where(PLAN_PROPOSALS.c.role_id == ROLES.c.role_id)
    .order_by(PLAN_PROPOSALS.c.created_at.desc())
    .limit(1)
    .lateral("proposals")
)
_STANDING = {
    "draft_number": _DRAFTS.c.number,
    "draft_revision": _DRAFTS.c.revision,
    "approved_number": _APPROVED.c.number,
    "approved_hash": _APPROVED.c.plan_hash,
    "approved_at": _APPROVED.c.approved_at,
    "proposal_id": _PROPOSALS.c.proposal_id,
    "proposal_state": _PROPOSALS.c.state,
}
_FROM = (
    ROLES.outerjoin(_DRAFTS, literal(True))
    .outerjoin(_APPROVED, literal(True))
    .outerjoin(_PROPOSALS, literal(True))
)


def _columns(row: type[RoleSummaryRow]) -> list[Any]:
    return [
        _STANDING[name].label(name) if name in _STANDING else ROLES.c[name]
        for name in row.model_fields
    ]


_GET = select(*_columns(RoleRow)).select_from(_FROM).where(_THIS)
_LIST = (
    select(*_columns(RoleSummaryRow))
    .select_from(_FROM)
    .where(ROLES.c.organization_id == bindparam("of_organization"))
    .order_by(ROLES.c.created_at.desc(), ROLES.c.role_id.desc())
)
_HOLD = select(ROLES.c.title, ROLES.c.archived_at).where(_THIS).with_for_update(key_share=True)


class RoleRecords:
    """What is of another organization is not there. All methods raise `DatabaseUnavailable`, and
    those that name a role `NotFoundError` (`role.not_found`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, title: str, job_description: str, by: Principal) -> RoleRow:
        role_id = str(uuid.uuid4())
        values = {
            "role_id": role_id,
            "organization_id": by.organization_id,
            "title": title,
            "job_description": job_description,
            "created_by": by.user_id,
        }
        async with self._database.transaction() as connection:
            await connection.execute(insert(ROLES), values)
            await AuditTrail.append(connection, by, "role.created", Subject("role", role_id))
            return await _get(connection, by.organization_id, role_id)

    async def get(self, organization_id: str, role_id: str) -> RoleRow:
        _require(role_id)
        async with self._database.transaction() as connection:
            return await _get(connection, organization_id, role_id)

    async def page(
        self, organization_id: str, *, limit: int, cursor: str | None, archived: bool
    ) -> RolePage:
        """Newest first. Raises `InvalidInputError` (`page.invalid_cursor`)."""
        query = _LIST.limit(limit + 1).where(ROLES.c.archived_at.is_not(None) == archived)
        if cursor is not None:
            created_at, role_id = cursors.decode(cursor)
            query = query.where(
                tuple_(ROLES.c.created_at, ROLES.c.role_id)
                < tuple_(literal(created_at, DateTime(timezone=True)), literal(role_id, UUID_TEXT))
            )
        async with self._database.transaction() as connection:
            found = await connection.execute(query, {"of_organization": organization_id})
            rows = [RoleSummaryRow.model_validate(row) for row in found]
        last = rows[limit - 1] if len(rows) > limit else None
        return RolePage(
            items=tuple(rows[:limit]),
            next_cursor=cursors.encode(last.created_at, last.role_id) if last else None,
        )

    async def change(
        self,
        role_id: str,
        by: Principal,
        *,
        title: str | None = None,
        job_description: str | None = None,
        job_format: DocumentFormat | None = None,
        job_hidden: Sequence[HiddenPlace] = (),
        archived: bool | None = None,
    ) -> RoleRow:
        """What is None stays; the format and what is hidden go with the job description. Raises
        `ConflictError` (`role.archived`) of one that is, unless it is restored."""
        _require(role_id)
        values: dict[str, Any] = {"updated_at": func.now()}
        if title is not None:
            values["title"] = title
        if job_description is not None:
            values |= {
                "job_description": job_description,
                "job_format": job_format,
                "job_hidden": [place.model_dump(mode="json") for place in job_hidden],
            }
        async with self._database.transaction() as connection:
            was_archived = await _archived(connection, by.organization_id, role_id)
            actions: list[AuditAction] = ["role.changed"] if len(values) > 1 else []
            if archived is not None and archived != was_archived:
                values["archived_at"] = func.now() if archived else None
                actions.append("role.archived" if archived else "role.restored")
            elif was_archived and actions:
                raise _is_archived()
            if actions:
                of = {"of_organization": by.organization_id, "of_role": role_id}
                await connection.execute(update(ROLES).where(_THIS).values(values), of)
            for action in actions:
                await AuditTrail.append(connection, by, action, Subject("role", role_id))
            return await _get(connection, by.organization_id, role_id)


async def hold_role(connection: AsyncConnection, organization_id: str, role_id: str) -> str:
    """Nobody else changes its plans until the transaction ends; its title. Raises `NotFoundError`
    (`role.not_found`) and `ConflictError` (`role.archived`)."""
    _require(role_id)
    of = {"of_organization": organization_id, "of_role": role_id}
    row = (await connection.execute(_HOLD, of)).one_or_none()
    if row is None:
        raise no_role()
    if row.archived_at is not None:
        raise _is_archived()
    return row.title


def no_role() -> NotFoundError:
    return NotFoundError("role.not_found", "there is no such role")


def _is_archived() -> ConflictError:
    return ConflictError("role.archived", "the role is archived; restore it first")


def _require(role_id: str) -> None:
    if canonical_uuid(role_id) is None:
        raise no_role()


async def _archived(connection: AsyncConnection, organization_id: str, role_id: str) -> bool:
    of = {"of_organization": organization_id, "of_role": role_id}
    row = (await connection.execute(_HOLD, of)).one_or_none()
    if row is None:
        raise no_role()
    return row.archived_at is not None


async def _get(connection: AsyncConnection, organization_id: str, role_id: str) -> RoleRow:
    of = {"of_organization": organization_id, "of_role": role_id}
    row = (await connection.execute(_GET, of)).one_or_none()
    if row is None:
        raise no_role()
    return RoleRow.model_validate(row)
