"""The web client: a folder of files, each page under a policy that allows its own scripts only."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["WebClient", "page_policy", "placeholder", "script_sources", "web_or"]

_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_FOREVER = "public, max-age=31536000, immutable"
"""Of files that carry their hash in their name."""
_ASK_AGAIN = "no-cache"

_PLACEHOLDER = b"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Intervue</title>
<h1>Intervue is running</h1>
<p>The web client has not been built yet. Build it with <code>pnpm --dir web install</code> and
<code>pnpm --dir web build</code>, then start the server again; or run <code>make web</code> and
open
<a href="http://localhost:3000">localhost:3000</a>.</p>
<p><a href="/docs">What the API offers</a> &middot; <a href="/health/ready">what is running</a></p>
</html>"""


def script_sources(page: bytes) -> str:
    """For a Content-Security-Policy: our own files, and what is written into the page."""
    return " ".join(["'self'", *sorted(set(map(_hashed, _INLINE_SCRIPT.findall(page))))])


def page_policy(page: bytes) -> str:
    """The Content-Security-Policy of one HTML page. The voice detector of hands-free answers is
    WebAssembly, and one comes into the room from any page without another being loaded."""
    return (
        f"default-src 'none'; script-src {script_sources(page)} 'wasm-unsafe-eval'; "
        "style-src 'self'; "
        "font-src 'self'; img-src 'self' data:; media-src 'self' blob:; connect-src 'self'; "
        "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


class WebClient(StaticFiles):
    """`folder` as it is when this is made: policies are computed once."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)
        self._policies = {
            page.resolve(): page_policy(page.read_bytes()) for page in folder.rglob("*.html")
        }

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Raises `HTTPException` for the API's own paths, which are no pages."""
        if path.startswith(("api/", "ws/", "health")):
            raise HTTPException(404, "There is nothing here")
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse) and response.status_code == 404:
            # The page for what is not there comes past `file_response`.
            self._add_headers(response, Path(response.path))
        return response

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type] passed through
        self._add_headers(response, Path(str(args[0] if args else kwargs["full_path"])))
        return response

    def _add_headers(self, response: Response, file: Path) -> None:
        file = file.resolve()
        hashed = "/_next/static/" in file.as_posix()
        response.headers["Cache-Control"] = _FOREVER if hashed else _ASK_AGAIN
        if policy := self._policies.get(file):
            response.headers["Content-Security-Policy"] = policy


def web_or(otherwise: ASGIApp, web: WebClient) -> ASGIApp:
    """For what no route takes: HTTP goes to `web`, and sockets `otherwise`."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (web if scope["type"] == "http" else otherwise)(scope, receive, send)

    return app


def placeholder() -> Response:
    """Where the client has not been built."""
    return HTMLResponse(
        _PLACEHOLDER,
        headers={
            "Content-Security-Policy": page_policy(_PLACEHOLDER),
            "Cache-Control": _ASK_AGAIN,
        },
    )


def _hashed(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
