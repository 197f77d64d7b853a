"""What routes and connections work with, built once a process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, Self

from fastapi import Depends
from redis.asyncio import Redis
from starlette.requests import HTTPConnection
from temporalio.client import Client

from api.background import Background
from interview.config import Settings
from interview.erasing import Erasing
from interview.persistence.audit import AuditTrail
from interview.persistence.blobs import build_blob_store
from interview.persistence.database import Database
from interview.persistence.erasures import ErasureRecords
from interview.persistence.records import Records
from interview.ports import BlobStore
from interview.security.data_keys import DataKeys, build_data_keys
from interview.security.keys import parse_keys
from interview.security.sealed_blobs import sealed
from interview.security.tokens import AccessTokens
from interview.streams.log import StreamLog, connect_redis
from interview.temporal_client import connect_temporal

__all__ = ["Services", "ServicesDep"]

_CLOSE_GRACE_S = 3.0


@dataclass(frozen=True, slots=True)
class Services:
    """Nothing is connected until it is used: the API starts while the others are away."""

    settings: Settings
    database: Database
    records: Records
    redis: Redis
    streams: StreamLog
    blobs: BlobStore
    temporal: Client
    tokens: AccessTokens
    keys: DataKeys | None = None
    """None when `ENCRYPTION` is off."""
    background: Background = field(default_factory=Background)

    @classmethod
    async def open(cls, settings: Settings) -> Self:
        """Raises `ConfigError`."""
        database = Database.from_settings(settings)
        keys = build_data_keys(settings, database)
        redis = connect_redis(settings.redis_url)
        return cls(
            settings=settings,
            database=database,
            records=Records(database),
            redis=redis,
            streams=StreamLog(redis, ttl_s=settings.stream_ttl_s, keys=keys),
            blobs=sealed(await asyncio.to_thread(build_blob_store, settings), keys),
            temporal=await connect_temporal(settings, keys, lazy=True),
            keys=keys,
            tokens=AccessTokens(parse_keys("AUTH_KEYS", settings.auth_keys), settings.public_url),
        )

    @property
    def trail(self) -> AuditTrail:
        return AuditTrail(self.database)

    @property
    def erasures(self) -> ErasureRecords:
        return ErasureRecords(self.database)

    @property
    def erasing(self) -> Erasing:
        return Erasing(self.database, self.temporal)

    async def aclose(self) -> None:
        await self.background.aclose(_CLOSE_GRACE_S)
        await self.redis.aclose()
        await self.database.close()


def _services(connection: HTTPConnection) -> Services:
    return connection.app.state.services


ServicesDep = Annotated[Services, Depends(_services)]
