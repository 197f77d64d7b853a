"""The wrapped data keys: a row an interview."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.persistence.database import Database
from interview.persistence.models.base import UUID_TEXT
from interview.persistence.models.privacy import DATA_KEYS

__all__ = ["DataKeyRows", "WrappedKey", "destroy"]


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """`wrapped` is None once the key is destroyed."""

    key_id: str
    interview_id: str
    wrapped: bytes | None
    master_key_id: str


class DataKeyRows:
    """Every method raises `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, interview_id: str) -> WrappedKey | None:
        rows = await self._database.read(_wrapped_keys(interview_id))
        return WrappedKey(*rows[0]) if rows else None

    async def find_many(self, interview_ids: Sequence[str]) -> list[WrappedKey]:
        """Those that there are, by one query."""
        rows = await self._database.read(_WRAPPED_KEYS, {"of_interviews": interview_ids})
        return [WrappedKey(*row) for row in rows]

    async def add(self, key: WrappedKey) -> WrappedKey:
        """Of several that are added at once one is kept, which all get back."""
        async with self._database.transaction() as connection:
            await connection.execute(
                insert(DATA_KEYS)
                .values(
                    key_id=key.key_id,
                    interview_id=key.interview_id,
                    wrapped=key.wrapped,
                    master_key_id=key.master_key_id,
                )
                .on_conflict_do_nothing(index_elements=["interview_id"])
            )
            found = await connection.execute(_wrapped_keys(key.interview_id))
            return WrappedKey(*found.one())

    async def not_under(self, master_key_id: str, *, after: str, limit: int) -> list[WrappedKey]:
        """Living keys that another master key wraps, with ids after `after`, in order."""
        table = DATA_KEYS.c
        statement = (
            sa.select(*_COLUMNS)
            .where(
                table.wrapped.is_not(None),
                table.master_key_id != master_key_id,
                table.key_id > after,
            )
            .order_by(table.key_id)
            .limit(limit)
        )
        return [WrappedKey(*row) for row in await self._database.read(statement)]

    async def living(self) -> dict[str, int]:
        """How many living keys each master key wraps."""
        table = DATA_KEYS.c
        statement = (
            sa.select(table.master_key_id, sa.func.count())
            .where(table.wrapped.is_not(None))
            .group_by(table.master_key_id)
            .order_by(table.master_key_id)
        )
        return {row[0]: row[1] for row in await self._database.read(statement)}

    async def master_key_ids(self) -> list[str]:
        """Those that wrap living keys, in order. It is asked at every probe, so it looks up one
        id after the other in the index, and reads no more rows than there are ids."""
        table = DATA_KEYS.c
        first = sa.select(sa.func.min(table.master_key_id)).where(table.wrapped.is_not(None))
        found = sa.select(first.scalar_subquery().label("id")).cte("found", recursive=True)
        after = first.where(table.master_key_id > found.c.id).scalar_subquery()
        found = found.union_all(sa.select(after).where(found.c.id.is_not(None)))
        ids = sa.select(found.c.id).where(found.c.id.is_not(None))
        return [row[0] for row in await self._database.read(ids)]

    async def rewrap(self, old: WrappedKey, wrapped: bytes, master_key_id: str) -> bool:
        """False when the key was destroyed or rewrapped meanwhile."""
        table = DATA_KEYS.c
        statement = (
            sa.update(DATA_KEYS)
            .where(table.key_id == old.key_id, table.wrapped == old.wrapped)
            .values(wrapped=wrapped, master_key_id=master_key_id, rewrapped_at=sa.func.now())
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def destroy(self, interview_id: str, *, master_key_id: str) -> None:
        """For ever, and whether or not there was one: none is made afterwards."""
        async with self._database.transaction() as connection:
            await destroy(connection, interview_id, master_key_id=master_key_id)


async def destroy(
    connection: AsyncConnection, interview_id: str, *, master_key_id: str = ""
) -> bool:
    """As `DataKeyRows.destroy`, in the caller's transaction; false when it was destroyed
    before."""
    statement = insert(DATA_KEYS).values(
        key_id=str(uuid.uuid4()),
        interview_id=interview_id,
        wrapped=None,
        master_key_id=master_key_id,
        destroyed_at=sa.func.now(),
    )
    changed = await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["interview_id"],
            set_={"wrapped": None, "destroyed_at": sa.func.now()},
            where=DATA_KEYS.c.wrapped.is_not(None),
        )
    )
    return changed.rowcount == 1


_COLUMNS = (
    DATA_KEYS.c.key_id,
    DATA_KEYS.c.interview_id,
    DATA_KEYS.c.wrapped,
    DATA_KEYS.c.master_key_id,
)
# One text whatever their number: each text is prepared, by every connection.
_WRAPPED_KEYS = sa.select(*_COLUMNS).where(
    DATA_KEYS.c.interview_id == sa.any_(sa.bindparam("of_interviews", type_=ARRAY(UUID_TEXT)))
)


def _wrapped_keys(interview_id: str) -> sa.Select[Any, Any, Any, Any]:
    return sa.select(*_COLUMNS).where(DATA_KEYS.c.interview_id == interview_id)
