"""The OpenAPI document: what FastAPI knows, and what follows from rules and middleware."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts

from api.authorization import PUBLIC, RULES, Action
from api.errors import responses

__all__ = ["document"]

_ERROR = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}
_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "An access token, or an API key of the organization.",
}
_SECURITY: list[dict[str, list[str]]] = [{"token": []}, {"cookie": []}]


def document(app: FastAPI, *, open_house: bool, cookie: str) -> dict[str, Any]:
    """Made once: `app.openapi_schema` keeps it. `cookie`: the name of the one that signs in."""
    if app.openapi_schema is None:
        made = FastAPI.openapi(app)
        schemas = made["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        made["components"]["securitySchemes"] = {
            "token": _TOKEN,
            "cookie": {"type": "apiKey", "in": "cookie", "name": cookie},
        }
        actions = dict(_actions(app))
        for path, methods in made["paths"].items():
            for method, operation in methods.items():
                _complete(operation, path, actions.get((path, method)), open_house=open_house)
    assert app.openapi_schema is not None
    return app.openapi_schema


def _complete(
    operation: dict[str, Any], path: str, action: Action | None, *, open_house: bool
) -> None:
    answers = operation["responses"]
    # Of FastAPI's own shape; ours is a 400.
    if answers.pop("422", None) is not None:
        _add(answers, 400)
    if "requestBody" in operation:
        _add(answers, 400, 413)
    if action is None or action == PUBLIC:
        return
    rule = RULES[action]
    operation["security"] = [*_SECURITY, {}] if rule.open_house and open_house else _SECURITY
    operation["x-action"] = action
    if rule.scope is not None:
        operation["x-scope"] = rule.scope
    _add(answers, 401, 403, 503)
    if "{interview_id}" in path:
        _add(answers, 404)


def _add(answers: dict[str, Any], *statuses: int) -> None:
    for status, described in responses(*statuses).items():
        meaning = {"description": described["description"], "content": _ERROR}
        answers.setdefault(str(status), meaning)


def _actions(app: FastAPI) -> Generator[tuple[tuple[str, str], Action]]:
    for route in iter_route_contexts(app.routes):
        for action in _declared(route):
            for method in route.methods or ():
                yield (route.path_format or "", method.lower()), action


def _declared(route: RouteContext) -> Generator[Action]:
    dependant: Dependant | None = getattr(route, "dependant", None)
    for dependency in dependant.dependencies if dependant else ():
        if action := getattr(dependency.call, "action", None):
            yield action
