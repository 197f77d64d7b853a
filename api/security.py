"""Where browsers may call from, what pages may do, and how much a request may hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import error_body

__all__ = ["MAX_BODY_BYTES", "BodyLimit", "KnownHosts", "SecurityHeaders", "origin_allowed"]

MAX_BODY_BYTES = 64 * 1024

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    # `pnpm dev` is another origin of the same site.
    "Cross-Origin-Resource-Policy": "same-site",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=()",
    # Replaced by the pages' own policies; an answer of the API runs nothing.
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
}
_HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=31536000"}
_DOCUMENTS = re.compile(
    r"/api/v1/(interviews/[^/]+/documents|organization/roles/[^/]+/job-description)"
)
_PLAN = re.compile(r"/api/v1/organization/roles/[^/]+/draft")
_MAX_PLAN_BYTES = 512 * 1024
"""All its anchors and questions, each as long as it may be, in letters that take several bytes."""
_HERE = frozenset({"localhost", "testserver"})
_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_allowed(headers: Headers, cors_origins: Collection[str]) -> bool:
    """Browsers always send an Origin with a WebSocket; whoever sends none is no browser."""
    origin = headers.get("origin")
    if origin is None or origin in cors_origins:
        return True
    return _same_host(origin, headers.get("host", ""))


def _same_host(origin: str, host: str) -> bool:
    # The scheme is not compared: TLS may end before us.
    try:
        parts = urlsplit(origin)
        target = urlsplit(f"//{host}")
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
        target_port = target.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return False
    return (
        parts.scheme in _DEFAULT_PORTS
        and parts.hostname is not None
        and (parts.hostname, port) == (target.hostname, target_port)
    )


class KnownHosts:
    """Refuses requests to a name that is not ours. Where nobody has to sign in, a page of another
    site whose name is made to point here would be let in by every other check.

    Addresses are ours by nature, and so is localhost; `names` are others that may be used.
    """

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self._app = app
        self._names = _HERE | {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._is_ours(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            message = "This name is not served here. ALLOWED_HOSTS adds names."
            body = error_body("host.unknown", message, recoverable=False)
            await JSONResponse(body, status_code=421)(scope, receive, send)

    def _is_ours(self, headers: Headers) -> bool:
        try:
            name = urlsplit(f"//{headers.get('host', '')}").hostname or ""
        except ValueError:
            return False
        return name in self._names or name.endswith(".localhost") or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


class SecurityHeaders:
    """On every answer; a route's own value stays. `https`: people reach us by it alone."""

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self._app = app
        self._headers = _HEADERS | (_HTTPS_HEADERS if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
                    _vary_by(headers, "Origin", "Cookie", "Authorization")
            await send(message)

        await self._app(scope, receive, with_headers)


def _vary_by(headers: MutableHeaders, *names: str) -> None:
    """Each name once, whoever added it."""
    there = [part.strip() for part in headers.get("vary", "").split(",") if part.strip()]
    known = {part.lower() for part in there}
    headers["Vary"] = ", ".join(there + [name for name in names if name.lower() not in known])


class BodyLimit:
    """413 for a request of more than `MAX_BODY_BYTES`, or what `more` allows its path, declared
    or not, of whatever type. `documents`: what a document may have that is added. A plan is saved
    whole, and may have more too."""

    def __init__(
        self,
        app: ASGIApp,
        more: Mapping[str, int] | None = None,
        documents: int = MAX_BODY_BYTES,
    ) -> None:
        self._app = app
        self._more = more or {}
        self._documents = documents

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, code = self._limit(scope)
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > limit:
            await _too_large(limit, code, scope, receive, send)
            return
        received, refused = 0, False

        async def counted() -> Message:
            nonlocal received, refused
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                refused = True
                return {"type": "http.disconnect"}
            return message

        async def unless_refused(message: Message) -> None:
            if not refused:
                await send(message)

        try:
            await self._app(scope, counted, unless_refused)
        except Exception:
            if not refused:
                raise
        if refused:
            await _too_large(limit, code, scope, receive, send)

    def _limit(self, scope: Scope) -> tuple[int, str]:
        """And what is said where it is more."""
        if scope["method"] == "POST" and _DOCUMENTS.fullmatch(scope["path"]):
            return self._documents, "document.too_large"
        if scope["method"] == "PUT" and _PLAN.fullmatch(scope["path"]):
            return _MAX_PLAN_BYTES, "request.too_large"
        return self._more.get(scope["path"], MAX_BODY_BYTES), "request.too_large"


async def _too_large(limit: int, code: str, scope: Scope, receive: Receive, send: Send) -> None:
    body = error_body(code, f"A request holds at most {limit} bytes.", recoverable=False)
    await JSONResponse(body, 413)(scope, receive, send)
