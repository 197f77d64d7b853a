"""A thin layer over Redis streams: append, tail, range, with our errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError

from interview.errors import StreamError
from interview.security.data_keys import DataKeys
from interview.streams.sealing import Sealing
from interview.streams.transport import make_cancellable

__all__ = ["Entry", "StreamLog", "connect_redis", "entry_id", "seq_of", "translated"]

Fields = Mapping[bytes, bytes]

IDLE_MS = 1_000
"""A tail wakes at least this often, so that its reader can look whether the key still exists."""
MAX_CONNECTIONS = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a stream. `entry_id` is Redis's `ms-n`."""

    entry_id: bytes
    fields: dict[bytes, bytes]


def connect_redis(url: str) -> Redis:
    """A client that rides out a restart of the server of about two seconds."""
    client = Redis.from_url(  # pyright: ignore[reportUnknownMemberType] untyped keyword arguments
        url,
        # Each connected room and each waiting stage blocks one; the client's own limit is 100.
        max_connections=MAX_CONNECTIONS,
        socket_connect_timeout=2.0,
        socket_timeout=5.0,
        health_check_interval=0,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.01), retries=14),
    )
    make_cancellable(client.connection_pool)
    return client


def seq_of(entry_id: bytes) -> int:
    """The entry id as one integer below 2**53 that grows as the ids do."""
    ms, _, n = entry_id.partition(b"-")
    return int(ms) * 1000 + min(int(n), 999)


def entry_id(seq: int) -> bytes:
    """The inverse of `seq_of`."""
    return b"%d-%d" % divmod(seq, 1000)


class StreamLog:
    """Streams of one Redis. Keys expire `ttl_s` after they were opened.

    What entries hold is sealed with `keys`, where they are given, by the key of the interview
    that the stream's key names.

    Every method raises `StreamError` (`stream.unavailable`) when Redis stays away, and
    `key.destroyed` when the interview was erased.
    """

    def __init__(self, redis: Redis, *, ttl_s: int, keys: DataKeys | None = None) -> None:
        self._redis = redis
        self._sealing = None if keys is None else Sealing(keys)
        self._ttl_s = ttl_s

    async def append(self, key: str, *entries: Fields, maxlen: int | None = None) -> bytes:
        """Appends in order, all or none, in one round trip; returns the last entry's id.

        A waiting reader gets them together: without the transaction it would be woken by the
        first one alone, and would have to come again for the others.
        """
        entries = await self._sealed(key, entries)
        with translated():
            if len(entries) == 1:
                return await self._xadd(self._redis, key, entries[0], maxlen)
            async with self._redis.pipeline(transaction=True) as pipe:
                for fields in entries:
                    self._xadd(pipe, key, fields, maxlen)
                return cast(bytes, (await pipe.execute())[-1])

    async def append_to(self, *entries: tuple[str, Fields, int | None]) -> None:
        """Appends `(key, fields, maxlen)` to several streams in one round trip."""
        sealed = [
            (key, (await self._sealed(key, (fields,)))[0], maxlen)
            for key, fields, maxlen in entries
        ]
        with translated():
            async with self._redis.pipeline(transaction=False) as pipe:
                for key, fields, maxlen in sealed:
                    self._xadd(pipe, key, fields, maxlen)
                await pipe.execute()

    async def open(self, key: str, fields: Fields, *, maxlen: int | None = None) -> bytes:
        """Appends and (re)starts the key's time to live."""
        (fields,) = await self._sealed(key, (fields,))
        with translated():
            async with self._redis.pipeline(transaction=False) as pipe:
                self._xadd(pipe, key, fields, maxlen)
                pipe.expire(key, self._ttl_s)
                return cast(bytes, (await pipe.execute())[0])

    async def replace(self, key: str, fields: Fields, *, ttl_s: int | None = None) -> bytes:
        """Lets go of what the key holds, and begins anew with this entry, for `ttl_s`."""
        (fields,) = await self._sealed(key, (fields,))
        with translated():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.unlink(key)
                self._xadd(pipe, key, fields, None)
                pipe.expire(key, ttl_s or self._ttl_s)
                return cast(bytes, (await pipe.execute())[1])

    async def expire(self, key: str, ttl_s: int) -> None:
        with translated():
            await self._redis.expire(key, ttl_s)

    async def tail(self, key: str, after: bytes = b"0-0") -> AsyncIterator[list[Entry]]:
        """Entries after `after` as they come; an empty list after each idle second."""
        while True:
            entries = await self.read(key, after, block_ms=IDLE_MS)
            if entries:
                after = entries[-1].entry_id
            yield entries

    async def read(self, key: str, after: bytes, *, block_ms: int | None = None) -> list[Entry]:
        with translated():
            answer: Any = await self._redis.xread({key: after}, count=256, block=block_ms)
        return await self._opened(key, answer[0][1]) if answer else []

    async def before(self, key: str, end: bytes) -> list[Entry]:
        """All entries before the one with id `end`."""
        with translated():
            answer: Any = await self._redis.xrange(key, b"-", b"(" + end)
        return await self._opened(key, answer)

    async def latest(self, key: str, *, count: int, before: bytes = b"+") -> list[Entry]:
        """Up to `count` entries, newest first."""
        with translated():
            answer: Any = await self._redis.xrevrange(key, before, b"-", count=count)
        return await self._opened(key, answer)

    async def oldest(self, key: str) -> Entry | None:
        with translated():
            answer: Any = await self._redis.xrange(key, count=1)
        return next(iter(await self._opened(key, answer)), None)

    async def exists(self, key: str) -> bool:
        with translated():
            return bool(await self._redis.exists(key))

    async def _sealed(self, key: str, entries: tuple[Fields, ...]) -> tuple[Fields, ...]:
        return entries if self._sealing is None else await self._sealing.seal(key, entries)

    async def _opened(self, key: str, rows: Any) -> list[Entry]:
        entries = [Entry(entry, fields) for entry, fields in rows if fields]
        if self._sealing is not None and entries:
            await self._sealing.open(key, [entry.fields for entry in entries])
        return entries

    def _xadd(self, target: Any, key: str, fields: Fields, maxlen: int | None) -> Any:
        return target.xadd(key, fields, maxlen=maxlen, approximate=True)


@contextmanager
def translated() -> Generator[None]:
    """What Redis raises becomes `StreamError` (`stream.unavailable`)."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise StreamError(
            "stream.unavailable", f"the event streams are out of reach ({type(error).__name__})"
        ) from error
