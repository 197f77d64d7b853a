"""What the room hears while a service is away: little, and that nothing is lost."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import make_url

from interview.config import Settings
from interview.persistence.records import Records
from interview.protocol import limits
from interview.protocol.frames import pack_uplink
from interview.streams.audio import AudioStream
from interview.streams.log import StreamLog
from interview.streams.outbound import out_key
from tests.integration.api.servers import PATIENCE_S, Client, Wire, serving
from tests.integration.api.test_room import greeted, new_turn
from tests.integration.api.voice import spoken_answer

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Wires:
    """The API's own; the worker's stay."""

    redis: Wire
    temporal: Wire
    postgres: Wire
    url: str
    """Of the API."""


@pytest.fixture
async def wires(settings: Settings) -> AsyncGenerator[Wires]:
    database = make_url(settings.database_url)
    async with (
        Wire(urlsplit(settings.redis_url).netloc.rpartition("@")[2]) as redis,
        Wire(settings.temporal_address) as temporal,
        Wire(f"{database.host}:{database.port}") as postgres,
    ):
        wired = settings.model_copy(
            update={
                "redis_url": f"redis://{redis.address}",
                "temporal_address": temporal.address,
                "database_url": database.set(
                    host="127.0.0.1", port=int(postgres.address.rpartition(":")[2])
                ).render_as_string(hide_password=False),
            }
        )
        async with serving(wired) as url:
            yield Wires(redis, temporal, postgres, url)


async def test_without_temporal_the_room_opens_and_goes_on_by_itself(
    wires: Wires, interview_id: str
) -> None:
    await wires.temporal.cut()
    async with Client(wires.url, interview_id) as client:
        assert (await client.hello())["snapshot"]["status"] == "created"
        told = await client.error("temporal.unavailable")
        assert told["recoverable"] is True
        assert told["turn_id"] is None
        assert await client.alive()
        await wires.temporal.mend()
        await client.until("transcript")
        errors = [m for m in client.received if m.type == "error"]
        assert len(errors) == 1


async def test_an_answer_waits_for_temporal_and_is_taken_up(
    wires: Wires, interview_id: str, records: Records
) -> None:
    spoken, turn_id = await spoken_answer(), new_turn()
    async with Client(wires.url, interview_id) as client:
        await greeted(client)
        await wires.temporal.cut()
        await client.send(type="turn_start", turn_id=turn_id, format="webm")
        for index, (data, _) in enumerate(spoken.chunks):
            await client.send_raw(pack_uplink(index, data))
        await client.send(type="turn_end", turn_id=turn_id, chunks=len(spoken.chunks))
        told = await client.error("temporal.unavailable")
        assert told["turn_id"] == turn_id
        assert "saved" in told["message"]
        await wires.temporal.mend()
        await client.until("turn_committed")
    assert await records.find_answer(interview_id, turn_id) is not None


async def test_an_answer_survives_its_connection_while_temporal_is_away(
    wires: Wires, url: str, interview_id: str
) -> None:
    """The workflow has not heard of it, and the process that would tell it is cut off; the
    next connection, elsewhere, takes the answer up from the streams."""
    spoken, turn_id = await spoken_answer(), new_turn()
    async with Client(wires.url, interview_id) as client:
        await greeted(client)
        await wires.temporal.cut()
        await client.send(
            type="turn_start",
            turn_id=turn_id,
            format="webm",
            interrupted={"utterance_id": "unknown", "heard_ms": 5},
        )
        for index, (data, _) in enumerate(spoken.chunks):
            await client.send_raw(pack_uplink(index, data))
        await client.send(type="turn_end", turn_id=turn_id, chunks=len(spoken.chunks))
    async with Client(url, interview_id) as other:
        pending = (await other.hello())["snapshot"]["pending_turn"]
        assert pending == {
            "turn_id": turn_id,
            "next_chunk": len(spoken.chunks),
            "ended": True,
        }
        await other.until("turn_committed", lambda body: body["turn_id"] == turn_id)


async def test_an_answer_outlives_the_streams_absence(
    wires: Wires, interview_id: str, streams: StreamLog, http: httpx.AsyncClient
) -> None:
    spoken, turn_id = await spoken_answer(), new_turn()
    half = len(spoken.chunks) // 2
    async with Client(wires.url, interview_id) as client:
        await greeted(client)
        await client.send(type="turn_start", turn_id=turn_id, format="webm")
        for index, (data, _) in enumerate(spoken.chunks[:half]):
            await client.send_raw(pack_uplink(index, data))
        await client.until("turn_accepted")
        # What is gathered before it is written would have to be sent again, rightly.
        await _kept(streams, interview_id, turn_id, half)
        await wires.redis.cut()
        for index in range(half, len(spoken.chunks)):
            await client.send_raw(pack_uplink(index, spoken.chunks[index][0]))
        assert (await client.error("stream.unavailable"))["recoverable"] is True
        assert await client.alive()
        await wires.redis.mend()
        again = (await client.until("turn_resend")).body
        assert again["turn_id"] == turn_id
        assert half <= again["from_chunk"] <= len(spoken.chunks)
        for index in range(again["from_chunk"], len(spoken.chunks)):
            await client.send_raw(pack_uplink(index, spoken.chunks[index][0]))
        await client.send(type="turn_end", turn_id=turn_id, chunks=len(spoken.chunks))
        await client.until("turn_committed")
        assert sum(m.type == "error" for m in client.received) == 1
    rows = (await http.get(f"/api/v1/interviews/{interview_id}/recordings")).json()["items"]
    mine = next(row for row in rows if row["speaker"] == "candidate")
    path = f"/api/v1/interviews/{interview_id}/recordings/{mine['recording_id']}"
    assert (await http.get(path)).content == b"".join(data for data, _ in spoken.chunks)


async def test_a_short_absence_of_the_streams_is_not_noticed(
    wires: Wires, interview_id: str
) -> None:
    spoken, turn_id = await spoken_answer(), new_turn()
    async with Client(wires.url, interview_id) as client:
        await greeted(client)
        await client.send(type="turn_start", turn_id=turn_id, format="webm")
        for index, (data, _) in enumerate(spoken.chunks):
            if index == len(spoken.chunks) // 2:
                await wires.redis.cut()
                await wires.redis.mend()
            await client.send_raw(pack_uplink(index, data))
        await client.send(type="turn_end", turn_id=turn_id, chunks=len(spoken.chunks))
        await client.until("turn_committed")
        assert not any(m.type in ("error", "turn_resend") for m in client.received)


async def test_entering_waits_for_the_database(wires: Wires, interview_id: str) -> None:
    await wires.postgres.cut()
    async with Client(wires.url, interview_id) as client:
        await client.send(type="hello")
        assert (await client.error("database.unavailable"))["recoverable"] is True
        await wires.postgres.mend()
        await client.until("session_started")
        assert await client.alive()


async def test_who_cannot_enter_is_asked_to_try_again(
    wires: Wires, interview_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.connection.ENTER_TIMEOUT_S", 0.5)
    await wires.postgres.cut()
    for version in (1, 2):
        async with Client(wires.url, str(uuid.uuid4()), version=version) as client:
            if version == 2:
                await client.send(type="hello")
            await client.error("database.unavailable")
            assert await client.closed() == limits.CLOSE_TRY_AGAIN


async def test_who_has_left_does_not_enter_after_all(
    wires: Wires, interview_id: str, streams: StreamLog
) -> None:
    """A page that connects anew while the database is away is not thrown out by itself."""
    async with Client(wires.url, interview_id) as client:
        await greeted(client)
    await wires.postgres.cut()
    for _ in range(3):
        async with Client(wires.url, interview_id) as gone:
            await gone.send(type="hello")
            await gone.send(type="ping", nonce=1)
            await gone.error("database.unavailable")
    async with Client(wires.url, interview_id) as client:
        await client.send(type="hello")
        await client.send(type="ping", nonce=7)
        await client.error("database.unavailable")
        await wires.postgres.mend()
        await client.until("session_started")
        # What came before it could be answered is not lost.
        await client.until("pong", lambda body: body["nonce"] == 7)
        assert await client.alive()
    entries = await streams.read(out_key(interview_id), b"0-0")
    assert sum(entry.fields[b"k"] == b"takeover" for entry in entries) == 2


async def _kept(streams: StreamLog, interview_id: str, turn_id: str, chunks: int) -> None:
    """So many chunks of the answer are on the streams."""
    audio = AudioStream(streams, interview_id, turn_id)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if (await audio.received())[0] >= chunks:
                return
            await asyncio.sleep(0.01)
