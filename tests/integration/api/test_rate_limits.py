"""How often somebody may ask."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from redis.asyncio import Redis

from api.rate_limits import CREATING, ENTERING, ERASING, EXPORTING, READING
from api.routes.account import PASSWORD
from api.routes.invitations import MAILS
from api.throttle import Limit, Throttle
from interview.config import Settings
from interview.persistence.database import Database
from interview.security.keys import parse_keys
from interview.security.seal import derived
from tests.access import Who
from tests.integration.api.principals import World, populate
from tests.integration.api.servers import Wire, forget_limits, serving

pytestmark = pytest.mark.integration


BODIES: dict[str, dict[str, Any]] = {"/temporal/codec/decode": {"payloads": []}}


@pytest.fixture
async def world(settings: Settings, redis: Redis) -> AsyncGenerator[World]:
    await forget_limits(redis)
    database = Database.from_settings(settings)
    yield await populate(settings.model_copy(update={"debug": False}), database)
    await database.close()
    await forget_limits(redis)


async def use_up(settings: Settings, limit: Limit, whom: str | None, but: int = 0) -> None:
    """All but so many times."""
    keys = parse_keys("AUTH_KEYS", settings.auth_keys)
    throttle = Throttle(settings.redis_url, derived(keys.current.secret, "intervue limits"))
    for _ in range(limit.amount - but):
        await throttle.hit(limit, whom or "")
    await throttle.aclose()


def calling(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, trust_env=False, timeout=20)


@pytest.mark.parametrize(
    ("limit", "method", "path", "who", "other"),
    [
        (READING, "GET", "/api/v1/interviews", "recruiter", "admin"),
        (READING, "GET", "/api/v1/interviews/{id}", "recruiter", "candidate"),
        (READING, "GET", "/api/v1/interviews/{id}/recordings", "recruiter", "candidate"),
        (CREATING, "POST", "/api/v1/interviews", "recruiter", "admin"),
        (EXPORTING, "GET", "/api/v1/interviews/{id}/export", "recruiter", "admin"),
        (READING, "GET", "/api/v1/account", "recruiter", "candidate"),
        (READING, "GET", "/api/v1/members", "admin", "foreign admin"),
        (READING, "GET", "/api/v1/audit", "recruiter", "admin"),
        (READING, "GET", "/api/v1/organization", "recruiter", "admin"),
        (READING, "GET", "/api/v1/invitations", "recruiter", "admin"),
        (READING, "POST", "/temporal/codec/decode", "recruiter", "admin"),
        (ENTERING, "POST", "/api/v1/interviews/{id}/ticket", "candidate", None),
        (ERASING, "POST", "/api/v1/interviews/{id}/erasure", "admin", None),
        (ERASING, "POST", "/api/v1/interviews/{id}/consent/withdraw", "candidate", None),
    ],
)
async def test_one_too_many_is_told_when_to_come_back_and_others_are_not_held_up(
    world: World, limit: Limit, method: str, path: str, who: Who, other: Who | None
) -> None:
    path = path.format(id=world.interview_id)
    body = BODIES.get(path, {"role": "demo"}) if method == "POST" else None
    await use_up(world.settings, limit, world.sessions[who].user_id)
    async with serving(world.settings) as url, calling(url) as http:
        refused = await http.request(method, path, headers=world.headers[who], json=body)
        assert refused.status_code == 429
        assert refused.json()["error"]["code"] == "rate.exceeded"
        assert 1 <= int(refused.headers["retry-after"]) <= limit.per_s
        if other is not None:
            response = await http.request(method, path, headers=world.headers[other], json=body)
            assert response.is_success


async def test_without_redis_requests_are_counted_here_and_answered(world: World) -> None:
    async with Wire(urlsplit(world.settings.redis_url).netloc.rpartition("@")[2]) as wire:
        settings = world.settings.model_copy(update={"redis_url": f"redis://{wire.address}"})
        async with serving(settings) as url, calling(url) as http:
            await wire.cut()
            for _ in range(3):
                response = await http.get("/api/v1/interviews", headers=world.headers["recruiter"])
                assert response.status_code == 200
            # A process counts for itself as strictly.
            for _ in range(PASSWORD.amount):
                response = await http.post(
                    "/api/v1/account/password", headers=world.headers["recruiter"], json={}
                )
                assert response.status_code == 400
            response = await http.post(
                "/api/v1/account/password", headers=world.headers["recruiter"], json={}
            )
            assert response.status_code == 429
            assert response.json()["error"]["code"] == "rate.exceeded"


async def test_an_organization_mails_strangers_so_often(world: World, tmp_path: Path) -> None:
    """An invitation too many is made, and its link told, but sent to nobody."""
    settings = world.settings.model_copy(update={"mail_outbox": tmp_path})
    body = {"role": "demo", "candidate_email": "ada@example.org"}
    async with serving(settings) as url, calling(url) as http:
        mailed = [await invited(http, world.headers["recruiter"], body)]
        await use_up(settings, MAILS, world.organization_id, but=1)
        mailed.append(await invited(http, world.headers["admin"], body))
        mailed.append(await invited(http, world.headers["foreign admin"], body))
    assert mailed == [True, False, True]
    assert len(await asyncio.to_thread(os.listdir, tmp_path)) == 2


async def invited(http: httpx.AsyncClient, headers: dict[str, str], body: dict[str, str]) -> bool:
    response = await http.post("/api/v1/invitations", headers=headers, json=body)
    assert response.status_code == 201
    assert response.json()["link"]
    return response.json()["mailed"]
