"""One data key an interview, made when it is first needed."""

from __future__ import annotations

import asyncio
import secrets
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from interview.config import Settings
from interview.errors import ConfigError, DatabaseUnavailable
from interview.persistence.data_keys import DataKeyRows, WrappedKey
from interview.persistence.database import Database
from interview.security.keys import KEY_BYTES, KeyRing, parse_keys
from interview.security.seal import Cipher, EncryptionError, derived
from interview.security.wrapping import KeyWrapper, RingKeyWrapper

__all__ = ["DataKeys", "build_data_keys"]

_MOST_CACHED = 10_000
_BATCH = 100


@dataclass(slots=True)
class _Cached:
    cipher: Cipher
    read_at: float
    """By the monotonic clock."""
    is_due: bool = False
    """It is being read again."""


class DataKeys:
    """Keys are kept in memory for `ttl_s`, after which a destroyed one is known as such; while
    the database is away nothing can be destroyed, and they are kept longer. A key in use is read
    again in the background, so that nobody waits for it."""

    def __init__(
        self,
        rows: DataKeyRows,
        wrapper: KeyWrapper,
        ring: KeyRing,
        *,
        ttl_s: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rows = rows
        self._wrapper = wrapper
        self._ttl_s = ttl_s
        self._clock = clock
        self._cached: OrderedDict[str, _Cached] = OrderedDict()
        self._reading: set[asyncio.Task[None]] = set()
        self._deployment = {
            key.key_id: Cipher(key.key_id, derived(key.secret, "intervue deployment"))
            for key in ring.keys
        }
        self._current_id = ring.current.key_id

    @property
    def deployment(self) -> Cipher:
        """For what belongs to no interview."""
        return self._deployment[self._current_id]

    def deployment_key(self, key_id: str) -> Cipher:
        """Raises `EncryptionError` (`key.unknown`)."""
        cipher = self._deployment.get(key_id)
        if cipher is None:
            raise EncryptionError("key.unknown", f"MASTER_KEYS has no key {key_id}")
        return cipher

    def known(self, interview_id: str) -> Cipher | None:
        """Without waiting: None when it has to be read."""
        cached = self._cached.get(interview_id)
        if cached is None:
            return None
        age_s = self._clock() - cached.read_at
        if age_s > self._ttl_s:
            return None
        if age_s > self._ttl_s / 2 and not cached.is_due:
            cached.is_due = True
            task = asyncio.create_task(self._read_again(interview_id))
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)
        return cached.cipher

    async def of(self, interview_id: str) -> Cipher:
        """Raises `EncryptionError` (`key.destroyed`, `key.unknown`) and `DatabaseUnavailable`."""
        return self.known(interview_id) or await self._read(interview_id)

    def forget(self, interview_id: str) -> None:
        """At once, in this process."""
        self._cached.pop(interview_id, None)

    async def destroy(self, interview_id: str) -> None:
        """For ever. Other processes know within `ttl_s`. Raises `DatabaseUnavailable`."""
        await self._rows.destroy(interview_id, master_key_id=self._wrapper.current_id)
        self.forget(interview_id)

    async def rotate(self, progress: Callable[[int], None] = lambda _: None) -> int:
        """Wraps every key by the current master key; returns how many were not yet. May be
        broken off and begun again, while others use, make and destroy keys."""
        rewrapped, after = 0, str(uuid.UUID(int=0))
        current = self._wrapper.current_id
        while batch := await self._rows.not_under(current, after=after, limit=_BATCH):
            for row in batch:
                secret = await self._unwrapped(row)
                master_key_id, wrapped = await self._wrapper.wrap(secret, _bound(row))
                rewrapped += await self._rows.rewrap(row, wrapped, master_key_id)
            after = batch[-1].key_id
            progress(rewrapped)
        return rewrapped

    async def _read(self, interview_id: str) -> Cipher:
        read_at = self._clock()
        try:
            row = await self._rows.find(interview_id) or await self._made(interview_id)
            secret = await self._unwrapped(row)
        except DatabaseUnavailable:
            if (cached := self._cached.get(interview_id)) is None:
                raise
            cached.read_at = read_at - self._ttl_s / 2
            return cached.cipher
        except EncryptionError:
            self.forget(interview_id)
            raise
        cipher = Cipher(row.key_id, secret)
        self._cached[interview_id] = _Cached(cipher, read_at)
        self._cached.move_to_end(interview_id)
        while len(self._cached) > _MOST_CACHED:
            self._cached.popitem(last=False)
        return cipher

    async def _read_again(self, interview_id: str) -> None:
        try:
            await self._read(interview_id)
        except (EncryptionError, DatabaseUnavailable):
            pass  # whoever needs the key next is told
        finally:
            if (cached := self._cached.get(interview_id)) is not None:
                cached.is_due = False

    async def _made(self, interview_id: str) -> WrappedKey:
        key_id = str(uuid.uuid4())
        key = WrappedKey(key_id, interview_id, None, "")
        secret = secrets.token_bytes(KEY_BYTES)
        master_key_id, wrapped = await self._wrapper.wrap(secret, _bound(key))
        return await self._rows.add(WrappedKey(key_id, interview_id, wrapped, master_key_id))

    async def _unwrapped(self, row: WrappedKey) -> bytes:
        if row.wrapped is None:
            raise EncryptionError("key.destroyed", "the interview was erased")
        return await self._wrapper.unwrap(row.master_key_id, row.wrapped, _bound(row))


def build_data_keys(settings: Settings, database: Database) -> DataKeys | None:
    """None when `ENCRYPTION` is off. Raises `ConfigError`."""
    if settings.encryption == "off":
        if settings.environment == "production":
            raise ConfigError("ENCRYPTION: cannot be off in production")
        return None
    ring = parse_keys("MASTER_KEYS", settings.master_keys)
    return DataKeys(
        DataKeyRows(database), RingKeyWrapper(ring), ring, ttl_s=settings.data_key_cache_s
    )


def _bound(key: WrappedKey) -> bytes:
    return f"{key.key_id}/{key.interview_id}".encode()
