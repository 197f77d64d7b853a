"""Looking for words everywhere that something is kept."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, cast

import asyncpg
from sqlalchemy import make_url

from interview.streams.log import connect_redis

__all__ = ["contents", "every_row_in", "everything_in", "found"]


def contents(*folders: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


def found(marks: list[str], contents: dict[str, bytes]) -> set[tuple[str, str]]:
    """Where which mark stands, as itself or in base64 at any alignment."""
    found: set[tuple[str, str]] = set()
    for mark in marks:
        forms = [mark.encode().lower()]
        forms += [base64.b64encode(b"x" * n + mark.encode())[4:-4].lower() for n in range(3)]
        for name, data in contents.items():
            if any(form in data.lower() for form in forms):
                found.add((mark, name))
    return found


async def everything_in(redis_url: str) -> dict[str, bytes]:
    redis = cast(Any, connect_redis(redis_url))
    contents: dict[str, bytes] = {}
    try:
        async for key in redis.scan_iter():
            match await redis.type(key):
                case b"stream":
                    value = await redis.xrange(key)
                case b"string":
                    value = await redis.get(key)
                case b"hash":
                    value = await redis.hgetall(key)
                case b"zset":
                    value = await redis.zrange(key, 0, -1)
                case b"set":
                    value = await redis.smembers(key)
                case _:
                    value = await redis.lrange(key, 0, -1)
            contents[key.decode()] = repr(value).encode()
    finally:
        await redis.aclose()
    return contents


async def every_row_in(database_url: str) -> dict[str, bytes]:
    """By table, whatever tables there are."""
    plain = make_url(database_url).set(drivername="postgresql")
    connection = await asyncpg.connect(plain.render_as_string(hide_password=False))
    try:
        tables = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        rows: dict[str, bytes] = {}
        for (table,) in tables:
            all_of_it = await connection.fetch(f'SELECT whole::text FROM "{table}" AS whole')
            rows[table] = "\n".join(row[0] for row in all_of_it).encode()
        return rows
    finally:
        await connection.close()
