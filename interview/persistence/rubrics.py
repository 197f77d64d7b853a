"""Rubrics by their hash, an organization's own copy of each."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.domain.roles import builtin_rubric
from interview.domain.rubric import Rubric, rubric_hash
from interview.persistence.models import RUBRICS

__all__ = ["find", "keep", "known"]

_KEEP = insert(RUBRICS).on_conflict_do_nothing()
_FIND = select(RUBRICS.c.content).where(
    RUBRICS.c.organization_id == bindparam("of_organization"),
    RUBRICS.c.rubric_hash == bindparam("of_hash"),
)


async def keep(connection: AsyncConnection, organization_id: str, rubric: Rubric) -> str:
    """In the caller's transaction; its hash. One that is kept already is the same."""
    hashed = rubric_hash(rubric)
    await connection.execute(
        _KEEP,
        {
            "organization_id": organization_id,
            "rubric_hash": hashed,
            "content": rubric.model_dump(mode="json"),
        },
    )
    return hashed


async def find(connection: AsyncConnection, organization_id: str, hashed: str) -> Rubric | None:
    """What a plan of the organization's that names this hash is scored by."""
    of = {"of_organization": organization_id, "of_hash": hashed}
    content = await connection.scalar(_FIND, of)
    return None if content is None else Rubric.model_validate(content)


async def known(
    connection: AsyncConnection, organization_id: str, hashed: str | None
) -> Rubric | None:
    """Kept by the organization, or of a built-in role: of interviews made before rubrics were
    kept."""
    if hashed is None:
        return None
    return await find(connection, organization_id, hashed) or builtin_rubric(hashed)
