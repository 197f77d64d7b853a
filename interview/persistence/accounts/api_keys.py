"""Keys of integrations, known here by the hashes of their secrets."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.persistence.accounts.rows import ApiKeyRow
from interview.persistence.models import API_KEYS
from interview.persistence.rows import canonical_uuid, storable
from interview.persistence.vocabulary import ApiScope

__all__ = ["add", "of_organization", "revoke", "revoke_all_by", "touch"]

_COLUMNS = [API_KEYS.c[name] for name in ApiKeyRow.model_fields]


async def add(
    connection: AsyncConnection,
    *,
    organization_id: str,
    created_by: str | None,
    name: str,
    secret_hash: str,
    scopes: Sequence[ApiScope],
    lasts: timedelta | None,
) -> ApiKeyRow:
    added = await connection.execute(
        insert(API_KEYS)
        .values(
            key_id=str(uuid.uuid4()),
            organization_id=organization_id,
            created_by=created_by,
            name=storable(name),
            secret_hash=secret_hash,
            scopes=list(scopes),
            expires_at=None if lasts is None else func.now() + lasts,
        )
        .returning(*_COLUMNS)
    )
    return ApiKeyRow.model_validate(added.one())


async def of_organization(
    connection: AsyncConnection, organization_id: str, *, limit: int
) -> list[ApiKeyRow]:
    """Newest first, the revoked too."""
    rows = await connection.execute(
        select(*_COLUMNS)
        .where(API_KEYS.c.organization_id == organization_id)
        .order_by(API_KEYS.c.created_at.desc(), API_KEYS.c.key_id)
        .limit(limit)
    )
    return [ApiKeyRow.model_validate(row) for row in rows]


async def revoke(connection: AsyncConnection, organization_id: str, key_id: str) -> bool | None:
    """None where the organization has no such key, False where it was revoked before."""
    if canonical_uuid(key_id) is None:
        return None
    this = (API_KEYS.c.organization_id == organization_id) & (API_KEYS.c.key_id == key_id)
    revoked = await connection.execute(
        update(API_KEYS).where(this, API_KEYS.c.revoked_at.is_(None)).values(revoked_at=func.now())
    )
    if revoked.rowcount:
        return True
    return False if await connection.scalar(select(exists().where(this))) else None


async def revoke_all_by(connection: AsyncConnection, user_id: str) -> list[str]:
    """The ids of those that this user made and that were good until now."""
    revoked = await connection.scalars(
        update(API_KEYS)
        .where(API_KEYS.c.created_by == user_id, API_KEYS.c.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(API_KEYS.c.key_id)
    )
    return sorted(revoked)


async def touch(connection: AsyncConnection, key_id: str, *, every: timedelta) -> None:
    """It was used just now. Written at most once in `every`, by whichever process comes first."""
    await connection.execute(
        update(API_KEYS)
        .where(
            API_KEYS.c.key_id == key_id,
            or_(API_KEYS.c.last_used_at.is_(None), API_KEYS.c.last_used_at < func.now() - every),
        )
        .values(last_used_at=func.now())
    )
