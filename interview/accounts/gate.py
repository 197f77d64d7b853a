"""Whether a session still holds, asked at every request."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from interview.persistence.access import AccessRecords, Standing, refusal
from interview.security.principal import Principal

__all__ = ["SessionGate"]

CACHE_S = 2.0
_MOST_CACHED = 10_000


class SessionGate:
    """An answer is kept for `cache_s`, counted from before it was asked for. So an access token
    is refused at the latest that long after its session was revoked, its user disabled or their
    role changed by another process, and at once where this one did it (`forget`). Only sessions
    that hold are kept: a refusal is never the memory of one.

    A page asks for several things at once, and then for nothing: most of them cost no query.
    Sockets ask without the cache (`fresh`), at each entry; `api.attendance` asks while they last.
    """

    def __init__(
        self,
        access: AccessRecords,
        *,
        cache_s: float = CACHE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._access = access
        self._cache_s = cache_s
        self._clock = clock
        self._cached: OrderedDict[str, tuple[float, Standing]] = OrderedDict()

    async def require_live(self, principal: Principal, *, fresh: bool = False) -> None:
        """Raises `AccessError`: `auth.revoked`, `auth.expired` when it may do something else by
        now than `principal` says; and `DatabaseUnavailable`."""
        session_id = principal.session_id
        if session_id is None:
            return
        standing = await self._standing(session_id, fresh=fresh)
        if (refused := refusal(principal, standing)) is not None:
            self.forget(session_id)
            raise refused

    async def session_is_live(self, session_id: str, *, fresh: bool = False) -> bool:
        """Raises `DatabaseUnavailable`."""
        return await self._standing(session_id, fresh=fresh) is not None

    def forget(self, *session_ids: str) -> None:
        """They have changed."""
        for session_id in session_ids:
            self._cached.pop(session_id, None)

    async def _standing(self, session_id: str, *, fresh: bool) -> Standing | None:
        asked_at = self._clock()
        cached = self._cached.get(session_id)
        if cached is not None and not fresh and asked_at - cached[0] < self._cache_s:
            return cached[1]
        standing = await self._access.standing(session_id)
        if standing is None:
            self.forget(session_id)
        else:
            self._cached[session_id] = (asked_at, standing)
            self._cached.move_to_end(session_id)
            while len(self._cached) > _MOST_CACHED:
                self._cached.popitem(last=False)
        return standing
