"""Organizations and the people in them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import DateTime, Select, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.persistence import cursors
from interview.persistence.accounts.rows import UserRow
from interview.persistence.models import IDENTITIES, ORGANIZATIONS, USERS, UUID_TEXT
from interview.persistence.rows import canonical_uuid, storable
from interview.persistence.vocabulary import UserRole

__all__ = [
    "add",
    "add_identity",
    "add_organization",
    "by_email",
    "by_id",
    "by_identity",
    "change",
    "enabled_admins",
    "has_organization",
    "lock_organization",
    "prove_address",
    "staff",
    "staff_names",
]

_USER: Select[Any] = select(
    *(
        USERS.c[name]
        for name in (
            "user_id",
            "organization_id",
            "role",
            "email",
            "name",
            "password_hash",
            "address_proved_at",
            "disabled_at",
            "created_at",
        )
    ),
    ORGANIZATIONS.c.name.label("organization_name"),
).join(ORGANIZATIONS, ORGANIZATIONS.c.organization_id == USERS.c.organization_id)


async def add_organization(connection: AsyncConnection, name: str) -> str:
    organization_id = str(uuid.uuid4())
    await connection.execute(
        insert(ORGANIZATIONS).values(organization_id=organization_id, name=storable(name))
    )
    return organization_id


async def has_organization(connection: AsyncConnection, organization_id: str) -> bool:
    if canonical_uuid(organization_id) is None:
        return False
    found = select(ORGANIZATIONS.c.organization_id).where(
        ORGANIZATIONS.c.organization_id == organization_id
    )
    return await connection.scalar(found) is not None


async def lock_organization(connection: AsyncConnection, organization_id: str) -> None:
    """Changes of who is an admin wait for each other."""
    await connection.execute(
        select(ORGANIZATIONS.c.organization_id)
        .where(ORGANIZATIONS.c.organization_id == organization_id)
        .with_for_update(key_share=True)
    )


async def add(
    connection: AsyncConnection,
    *,
    organization_id: str,
    role: UserRole,
    email: str | None,
    name: str,
    password_hash: str | None,
) -> str | None:
    """The new user's id. None when the address is somebody's; of several at once one gets it."""
    return await connection.scalar(
        insert(USERS)
        .values(
            user_id=str(uuid.uuid4()),
            organization_id=organization_id,
            role=role,
            email=email,
            name=storable(name),
            password_hash=password_hash,
            password_changed_at=None if password_hash is None else func.now(),
        )
        .on_conflict_do_nothing(index_elements=["email"])
        .returning(USERS.c.user_id)
    )


async def by_email(connection: AsyncConnection, email: str) -> UserRow | None:
    return await _one(connection, _USER.where(USERS.c.email == email))


async def by_id(
    connection: AsyncConnection, user_id: str, *, hold: bool = False, lock: bool = False
) -> UserRow | None:
    """`hold`: nobody changes the user before the end of the transaction. `lock`: and nobody else
    holds it."""
    if canonical_uuid(user_id) is None:
        return None
    statement = _USER.where(USERS.c.user_id == user_id)
    if hold or lock:
        statement = statement.with_for_update(read=not lock, of=USERS)
    return await _one(connection, statement)


async def by_identity(connection: AsyncConnection, issuer: str, subject: str) -> UserRow | None:
    statement = _USER.join(IDENTITIES, IDENTITIES.c.user_id == USERS.c.user_id)
    return await _one(
        connection, statement.where(IDENTITIES.c.issuer == issuer, IDENTITIES.c.subject == subject)
    )


async def add_identity(
    connection: AsyncConnection, issuer: str, subject: str, user_id: str
) -> bool:
    """False when it was there."""
    values = insert(IDENTITIES).values(issuer=issuer, subject=subject, user_id=user_id)
    added = await connection.execute(
        values.on_conflict_do_nothing().returning(IDENTITIES.c.user_id)
    )
    return added.one_or_none() is not None


async def change(connection: AsyncConnection, user_id: str, **values: Any) -> None:
    if "password_hash" in values:
        values["password_changed_at"] = func.now()
    await connection.execute(
        update(USERS).where(USERS.c.user_id == user_id).values(**values, updated_at=func.now())
    )


async def prove_address(connection: AsyncConnection, user_id: str) -> None:
    """The first proof stays."""
    await connection.execute(
        update(USERS)
        .where(USERS.c.user_id == user_id, USERS.c.address_proved_at.is_(None))
        .values(address_proved_at=func.now())
    )


async def staff(
    connection: AsyncConnection, organization_id: str, *, limit: int, cursor: str | None
) -> tuple[Sequence[UserRow], str | None]:
    """Oldest first, and the cursor of the next page. Raises `InvalidInputError`
    (`page.invalid_cursor`)."""
    statement = (
        _USER.where(USERS.c.organization_id == organization_id, USERS.c.role != "candidate")
        .order_by(USERS.c.created_at, USERS.c.user_id)
        .limit(limit + 1)
    )
    if cursor is not None:
        created_at, user_id = cursors.decode(cursor)
        after = tuple_(literal(created_at, DateTime(timezone=True)), literal(user_id, UUID_TEXT))
        statement = statement.where(tuple_(USERS.c.created_at, USERS.c.user_id) > after)
    rows = [UserRow.model_validate(row) for row in await connection.execute(statement)]
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], cursors.encode(last.created_at, last.user_id) if last else None


async def staff_names(connection: AsyncConnection, organization_id: str) -> dict[str, str]:
    """By user id; of those who are disabled, too, since what they did stays."""
    found = await connection.execute(
        select(USERS.c.user_id, USERS.c.name).where(
            USERS.c.organization_id == organization_id, USERS.c.role != "candidate"
        )
    )
    return {row.user_id: row.name for row in found}


async def enabled_admins(connection: AsyncConnection, organization_id: str) -> set[str]:
    found = await connection.scalars(
        select(USERS.c.user_id).where(
            USERS.c.organization_id == organization_id,
            USERS.c.role == "admin",
            USERS.c.disabled_at.is_(None),
        )
    )
    return set(found)


async def _one(connection: AsyncConnection, statement: Select[Any]) -> UserRow | None:
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else UserRow.model_validate(row)
