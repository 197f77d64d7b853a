"""Streams in memory, which can be taken away."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import cast

from redis.asyncio import Redis

from api.pending import PendingTurns
from interview.contracts.interview import BeginTurnInput
from interview.errors import StreamError
from interview.streams.log import Entry, StreamLog

__all__ = ["FakePending", "FakeStreams"]


class FakeStreams(StreamLog):
    """Every append is one trip, of so many entries. While `away`, every call fails, as `failure`
    says; `lose` empties it, and `calls` counts."""

    def __init__(self) -> None:
        # Nothing of it that speaks to Redis is used.
        self.entries: dict[str, list[Entry]] = defaultdict(list)
        self.trips: list[int] = []
        self.away = False
        self.failure = StreamError("stream.unavailable", "gone")
        self.calls = 0
        self.changed = asyncio.Event()

    async def append(
        self, key: str, *entries: Mapping[bytes, bytes], maxlen: int | None = None
    ) -> bytes:
        self._check()
        await asyncio.sleep(0)
        self.trips.append(len(entries))
        for fields in entries:
            number = len(self.entries[key]) + 1
            self.entries[key].append(Entry(b"%d-0" % number, dict(fields)))
        self.changed.set()
        return self.entries[key][-1].entry_id

    async def open(
        self, key: str, fields: Mapping[bytes, bytes], *, maxlen: int | None = None
    ) -> bytes:
        return await self.append(key, fields)

    async def replace(
        self, key: str, fields: Mapping[bytes, bytes], *, ttl_s: int | None = None
    ) -> bytes:
        self._check()
        self.entries.pop(key, None)
        return await self.append(key, fields)

    async def read(self, key: str, after: bytes, *, block_ms: int | None = None) -> list[Entry]:
        self._check()
        seen = int(after.partition(b"-")[0])
        return self.entries[key][seen:] if key in self.entries else []

    async def exists(self, key: str) -> bool:
        self._check()
        return bool(self.entries.get(key))

    def lose(self) -> None:
        self.entries.clear()

    def kinds(self, key: str) -> list[bytes]:
        """`start`, a chunk's index, `pause`, `resume`, `end` or `cancel`."""
        kinds: list[bytes] = []
        for fields in (entry.fields for entry in self.entries[key]):
            if b"i" not in fields:
                kinds.append(fields[b"k"])
                continue
            first, chunks = int(fields[b"i"]), len(fields.get(b"n", b"").split(b","))
            kinds += [b"%d" % number for number in range(first, first + chunks)]
        return kinds

    def _check(self) -> None:
        self.calls += 1
        if self.away:
            raise self.failure


class FakePending(PendingTurns):
    def __init__(self) -> None:
        super().__init__(cast(Redis, None), "x", ttl_s=60)
        self.turn: BeginTurnInput | None = None

    async def put(self, turn: BeginTurnInput) -> None:
        self.turn = turn

    async def get(self) -> BeginTurnInput | None:
        return self.turn

    async def forget(self, turn_id: str) -> None:
        if self.turn is not None and self.turn.turn_id == turn_id:
            self.turn = None
