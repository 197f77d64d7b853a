"""`/docs`: what the API offers, as a page that loads nothing from anywhere."""

from __future__ import annotations

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse

from api.authorization import PUBLIC, requires
from api.static import page_policy

__all__ = ["router"]

router = APIRouter(include_in_schema=False, dependencies=[requires(PUBLIC)])

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title} API</title>
<link rel="icon" href="data:,">
<h1>{title} API</h1>
<p>Machine-readable: <a href="/openapi.json">openapi.json</a>. Errors are
<code>{{"error": {{"code", "message", "recoverable"}}}}</code>. The interview itself is held over
the WebSocket <code>/ws/interview/{{session_id}}</code>; its messages are described by the schema
in <code>interview/protocol</code>.</p>
{operations}
</html>"""


@router.get("/openapi.json")
async def openapi(request: Request) -> JSONResponse:
    return JSONResponse(request.app.openapi())


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    schema = request.app.openapi()
    page = _PAGE.format(
        title=escape(schema["info"]["title"]),
        operations="\n".join(
            _operation(method, path, operation)
            for path, methods in schema["paths"].items()
            for method, operation in methods.items()
        ),
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": page_policy(page.encode())})


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parameters = "".join(
        f"<li><code>{escape(p['name'])}</code> in {escape(p['in'])}"
        f"{'' if p.get('required') else ', optional'}</li>"
        for p in operation.get("parameters", [])
    )
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if reference := body.get("schema", {}).get("$ref"):
        parameters += f"<li>body: {escape(reference.rsplit('/', 1)[-1])}</li>"
    description = escape(operation.get("description", ""))
    return (
        f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p>{description}</p><ul>{parameters}</ul>"
    )
