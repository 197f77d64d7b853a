"""Timelines of which there is little to read."""

from __future__ import annotations

import uuid

import httpx
import pytest
from temporalio.client import Client

from interview.config import Settings
from tests.integration.api.people import hold_interview, type_answers
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


async def test_it_is_read_again_only_when_it_has_grown(
    http: httpx.AsyncClient, settings: Settings, temporal: Client
) -> None:
    held = await hold_interview(settings, temporal, "Ada")
    path = f"/api/v1/interviews/{held.interview_id}/timeline"
    await type_answers(temporal, held, "I sold scanners.")
    first = await http.get(path)
    # Whatever the answer still sets going comes to rest.
    while (again := await http.get(path, headers=known(first))).status_code != 304:
        first = again
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]

    await type_answers(temporal, held, "And then some more.")

    grown = await http.get(path, headers=known(first))
    assert grown.status_code == 200
    assert len(grown.json()["turns"]) > len(first.json()["turns"])


def known(answer: httpx.Response) -> dict[str, str]:
    return {"If-None-Match": answer.raise_for_status().headers["etag"]}


async def test_it_is_unknown(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"/api/v1/interviews/{uuid.uuid4()}/timeline")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "interview.not_found")


async def test_temporal_is_away(settings: Settings, interview_id: str) -> None:
    alone = settings.model_copy(update={"temporal_address": "127.0.0.1:1"})
    async with serving(alone) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        answer = await http.get(f"/api/v1/interviews/{interview_id}/timeline", timeout=15.0)

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "temporal.unavailable")
