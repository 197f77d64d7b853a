"""Looks at the services that an interview needs."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from sqlalchemy import text
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from cli.doctor.findings import Doubtful, Sick
from interview.config import Settings
from interview.persistence.blobs import build_blob_store
from interview.persistence.database import Database
from interview.pollers import ALL_QUEUES, unpolled
from interview.security.data_keys import build_data_keys
from interview.security.keys import parse_keys
from interview.streams.client import Redis
from interview.temporal_client import connect_temporal
from launcher.migrations import newest_revision
from launcher.paths import REPOSITORY

__all__ = ["Services"]

_VERSIONS = REPOSITORY / "interview" / "persistence" / "migrations" / "versions"
MOST_SKEW_S = 2.0
"""Clocks apart by more let tickets and tokens expire early, and one-time codes not fit."""
LEAST_FREE_BYTES = 1_000_000_000
LITTLE_FREE_BYTES = 5_000_000_000
OLDEST_POSTGRES = 160_000


@dataclass(frozen=True, slots=True)
class Services:
    """Each method looks at one thing, and is a `Check`."""

    settings: Settings
    database: Database
    redis: Redis
    now: Callable[[], float] = time.time

    async def look_at_database(self) -> str:
        version = int(await self._scalar("SHOW server_version_num"))
        if version < OLDEST_POSTGRES:
            raise Sick(f"PostgreSQL {version // 10_000}", "16 is the oldest that will do")
        used = int(await self._scalar("SELECT count(*) FROM pg_stat_activity"))
        most = int(await self._scalar("SHOW max_connections"))
        if used > most * 0.9:
            raise Doubtful(
                f"{used} of {most} connections are taken",
                "run fewer processes, or lower DATABASE_POOL_SIZE",
            )
        return f"PostgreSQL {version // 10_000}, {used} of {most} connections"

    async def look_at_migrations(self) -> str:
        newest = await asyncio.to_thread(newest_revision, _VERSIONS)
        there = await self._scalar("SELECT to_regclass('alembic_version') IS NOT NULL")
        if not there:
            raise Sick("the database is empty")
        revision = await self._scalar("SELECT version_num FROM alembic_version")
        if revision == newest:
            return f"at {revision}"
        known = {path.name.partition("_")[0] for path in await asyncio.to_thread(_files)}
        if revision not in known:
            raise Doubtful(f"at {revision}, which this code does not know", "deploy newer code")
        raise Sick(f"at {revision}; this code needs {newest}")

    async def look_at_keys(self) -> str:
        auth = parse_keys("AUTH_KEYS", self.settings.auth_keys)
        if self.settings.auth_keys is None and not self.settings.debug:
            raise Sick("AUTH_KEYS is not set: nobody can sign in")
        keys = build_data_keys(self.settings, self.database)
        if keys is None:
            raise Doubtful("ENCRYPTION is off: what is said is kept in clear", "set ENCRYPTION=on")
        await keys.check()
        return f"every interview can be read; {len(auth.keys)} to sign with"

    async def look_at_redis(self) -> str:
        await self._redis("PING")
        policy = await self._redis("CONFIG", "GET", "maxmemory-policy")
        limit = await self._redis("CONFIG", "GET", "maxmemory")
        if _value(limit) not in ("", "0") and _value(policy) not in ("", "noeviction"):
            raise Doubtful(
                f"maxmemory-policy is {_value(policy)}: turns under way may vanish",
                "set maxmemory-policy to noeviction",
            )
        return "answers"

    async def look_at_temporal(self) -> str:
        client = await self._temporal()
        namespace = self.settings.temporal_namespace
        try:
            await client.workflow_service.describe_namespace(
                DescribeNamespaceRequest(namespace=namespace)
            )
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise Sick(
                    f"there is no namespace {namespace}", "make it, or correct TEMPORAL_NAMESPACE"
                ) from None
            raise Sick(error.status.name.lower().replace("_", " ")) from None
        return f"namespace {namespace}"

    async def look_at_workers(self) -> str:
        missing = await unpolled(await self._temporal(), ALL_QUEUES)
        if missing:
            raise Sick(f"nobody asks for work on {', '.join(missing)}")
        return f"every queue is asked ({len({queue for queue, _ in ALL_QUEUES})})"

    async def look_at_recordings(self) -> str:
        await build_blob_store(self.settings).check()
        return "can be written"

    async def look_at_disk(self) -> str:
        folders = [self.settings.mail_outbox.parent]
        url = urlsplit(self.settings.blob_url)
        if url.scheme == "file":
            folders.append(Path(unquote(f"{url.netloc}{url.path}")))
        least = min(await asyncio.gather(*(asyncio.to_thread(_free, each) for each in folders)))
        told = f"{least / 1e9:.1f} GB free"
        if least < LEAST_FREE_BYTES:
            raise Sick(told)
        if least < LITTLE_FREE_BYTES:
            raise Doubtful(told)
        return told

    async def look_at_clock(self) -> str:
        theirs: dict[str, float] = {}
        before = self.now()
        try:
            theirs["PostgreSQL"] = float(
                await self._scalar("SELECT extract(epoch FROM clock_timestamp())")
            )
        except Exception:
            pass  # it is found away where it is looked at
        try:
            seconds, micros = await self._redis("TIME")
            theirs["Redis"] = int(seconds) + int(micros) / 1e6
        except Exception:
            pass
        if not theirs:
            raise Sick("nobody to compare it with", "start PostgreSQL or Redis")
        after = self.now()
        # Whatever a round trip took may be on either side.
        apart = {name: max(before - then, then - after, 0.0) for name, then in theirs.items()}
        worst = max(apart, key=lambda name: apart[name])
        if apart[worst] > MOST_SKEW_S:
            raise Sick(f"{apart[worst]:.1f} s apart from {worst}'s")
        return f"within {max(apart[worst], 0.1):.1f} s of {' and '.join(theirs)}"

    async def _scalar(self, statement: str) -> Any:
        async with self.database.transaction() as connection:
            return await connection.scalar(text(statement))

    async def _redis(self, *command: str) -> Any:
        redis = cast(Any, self.redis)  # whose commands have no types
        return await redis.execute_command(*command)

    async def _temporal(self) -> Client:
        return await connect_temporal(self.settings)


def _value(answer: Any) -> str:
    """Of `CONFIG GET`, a map or a pair; empty where the server does not tell."""
    told = cast("dict[bytes, bytes] | list[bytes]", answer)
    values = list(told.values()) if isinstance(told, dict) else told[1:]
    return values[0].decode() if values else ""


def _files() -> list[Path]:
    return list(_VERSIONS.glob("[0-9]*.py"))


def _free(folder: Path) -> int:
    """Of the nearest folder that is there: the others are made when they are needed."""
    at = folder.absolute()
    while not at.exists():
        at = at.parent
    return shutil.disk_usage(at).free
