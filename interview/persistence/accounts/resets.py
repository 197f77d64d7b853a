"""Links by which a password is set: good once, and for a while."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from interview.persistence.models import PASSWORD_RESETS

__all__ = ["add", "find", "use"]

_LIVE = (PASSWORD_RESETS.c.used_at.is_(None)) & (
    PASSWORD_RESETS.c.expires_at > func.clock_timestamp()
)


async def add(connection: AsyncConnection, token_hash: str, user_id: str, lasts: timedelta) -> None:
    await connection.execute(
        insert(PASSWORD_RESETS).values(
            token_hash=token_hash, user_id=user_id, expires_at=func.clock_timestamp() + lasts
        )
    )


async def find(connection: AsyncConnection, token_hash: str) -> str | None:
    """The id of the user it is for; None when it was used, is too old or was never given out."""
    return await connection.scalar(
        select(PASSWORD_RESETS.c.user_id).where(PASSWORD_RESETS.c.token_hash == token_hash, _LIVE)
    )


async def use(connection: AsyncConnection, token_hash: str) -> str | None:
    """As `find`, once; the user's other links are used up with it."""
    user_id = await connection.scalar(
        update(PASSWORD_RESETS)
        .where(PASSWORD_RESETS.c.token_hash == token_hash, _LIVE)
        .values(used_at=func.clock_timestamp())
        .returning(PASSWORD_RESETS.c.user_id)
    )
    if user_id is not None:
        await use_up(connection, user_id)
    return user_id


async def use_up(connection: AsyncConnection, user_id: str) -> None:
    await connection.execute(
        update(PASSWORD_RESETS)
        .where(PASSWORD_RESETS.c.user_id == user_id, PASSWORD_RESETS.c.used_at.is_(None))
        .values(used_at=func.clock_timestamp())
    )
