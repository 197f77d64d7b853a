"""A thin layer over Redis streams: append, tail, range, with our errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any

from redis.asyncio.retry import Retry

from interview.errors import StreamError
from interview.security.data_keys import DataKeys
from interview.streams.client import Redis, RedisError
from interview.streams.sealing import Sealing
from interview.streams.transport import make_cancellable
from interview.streams.wire import ANSWER_TIMEOUT_S, BACKOFF, RETRIES, Command, Wires
from interview.telemetry.metrics import STREAM_APPENDS, STREAM_BYTES, STREAM_ERRORS

__all__ = ["IDLE_S", "Entry", "StreamLog", "connect_redis", "entry_id", "seq_of", "translated"]

Fields = Mapping[bytes, bytes]

IDLE_S = 1.0
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
        socket_timeout=ANSWER_TIMEOUT_S,
        health_check_interval=0,
        # Its version would be looked up on disk for each connection.
        driver_info=None,
        retry=Retry(BACKOFF, RETRIES),
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
        self._sealing = None if keys is None else Sealing(keys)
        self._wires = Wires(redis.connection_pool)
        self._ttl_s = ttl_s

    async def append(self, key: str, *entries: Fields, maxlen: int | None = None) -> bytes:
        """Appends in order, all or none, in one round trip; returns the last entry's id.

        A waiting reader gets them together: without the transaction it would be woken by the
        first one alone, and would have to come again for the others.
        """
        entries = await self._sealed(key, entries)
        commands = [_xadd(key, fields, maxlen) for fields in entries]
        _count(entries)
        with translated():
            if len(commands) == 1:
                return (await self._wires.call(*commands))[0]
            return (await self._wires.call(*_together(commands)))[-1][-1]

    async def append_to(self, *entries: tuple[str, Fields, int | None]) -> None:
        """Appends `(key, fields, maxlen)` to several streams in one round trip."""
        sealed = [(await self._sealed(key, (fields,)))[0] for key, fields, _ in entries]
        commands = [
            _xadd(key, fields, maxlen)
            for (key, _, maxlen), fields in zip(entries, sealed, strict=True)
        ]
        _count(sealed)
        with translated():
            await self._wires.call(*commands)

    async def open(self, key: str, fields: Fields, *, maxlen: int | None = None) -> bytes:
        """Appends and (re)starts the key's time to live."""
        (fields,) = await self._sealed(key, (fields,))
        append = _xadd(key, fields, maxlen)
        with translated():
            return (await self._wires.call(append, (b"EXPIRE", key, self._ttl_s)))[0]

    async def replace(self, key: str, fields: Fields, *, ttl_s: int | None = None) -> bytes:
        """Lets go of what the key holds, and begins anew with this entry, for `ttl_s`."""
        (fields,) = await self._sealed(key, (fields,))
        expiry = (b"EXPIRE", key, ttl_s or self._ttl_s)
        commands = _together([(b"UNLINK", key), _xadd(key, fields, None), expiry])
        with translated():
            return (await self._wires.call(*commands))[-1][1]

    async def expire(self, key: str, ttl_s: int) -> None:
        with translated():
            await self._wires.call((b"EXPIRE", key, ttl_s))

    async def tail(
        self, key: str, after: bytes = b"0-0", *, idle_s: float = IDLE_S
    ) -> AsyncIterator[list[Entry]]:
        """Entries after `after` as they come; an empty list after each `idle_s` without any."""
        while True:
            entries = await self.read(key, after, block_ms=round(idle_s * 1000))
            if entries:
                after = entries[-1].entry_id
            yield entries

    async def read(self, key: str, after: bytes, *, block_ms: int | None = None) -> list[Entry]:
        with translated():
            if block_ms is None:
                reply = await self._wires.ask(_xread(key, after))
            else:
                reply = await self._wires.ask(_xread(key, after, block_ms), block_ms=block_ms)
        if not reply:
            return []
        # By key: a map, or pairs before RESP 3.
        return await self._opened(key, dict(reply).popitem()[1])

    async def before(self, key: str, end: bytes) -> list[Entry]:
        """All entries before the one with id `end`."""
        with translated():
            rows = await self._wires.ask((b"XRANGE", key, b"-", b"(" + end))
        return await self._opened(key, rows)

    async def latest(self, key: str, *, count: int, before: bytes = b"+") -> list[Entry]:
        """Up to `count` entries, newest first."""
        with translated():
            rows = await self._wires.ask((b"XREVRANGE", key, before, b"-", b"COUNT", count))
        return await self._opened(key, rows)

    async def oldest(self, key: str) -> Entry | None:
        with translated():
            (rows,) = await self._wires.call((b"XRANGE", key, b"-", b"+", b"COUNT", 1))
        return next(iter(await self._opened(key, rows)), None)

    async def has(self, key: str, entry: bytes) -> bool:
        """Whether the entry of this id is still kept."""
        with translated():
            return bool((await self._wires.call((b"XRANGE", key, entry, entry)))[0])

    async def exists(self, key: str) -> bool:
        with translated():
            return bool((await self._wires.call((b"EXISTS", key)))[0])

    async def _sealed(self, key: str, entries: tuple[Fields, ...]) -> tuple[Fields, ...]:
        return entries if self._sealing is None else await self._sealing.seal(key, entries)

    async def _opened(self, key: str, rows: Any) -> list[Entry]:
        entries = _entries(rows)
        if self._sealing is not None and entries:
            await self._sealing.open(key, [entry.fields for entry in entries])
        return entries


@contextmanager
def translated() -> Generator[None]:
    """What Redis raises becomes `StreamError` (`stream.unavailable`)."""
    try:
        yield
    except (RedisError, OSError) as error:
        STREAM_ERRORS.inc()
        raise StreamError(
            "stream.unavailable", f"the event streams are out of reach ({type(error).__name__})"
        ) from error


def _count(entries: Sequence[Fields]) -> None:
    STREAM_APPENDS.inc(len(entries))
    STREAM_BYTES.inc(sum(len(value) for fields in entries for value in fields.values()))


def _xadd(key: str, fields: Fields, maxlen: int | None) -> Command:
    trim = () if maxlen is None else (b"MAXLEN", b"~", maxlen)
    return (b"XADD", key, *trim, b"*", *chain.from_iterable(fields.items()))


def _xread(key: str, after: bytes, block_ms: int | None = None) -> Command:
    block = () if block_ms is None else (b"BLOCK", block_ms)
    return (b"XREAD", b"COUNT", 256, *block, b"STREAMS", key, after)


def _together(commands: Sequence[Command]) -> list[Command]:
    """The last reply holds one to each of them."""
    return [(b"MULTI",), *commands, (b"EXEC",)]


def _entries(rows: Any) -> list[Entry]:
    return [Entry(entry, dict(zip(*[iter(flat)] * 2, strict=True))) for entry, flat in rows if flat]
