"""Tickets: how a client that has no cookie comes from REST to the socket.

A browser sends headers of its own with no WebSocket, and an address ends up in logs. So whoever
may enter asks for a ticket first, and presents it in the first message.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from interview.errors import AccessError
from interview.protocol import limits
from interview.security.principal import Principal
from interview.security.tokens import new_secret
from interview.streams.client import Redis
from interview.streams.log import translated

__all__ = ["Tickets"]


class Tickets:
    """256 random bits, good once, for `limits.TICKET_S` seconds and one interview. Redis knows
    their hashes only. All methods raise `StreamError` when Redis stays away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def issue(self, principal: Principal, interview_id: str) -> str:
        ticket = new_secret()
        holder = asdict(principal) | {"scopes": sorted(principal.scopes)}
        value = json.dumps({"holder": holder, "for": interview_id})
        with translated():
            await self._redis.set(_key(ticket), value, ex=limits.TICKET_S)
        return ticket

    async def redeem(self, ticket: str, interview_id: str) -> Principal:
        """It is gone then, whatever comes of it. Raises `AccessError` (`auth.invalid`)."""
        with translated():
            value: Any = await self._redis.getdel(_key(ticket))
        issued: dict[str, Any] = json.loads(value) if value else {}
        if issued.get("for") != interview_id:
            raise AccessError("auth.invalid", "the ticket is used, too old or for another room")
        holder = issued["holder"]
        return Principal(**(holder | {"scopes": frozenset(holder["scopes"])}))


def _key(ticket: str) -> str:
    return f"intervue:ticket:{hashlib.sha256(ticket.encode()).hexdigest()}"
