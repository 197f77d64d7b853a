"""Hands-free turns, coughs and repeated questions as a client meets them."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from demo.voice import Spoken
from interview.persistence.records import Records
from interview.protocol.frames import pack_uplink
from interview.streams.log import StreamLog
from tests.drafts import drafted, sentences_key
from tests.integration.api.servers import Client
from tests.integration.api.voice import spoken_answer

pytestmark = pytest.mark.integration


async def greeted(client: Client) -> dict[str, Any]:
    """Returns `utterance_start` of the greeting."""
    await client.hello()
    start = await client.until("utterance_start")
    await client.until("transcript")
    return start.body


async def test_silence_ends_an_answer_and_thinking_does_not(
    url: str, interview_id: str, streams: StreamLog, records: Records
) -> None:
    spoken, turn_id = await spoken_answer(), uuid.uuid4().hex
    half = len(spoken.chunks) // 2
    key = sentences_key(interview_id, turn_id)
    async with Client(url, interview_id) as client:
        await greeted(client)
        await client.send(type="turn_start", turn_id=turn_id, format="webm", mode="hands_free")
        for index, (data, _) in enumerate(spoken.chunks):
            if index == half:
                await client.send(type="speech_paused", turn_id=turn_id, chunks=half)
                await client.until("partial_transcript")
                await drafted(streams, key, 1, 20.0)
                await client.send(type="speech_resumed", turn_id=turn_id)
            await client.send_raw(pack_uplink(index, data))
        chunks = len(spoken.chunks)
        for _ in range(3):  # repeated, it is the same pause
            await client.send(type="speech_paused", turn_id=turn_id, chunks=chunks)
        await drafted(streams, key, 2, 20.0)
        assert not any(
            m.body.get("turn_id") == turn_id for m in client.received if m.type == "utterance_start"
        )
        await client.send(type="turn_end", turn_id=turn_id, chunks=chunks)
        await client.seen("turn_committed", lambda body: body["turn_id"] == turn_id)
        await client.seen("transcript", lambda body: body["sequence"] == 3)
        assert [m.body["code"] for m in client.received if m.type == "error"] == []
    kinds = await _kinds(streams, key)
    assert kinds.count(b"release") == 1, kinds
    assert (await records.find_answer(interview_id, turn_id)) is not None
    audio = await _kinds(streams, f"intervue:{{{interview_id}}}:turn:{turn_id}:audio")
    assert [kind for kind in audio if kind not in (b"chunk", b"chunks")] == [
        b"start",
        b"pause",
        b"resume",
        b"pause",
        b"end",
    ]


async def fallen_silent(client: Client, turn_id: str, spoken: Spoken) -> None:
    """An answer that may be over."""
    await greeted(client)
    await client.send(type="turn_start", turn_id=turn_id, format="webm", mode="hands_free")
    for index, (data, _) in enumerate(spoken.chunks):
        await client.send_raw(pack_uplink(index, data))
    await client.send(type="speech_paused", turn_id=turn_id, chunks=len(spoken.chunks))


async def test_the_room_is_told_how_a_pause_sounds(url: str, interview_id: str) -> None:
    spoken, turn_id = await spoken_answer("I moved it to a new database."), uuid.uuid4().hex
    chunks = len(spoken.chunks)
    async with Client(url, interview_id) as client:
        await fallen_silent(client, turn_id, spoken)
        told = (await client.until("endpointing")).body
        assert told == {
            "type": "endpointing",
            "turn_id": turn_id,
            "chunks": chunks,
            "sounds": "complete",
            "wait_ms": 350,
            "usual_ms": 700,
            "seq": told["seq"],
        }
        await client.send(type="turn_end", turn_id=turn_id, chunks=chunks)
        await client.seen("turn_committed", lambda body: body["turn_id"] == turn_id)


async def test_another_connection_goes_on_in_the_middle_of_a_pause(
    url: str, interview_id: str
) -> None:
    spoken, turn_id = await spoken_answer(), uuid.uuid4().hex
    chunks = len(spoken.chunks)
    async with Client(url, interview_id) as client:
        await fallen_silent(client, turn_id, spoken)
        await client.until("partial_transcript")
    async with Client(url, interview_id) as other:
        pending = (await other.hello())["snapshot"]["pending_turn"]
        assert pending == {"turn_id": turn_id, "next_chunk": chunks, "ended": False}
        await other.send(type="speech_resumed", turn_id=turn_id)
        await other.send(type="speech_paused", turn_id=turn_id, chunks=chunks)
        await other.send(type="turn_end", turn_id=turn_id, chunks=chunks)
        await other.seen("turn_committed", lambda body: body["turn_id"] == turn_id)
        await other.seen("transcript", lambda body: body["sequence"] == 3)
        assert not any(m.type == "error" for m in other.received)


async def test_what_does_not_fit_is_refused_and_the_answer_goes_on(
    url: str, interview_id: str
) -> None:
    spoken, turn_id = await spoken_answer(), uuid.uuid4().hex
    async with Client(url, interview_id) as client:
        await greeted(client)
        await client.send(type="speech_paused", turn_id=turn_id, chunks=0)
        assert (await client.error("turn.out_of_order"))["turn_id"] == turn_id
        await client.send(type="turn_start", turn_id=turn_id, format="webm", mode="hands_free")
        await client.send(type="speech_resumed", turn_id=turn_id)
        await client.error("turn.out_of_order")
        await client.send(type="speech_paused", turn_id=turn_id, chunks=5)
        await client.error("turn.out_of_order")
        await client.send(type="speech_paused", turn_id=turn_id, chunks=-1)
        await client.error("protocol.violation")
        await client.send(type="turn_start", turn_id=turn_id, format="webm", mode="telepathy")
        await client.error("protocol.violation")
        for index, (data, _) in enumerate(spoken.chunks):
            await client.send_raw(pack_uplink(index, data))
        await client.send(type="turn_end", turn_id=turn_id, chunks=len(spoken.chunks))
        await client.seen("turn_committed", lambda body: body["turn_id"] == turn_id)


async def test_a_cough_over_the_interviewer_says_where_to_go_on(
    url: str, interview_id: str, records: Records
) -> None:
    turn_id = uuid.uuid4().hex
    async with Client(url, interview_id) as client:
        start = await greeted(client)
        cut = {"utterance_id": start["utterance_id"], "heard_ms": 300}
        await client.send(
            type="turn_start",
            turn_id=turn_id,
            format="pcm16",
            mode="hands_free",
            interrupted=cut,
        )
        await client.send_raw(pack_uplink(0, bytes(3_200)))
        await client.until("turn_accepted")
        await client.send(type="turn_cancel", turn_id=turn_id)
        discarded = (await client.until("turn_discarded")).body
        assert (discarded["reason"], discarded["resume"]) == ("cancelled", cut)
    assert (await records.transcript(interview_id))[0].heard_ms is None


async def test_a_question_is_repeated_when_nobody_speaks(url: str, interview_id: str) -> None:
    async with Client(url, interview_id) as client:
        assert (await client.hello())["snapshot"]["endpointing_ms"] == 700
        await client.until("transcript")
        async with asyncio.timeout(20):
            while True:  # refused until the greeting has been played
                await client.send(type="repeat")
                message = await client.next()
                while message.type not in ("error", "utterance_start"):
                    message = await client.next()
                if message.type == "utterance_start":
                    break
                assert message.body["code"] == "turn.out_of_order"
                await asyncio.sleep(0.1)
        again = (await client.until("transcript")).body
        assert (again["sequence"], again["text"]) == (2, "Is the sound good?")


async def _kinds(streams: StreamLog, key: str) -> list[bytes]:
    return [entry.fields[b"k"] for entry in await streams.read(key, b"0-0")]
