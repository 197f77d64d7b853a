"""Limits of routes, and how one is put on a route."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from api.authentication import PrincipalDep
from api.clients import client_address, client_network
from api.dependencies import Services, ServicesDep
from api.throttle import Limit
from interview.security.principal import Principal

__all__ = [
    "CONNECTING",
    "CORRECTING",
    "CREATING",
    "ENTERING",
    "ERASING",
    "EVALUATING",
    "EXPORTING",
    "JOINING",
    "PROPOSING",
    "READING",
    "REMEMBERING",
    "REEVALUATING",
    "RUNNING",
    "SENDING_AGAIN",
    "UPLOADING",
    "CallerDep",
    "counted_as",
    "limited",
    "limited_by_address",
]

READING = Limit("rest", 3000, per_s=60)
"""Of all that somebody asks. An integration that polls stays far below it."""
CREATING = Limit("interview-create", 600, per_s=60)
CORRECTING = Limit("correction", 600, per_s=3600)
ENTERING = Limit("interview-enter", 120, per_s=60)
"""A ticket for each try of a client that reconnects."""
CONNECTING = Limit("connect", 6000, per_s=60)
"""Sockets of an address, which all candidates of a university may share. One that is refused costs
no more than being counted."""
JOINING = Limit("join", 1200, per_s=60)
"""Sockets of a person. A page whose network comes and goes tries again less than ten times a
second: only what is no page meets it."""
ERASING = Limit("erase", 60, per_s=60)
"""Each one locks the interview's row and waits for Temporal."""
RUNNING = Limit("code-run", 30, per_s=60)
"""Runs of one interview. Each one has a processor for a while."""
EXPORTING = Limit("export", 60, per_s=60)
"""Each one reads all that is kept of an interview."""
REMEMBERING = Limit("timeline", 120, per_s=60)
"""Each one reads the whole history of an interview."""
SENDING_AGAIN = Limit("redelivery", 120, per_s=60)
"""Each one is a request to somebody's server."""
UPLOADING = Limit("document-upload", 60, per_s=60)
"""Each one takes a process of its own to read."""

EVALUATING = Limit("evaluation", 120, per_s=3600)
"""Each one is some calls of a model for every competency."""
REEVALUATING = Limit("reevaluation", 20, per_s=3600)
"""Each one is that, for some hundred interviews."""
PROPOSING = Limit("plan-proposal", 120, per_s=3600)
"""Each one is some calls of a model."""


def _caller(request: Request, services: ServicesDep) -> str:
    return client_network(client_address(request, services.trusted_proxies))


CallerDep = Annotated[str, Depends(_caller)]
"""The network address that asks, as it is counted."""


def counted_as(principal: Principal, request: Request, services: Services) -> str:
    """A person, an API key or, of the anonymous, an address."""
    return principal.user_id or principal.key_id or _caller(request, services)


def limited(limit: Limit) -> Any:
    """A route's dependency: for each person, API key or, of the anonymous, address."""

    async def counted(request: Request, principal: PrincipalDep, services: ServicesDep) -> None:
        await services.throttle.hit(limit, counted_as(principal, request, services))

    counted.limit = limit  # type: ignore[attr-defined] read by the test over all routes
    return Depends(counted)


def limited_by_address(limit: Limit) -> Any:
    """Where nobody has proved yet who they are, or what they present may not hold."""

    async def counted(caller: CallerDep, services: ServicesDep) -> None:
        await services.throttle.hit(limit, caller)

    counted.limit = limit  # type: ignore[attr-defined] as above
    return Depends(counted)
