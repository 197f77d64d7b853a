"""REST over real services."""

from __future__ import annotations

import hashlib
import uuid

import httpx
import pytest
from pydantic import SecretStr

from interview.config import Settings
from interview.persistence.blobs import build_blob_store
from interview.persistence.records import Records
from interview.security.data_keys import DataKeys
from interview.security.keys import new_key
from tests.integration.api.servers import serving
from tests.integration.persistence.samples import answer, recording
from tests.services import RunningStack

pytestmark = pytest.mark.integration

NOBODYS = "00000000-0000-4000-8000-0000000000ff"


async def test_everything_is_ready(http: httpx.AsyncClient) -> None:
    assert (await http.get("/health")).json()["status"] == "ok"
    assert (await http.get("/health/live")).status_code == 200
    response = await http.get("/health/ready")
    checks = response.json()["checks"]
    assert response.status_code == 200, checks
    assert set(checks) == {"database", "keys", "redis", "temporal", "blobs", "worker"}


async def test_each_missing_service_is_named_within_a_second_or_so(settings: Settings) -> None:
    nowhere = settings.model_copy(
        update={
            "database_url": "postgresql+asyncpg://nobody:secret@127.0.0.1:1/none",
            "redis_url": "redis://127.0.0.1:1",
            "temporal_address": "127.0.0.1:1",
        }
    )
    async with serving(nowhere) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        response = await http.get("/health/ready", timeout=3.0)
        assert (await http.get("/health")).status_code == 200
    assert response.status_code == 503
    statuses = {name: check["status"] for name, check in response.json()["checks"].items()}
    assert statuses == {
        "database": "down",
        "keys": "down",
        "redis": "down",
        "temporal": "down",
        "blobs": "ok",
        "worker": "down",
    }
    assert "secret" not in response.text


async def test_a_master_key_that_is_in_use_but_not_here_is_named(
    settings: Settings, keys: DataKeys
) -> None:
    await keys.of(str(uuid.uuid4()), make=True)
    other = settings.model_copy(update={"master_keys": SecretStr(new_key())})
    async with serving(other) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        response = await http.get("/health/ready", timeout=3.0)
    assert response.status_code == 503
    check = response.json()["checks"]["keys"]
    assert check["status"] == "down"
    assert f"MASTER_KEYS has no key {keys.deployment.key_id}, " in check["reason"]
    assert settings.master_keys is not None
    assert settings.master_keys.get_secret_value() not in response.text


async def test_a_request_repeated_under_its_key_makes_one_interview(
    http: httpx.AsyncClient,
) -> None:
    body = {"role": "software-engineer", "candidate_name": " Grace "}
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first = await http.post("/api/v1/interviews", json=body, headers=key)
    again = await http.post("/api/v1/interviews", json=body, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.json()["candidate_name"] == "Grace"
    assert first.json()["status"] == "created"
    other = await http.post("/api/v1/interviews", json=body)
    assert other.json()["interview_id"] != first.json()["interview_id"]
    changed = await http.post("/api/v1/interviews", json={"role": "demo"}, headers=key)
    assert changed.status_code == 409
    assert changed.json()["error"]["code"] == "interview.id_taken"


async def test_a_client_may_choose_the_id(http: httpx.AsyncClient) -> None:
    chosen = str(uuid.uuid4())
    body = {"role": "demo", "interview_id": chosen}
    assert (await http.post("/api/v1/interviews", json=body)).json()["interview_id"] == chosen
    shown = (await http.get(f"/api/v1/interviews/{chosen}")).json()
    assert shown["workflow_id"] == f"interview-{chosen}"
    assert "plan" not in shown


async def test_the_list_is_paged_newest_first(http: httpx.AsyncClient) -> None:
    made: list[str] = []
    for _ in range(5):
        response = await http.post("/api/v1/interviews", json={"role": "demo"})
        made.append(response.json()["interview_id"])
    listed: list[str] = []
    cursor: str | None = None
    while len(listed) < 5:
        page = (
            await http.get(
                "/api/v1/interviews",
                params={"limit": 2, "status": "created"} | ({"cursor": cursor} if cursor else {}),
            )
        ).json()
        listed += [item["interview_id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert listed[:5] == made[::-1]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/api/v1/interviews/nobody", None, 404, "interview.not_found"),
        ("GET", f"/api/v1/interviews/{NOBODYS}", None, 404, "interview.not_found"),
        ("GET", f"/api/v1/interviews/{NOBODYS}/transcript", None, 404, "interview.not_found"),
        ("GET", f"/api/v1/interviews/{NOBODYS}/recordings", None, 404, "interview.not_found"),
        (
            "GET",
            f"/api/v1/interviews/{NOBODYS}/recordings/x",
            None,
            404,
            "interview.not_found",
        ),
        ("GET", "/api/v1/interviews?limit=0", None, 400, "request.invalid"),
        ("GET", "/api/v1/interviews?cursor=@", None, 400, "page.invalid_cursor"),
        ("POST", "/api/v1/interviews", {"role": "astronaut"}, 404, "role.not_found"),
        ("POST", "/api/v1/interviews", {"rule": "demo"}, 400, "request.invalid"),
        ("POST", "/api/v1/interviews", {"role": 7}, 400, "request.invalid"),
        (
            "POST",
            "/api/v1/interviews",
            {"role": "demo", "interview_id": "nope"},
            400,
            "interview.invalid_id",
        ),
        (
            "POST",
            "/api/v1/interviews",
            {"role": "demo", "candidate_name": "a\nb"},
            400,
            "request.invalid",
        ),
        ("POST", "/api/v1/interviews", {"role": "x" * 70_000}, 413, "request.too_large"),
        ("DELETE", "/api/v1/interviews", None, 405, "http.method_not_allowed"),
        ("GET", "/api/v1/nothing", None, 404, "http.not_found"),
    ],
)
async def test_every_refusal_has_a_code(
    http: httpx.AsyncClient, method: str, path: str, body: object, status: int, code: str
) -> None:
    response = await http.request(method, path, json=body)
    assert response.status_code == status
    error = response.json()["error"]
    assert error["code"] == code
    assert set(error) == {"code", "message", "recoverable"}
    assert error["message"].endswith(".")


async def test_a_body_of_undeclared_length_is_bounded_too(http: httpx.AsyncClient) -> None:
    async def endless() -> object:
        for _ in range(100):
            yield b" " * 10_000

    response = await http.post("/api/v1/interviews", content=endless())  # type: ignore[arg-type] async
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "request.too_large"


async def test_answers_carry_security_headers_and_cors(http: httpx.AsyncClient) -> None:
    mine = await http.get("/api/v1/roles", headers={"Origin": "http://localhost:3000"})
    assert mine.headers["access-control-allow-origin"] == "http://localhost:3000"
    foreign = await http.get("/api/v1/roles", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in foreign.headers
    assert foreign.headers["x-content-type-options"] == "nosniff"
    assert foreign.headers["cache-control"] == "no-store"
    assert foreign.headers["content-security-policy"].startswith("default-src 'none'")
    roles = [role["role"] for role in mine.json()]
    assert (roles[0], len(roles)) == ("software-engineer", 9)
    assert "demo" not in roles
    told = {"role", "title", "description", "minutes", "questions"}
    assert all(set(role) == told for role in mine.json())
    assert all(role["minutes"] > 0 for role in mine.json())


async def test_without_debug_nobody_gets_in(settings: Settings) -> None:
    closed = settings.model_copy(update={"debug": False})
    async with serving(closed) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        assert (await http.get("/api/v1/roles")).status_code == 200
        for response in (
            await http.post("/api/v1/interviews", json={"role": "demo"}),
            await http.get("/api/v1/interviews"),
            await http.get(f"/api/v1/interviews/{uuid.uuid4()}/recordings"),
        ):
            assert response.status_code == 401
            assert response.json()["error"]["code"] == "auth.missing"


async def test_an_api_without_its_database_says_so(
    settings: Settings, services: RunningStack
) -> None:
    nowhere = settings.model_copy(
        update={"database_url": "postgresql+asyncpg://nobody:secret@127.0.0.1:1/none"}
    )
    async with serving(nowhere) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        response = await http.get("/api/v1/interviews")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    assert response.json()["error"]["code"] == "database.unavailable"
    assert response.json()["error"]["recoverable"] is True
    assert "secret" not in response.text


async def test_the_lines_of_a_transcript_hash_to_what_it_says(
    http: httpx.AsyncClient, interview_id: str
) -> None:
    path = f"/api/v1/interviews/{interview_id}/transcript"
    shown = (await http.get(path)).json()
    lines = await http.get(path, headers={"Accept": "application/x-ndjson"})
    assert shown["items"] == []
    assert lines.headers["content-type"].startswith("application/x-ndjson")
    assert hashlib.sha256(lines.content).hexdigest() == shown["sha256"]


async def test_a_recording_that_is_not_what_was_recorded_is_not_played(
    http: httpx.AsyncClient, interview_id: str, records: Records, settings: Settings
) -> None:
    """Whoever can write to the object store, but lacks the key, puts a plain file there."""
    key, sound = f"interviews/{interview_id}/turn-0001/a.webm", b"what was said"
    blobs = build_blob_store(settings)
    await blobs.put(key, sound, content_type="audio/webm")
    digest = hashlib.sha256(sound).hexdigest()
    await records.commit_answer(answer(interview_id, recording=recording(key, sha256=digest)))
    (listed,) = (await http.get(f"/api/v1/interviews/{interview_id}/recordings")).json()["items"]
    path = f"/api/v1/interviews/{interview_id}/recordings/{listed['recording_id']}"
    assert (await http.get(path)).content == sound, "of before there were keys"

    await blobs.put(key, b"what was not said", content_type="audio/webm")
    for headers in ({}, {"Range": "bytes=0-3"}):
        refused = await http.get(path, headers=headers)
        assert refused.status_code == 500
        assert refused.json()["error"]["code"] == "sealed.invalid"
        assert b"not said" not in refused.content


async def test_the_pages_say_what_the_api_offers(http: httpx.AsyncClient) -> None:
    page = await http.get("/docs")
    assert "POST /api/v1/interviews" in page.text
    assert "not been built" in (await http.get("/")).text
