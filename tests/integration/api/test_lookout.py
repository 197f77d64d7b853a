"""A worker that died is noticed, and what it was at is begun again by another one."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from redis.asyncio import Redis
from temporalio.client import Client as TemporalClient

from demo.interview import create_interview
from interview.contracts.ids import workflow_id
from interview.persistence.records import Records
from interview.protocol.frames import pack_uplink
from tests.integration.api.servers import Client
from tests.integration.api.test_outages import Wires, wires
from tests.integration.api.test_room import greeted, new_turn, running
from tests.integration.api.voice import spoken_answer

pytestmark = pytest.mark.integration

__all__ = ["wires"]  # a fixture


@pytest.fixture
async def interview_id(wires: Wires) -> str:
    """Made by the API on those wires: no other one runs, which would look out as well."""
    async with httpx.AsyncClient(base_url=wires.url, trust_env=False) as http:
        return await create_interview(http, "demo", "")


async def a_worker_died_at(redis: Redis, interview_id: str, turn_id: str) -> None:
    """What a killed worker leaves behind: a count that stands still, and its list."""
    await redis.hset("intervue:pulse:ghost", f"{interview_id}/turn.speak/{turn_id}", "1")
    await redis.hset("intervue:pulse", "ghost", "7")


async def recoveries(temporal: TemporalClient, interview_id: str) -> list[str]:
    """Ids of the updates that had a turn begun again."""
    history = await temporal.get_workflow_handle(workflow_id(interview_id)).fetch_history()
    accepted = (e.workflow_execution_update_accepted_event_attributes for e in history.events)
    ids = [a.accepted_request.meta.update_id for a in accepted if a.protocol_instance_id]
    return [update_id for update_id in ids if update_id.startswith("recover-")]


async def forgotten(redis: Redis) -> None:
    async with asyncio.timeout(20):
        while await redis.hexists("intervue:pulse", "ghost"):  # noqa: ASYNC110 - tells nobody
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("away_s", [0.0, 5.0])
async def test_the_turn_of_a_dead_worker_is_begun_again_once(
    wires: Wires,
    interview_id: str,
    redis: Redis,
    temporal: TemporalClient,
    records: Records,
    away_s: float,
) -> None:
    """Also when Temporal is away at that moment: a whole machine may have gone."""
    spoken, turn_id = await spoken_answer(), new_turn()
    async with Client(wires.url, interview_id) as client:
        await greeted(client)
        await client.send(type="turn_start", turn_id=turn_id, format="webm")
        await running(temporal, interview_id, turn_id)
        if away_s:
            await wires.temporal.cut()
        await a_worker_died_at(redis, interview_id, turn_id)
        if away_s:
            await asyncio.sleep(away_s)  # longer than a few quick tries take
            assert await redis.hexists("intervue:pulse", "ghost")
            await wires.temporal.mend()
        await forgotten(redis)
        assert await recoveries(temporal, interview_id) == [f"recover-ghost-7-{turn_id}"]
        for index, (data, _) in enumerate(spoken.chunks):
            await client.send_raw(pack_uplink(index, data))
        await client.send(type="turn_end", turn_id=turn_id, chunks=len(spoken.chunks))
        await client.until("turn_committed")
    assert await records.find_answer(interview_id, turn_id) is not None


async def test_a_turn_that_is_over_is_left_alone(
    wires: Wires, interview_id: str, redis: Redis, temporal: TemporalClient
) -> None:
    async with Client(wires.url, interview_id) as client:
        await greeted(client)
        await running(temporal, interview_id, None)
        await a_worker_died_at(redis, interview_id, "a-turn-of-yesterday")
        await a_worker_died_at(redis, "0b6f5a52-6f0a-4d3e-9f5e-0b8f6f0f6f01", "of-no-interview")
        await forgotten(redis)
        assert await client.alive()
