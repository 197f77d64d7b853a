"""The short way to Redis: many at once, through restarts, silence and cancellation."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from interview.errors import StreamError
from interview.streams import wire
from interview.streams.log import StreamLog, connect_redis
from interview.streams.wire import Wires
from tests.integration.api.servers import Wire as Network
from tests.services import RunningStack

pytestmark = pytest.mark.integration


@pytest.fixture
async def network(services: RunningStack) -> AsyncGenerator[Network]:
    async with Network(urlsplit(services.urls["REDIS_URL"]).netloc) as network:
        yield network


@pytest.fixture
async def remote(network: Network) -> AsyncGenerator[StreamLog]:
    client = connect_redis(f"redis://{network.address}")
    yield StreamLog(client, ttl_s=60)
    await client.aclose()


@pytest.fixture
def key() -> str:
    return uuid.uuid4().hex


async def test_everybody_gets_the_answer_to_their_own_question(redis: Redis, key: str) -> None:
    wires = Wires(redis.connection_pool)

    async def echo(n: int) -> list[bytes]:
        return await wires.call(*((b"ECHO", b"%d.%d" % (n, m)) for m in range(n % 4 + 1)))

    answers = await asyncio.gather(*(echo(n) for n in range(400)))
    assert answers == [[b"%d.%d" % (n, m) for m in range(n % 4 + 1)] for n in range(400)]
    clients = await wires.call((b"CLIENT", b"INFO"))
    assert b"cmd=client" in clients[0]


async def test_calls_are_carried_out_in_their_order(redis: Redis, key: str) -> None:
    log = StreamLog(redis, ttl_s=60)
    await log.append(key, {b"n": b"0"})
    await asyncio.gather(*(log.append(key, {b"n": b"%d" % n}) for n in range(1, 200)))
    entries = await log.read(key, b"0-0")
    assert [int(entry.fields[b"n"]) for entry in entries] == list(range(200))


async def test_what_is_large_does_not_hold_up_the_others(redis: Redis, key: str) -> None:
    wires = Wires(redis.connection_pool)
    (shared,) = await wires.call((b"CLIENT", b"ID"))
    padding = bytes(wire.LARGE_BYTES)
    assert (await wires.call((b"CLIENT", b"ID"), (b"ECHO", padding)))[0] != shared
    assert await wires.ask((b"CLIENT", b"ID")) != shared
    assert await wires.call((b"CLIENT", b"ID")) == [shared]


async def test_one_that_is_refused_does_not_disturb_the_others(redis: Redis, key: str) -> None:
    wires = Wires(redis.connection_pool)
    await wires.call((b"SET", key, b"no stream"))
    refused = wires.call((b"ECHO", b"1"), (b"XADD", key, b"*", b"k", b"v"), (b"ECHO", b"2"))
    aborted = wires.call((b"MULTI",), (b"NONSENSE",), (b"ECHO", b"3"), (b"EXEC",))
    first, second, third = await asyncio.gather(
        refused, aborted, wires.call((b"ECHO", b"4")), return_exceptions=True
    )
    assert isinstance(first, ResponseError)
    assert isinstance(second, ResponseError)
    assert third == [b"4"]


async def test_nothing_is_lost_while_connections_are_killed(redis: Redis, key: str) -> None:
    log = StreamLog(redis, ttl_s=60)
    received: list[int] = []

    async def read() -> None:
        async for entries in log.tail(key):
            received.extend(int(entry.fields[b"n"]) for entry in entries)
            if received and received[-1] == 99:
                return

    async with asyncio.timeout(20):
        reading = asyncio.create_task(read())
        for n in range(100):
            if n % 10 == 5:
                await redis.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")  # pyright: ignore[reportUnknownMemberType]
            await log.append(key, {b"n": b"%d" % n})
        await reading
    # One that was carried out before its connection was lost may be there twice.
    assert sorted(set(received)) == list(range(100))
    assert received == sorted(received)


async def test_a_restart_is_ridden_out_by_whoever_waits_and_writes(
    remote: StreamLog, network: Network, key: str
) -> None:
    before = await remote.append(key, {b"n": b"0"})
    reading = asyncio.create_task(remote.read(key, before, block_ms=10_000))
    await asyncio.sleep(0.05)
    await network.cut()
    writing = [asyncio.create_task(remote.append(key, {b"n": b"1"})) for _ in range(20)]
    await asyncio.sleep(0.5)
    assert not reading.done()
    await network.mend()
    async with asyncio.timeout(5):
        await asyncio.gather(*writing)
        assert (await reading)[0].fields == {b"n": b"1"}


async def test_all_that_wait_for_a_redis_that_stays_away_are_told_together(
    remote: StreamLog, network: Network, key: str
) -> None:
    await remote.append(key, {b"n": b"0"})
    await network.cut()
    calls = [remote.append(key, {b"n": b"1"}) for _ in range(10)]
    calls.append(remote.append(key, {b"n": b"2"}, {b"n": b"3"}))
    async with asyncio.timeout(6):
        failed = await asyncio.gather(*calls, return_exceptions=True)
    assert {getattr(error, "code", None) for error in failed} == {"stream.unavailable"}
    with pytest.raises(StreamError):
        await remote.read(key, b"0-0", block_ms=100)
    await network.mend()
    assert len(await remote.read(key, b"0-0")) == 1


async def test_a_redis_that_says_nothing_is_asked_again(
    remote: StreamLog, redis: Redis, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await remote.append(key, {b"n": b"0"})
    monkeypatch.setattr(wire, "ANSWER_TIMEOUT_S", 0.1)
    await redis.execute_command("CLIENT", "PAUSE", 400, "ALL")  # pyright: ignore[reportUnknownMemberType]
    async with asyncio.timeout(5):
        assert await remote.append(key, {b"n": b"1"})
    entries = await remote.read(key, b"0-0")
    assert {entry.fields[b"n"] for entry in entries} == {b"0", b"1"}


async def test_a_wait_that_is_cancelled_leaves_nothing_to_the_next(redis: Redis, key: str) -> None:
    log = StreamLog(redis, ttl_s=60)
    for n in range(50):
        after = await log.append(key, {b"n": b"start"})
        given_up = asyncio.create_task(log.read(key, after, block_ms=5_000))
        await asyncio.sleep(0.001 * (n % 3))
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        other = uuid.uuid4().hex
        reading = asyncio.create_task(log.read(other, b"0-0", block_ms=5_000))
        await log.append(key, {b"n": b"for nobody"})
        await log.append(other, {b"n": b"%d" % n})
        async with asyncio.timeout(2):
            assert [entry.fields for entry in await reading] == [{b"n": b"%d" % n}]


async def test_one_reader_after_another_needs_one_connection(redis: Redis, key: str) -> None:
    log = StreamLog(redis, ttl_s=60)
    wires = Wires(redis.connection_pool)
    await log.append(key, {b"n": b"0"})
    (before,) = await wires.call((b"CLIENT", b"ID"))
    for _ in range(20):
        assert await log.read(key, b"0-0", block_ms=1_000)
    (after,) = await Wires(redis.connection_pool).call((b"CLIENT", b"ID"))
    assert after == before + 2, "one for the reader, one for this question"


async def test_who_closes_the_client_closes_these_connections(
    services: RunningStack, key: str
) -> None:
    client = connect_redis(services.urls["REDIS_URL"])
    wires = Wires(client.connection_pool)
    (number,) = await wires.call((b"CLIENT", b"ID"))
    async with asyncio.timeout(1):
        await client.aclose()
    other = connect_redis(services.urls["REDIS_URL"])
    left = Wires(other.connection_pool)
    async with asyncio.timeout(5):
        while (await left.call((b"CLIENT", b"LIST", b"ID", number)))[0]:  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.01)
    await other.aclose()


@pytest.mark.parametrize("query", ["", "?protocol=2", "?protocol=3"])
async def test_users_databases_and_protocols_are_those_of_the_address(
    services: RunningStack, redis: Redis, key: str, query: str
) -> None:
    await redis.execute_command("ACL", "SETUSER", key, "on", ">secret", "~*", "+@all")  # pyright: ignore[reportUnknownMemberType]
    netloc = urlsplit(services.urls["REDIS_URL"]).netloc
    client = connect_redis(f"redis://{key}:secret@{netloc}/1{query}")
    log = StreamLog(client, ttl_s=60)
    await log.replace(key, {b"n": b"0"})
    await log.append(key, {b"n": b"1"}, {b"n": b"2"})
    entries = await log.read(key, b"0-0", block_ms=1_000)
    assert [entry.fields[b"n"] for entry in entries] == [b"0", b"1", b"2"]
    (info,) = await Wires(client.connection_pool).call((b"CLIENT", b"INFO"))
    assert f" user={key} ".encode() in info
    assert b" db=1 " in info
    assert not await StreamLog(redis, ttl_s=60).exists(key)
    await client.aclose()
    await redis.execute_command("ACL", "DELUSER", key)  # pyright: ignore[reportUnknownMemberType]


async def test_a_server_that_speaks_something_else_is_left(key: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while sent := await reader.read(10_000):
            writer.write(b"HTTP/1.1 400\r\n" if b"XADD" in sent else b"+OK\r\n" * sent.count(b"*"))
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        client = connect_redis(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}?protocol=2")
        with pytest.raises(StreamError):
            await StreamLog(client, ttl_s=60).append(key, {b"n": b"0"})
        await client.aclose()
