"""One data key an interview, made when it is first needed."""

from __future__ import annotations

import asyncio
import math
import secrets
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from interview.config import Settings
from interview.errors import ConfigError, InterviewError
from interview.persistence.data_keys import DataKeyRows, WrappedKey
from interview.persistence.database import Database
from interview.security.keys import KEY_BYTES, KeyRing, parse_keys
from interview.security.seal import Cipher, EncryptionError, derived
from interview.security.wrapping import KeyWrapper, RingKeyWrapper

__all__ = ["DataKeys", "build_data_keys"]

_MOST_CACHED = 10_000
_BATCH = 100
_MOST_TOGETHER = 500
_OLDEST_S = 3600.0
"""A key that could not be read again for so long is not used any more."""
_RETRY_S = 5.0


@dataclass(slots=True)
class _Cached:
    """Times are by the monotonic clock."""

    cipher: Cipher
    read_at: float
    read_again_at: float
    """Never, while it is being read."""
    is_in_use: bool = False
    """Since it was last read."""


class DataKeys:
    """Keys in use are read again every half `ttl_s` or sooner, in the background and together:
    with one that is due go those that will be before long. Nobody waits for a key that is in
    memory, unless it could not be read for an hour. While the database is away nothing
    can be destroyed. A destroyed key is known as such within `ttl_s` where it is in use, and
    elsewhere by its second use.
    """

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
        self._reading: dict[tuple[str, bool], asyncio.Task[Cipher]] = {}
        self._reading_again: asyncio.Task[None] | None = None
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
        now = self._clock()
        if now > cached.read_at + _OLDEST_S:
            return None
        cached.is_in_use = True
        self._cached.move_to_end(interview_id)
        if now > cached.read_again_at and (
            self._reading_again is None or self._reading_again.done()
        ):
            self._reading_again = asyncio.create_task(self._read_again())
        return cached.cipher

    async def of(self, interview_id: str, *, make: bool) -> Cipher:
        """Whoever seals makes the key where there is none; whoever opens does not. Raises
        `EncryptionError` (`key.destroyed`; `key.unknown`, also where there is none) and
        `DatabaseUnavailable`."""
        if (cipher := self.known(interview_id)) is not None:
            return cipher
        return await asyncio.shield(self._read_once(interview_id, make))

    def forget(self, interview_id: str) -> None:
        """At once, in this process; what is being read of it is not kept either."""
        self._cached.pop(interview_id, None)
        for make in (False, True):
            self._reading.pop((interview_id, make), None)

    async def destroy(self, interview_id: str) -> None:
        """For ever. Other processes know within `ttl_s`. Raises `DatabaseUnavailable`."""
        await self._rows.destroy(interview_id, master_key_id=self._wrapper.current_id)
        self.forget(interview_id)

    async def rotate(self, progress: Callable[[int], None] = lambda _: None) -> int:
        """Wraps every key by the current master key; returns how many were not yet. What cannot
        be unwrapped is passed over, and shows in `left`. May be broken off and begun again, while
        others use, make and destroy keys."""
        rewrapped, before = 0, -1
        # Once more than needed: a process with the ring of before may have made one meanwhile.
        while rewrapped > before:
            before, after = rewrapped, str(uuid.UUID(int=0))
            while batch := await self._rows.not_under(
                self._wrapper.current_id, after=after, limit=_BATCH
            ):
                for row in batch:
                    rewrapped += await self._rewrapped(row)
                after = batch[-1].key_id
                progress(rewrapped)
        return rewrapped

    async def left(self) -> dict[str, int]:
        """How many living keys each master key but the current one wraps."""
        living = await self._rows.living()
        return {name: n for name, n in living.items() if name != self._wrapper.current_id}

    async def check(self) -> None:
        """That every living key can be unwrapped. Raises `EncryptionError` (`key.unknown`) and
        `DatabaseUnavailable`."""
        used = await self._rows.master_key_ids()
        if missing := [name for name in used if not self._wrapper.knows(name)]:
            raise EncryptionError(
                "key.unknown",
                f"MASTER_KEYS has no key {', '.join(missing)}, under which interviews are sealed: "
                "add it back behind the others, from a backup",
            )

    def _read_once(self, interview_id: str, make: bool) -> asyncio.Task[Cipher]:
        """Together with whoever else waits for it."""
        this = (interview_id, make)
        if (reading := self._reading.get(this)) is None:
            reading = asyncio.create_task(self._read(interview_id, make))
            self._reading[this] = reading
            reading.add_done_callback(lambda done: self._has_read(this, done))
        return reading

    def _has_read(self, this: tuple[str, bool], reading: asyncio.Task[Cipher]) -> None:
        if not reading.cancelled():
            reading.exception()  # asked for, or it is complained about where nobody waited for it
        if self._reading.get(this) is reading:
            del self._reading[this]

    async def _read(self, interview_id: str, make: bool) -> Cipher:
        read_at = self._clock()
        row = await self._rows.find(interview_id)
        if row is None and make:
            row = await self._made(interview_id)
        if row is None:
            raise EncryptionError("key.unknown", "the interview has no key yet")
        if row.wrapped is None:
            self._cached.pop(interview_id, None)
        cipher = Cipher(row.key_id, await self._unwrapped(row))
        if self._reading.get((interview_id, make)) is not asyncio.current_task():
            # Forgotten meanwhile: this may be a key of before its destruction.
            return await self._read_once(interview_id, make)
        self._cached[interview_id] = _Cached(cipher, read_at, read_at + self._ttl_s / 2)
        self._cached.move_to_end(interview_id)
        while len(self._cached) > _MOST_CACHED:
            self._cached.popitem(last=False)
        return cipher

    async def _read_again(self) -> None:
        while together := self._due():
            read_at = self._clock()
            for cached in together.values():
                cached.read_again_at, cached.is_in_use = math.inf, False
            try:
                for row in await self._rows.find_many(list(together)):
                    if (cached := together.get(row.interview_id)) is not None:
                        await self._renew(cached, row, read_at)
            except InterviewError:
                pass
            finally:
                for cached in together.values():
                    if cached.read_again_at == math.inf:
                        cached.read_again_at = self._clock() + _RETRY_S

    def _due(self) -> dict[str, _Cached]:
        """What is in use and due, and with it what is in use and will soon be."""
        now = self._clock()
        soon = [
            (interview_id, cached)
            for interview_id, cached in self._cached.items()
            if cached.is_in_use and cached.read_again_at < now + self._ttl_s / 4
        ]
        soon.sort(key=lambda item: item[1].read_again_at)
        is_due = bool(soon) and now > soon[0][1].read_again_at
        return dict(soon[:_MOST_TOGETHER]) if is_due else {}

    async def _renew(self, cached: _Cached, row: WrappedKey, read_at: float) -> None:
        """Does no harm to one that was forgotten meanwhile: nobody has it any more."""
        if row.wrapped is None:
            self._cached.pop(row.interview_id, None)
        try:
            cached.cipher = Cipher(row.key_id, await self._unwrapped(row))
        except EncryptionError:
            return
        cached.read_at, cached.read_again_at = read_at, read_at + self._ttl_s / 2

    async def _rewrapped(self, row: WrappedKey) -> bool:
        try:
            secret = await self._unwrapped(row)
        except EncryptionError:
            return False
        master_key_id, wrapped = await self._wrapper.wrap(secret, _bound(row))
        return await self._rows.rewrap(row, wrapped, master_key_id)

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
    if settings.environment != "production":
        ring = ring.with_placeholder("MASTER_KEYS")  # what it sealed can be read, and rotated
    return DataKeys(
        DataKeyRows(database), RingKeyWrapper(ring), ring, ttl_s=settings.data_key_cache_s
    )


def _bound(key: WrappedKey) -> bytes:
    return f"{key.key_id}/{key.interview_id}".encode()
