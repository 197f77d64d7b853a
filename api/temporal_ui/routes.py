"""Everything under `/temporal` but the codec."""

from __future__ import annotations

import json
import re
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from api.dependencies import Services, ServicesDep
from api.static import script_sources
from api.temporal_ui.history import history_page
from api.temporal_ui.links import BASE_PATH, CODEC_PATH
from api.temporal_ui.offered import Asked, find_asked
from api.temporal_ui.visibility import narrowed
from api.temporal_ui.visitor import VisitorDep, decide_on, may_write, shown_workflows
from interview.errors import AccessError, InvalidInputError
from interview.security.principal import Principal

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_API = "/api/v1"
_ASSET = re.compile(r"/_app/[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
_ICON = re.compile(r"/(?:favicon|logo|banner|apple|android)[A-Za-z0-9_-]*\.(?:ico|png|svg)")
_RUN_ID = re.compile(r"[0-9a-f-]{0,36}")
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

_ASSET_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'",
}
_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
_NOT_KEPT = {"Cache-Control": "no-store"}
_DISABLED = {
    "DisableWriteActions": True,
    **dict.fromkeys(
        (
            *("WorkflowTerminateDisabled", "WorkflowCancelDisabled", "WorkflowSignalDisabled"),
            *("WorkflowUpdateDisabled", "WorkflowResetDisabled", "ActivityCommandsDisabled"),
        ),
        True,
    ),
}
_NEVER_OFFERED = {"BatchActionsDisabled": True, "StartWorkflowDisabled": True}


@router.api_route(BASE_PATH, methods=_METHODS)
@router.api_route(f"{BASE_PATH}/{{path:path}}", methods=_METHODS)
async def temporal_ui(request: Request, visitor: VisitorDep, services: ServicesDep) -> Response:
    """Raises `TemporalUiUnavailable`, and what `_answer` does."""
    path = _raw_path(request)
    if path == "/api" or path.startswith("/api/"):
        return await _answer(request, path, visitor, services)
    if request.method not in ("GET", "HEAD"):
        raise AccessError("temporal_ui.not_offered", "this is not offered here")
    if _ASSET.fullmatch(path) or _ICON.fullmatch(path):
        kept = _FOREVER if path.startswith("/_app/immutable/") else {}
        return await services.temporal_ui.pass_on(
            request.method, path, request.headers, extra={**_ASSET_HEADERS, **kept}
        )
    # Every other path is one of the UI's own pages, which it makes out of the same few lines.
    page = await services.temporal_ui.read("/")
    return HTMLResponse(page, headers={"Content-Security-Policy": _page_policy(page), **_NOT_KEPT})


async def _answer(request: Request, path: str, visitor: Principal, services: Services) -> Response:
    """Raises `AccessError`, `NotFoundError`, `InvalidInputError`, `TemporalUiUnavailable` and
    `DatabaseUnavailable`."""
    namespace = services.settings.temporal_namespace
    asked = find_asked(
        request.method,
        path.removeprefix(_API),
        request.scope["query_string"].decode("latin-1"),
        namespace,
    )
    body: bytes | None = None
    match asked.kind:
        case "settings":
            return await _settings(asked, visitor, services)
        case "namespaces":
            return await _namespaces(asked, services)
        case "plain":
            pass
        case "list":
            asked.parameters["query"] = narrowed(
                asked.parameters.get("query", ""),
                visitor.organization_id,
                await shown_workflows(visitor, services),
            )
        case "workflow":
            await decide_on(visitor, services, asked.workflow_id, "workflow.read")
        case "history":
            await decide_on(visitor, services, asked.workflow_id, "workflow.read")
            return await history_page(services, f"{_API}{asked.path}", asked)
        case "query":
            await decide_on(visitor, services, asked.workflow_id, "workflow.read")
            body = _query_body(await request.body(), asked)
        case "write":
            await decide_on(visitor, services, asked.workflow_id, "workflow.write")
            body = await request.body()
    return await services.temporal_ui.pass_on(
        request.method,
        f"{_API}{asked.path}",
        request.headers,
        parameters=asked.parameters,
        body=body,
        extra=_NOT_KEPT,
    )


async def _settings(asked: Asked, visitor: Principal, services: Services) -> Response:
    """With our codec, whatever address the page was opened by, and without buttons that would be
    refused."""
    settings = await services.temporal_ui.read_json(f"{_API}{asked.path}")
    settings |= _NEVER_OFFERED
    if not may_write(visitor, services):
        settings |= _DISABLED
    # A cookie goes to the same origin without being asked to.
    settings["Codec"] = {
        "Endpoint": CODEC_PATH,
        "PassAccessToken": False,
        "IncludeCredentials": False,
    }
    settings["DefaultNamespace"] = services.settings.temporal_namespace
    settings["NotifyOnNewVersion"] = False
    return JSONResponse(settings, headers=_NOT_KEPT)


async def _namespaces(asked: Asked, services: Services) -> Response:
    """Ours alone."""
    listed: list[dict[str, Any]] = (
        await services.temporal_ui.read_json(f"{_API}{asked.path}")
    ).get("namespaces", [])
    ours = services.settings.temporal_namespace
    kept = [one for one in listed if one.get("namespaceInfo", {}).get("name") == ours]
    return JSONResponse({"namespaces": kept}, headers=_NOT_KEPT)


def _query_body(body: bytes, asked: Asked) -> bytes:
    """Anew: of what was sent only the run. Queries of ours take no arguments."""
    try:
        sent = json.loads(body)
        run_id = sent.get("execution", {}).get("runId", "")
    except (ValueError, AttributeError, RecursionError):
        raise _invalid() from None
    if not isinstance(run_id, str) or not _RUN_ID.fullmatch(run_id):
        raise _invalid()
    return json.dumps(
        {
            "execution": {"workflowId": asked.workflow_id, "runId": run_id},
            "query": {"queryType": asked.query_type},
        }
    ).encode()


def _invalid() -> InvalidInputError:
    return InvalidInputError("temporal_ui.invalid_request", "this request cannot be understood")


def _raw_path(request: Request) -> str:
    """As it was sent, after `BASE_PATH`."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return raw.decode("latin-1").removeprefix(BASE_PATH)


def _page_policy(page: bytes) -> str:
    """The UI styles itself as it runs, and its editor works in a worker made of a blob."""
    return (
        f"default-src 'none'; script-src {script_sources(page)}; "
        "style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; "
        "connect-src 'self'; media-src 'self'; worker-src 'self' blob:; manifest-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
