"""What activities work with, one of each a process."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from redis.asyncio import Redis
from temporalio.client import Client

from activities.speech_cache import SpeechCache
from activities.voice import Voice
from interview.coding.pads import Pads
from interview.config import Settings
from interview.erasing import Erasing
from interview.persistence.blobs import BlobStore, build_blob_store
from interview.persistence.database import Database
from interview.persistence.records import Records
from interview.security.data_keys import DataKeys
from interview.security.sealed_blobs import sealed
from interview.streams.log import StreamLog, connect_redis
from workers.providers import Providers

__all__ = ["Means", "gather_means"]


@dataclass(frozen=True, slots=True)
class Means:
    """`keys` is None where nothing is sealed; `blobs` are sealed otherwise."""

    settings: Settings
    client: Client
    database: Database
    keys: DataKeys | None
    providers: Providers
    redis: Redis
    streams: StreamLog
    blobs: BlobStore
    records: Records
    pads: Pads
    voice: Voice
    erasing: Erasing


def gather_means(
    settings: Settings,
    client: Client,
    database: Database,
    keys: DataKeys | None,
    providers: Providers,
    stack: AsyncExitStack,
) -> Means:
    """What of it has to be closed is left to `stack`."""
    redis = connect_redis(settings.redis_url)
    stack.push_async_callback(redis.aclose)
    blobs = sealed(build_blob_store(settings), keys)
    return Means(
        settings=settings,
        client=client,
        database=database,
        keys=keys,
        providers=providers,
        redis=redis,
        streams=StreamLog(redis, ttl_s=settings.stream_ttl_s, keys=keys),
        blobs=blobs,
        records=Records(database),
        pads=Pads(database, keys),
        voice=Voice(providers.tts, SpeechCache(blobs), settings.provider_timeout_s),
        erasing=Erasing(database, client, settings.erasure_stop_grace_s),
    )
