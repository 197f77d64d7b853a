"""Timelines of which there is little to read."""

from __future__ import annotations

import uuid

import httpx
import pytest

from interview.config import Settings
from tests.integration.api.servers import serving

pytestmark = pytest.mark.integration


async def test_nobody_has_begun_it(http: httpx.AsyncClient, interview_id: str) -> None:
    found = (await http.get(f"/api/v1/interviews/{interview_id}/timeline")).json()

    assert found == {
        "interview_id": interview_id,
        "complete": False,
        "runs": 0,
        "steps": [],
        "turns": [],
    }


async def test_it_is_unknown(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"/api/v1/interviews/{uuid.uuid4()}/timeline")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "interview.not_found")


async def test_temporal_is_away(settings: Settings, interview_id: str) -> None:
    alone = settings.model_copy(update={"temporal_address": "127.0.0.1:1"})
    async with serving(alone) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        answer = await http.get(f"/api/v1/interviews/{interview_id}/timeline", timeout=15.0)

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "temporal.unavailable")
