"""Two API processes, one interview."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from interview.config import Settings
from interview.protocol import limits
from interview.streams.log import seq_of
from tests.integration.api.servers import Client, Received
from tests.integration.api.test_room import greeted, new_turn

pytestmark = pytest.mark.integration

OF_ONE_CONNECTION = {"session_started", "turn_accepted", "superseded", "pong"}


@dataclass(frozen=True)
class ApiProcess:
    """`python -m api`, beside the server in the tests' own process."""

    url: str
    process: asyncio.subprocess.Process


@pytest.fixture
async def other(settings: Settings) -> AsyncGenerator[ApiProcess]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert settings.master_keys is not None
    environment = {
        "MASTER_KEYS": settings.master_keys.get_secret_value(),
        "DEBUG": "true",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "TEMPORAL_ADDRESS": settings.temporal_address,
        "BLOB_URL": settings.blob_url,
        "LOG_LEVEL": "error",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api", env={**os.environ, **environment}
    )
    api = ApiProcess(f"http://127.0.0.1:{port}", process)
    async with asyncio.timeout(30), httpx.AsyncClient(base_url=api.url, trust_env=False) as http:
        while not await _healthy(http):  # noqa: ASYNC110 - another process sets no event
            await asyncio.sleep(0.05)
    yield api
    if process.returncode is None:
        process.kill()
    await process.wait()


async def _healthy(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/health/live")).is_success
    except httpx.TransportError:
        return False


async def _sent(redis: Redis, interview_id: str) -> list[int]:
    """Seqs of all messages and sounds of an interview."""
    rows: Any = await redis.xrange(f"intervue:{{{interview_id}}}:out")
    return [seq_of(entry) for entry, fields in rows if fields[b"k"] in (b"message", b"audio")]


def _relayed(client: Client) -> list[Received]:
    return [m for m in client.received if m.type not in OF_ONE_CONNECTION]


async def test_the_newest_connection_wins_and_gets_exactly_what_was_missed(
    url: str, other: ApiProcess, interview_id: str, redis: Redis
) -> None:
    async with Client(url, interview_id) as old:
        await greeted(old)
        last_seq = old.received[-3].seq
        async with Client(other.url, interview_id) as new:
            started = await new.hello(last_seq=last_seq)
            assert started["resumed_from_seq"] == last_seq
            await old.until("superseded")
            assert await old.closed() == limits.CLOSE_SUPERSEDED
            await new.send(type="answer_text", turn_id=new_turn(), text="I hear you well.")
            await new.until("transcript", lambda body: body["sequence"] == 3)
            await new.seen("turn_committed")
            assert await new.alive()
    again = _relayed(new)
    missed = [seq for seq in await _sent(redis, interview_id) if seq > last_seq]
    assert [m.seq for m in again] == missed[: len(again)]
    # What both have got is the same to the byte.
    both = [m.raw for m in _relayed(old) if m.seq > last_seq]
    assert both
    assert [m.raw for m in again][: len(both)] == both


async def test_what_a_killed_process_owed_comes_from_another(
    url: str, other: ApiProcess, interview_id: str, redis: Redis
) -> None:
    async with Client(other.url, interview_id) as old:
        await old.hello()
        await old.until("sentence")
        other.process.kill()
        last_seq = old.received[-1].seq
    async with Client(url, interview_id) as new:
        assert (await new.hello(last_seq=last_seq))["resumed_from_seq"] == last_seq
        await new.until("transcript")
    seqs = [m.seq for m in (*_relayed(old), *_relayed(new))]
    assert seqs == (await _sent(redis, interview_id))[: len(seqs)]


async def test_an_answer_whose_sender_died_does_not_hold_up_the_next(
    url: str, other: ApiProcess, interview_id: str, redis: Redis
) -> None:
    async with Client(other.url, interview_id) as old:
        await greeted(old)
        left = new_turn()
        await old.send(type="turn_start", turn_id=left, format="webm")
        await old.until("turn_accepted")
        other.process.kill()
    # Nothing of it came, and nothing names it: only the workflow knows that it was begun.
    await redis.delete(
        f"intervue:{{{interview_id}}}:turn", f"intervue:{{{interview_id}}}:turn:{left}:audio"
    )
    async with Client(url, interview_id) as new, asyncio.timeout(20):
        assert (await new.hello())["snapshot"]["pending_turn"] is None
        given = new_turn()
        await new.send(type="answer_text", turn_id=given, text="I hear you well.")
        await new.until("turn_committed", lambda body: body["turn_id"] == given)
        await new.until("utterance_end")
        # It was not refused for good: whoever still has it may give it.
        await new.send(type="turn_start", turn_id=left, format="webm")
        await new.until("turn_accepted", lambda body: body["turn_id"] == left)


async def test_a_server_that_is_stopped_says_so(other: ApiProcess, interview_id: str) -> None:
    async with Client(other.url, interview_id) as client:
        await client.hello()
        other.process.send_signal(signal.SIGTERM)
        assert await client.closed() == limits.CLOSE_GOING_AWAY
    async with asyncio.timeout(5):
        # uvicorn passes the signal on once it is done.
        assert await other.process.wait() in (0, -signal.SIGTERM)
