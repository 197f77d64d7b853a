"""How often may be tried, with Redis and without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import cast
from urllib.parse import urlsplit

import httpx
import pytest
from redis.asyncio import Redis

from api.routes.auth import (
    LOGIN_BY_ACCOUNT,
    LOGIN_BY_ADDRESS,
    LOGIN_EVERYWHERE,
    RESET_BY_ACCOUNT,
    RESET_EVERYWHERE,
)
from api.throttle import Limit, Throttle
from interview.config import Settings
from interview.errors import RateLimitedError
from interview.security.keys import parse_keys
from interview.security.seal import derived
from interview.streams.log import connect_redis
from tests.integration.accounts.conftest import (
    PASSWORD,
    Person,
    client,
    code,
    login,
    new_address,
    register,
    some_address,
)
from tests.integration.api.servers import Wire, serving

pytestmark = pytest.mark.integration

SECRET = b"s" * 32
NOWHERE = "redis://127.0.0.1:1"


async def tried(
    http: httpx.AsyncClient, email: str, password: str = "not the password", caller: str = ""
) -> httpx.Response:
    headers = {"X-Forwarded-For": caller} if caller else some_address()
    body = {"email": email, "password": password, "transport": "bearer"}
    return await http.post("/api/v1/auth/login", json=body, headers=headers)


async def test_an_account_is_tried_so_often_from_one_network(
    http: httpx.AsyncClient, admin: Person
) -> None:
    here = some_address()["X-Forwarded-For"]
    for _ in range(LOGIN_BY_ACCOUNT.amount):
        assert code(await tried(http, admin.email, caller=here)) == "auth.failed"
    refused = await tried(http, admin.email.upper(), PASSWORD, caller=here)
    assert (refused.status_code, code(refused)) == (429, "rate.exceeded")
    assert 0 < int(refused.headers["retry-after"]) <= LOGIN_BY_ACCOUNT.per_s
    assert admin.email not in refused.text
    other = await register(http)
    await login(http, other.email)
    # Its owner is not kept out by a stranger.
    assert (await tried(http, admin.email, PASSWORD)).status_code == 200


async def test_from_all_networks_together_it_is_tried_no_more_than_so_often(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    secret = parse_keys("AUTH_KEYS", settings.auth_keys).current.secret
    throttle = Throttle(settings.redis_url, derived(secret, "intervue limits"))
    assert code(await tried(http, admin.email)) == "auth.failed"
    for _ in range(LOGIN_EVERYWHERE.amount - 1):
        await throttle.hit(LOGIN_EVERYWHERE, admin.email)
    await throttle.aclose()
    assert code(await tried(http, admin.email, PASSWORD)) == "rate.exceeded"


async def test_many_tries_at_once_are_counted_one_by_one(
    http: httpx.AsyncClient, admin: Person
) -> None:
    here = some_address()["X-Forwarded-For"]
    answers = await asyncio.gather(*(tried(http, admin.email, caller=here) for _ in range(30)))
    counted = [answer.status_code for answer in answers]
    assert sorted(counted) == [401] * LOGIN_BY_ACCOUNT.amount + [429] * 20


async def test_the_right_password_is_no_try(http: httpx.AsyncClient, admin: Person) -> None:
    here = some_address()["X-Forwarded-For"]
    for _ in range(3):
        for _ in range(LOGIN_BY_ACCOUNT.amount - 1):
            assert code(await tried(http, admin.email, caller=here)) == "auth.failed"
        assert (await tried(http, admin.email, PASSWORD, caller=here)).status_code == 200


async def test_an_address_tries_so_many_accounts(http: httpx.AsyncClient, admin: Person) -> None:
    caller = some_address()["X-Forwarded-For"]
    answers = [
        await tried(http, new_address(), caller=caller) for _ in range(LOGIN_BY_ADDRESS.amount)
    ]
    assert {answer.status_code for answer in answers} == {401}
    # One may write in front of what the proxy says whatever one likes.
    for forged in (caller, f"6.6.6.6, {caller}"):
        assert code(await tried(http, admin.email, PASSWORD, caller=forged)) == "rate.exceeded"
    assert (await tried(http, admin.email, PASSWORD)).status_code == 200


async def test_without_a_proxy_the_header_is_not_believed(settings: Settings) -> None:
    alone = settings.model_copy(update={"trusted_proxies": (), "redis_url": NOWHERE})
    async with serving(alone) as url, client(url) as http:
        answers = [await tried(http, new_address()) for _ in range(LOGIN_BY_ADDRESS.amount + 1)]
    assert [answer.status_code for answer in answers].count(429) == 1


async def test_two_processes_count_together(
    http: httpx.AsyncClient, settings: Settings, admin: Person
) -> None:
    async with serving(settings) as elsewhere, client(elsewhere) as other:
        here = some_address()["X-Forwarded-For"]
        for number in range(LOGIN_BY_ACCOUNT.amount):
            answer = await tried((http, other)[number % 2], admin.email, caller=here)
            assert code(answer) == "auth.failed"
        for each in (http, other):
            assert code(await tried(each, admin.email, caller=here)) == "rate.exceeded"


async def test_mails_are_limited_by_account(http: httpx.AsyncClient, admin: Person) -> None:
    async def ask(caller: dict[str, str]) -> int:
        body = {"email": admin.email}
        path = "/api/v1/auth/password/forgot"
        return (await http.post(path, json=body, headers=caller)).status_code

    here = some_address()
    most = RESET_BY_ACCOUNT.amount
    assert [await ask(here) for _ in range(most + 1)] == [202] * most + [429]
    others = [await ask(some_address()) for _ in range(RESET_EVERYWHERE.amount - most + 1)]
    assert others == [202] * (RESET_EVERYWHERE.amount - most) + [429]


@pytest.fixture
async def wire(settings: Settings) -> AsyncGenerator[Wire]:
    """To Redis."""
    parts = urlsplit(settings.redis_url)
    async with Wire(f"{parts.hostname}:{parts.port}") as wire:
        yield wire


def behind(settings: Settings, wire: Wire) -> str:
    parts = urlsplit(settings.redis_url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[0] + wire.address).geturl()


async def test_with_redis_down_a_process_counts_for_itself(settings: Settings, wire: Wire) -> None:
    cut = settings.model_copy(update={"redis_url": behind(settings, wire)})
    async with serving(cut) as url, client(url) as http:
        admin = await register(http)
        await wire.cut()
        async with asyncio.timeout(10):  # nobody waits for it much
            here = some_address()["X-Forwarded-For"]
            for _ in range(LOGIN_BY_ACCOUNT.amount):
                assert code(await tried(http, admin.email, caller=here)) == "auth.failed"
            assert code(await tried(http, admin.email, caller=here)) == "rate.exceeded"
            other = await register(http)
            await login(http, other.email)


async def test_the_count_goes_on_while_redis_is_away_and_when_it_is_back(
    settings: Settings, wire: Wire
) -> None:
    now = [100.0]
    throttle = Throttle(behind(settings, wire), SECRET, clock=lambda: now[0])
    limit, whom = Limit("again", 2, per_s=60), new_address()
    await throttle.hit(limit, whom)
    await wire.cut()
    await throttle.hit(limit, whom)  # the second: what was counted before is not forgotten
    with pytest.raises(RateLimitedError):
        await throttle.hit(limit, whom)
    await wire.mend()
    now[0] += 10
    await throttle.hit(limit, whom)
    with pytest.raises(RateLimitedError):
        await throttle.hit(limit, whom)
    await throttle.aclose()


async def test_a_redis_that_hangs_holds_nobody_up() -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    throttle = Throttle(f"redis://127.0.0.1:{port}", SECRET)
    async with asyncio.timeout(3):
        for _ in range(20):
            await throttle.hit(Limit("hanging", 50, per_s=60), "somebody")
    await throttle.aclose()
    server.close()


async def test_it_says_how_long_to_wait(settings: Settings) -> None:
    for url in (settings.redis_url, NOWHERE):
        throttle = Throttle(url, SECRET)
        limit, whom = Limit("wait", 1, per_s=100), new_address()
        await throttle.hit(limit, whom)
        with pytest.raises(RateLimitedError) as caught:
            await throttle.hit(limit, whom)
        assert 90 < caught.value.retry_after_s <= 100
        await throttle.hit(limit, new_address())
        await throttle.hit(Limit("another", 1, per_s=100), whom)
        await throttle.forgive(limit, whom)
        await throttle.hit(limit, whom)
        await throttle.aclose()


@pytest.fixture
async def redis(settings: Settings) -> AsyncGenerator[Redis]:
    redis = connect_redis(settings.redis_url)
    yield redis
    await redis.aclose()


async def test_nobody_is_named_in_redis(settings: Settings, redis: Redis) -> None:
    throttle = Throttle(settings.redis_url, SECRET)
    await throttle.hit(Limit("named", 1, per_s=60), "grace@navy.example")
    await throttle.aclose()
    scan = cast("AsyncIterator[bytes]", redis.scan_iter("*named*"))  # pyright: ignore[reportUnknownMemberType] it has no types
    [key] = [key async for key in scan]
    assert b"grace" not in key
    assert 0 < await redis.ttl(key) <= 60
