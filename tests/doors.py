"""Every way into an application, from its own route table."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from api.authorization import RULES, Action
from api.throttle import Limit
from tests.access import ON_AN_INTERVIEW, ON_AN_ORGANIZATION

__all__ = ["PARAMETERS", "SOCKETS", "Door", "doors", "undeclared"]

SOCKETS = {"/ws/interview/{session_id}"}
"""Asked in `api.admission`, and tried message by message."""

PARAMETERS = {
    "invitation_id",
    "accommodation_id",
    "interview_id",
    "recording_id",
    "document_id",
    "role_id",
    "proposal_id",
    "number",
    "competency_id",
    "session_id",
    "user_id",
    "key_id",
    "webhook_id",
    "delivery_id",
    "reevaluation_id",
    "path",
}
"""Of paths, which the tests know how to fill in."""

_SOMEBODYS = (
    "user|session|key|invitation|accommodation|recording|document|role|proposal|"
    "webhook|delivery|reevaluation"  # and no interview
)


@dataclass(frozen=True, slots=True)
class Door:
    method: str
    path: str
    action: Action
    limits: tuple[Limit, ...] = ()
    """How often each one may come, or each address."""

    @property
    def is_of_an_interview(self) -> bool:
        return "{interview_id}" in self.path

    @property
    def names_somebody(self) -> bool:
        """Or something that is somebody's, and no interview."""
        return re.search(rf"{{({_SOMEBODYS})_id}}", self.path) is not None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def doors(app: FastAPI) -> list[Door]:
    return [
        Door(method, route.path_format or "", actions[0], tuple(_found(route, "limit")))
        for route in iter_route_contexts(app.routes)
        if len(actions := _actions(route)) == 1
        for method in sorted(route.methods or ())
    ]


def undeclared(app: FastAPI) -> list[str]:
    """What is wrong with each door that does not say, or about which nobody has said, who may
    come in."""
    return [
        f"{where}: {problem}"
        for route in iter_route_contexts(app.routes)
        for where, problem in _problems(route)
    ]


def _problems(route: RouteContext) -> Generator[tuple[str, str]]:
    path = getattr(route, "path_format", None) or route.path or ""
    if path in SOCKETS:
        return
    if not isinstance(route.original_route, APIRoute):
        # A mount's format has a `{path}` that nobody wrote.
        yield route.path or path, "neither a route with `requires(...)` nor a socket that is known"
        return
    for method in sorted(route.methods or ()):
        where, actions = f"{method} {path}", _actions(route)
        if len(actions) != 1:
            yield where, f"declares {actions or 'no action'}: `dependencies=[requires(...)]`"
        elif unknown := set(re.findall(r"{(\w+)", path)) - PARAMETERS:
            yield where, f"tests/doors.py does not know {sorted(unknown)}"
        elif actions[0] not in RULES or not _is_expected(Door(method, path, actions[0])):
            yield where, f"tests/access.py expects nothing of {actions[0]} here"


def _is_expected(door: Door) -> bool:
    table = ON_AN_INTERVIEW if door.is_of_an_interview else ON_AN_ORGANIZATION
    return door.action == "public" or door.action in table


def _actions(route: RouteContext) -> list[Any]:
    return _found(route, "action")


def _found(route: RouteContext, name: str) -> list[Any]:
    dependant: Dependant | None = getattr(route, "dependant", None)
    return [] if dependant is None else list(_declared(dependant, name))


def _declared(dependant: Dependant, name: str) -> Generator[Any]:
    for dependency in dependant.dependencies:
        declared = getattr(dependency.call, name, None)
        if declared is not None:
            yield declared
        yield from _declared(dependency, name)
