"""Where a program to be run, and what it writes, lie for the minutes that it takes.

In Redis, under `code:…`, sealed by the run's own key; everything goes after `TTL_S`, and soon once
the result was taken. The worker that runs code needs no more rights there than to those keys.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from interview.domain.code_runs import OutputPiece, Run, RunResult, SandboxStatus
from interview.errors import NotFoundError
from interview.security.seal import Cipher, EncryptionError
from interview.streams.client import Redis
from interview.streams.log import seq_of, translated

__all__ = ["ALIVE_S", "TAKEN_S", "TTL_S", "CodeExchange", "Taken"]

TTL_S = 900
"""From the moment a run is offered."""
TAKEN_S = 30
"""From the moment its result was taken: an attempt to run it may be looking still."""
ALIVE_S = 10
"""A worker that has not said so for this long is not there."""

_WORKERS = "code:workers"
_IDLE_MS = 1_000
_MOST_PIECES = 10_000
_END = b"end"
_PIECE = b"piece"
_KEPT = ("job", "begun", "output", "result")

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Taken:
    """A run, and the number of this attempt at it."""

    run: Run
    attempt: int


def _key(run_id: str, what: str) -> str:
    return f"code:{run_id}:{what}"


def _lost() -> NotFoundError:
    return NotFoundError("code.run_lost", "the run is not there any more")


class CodeExchange:
    """Every method raises `StreamError` (`stream.unavailable`) when Redis stays away, and those
    that are given a run's key `NotFoundError` (`code.run_lost`) when it is not, or no longer,
    there."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis  # its own types say little

    # For whoever wants something run

    async def status(self) -> SandboxStatus:
        """Of the workers that are alive now: what any of them can run. None: nothing can be."""
        with translated():
            now = time.time()
            ids: Any = await self._redis.zrangebyscore(_WORKERS, now - ALIVE_S, "+inf")
            keys = [_status_key(one.decode()) for one in ids]
            found: list[Any] = await self._redis.mget(keys) if keys else []
        statuses = [SandboxStatus.model_validate_json(one) for one in found if one is not None]
        if not statuses:
            return SandboxStatus(reason="no worker that runs code is there")
        return max(statuses, key=lambda one: len(one.available))

    async def offer(self, run_id: str, run: Run) -> str:
        """The run's key. Offered twice, the second has a key of its own, and replaces it."""
        secret = os.urandom(32)
        sealed = _sealed(secret, run_id, "job", run)
        with translated():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.delete(_key(run_id, "output"), _key(run_id, "result"))
                pipe.set(_key(run_id, "job"), sealed, ex=TTL_S)
                await pipe.execute()
        return base64.b64encode(secret).decode()

    async def output(self, run_id: str, key: str) -> AsyncIterator[OutputPiece]:
        """As it is written, from the beginning; ends when the result is there. What an attempt that
        died had written is followed by what the next one writes, and by nothing more of itself."""
        stream, after, attempt = _key(run_id, "output"), b"0-0", 0
        while True:
            with translated():
                found = await self._redis.xread({stream: after}, block=_IDLE_MS)
            if not found:
                await self._require(run_id)
                continue
            entries: Any = next(iter(dict(found).values()))
            # RESP 3 puts the entries of a stream into a list of their own.
            for entry, fields in entries[0] if isinstance(entries[0], list) else entries:
                after = entry
                if _END in fields:
                    return
                piece = _opened(fields[_PIECE], key, run_id, "output", OutputPiece)
                if piece.attempt >= attempt:
                    attempt = piece.attempt
                    yield piece

    async def result(self, run_id: str, key: str) -> RunResult | None:
        """None: not yet."""
        with translated():
            sealed = await self._redis.get(_key(run_id, "result"))
        return None if sealed is None else _opened(sealed, key, run_id, "result", RunResult)

    async def taken(self, run_id: str) -> None:
        """Its result is kept elsewhere: what lies here goes after `TAKEN_S`. Idempotent."""
        with translated():
            async with self._redis.pipeline(transaction=True) as pipe:
                for what in _KEPT:
                    pipe.expire(_key(run_id, what), TAKEN_S, lt=True)
                await pipe.execute()

    async def forget(self, run_id: str) -> None:
        """Idempotent."""
        with translated():
            await self._redis.delete(*(_key(run_id, what) for what in _KEPT))

    # For the worker that runs it

    async def take(self, run_id: str, key: str) -> Taken:
        """What an earlier attempt wrote is forgotten."""
        with translated():
            sealed = await self._redis.get(_key(run_id, "job"))
            if sealed is None:
                raise _lost()
            async with self._redis.pipeline(transaction=True) as pipe:
                # A stream's ids only grow, whatever becomes of the clock, while it is kept: who
                # reads the output goes on behind what was forgotten.
                pipe.xtrim(_key(run_id, "output"), maxlen=0, approximate=False)
                pipe.xadd(_key(run_id, "begun"), {b"begun": b""}, maxlen=1)
                pipe.expire(_key(run_id, "begun"), TTL_S)
                _, begun, _ = await pipe.execute()
        return Taken(_opened(sealed, key, run_id, "job", Run), seq_of(begun))

    async def write(
        self, run_id: str, key: str, attempt: int, pieces: Sequence[OutputPiece]
    ) -> None:
        secret, stream = _secret(key), _key(run_id, "output")
        with translated():
            async with self._redis.pipeline(transaction=True) as pipe:
                for piece in pieces:
                    numbered = piece.model_copy(update={"attempt": attempt})
                    sealed = _sealed(secret, run_id, "output", numbered)
                    pipe.xadd(stream, {_PIECE: sealed}, maxlen=_MOST_PIECES)
                pipe.expire(stream, TTL_S)
                await pipe.execute()

    async def settle(self, run_id: str, key: str, result: RunResult) -> RunResult:
        """The result that stands: the first."""
        sealed = _sealed(_secret(key), run_id, "result", result)
        stream = _key(run_id, "output")
        with translated():
            if not await self._redis.exists(_key(run_id, "job")):
                raise _lost()
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.set(_key(run_id, "result"), sealed, nx=True, ex=TTL_S)
                pipe.xadd(stream, {_END: b""})
                pipe.expire(stream, TTL_S)
                await pipe.execute()
        stands = await self.result(run_id, key)
        if stands is None:
            raise _lost()
        return stands

    async def show_alive(self, worker_id: str, status: SandboxStatus) -> None:
        with translated():
            now = time.time()
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.zadd(_WORKERS, {worker_id: now})
                pipe.zremrangebyscore(_WORKERS, "-inf", now - 10 * ALIVE_S)
                pipe.set(_status_key(worker_id), status.model_dump_json(), ex=10 * ALIVE_S)
                await pipe.execute()

    async def leave(self, worker_id: str) -> None:
        with translated():
            await self._redis.zrem(_WORKERS, worker_id)

    async def _require(self, run_id: str) -> None:
        with translated():
            if not await self._redis.exists(_key(run_id, "job")):
                raise _lost()


def _status_key(worker_id: str) -> str:
    return f"code:status:{worker_id}"


def _secret(key: str) -> bytes:
    return base64.b64decode(key)


def _sealed(secret: bytes, run_id: str, what: str, model: BaseModel) -> bytes:
    return Cipher("", secret).seal(model.model_dump_json().encode(), _key(run_id, what).encode())


def _opened(sealed: bytes, key: str, run_id: str, what: str, kind: type[M]) -> M:
    """What another key sealed was offered anew, and is not this run any more."""
    try:
        plain = Cipher("", _secret(key)).open(sealed, _key(run_id, what).encode())
        return kind.model_validate_json(plain)
    except (EncryptionError, ValidationError, ValueError):
        raise _lost() from None
