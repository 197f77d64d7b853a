"""Signs of life of the workers.

A worker counts upwards in Redis, several times a second, and lists the turns it works on. Who
sees a count stand still knows within half a second which turns need another worker; Temporal's
heartbeats would take longer, and each of theirs that reaches the server is billed.
"""

from __future__ import annotations

import os
import queue
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast

import redis

from interview.streams.client import Redis, RedisError
from interview.streams.log import translated

__all__ = ["BEAT_S", "STUCK_AFTER_S", "HeldTurn", "Pulse", "PulseReader", "Signs", "Vigil"]

BEAT_S = 0.1
APART_S = 0.05
"""Two beats: what changes is told at once, and where much changes together with what comes next."""
DEAD_AFTER_S = 0.4
"""A count that stands still for so long is a dead worker's."""
BLIND_AFTER_S = 0.25
"""Who has not looked for so long cannot tell a dead worker from one it did not see."""
LEFT_S = 60
"""So long after it left a worker is still told of, to whoever begins to look only then."""
STUCK_AFTER_S = 3.0
"""A worker whose event loop stands still for so long counts no further."""
HELD_TTL_S = 3600

_BEATS = "intervue:pulse"
_LEAVING = f"{_BEATS}:leaving"
"""Not beside the counts: an older version would take it for one that stands still."""


def _held_key(worker_id: str) -> str:
    return f"intervue:pulse:{worker_id}"


@dataclass(frozen=True, slots=True)
class HeldTurn:
    """A stage of a turn that a worker is at."""

    interview_id: str
    turn_id: str
    stage: str

    def __str__(self) -> str:
        return f"{self.interview_id}/{self.stage}/{self.turn_id}"

    @classmethod
    def parse(cls, field: str) -> HeldTurn:
        interview_id, stage, turn_id = field.split("/", 2)
        return cls(interview_id, turn_id, stage)


class Pulse:
    """One worker process's. Counts in a thread, so that a busy event loop looks alive, and only
    one that stands still does not.

    Redis may be away: nothing here waits for it or fails.
    """

    def __init__(self, redis_url: str) -> None:
        # Names the process for the operator; the rest tells it from an earlier one of that name.
        self.worker_id = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._redis_url = redis_url
        self._loop_seen = time.monotonic()
        self._is_leaving = False
        self._held: Counter[HeldTurn] = Counter()
        self._changes: queue.SimpleQueue[tuple[bool, HeldTurn] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def leave(self) -> None:
        """It takes nothing new, and ends with its last stage."""
        self._is_leaving = True

    def stop(self) -> None:
        """After the last stage: the worker leaves, and is not missed. Blocks for a moment."""
        self._changes.put(None)
        self._thread.join(timeout=2.0)

    def loop_is_alive(self) -> None:
        """To be called by the event loop, a few times in `STUCK_AFTER_S`."""
        self._loop_seen = time.monotonic()

    @contextmanager
    def holding(self, turn: HeldTurn) -> Generator[None]:
        self._changes.put((True, turn))
        try:
            yield
        finally:
            self._changes.put((False, turn))

    # In the thread

    def _run(self) -> None:
        # One short try a beat; the next beat is the retry.
        client = redis.Redis.from_url(  # pyright: ignore[reportUnknownMemberType] untyped keyword arguments
            self._redis_url, socket_connect_timeout=1.0, socket_timeout=1.0, retry=None
        )
        written: set[HeldTurn] | None = None
        with client:
            while self._take_changes():
                if time.monotonic() - self._loop_seen > STUCK_AFTER_S:
                    continue
                held = set(self._held)
                try:
                    count = self._beat(client, held, written)
                    # The first one, also of a Redis that forgot: the next beat says it all.
                    written = held if count > 1 else None
                except (RedisError, OSError):
                    written = None
            with suppress(RedisError, OSError):
                with client.pipeline() as pipe:  # pyright: ignore[reportUnknownMemberType] untyped keyword argument
                    self._tell_leaving(pipe)
                    pipe.hdel(_BEATS, self.worker_id)
                    pipe.delete(_held_key(self.worker_id))
                    pipe.execute()

    def _take_changes(self) -> bool:
        """Waits for a change, or until the next beat is due; False when it is the end."""
        began = time.monotonic()
        with suppress(queue.Empty):
            change = self._changes.get(timeout=BEAT_S)
            if change is not None:
                time.sleep(max(0.0, began + APART_S - time.monotonic()))
            while True:
                if change is None:
                    return False
                begun, turn = change
                self._held[turn] += 1 if begun else -1
                change = self._changes.get_nowait()
        self._held = +self._held
        return True

    def _beat(self, client: redis.Redis, held: set[HeldTurn], written: set[HeldTurn] | None) -> int:
        key = _held_key(self.worker_id)
        with client.pipeline(transaction=False) as pipe:  # pyright: ignore[reportUnknownMemberType] untyped keyword argument
            if written is None:
                pipe.delete(key)
                written = set()
            if begun := held - written:
                pipe.hset(key, mapping={str(turn): 1 for turn in begun})
                pipe.expire(key, HELD_TTL_S)
            if ended := written - held:
                pipe.hdel(key, *map(str, ended))
            if self._is_leaving:
                self._tell_leaving(pipe)
            pipe.hincrby(_BEATS, self.worker_id, 1)
            return pipe.execute()[-1]

    def _tell_leaving(self, pipe: Any) -> None:
        now = time.time()
        pipe.zadd(_LEAVING, {self.worker_id: now})
        pipe.zremrangebyscore(_LEAVING, "-inf", now - LEFT_S)
        pipe.expire(_LEAVING, LEFT_S)


@dataclass(frozen=True, slots=True)
class Signs:
    """The count of each worker that has not left, and those that are leaving or have just left."""

    beats: dict[str, int]
    leaving: frozenset[str]


@dataclass(frozen=True, slots=True)
class PulseReader:
    """The other end. Every method raises `StreamError`."""

    redis: Redis

    async def signs(self) -> Signs:
        with translated():
            async with cast(Any, self.redis).pipeline(transaction=False) as pipe:
                pipe.hgetall(_BEATS).zrange(_LEAVING, 0, -1)
                counts, leaving = await pipe.execute()
        beats = {worker.decode(): int(count) for worker, count in counts.items()}
        return Signs(beats, frozenset(worker.decode() for worker in leaving))

    async def beats(self) -> dict[str, int]:
        return (await self.signs()).beats

    async def held(self, worker_id: str) -> set[HeldTurn]:
        with translated():
            answer: Any = await self.redis.hkeys(_held_key(worker_id))
        return {HeldTurn.parse(held.decode()) for held in answer}

    async def forget(self, worker_id: str) -> None:
        """A worker that was alive after all is back with its next beat."""
        with translated():
            await self.redis.hdel(_BEATS, worker_id)


@dataclass(slots=True)
class Vigil:
    """Tells the dead from the counts, by this process's own clock."""

    _seen: dict[str, tuple[int, float]] = field(default_factory=dict[str, tuple[int, float]])
    _looked_at: float = float("-inf")
    _dead: dict[str, int] = field(default_factory=dict[str, int])
    _alive: set[str] = field(default_factory=set[str])
    _missed: dict[str, float] = field(default_factory=dict[str, float])
    """Since when."""

    def look(self, beats: dict[str, int], now: float) -> list[str]:
        """Who has died since the last look. `now` is monotonic, in seconds."""
        blind = now - self._looked_at > BLIND_AFTER_S
        self._looked_at = now
        self._dead = {w: count for w, count in self._dead.items() if beats.get(w) == count}
        seen: dict[str, tuple[int, float]] = {}
        for worker, count in beats.items():
            before = self._seen.get(worker)
            unchanged = before is not None and before[0] == count and not blind
            seen[worker] = before if unchanged and before is not None else (count, now)
        self._seen = seen
        died = [
            worker
            for worker, (_, since) in seen.items()
            if now - since >= DEAD_AFTER_S and worker not in self._dead
        ]
        self._dead |= {worker: beats[worker] for worker in died}
        return died

    def vanished(self, signs: Signs, now: float) -> list[str]:
        """To be asked after each look: who was alive, and is told of no more, though it did not
        leave. Redis forgot everybody, and this one was not there to say so again."""
        there = signs.beats.keys()
        missed = self._alive - there - signs.leaving
        self._alive = there - self._dead.keys()
        since = self._missed | dict.fromkeys(missed, now)
        self._missed = {w: at for w, at in since.items() if w not in there}
        vanished = [w for w, at in self._missed.items() if now - at >= DEAD_AFTER_S]
        for worker in vanished:
            del self._missed[worker]
        return vanished
