"""What an organization lets its people and its candidates see."""

from __future__ import annotations

from sqlalchemy import update

from interview.persistence import retention
from interview.persistence.audit import AuditTrail, Subject
from interview.persistence.database import Database
from interview.persistence.models import ORGANIZATIONS
from interview.persistence.retention import OrganizationRow
from interview.security.principal import Principal

__all__ = ["change_sight"]


async def change_sight(
    database: Database,
    by: Principal,
    *,
    blind_review: bool | None = None,
    candidate_feedback: bool | None = None,
) -> OrganizationRow:
    """None leaves it as it is. Raises `NotFoundError` (`organization.not_found`) and
    `DatabaseUnavailable`."""
    wanted = {"blind_review": blind_review, "candidate_feedback": candidate_feedback}
    async with database.transaction() as connection:
        before = await retention.lock(connection, by.organization_id)
        changed = {
            name: value
            for name, value in wanted.items()
            if value is not None and value != getattr(before, name)
        }
        if not changed:
            return before
        await connection.execute(
            update(ORGANIZATIONS)
            .where(ORGANIZATIONS.c.organization_id == by.organization_id)
            .values(changed)
        )
        subject = Subject("organization", by.organization_id)
        await AuditTrail.append(connection, by, "organization.changed", subject, changed)
    return before.model_copy(update=changed)
