"""Who may connect from where, and what pages may run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from api.main import create_app
from api.security import MAX_BODY_BYTES, SecurityHeaders, origin_allowed
from api.static import WebClient, page_policy, placeholder, web_or
from interview.config import Settings
from interview.security.keys import new_key

CORS = ("http://localhost:3000",)


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        (None, "localhost:8000", True),
        ("http://localhost:8000", "localhost:8000", True),
        ("http://localhost:3000", "localhost:8000", True),
        ("https://intervue.example", "intervue.example", True),
        ("https://intervue.example:443", "intervue.example", True),
        ("https://INTERVUE.example", "intervue.example", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("http://localhost:8001", "localhost:8000", False),
        ("https://localhost", "localhost:8000", False),
        ("https://evil.example", "localhost:8000", False),
        ("http://localhost:8000.evil.example", "localhost:8000", False),
        ("http://localhost:8000@evil.example", "localhost:8000", False),
        ("null", "localhost:8000", False),
        ("", "localhost:8000", False),
        ("file://localhost:8000", "localhost:8000", False),
        ("http://localhost:port", "localhost:port", False),
    ],
)
def test_only_our_own_pages_and_known_ones(origin: str | None, host: str, allowed: bool) -> None:
    headers = Headers({"host": host} | ({} if origin is None else {"origin": origin}))
    assert origin_allowed(headers, CORS) is allowed


def test_a_page_may_run_its_own_scripts_only() -> None:
    page = b'<script src="/a.js"></script><script>one()</script><script id="x">two()\n</script>'
    policy = page_policy(page)
    for script in (b"one()", b"two()\n"):
        digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.count("sha256-") == 2
    assert "unsafe" not in policy.replace("'wasm-unsafe-eval'", "")
    assert "frame-ancestors 'none'" in policy


@pytest.fixture
def web(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text("<script>start()</script>start")
    (tmp_path / "404.html").write_text("no such page")
    (tmp_path / "interview").mkdir()
    (tmp_path / "interview" / "index.html").write_text("<script>room()</script>room")
    (tmp_path / "_next" / "static").mkdir(parents=True)
    (tmp_path / "_next" / "static" / "app.1a2b.js").write_text("app()")
    return tmp_path


async def test_the_web_client_is_served_with_its_policies(web: Path) -> None:
    app = Starlette()
    app.router.default = web_or(app.router.default, WebClient(web))
    transport = httpx.ASGITransport(SecurityHeaders(app))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        start, room = await http.get("/"), await http.get("/interview/?id=1")
        script = await http.get("/_next/static/app.1a2b.js")
        missing = await http.get("/nowhere")
        api = await http.get("/api/v1/nowhere")
        above = await http.get("/..%2f..%2fetc/passwd")
    assert start.text.endswith("start")
    assert room.text.endswith("room")
    assert start.headers["content-security-policy"] == page_policy(start.content)
    assert room.headers["content-security-policy"] == page_policy(room.content)
    assert start.headers["cache-control"] == "no-cache"
    assert "immutable" in script.headers["cache-control"]
    assert (missing.status_code, missing.text) == (404, "no such page")
    assert missing.headers["content-security-policy"] == page_policy(missing.content)
    assert (api.status_code, api.text) == (404, "There is nothing here")
    assert above.status_code == 404
    for response in (start, script, missing):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"


async def test_without_the_web_client_a_page_says_what_to_do() -> None:
    page = placeholder()
    assert b"pnpm --dir web build" in page.body
    assert b"/docs" in page.body


async def test_a_routes_own_headers_stay() -> None:
    response = PlainTextResponse("", headers={"X-Frame-Options": "SAMEORIGIN"})
    transport = httpx.ASGITransport(SecurityHeaders(response))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        headers = (await http.get("/api/x")).headers
    assert headers.get_list("x-frame-options") == ["SAMEORIGIN"]
    assert headers["cache-control"] == "no-store"


async def test_there_is_no_answer_without_the_headers(tmp_path: Path) -> None:
    """Not of a page, a file, what is refused on the way in, or a crash."""
    (tmp_path / "_next/static").mkdir(parents=True)
    (tmp_path / "_next/static/a.js").write_text("1")
    for page in ("index.html", "404.html"):
        (tmp_path / page).write_text("<html><script>1</script></html>")
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    asks: list[tuple[int, str, str, dict[str, Any]]] = [
        (200, "GET", "/", {}),
        (200, "HEAD", "/", {}),
        (200, "GET", "/_next/static/a.js", {}),
        (404, "GET", "/nowhere", {}),
        (404, "GET", "/api/nowhere", {}),
        (405, "POST", "/", {}),
        (405, "PATCH", "/health", {}),
        (200, "GET", "/docs", {}),
        (200, "GET", "/openapi.json", {}),
        (413, "POST", "/api/v1/interviews", {"headers": {"Content-Length": "99999999"}}),
        (400, "OPTIONS", "/api/v1/interviews", {"headers": preflight}),
        (421, "GET", "/health", {"headers": {"Host": "evil.example"}}),
        (500, "GET", "/crash", {}),
    ]
    app = application(web_dir=tmp_path, allowed_hosts="testserver")
    app.add_api_route("/crash", lambda: 1 / 0)
    async with calling_at(app) as http:
        for status, method, path, more in asks:
            response = await http.request(method, path, **more)
            headers = response.headers
            assert response.status_code == status, path
            assert headers.get_list("x-content-type-options") == ["nosniff"], path
            assert headers.get_list("x-frame-options") == ["DENY"], path
            assert headers.get_list("referrer-policy") == ["no-referrer"], path
            (policy,) = headers.get_list("content-security-policy")
            assert "default-src 'none'" in policy, path
            assert "frame-ancestors 'none'" in policy, path
            assert "unsafe-" not in policy.replace("'wasm-unsafe-eval'", ""), path


def application(**settings: object) -> FastAPI:
    return create_app(Settings.model_validate({"auth_keys": new_key()} | settings))


def calling(**settings: object) -> httpx.AsyncClient:
    """The whole application, started by nobody: what needs no service answers."""
    return calling_at(application(**settings))


def calling_at(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://testserver")


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [("https://intervue.example", "max-age=31536000"), ("http://localhost:8000", None)],
)
async def test_browsers_are_told_to_stay_with_https_where_that_is_our_address(
    public_url: str, expected: str | None
) -> None:
    async with calling(public_url=public_url) as http:
        for path in ("/health", "/nowhere", "/api/v1/roles"):
            response = await http.get(path)
            assert response.headers.get("strict-transport-security") == expected


async def test_cookies_are_for_exact_origins_only() -> None:
    page, stranger = {"Origin": "https://page.example"}, {"Origin": "https://evil.example"}
    async with calling(cors_origins="https://page.example") as http:
        mine = await http.get("/api/v1/roles", headers=page)
        theirs = await http.get("/api/v1/roles", headers=stranger)
    assert mine.headers["access-control-allow-origin"] == "https://page.example"
    assert mine.headers["access-control-allow-credentials"] == "true"
    assert "access-control-allow-origin" not in theirs.headers
    async with calling(cors_origins="*") as http:
        anyone = await http.get("/api/v1/roles", headers=stranger | {"Cookie": "a=b"})
    assert anyone.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in anyone.headers


async def test_a_page_may_send_what_the_api_takes() -> None:
    asking = {
        "Origin": "https://page.example",
        "Access-Control-Request-Method": "DELETE",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }
    async with calling(cors_origins="https://page.example") as http:
        allowed = await http.options("/api/v1/interviews", headers=asking)
        refused = await http.options(
            "/api/v1/interviews", headers=asking | {"Origin": "https://evil.example"}
        )
    assert allowed.status_code == 200
    assert refused.status_code == 400


async def test_no_cache_mixes_people_or_origins_up() -> None:
    async with calling(cors_origins="https://page.example") as http:
        for headers in ({}, {"Origin": "https://page.example"}):
            response = await http.get("/api/v1/roles", headers=headers)
            vary = [part.strip() for part in response.headers["vary"].split(",")]
            assert sorted(vary) == ["Authorization", "Cookie", "Origin"]
            assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "content_type",
    [
        *("application/json", "text/plain", "application/octet-stream"),
        *("multipart/form-data; boundary=x", "application/x-www-form-urlencoded", None),
    ],
)
async def test_a_body_is_bounded_whatever_it_is_said_to_be(content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    too_much = b"x" * (MAX_BODY_BYTES + 1)

    async def in_pieces() -> AsyncGenerator[bytes]:
        yield too_much[:-1]
        yield too_much[-1:]

    async with calling() as http:
        for body in (too_much, in_pieces()):
            response = await http.post("/api/v1/interviews", content=body, headers=headers)
            assert response.status_code == 413
            assert response.json()["error"]["code"] == "request.too_large"


@pytest.mark.parametrize("declared", ["-1", "1e3", "x", "99999999999999999999"])
async def test_a_length_that_is_none_is_not_believed(declared: str) -> None:
    async with calling() as http:
        response = await http.post("/api/v1/interviews", headers={"Content-Length": declared})
    assert response.status_code == 413
