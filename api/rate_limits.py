"""Limits of routes, and how one is put on a route."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from api.authentication import PrincipalDep
from api.clients import client_address, client_network
from api.dependencies import ServicesDep
from api.throttle import Limit

__all__ = ["CREATING", "ENTERING", "READING", "CallerDep", "limited", "limited_by_address"]

READING = Limit("rest", 3000, per_s=60)
"""Of all that is asked about interviews. An integration that polls stays far below it."""
CREATING = Limit("interview-create", 600, per_s=60)
ENTERING = Limit("interview-enter", 120, per_s=60)
"""A ticket for each try of a client that reconnects."""


def _caller(request: Request, services: ServicesDep) -> str:
    return client_network(client_address(request, services.trusted_proxies))


CallerDep = Annotated[str, Depends(_caller)]
"""The network address that asks, as it is counted."""


def limited(limit: Limit) -> Any:
    """A route's dependency: for each person, API key or, of the anonymous, address."""

    async def counted(principal: PrincipalDep, caller: CallerDep, services: ServicesDep) -> None:
        await services.throttle.hit(limit, principal.user_id or principal.key_id or caller)

    return Depends(counted)


def limited_by_address(limit: Limit) -> Any:
    """Where nobody has proved yet who they are, or what they present may not hold."""

    async def counted(caller: CallerDep, services: ServicesDep) -> None:
        await services.throttle.hit(limit, caller)

    return Depends(counted)
