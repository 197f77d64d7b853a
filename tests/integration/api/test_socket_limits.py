"""How often somebody may connect to a room: more often than any page does, and not without end."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from redis.asyncio import Redis
from websockets.exceptions import InvalidStatus

from api import admission, realtime
from api.rate_limits import CONNECTING, JOINING
from api.throttle import Limit
from interview.config import Settings
from interview.persistence.database import Database
from interview.protocol import limits
from tests.access import Who
from tests.integration.api.principals import World, populate
from tests.integration.api.servers import Client, Wire, forget_limits, serving

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
FEW = 3


@pytest.fixture
async def world(settings: Settings, redis: Redis) -> AsyncGenerator[World]:
    await forget_limits(redis)
    # Tests call from addresses of their own, as a proxy says.
    closed = settings.model_copy(update={"debug": False, "trusted_proxies": ("127.0.0.1",)})
    database = Database.from_settings(closed)
    yield await populate(closed, database)
    await database.close()
    await forget_limits(redis)


def coming(url: str, world: World, who: Who, address: str = "192.0.2.1") -> Client:
    headers = {**world.headers[who], "X-Forwarded-For": address}
    return Client(url, world.interview_id, additional_headers=headers)


async def enters(url: str, world: World, address: str = "192.0.2.1") -> None:
    async with coming(url, world, "candidate", address) as client:
        await client.hello()


async def is_turned_away(url: str, world: World, address: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with coming(url, world, "candidate", address):
            pass
    response = caught.value.response
    assert response.status_code == 429
    assert b"rate.exceeded" in (response.body or b"")
    assert 1 <= int(response.headers["retry-after"]) <= CONNECTING.per_s


async def test_an_address_connects_so_often(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "CONNECTING", Limit("connect", FEW, per_s=60))
    async with serving(world.settings) as url, serving(world.settings) as other:
        for _ in range(FEW):
            await enters(url, world)
        # Whichever process is asked; and it holds up nobody from elsewhere.
        await is_turned_away(other, world, "192.0.2.1")
        await enters(url, world, "192.0.2.2")


async def test_what_knows_no_room_is_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "CONNECTING", Limit("connect", FEW, per_s=60))
    async with serving(world.settings) as url:
        for _ in range(FEW):
            headers = {"X-Forwarded-For": "192.0.2.1"}
            async with Client(url, "no-room", additional_headers=headers) as stranger:
                assert await stranger.closed() == limits.CLOSE_NOT_FOUND
        await is_turned_away(url, world, "192.0.2.1")


async def test_a_person_connects_so_often_from_wherever(
    world: World, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "JOINING", Limit("join", FEW, per_s=60))
    async with serving(world.settings) as url:
        for number in range(FEW):
            await enters(url, world, f"192.0.2.{number}")
        async with coming(url, world, "candidate", "192.0.2.9") as client:
            await client.send(type="hello")
            # It is no refusal: a page that is told so comes back by itself.
            assert (await client.error("rate.exceeded"))["recoverable"] is True
            assert await client.closed() == limits.CLOSE_TRY_AGAIN
        async with coming(url, world, "other candidate") as other:
            await other.send(type="hello")
            await other.error("interview.not_found")
        await forget_limits(redis)
        await enters(url, world)


async def test_tickets_are_counted_as_their_holder(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "JOINING", Limit("join", FEW, per_s=60))
    path = f"/api/v1/interviews/{world.interview_id}/ticket"
    async with (
        serving(world.settings) as url,
        httpx.AsyncClient(base_url=url, trust_env=False) as http,
    ):
        for _ in range(FEW):
            await enters(url, world)
        issued = await http.post(path, headers=world.headers["candidate"])
        async with Client(url, world.interview_id) as client:
            await client.send(type="hello", ticket=issued.json()["ticket"])
            await client.error("rate.exceeded")
            assert await client.closed() == limits.CLOSE_TRY_AGAIN


async def test_without_redis_a_process_counts_for_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime, "CONNECTING", Limit("connect", FEW, per_s=60))
    async with Wire(urlsplit(world.settings.redis_url).netloc.rpartition("@")[2]) as wire:
        settings = world.settings.model_copy(update={"redis_url": f"redis://{wire.address}"})
        async with serving(settings) as url:
            await enters(url, world)
            await wire.cut()
            for _ in range(FEW - 1):  # the first one is not forgotten
                async with coming(url, world, "candidate"):
                    pass  # let in; the room itself waits for Redis
            await is_turned_away(url, world, "192.0.2.1")
            await wire.mend()


async def test_a_network_that_comes_and_goes_locks_nobody_out(world: World) -> None:
    async with serving(world.settings) as url:
        for _ in range(100):
            await enters(url, world)


def test_no_page_connects_as_often_as_a_person_may() -> None:
    source = (ROOT / "web/src/session/connection.ts").read_text()
    found = re.search(r"BACKOFF_MIN_MS = ([\d_]+)", source)
    assert found is not None
    shortest_s = int(found[1].replace("_", "")) / 1000 / 2  # half of it is chance
    assert JOINING.amount >= 2 * JOINING.per_s / shortest_s
    assert CONNECTING.amount >= 5 * JOINING.amount
