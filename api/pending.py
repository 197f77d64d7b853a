"""Names the answer under way, so that any connection of any process can take it up."""

from __future__ import annotations

from pydantic import ValidationError

from interview.contracts.interview import BeginTurnInput
from interview.errors import StreamError
from interview.security.data_keys import DataKeys
from interview.streams.client import Redis, RedisError
from interview.streams.sealing import Sealing

__all__ = ["PendingTurns"]


class PendingTurns:
    """One key an interview. Every method raises `StreamError` (`stream.unavailable`)."""

    def __init__(
        self, redis: Redis, interview_id: str, *, ttl_s: int, keys: DataKeys | None = None
    ) -> None:
        self._redis = redis
        self._sealing = None if keys is None else Sealing(keys)
        self._key = f"intervue:{{{interview_id}}}:turn"
        self._ttl_s = ttl_s

    async def put(self, turn: BeginTurnInput) -> None:
        """Replaces the one before."""
        value = turn.model_dump_json().encode()
        if self._sealing is not None:
            value = await self._sealing.seal_value(self._key, value)
        try:
            await self._redis.set(self._key, value, ex=self._ttl_s)
        except (RedisError, OSError) as error:
            raise _away(error) from error

    async def get(self) -> BeginTurnInput | None:
        try:
            value = await self._redis.get(self._key)
        except (RedisError, OSError) as error:
            raise _away(error) from error
        if value is None:
            return None
        if self._sealing is not None and isinstance(value, bytes):
            value = await self._sealing.open_value(self._key, value)
        try:
            return BeginTurnInput.model_validate_json(value)
        except ValidationError:
            return None  # written by another version; the client sends its answer again

    async def forget(self, turn_id: str) -> None:
        """Does nothing where another turn has begun since."""
        turn = await self.get()
        if turn is None or turn.turn_id != turn_id:
            return
        try:
            await self._redis.delete(self._key)
        except (RedisError, OSError) as error:
            raise _away(error) from error


def _away(error: Exception) -> StreamError:
    return StreamError(
        "stream.unavailable", f"the event streams are out of reach ({type(error).__name__})"
    )
