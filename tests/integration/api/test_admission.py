"""Coming into a room with a ticket, a cookie or a token; and being sent out of it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis
from sqlalchemy import make_url
from structlog.testing import capture_logs

from api.cookie_names import ACCESS_COOKIE
from interview.config import Settings
from interview.persistence.database import Database
from interview.protocol import limits
from tests.access import Who
from tests.integration.api.principals import World, populate
from tests.integration.api.servers import Client, Wire, serving

pytestmark = pytest.mark.integration

SOON_S = 2.0
"""Within which somebody whose right has ended is out of the room, on any process."""


@pytest.fixture
async def world(settings: Settings) -> AsyncGenerator[World]:
    closed = settings.model_copy(update={"debug": False})
    database = Database.from_settings(closed)
    yield await populate(closed, database)
    await database.close()


@pytest.fixture
async def door(world: World) -> AsyncGenerator[str]:
    """URL of an API where people sign in."""
    async with serving(world.settings) as url:
        yield url


async def ticket(url: str, world: World, who: Who = "candidate") -> str:
    path = f"/api/v1/interviews/{world.interview_id}/ticket"
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        response = await http.post(path, headers=world.headers[who])
    assert response.status_code == 201, response.text
    assert response.json()["expires_in_s"] == limits.TICKET_S
    return response.json()["ticket"]


def by_cookie(url: str, world: World, who: Who = "candidate", **options: Any) -> Client:
    """As a browser comes: the page's origin, and the cookie by itself."""
    headers = {"Cookie": f"{ACCESS_COOKIE}={world.token(who)}"}
    return Client(url, world.interview_id, origin=url, additional_headers=headers, **options)


async def refused(client: Client, code: str, close_code: int, **hello: Any) -> None:
    await client.send(type="hello", **hello)
    error = await client.error(code)
    assert error["recoverable"] is False
    assert await client.closed() == close_code
    assert not any(message.type == "session_started" for message in client.received)


async def test_a_browser_comes_in_by_its_cookie_and_may_come_back(door: str, world: World) -> None:
    async with by_cookie(door, world) as client:
        await client.hello()
        seen = (await client.until("transcript")).seq
    async with by_cookie(door, world) as again:
        assert (await again.hello(last_seq=seen))["resumed_from_seq"] == seen


async def test_version_1_comes_in_by_a_token(door: str, world: World) -> None:
    async with Client(
        door, world.interview_id, version=1, additional_headers=world.headers["candidate"]
    ) as client:
        assert (await client.until("session_started")).body["session_id"] == world.interview_id


async def test_version_1_makes_no_interview_for_somebody_signed_in(
    door: str, world: World, records: Any
) -> None:
    unknown = "7d7a4f5e-6c1b-4f7e-9a35-0f0f3b8f2a11"
    async with Client(
        door, unknown, version=1, additional_headers=world.headers["candidate"]
    ) as client:
        await client.error("interview.not_found")
        assert await client.closed() == limits.CLOSE_NOT_FOUND


async def test_a_ticket_is_good_once(door: str, world: World) -> None:
    issued = await ticket(door, world)
    async with Client(door, world.interview_id) as client:
        await client.hello(ticket=issued)
        assert await client.alive()
        async with Client(door, world.interview_id) as thief:
            await refused(thief, "auth.invalid", limits.CLOSE_UNAUTHENTICATED, ticket=issued)
        # Who is refused has not taken the room over.
        assert await client.alive()


async def test_of_many_with_one_ticket_one_comes_in(door: str, world: World) -> None:
    issued = await ticket(door, world)

    async def come() -> str:
        async with Client(door, world.interview_id) as client:
            await client.send(type="hello", ticket=issued)
            return (await client.next()).type

    came = await asyncio.gather(*(come() for _ in range(8)))
    assert sorted(came) == ["error"] * 7 + ["session_started"]


async def test_a_ticket_is_for_one_interview_and_lost_at_another(door: str, world: World) -> None:
    issued = await ticket(door, world)
    async with Client(door, world.unclaimed_id) as client:
        await refused(client, "auth.invalid", limits.CLOSE_UNAUTHENTICATED, ticket=issued)
    async with Client(door, world.interview_id) as client:
        await refused(client, "auth.invalid", limits.CLOSE_UNAUTHENTICATED, ticket=issued)


async def test_a_ticket_is_kept_hashed_and_briefly(door: str, world: World, redis: Redis) -> None:
    issued = await ticket(door, world)
    key = f"intervue:ticket:{hashlib.sha256(issued.encode()).hexdigest()}"
    assert 0 < await redis.ttl(key) <= limits.TICKET_S
    kept: Any = await redis.get(key)
    assert issued.encode() not in kept
    assert len(issued) >= 43  # 256 bits in base64
    await redis.delete(key)  # as its time does
    async with Client(door, world.interview_id) as client:
        await refused(client, "auth.invalid", limits.CLOSE_UNAUTHENTICATED, ticket=issued)


async def test_a_ticket_does_not_outlive_its_session(door: str, world: World) -> None:
    issued = await ticket(door, world)
    await world.revoke("candidate")
    async with Client(door, world.interview_id) as client:
        await refused(client, "auth.revoked", limits.CLOSE_UNAUTHENTICATED, ticket=issued)


async def test_a_ticket_says_who_it_is_whatever_the_cookie_says(door: str, world: World) -> None:
    issued = await ticket(door, world)
    async with by_cookie(door, world, "expired") as client:
        await client.hello(ticket=issued)


async def test_a_ticket_in_the_address_opens_nothing(door: str, world: World) -> None:
    issued = await ticket(door, world)
    async with Client(door, f"{world.interview_id}?ticket={issued}") as client:
        await refused(client, "auth.missing", limits.CLOSE_UNAUTHENTICATED)


async def test_a_cookie_sent_along_from_a_neighbours_page_changes_nothing(
    door: str, world: World
) -> None:
    cookies = {ACCESS_COOKIE: world.token("recruiter")}
    async with httpx.AsyncClient(base_url=door, cookies=cookies, trust_env=False) as http:
        neighbour = {"Origin": "https://other.company.example"}
        body = {"role": "demo"}
        refused = await http.post("/api/v1/interviews", json=body, headers=neighbour)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "auth.forbidden")
        made = await http.post("/api/v1/interviews", json=body, headers={"Origin": door})
        assert made.status_code == 201


@pytest.mark.parametrize("version", [1, 2])
async def test_somebody_elses_interview_looks_like_none(
    door: str, world: World, version: int
) -> None:
    told: list[tuple[Any, ...]] = []
    for interview_id in (world.interview_id, "7d7a4f5e-6c1b-4f7e-9a35-0f0f3b8f2a11"):
        async with Client(
            door,
            interview_id,
            version=version,
            additional_headers=world.headers["other candidate"],
        ) as client:
            if version == 2:
                await client.send(type="hello")
            code = await client.closed()
            told.append((code, *(message.body for message in client.received)))
    assert told[0] == told[1]
    assert told[0][0] == limits.CLOSE_NOT_FOUND


async def test_a_revoked_session_leaves_every_room_on_every_process(world: World) -> None:
    async with serving(world.settings) as one, serving(world.settings) as other:
        elsewhere = Client(
            other,
            world.sessions["invited elsewhere"].interview_id or "",
            additional_headers=world.headers["invited elsewhere"],
        )
        async with by_cookie(one, world) as client, elsewhere:
            await client.hello()
            await elsewhere.hello()
            await client.until("transcript")
            await elsewhere.until("transcript")
            await world.revoke("candidate")
            async with asyncio.timeout(SOON_S):
                error = await client.error("auth.revoked")
                assert await client.closed() == limits.CLOSE_UNAUTHENTICATED
            assert error["recoverable"] is False
            assert await elsewhere.alive()
            await world.revoke("invited elsewhere")
            async with asyncio.timeout(SOON_S):
                assert await elsewhere.closed() == limits.CLOSE_UNAUTHENTICATED
        async with by_cookie(one, world) as again:
            await refused(again, "auth.revoked", limits.CLOSE_UNAUTHENTICATED)


async def test_version_1_is_sent_away_too(door: str, world: World) -> None:
    async with Client(
        door, world.interview_id, version=1, additional_headers=world.headers["candidate"]
    ) as client:
        await client.until("session_started")
        await world.revoke("candidate")
        async with asyncio.timeout(SOON_S):
            assert (await client.error("auth.revoked"))["recoverable"] is False
            assert await client.closed() == limits.CLOSE_UNAUTHENTICATED


async def test_a_disabled_user_leaves(door: str, world: World) -> None:
    async with by_cookie(door, world) as client:
        await client.hello()
        await world.set_user("candidate", disabled_at=datetime.now(UTC))
        async with asyncio.timeout(SOON_S):
            await client.error("auth.revoked")
            assert await client.closed() == limits.CLOSE_UNAUTHENTICATED


async def test_who_withdraws_consent_leaves_and_does_not_come_back_before_giving_it(
    door: str, world: World
) -> None:
    await world.consent(withdrawn=False)
    async with by_cookie(door, world) as client:
        await client.hello()
        await world.withdraw()
        async with asyncio.timeout(SOON_S):
            await client.error("auth.revoked")
            assert await client.closed() == limits.CLOSE_UNAUTHENTICATED
    async with by_cookie(door, world) as again:
        await refused(again, "auth.revoked", limits.CLOSE_UNAUTHENTICATED)
    await world.consent(withdrawn=False)
    async with by_cookie(door, world) as client:
        assert await client.hello()


async def test_whoever_comes_back_is_asked_again(door: str, world: World) -> None:
    """Also of an interview that has become somebody else's."""
    async with by_cookie(door, world) as client:
        await client.hello()
        seen = (await client.until("transcript")).seq
    await world.give_to("other candidate")
    async with by_cookie(door, world) as again:
        await refused(again, "interview.not_found", limits.CLOSE_NOT_FOUND, last_seq=seen)
    issued = await ticket(door, world, "other candidate")
    async with Client(door, world.interview_id) as other:
        assert await other.hello(ticket=issued)


async def test_nobodys_interview_is_closed_to_everybody_once_it_is_somebodys(
    world: World,
) -> None:
    async with serving(world.settings.model_copy(update={"debug": True})) as url:
        async with Client(url, world.unclaimed_id) as client:
            await client.hello()
            seen = (await client.until("transcript")).seq
        await world.claim(world.unclaimed_id)
        async with Client(url, world.unclaimed_id) as again:
            await refused(again, "interview.not_found", limits.CLOSE_NOT_FOUND, last_seq=seen)


async def test_a_changed_role_needs_a_new_token(door: str, world: World) -> None:
    await world.set_user("admin", role="recruiter")
    async with httpx.AsyncClient(base_url=door, trust_env=False) as http:
        response = await http.get("/api/v1/interviews", headers=world.headers["admin"])
    assert (response.status_code, response.json()["error"]["code"]) == (401, "auth.expired")


async def test_without_the_database_everybody_stays_until_it_is_back(world: World) -> None:
    address = make_url(world.settings.database_url)
    async with Wire(f"{address.host}:{address.port}") as wire:
        port = int(wire.address.rpartition(":")[2])
        wired = address.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
        settings = world.settings.model_copy(update={"database_url": wired})
        async with serving(settings) as url, by_cookie(url, world) as client:
            await client.hello()
            await client.until("transcript")
            with capture_logs() as logs:
                await wire.cut()
                await world.revoke("candidate")
                async with asyncio.timeout(10):
                    while not any(entry["event"] == "attendance.blind" for entry in logs):
                        assert await client.alive()
                        await asyncio.sleep(0.02)  # below the rate limit
            assert await client.alive()
            await wire.mend()
            async with asyncio.timeout(SOON_S + 1):
                await client.error("auth.revoked")
                assert await client.closed() == limits.CLOSE_UNAUTHENTICATED
