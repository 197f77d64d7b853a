"""Who may connect from where, and what pages may run."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from api.security import SecurityHeaders, origin_allowed
from api.static import WebClient, page_policy, placeholder, web_or

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
    assert "unsafe" not in policy
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
