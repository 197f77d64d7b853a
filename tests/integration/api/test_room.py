"""Version 2 over the real workflow: entering, answering, resuming."""

from __future__ import annotations

import asyncio
import uuid

import httpx
import pytest
from redis.asyncio import Redis
from temporalio.client import Client as TemporalClient

from interview.contracts.ids import workflow_id
from interview.persistence.records import Records
from interview.protocol.frames import pack_uplink
from interview.streams.audio import AudioStream
from interview.streams.log import StreamLog
from tests.integration.api.servers import Client
from tests.integration.api.voice import spoken_answer
from workflows.interview import InterviewWorkflow

pytestmark = pytest.mark.integration


def new_turn() -> str:
    return uuid.uuid4().hex


async def greeted(client: Client) -> None:
    await client.hello()
    await client.until("utterance_end")
    await client.until("transcript")


async def running(temporal: TemporalClient, interview_id: str, turn_id: str | None) -> None:
    """Until the workflow runs this turn, or none."""
    workflow = temporal.get_workflow_handle_for(InterviewWorkflow.run, workflow_id(interview_id))
    async with asyncio.timeout(20):
        while (await workflow.query(InterviewWorkflow.snapshot)).running_turn_id != turn_id:
            pass


async def test_entering_starts_the_interview_and_tells_where_it_stands(
    url: str, interview_id: str
) -> None:
    async with Client(url, interview_id) as client:
        started = await client.hello()
        assert client.socket.subprotocol == "intervue.v2"
        assert started["version"] == 2
        assert started["session_id"] == interview_id
        assert started["resumed_from_seq"] is None
        snapshot = started["snapshot"]
        assert (snapshot["status"], snapshot["candidate_name"]) == ("created", "Ada")
        assert (snapshot["question_number"], snapshot["question_count"]) == (1, 4)
        assert snapshot["question_text"] == "Is the sound good?"
        assert snapshot["pending_turn"] is None
        greeting = (await client.until("transcript")).body
        assert greeting["role"] == "interviewer"
        assert greeting["text"].startswith("Hello, Ada.")
        sound = [m for m in client.received if m.type == "audio"]
        assert sound
        assert all(m.seq > started["seq"] for m in sound)


async def test_seq_only_grows(url: str, interview_id: str) -> None:
    async with Client(url, interview_id) as client:
        await greeted(client)
        assert await client.alive()
        seqs = [m.seq for m in client.received]
        assert seqs == sorted(seqs)
        assert all(isinstance(m.raw, bytes) or m.raw.startswith('{"seq":') for m in client.received)


async def test_a_spoken_answer_is_committed_and_answered(
    url: str, interview_id: str, records: Records, http: httpx.AsyncClient
) -> None:
    spoken, turn_id = await spoken_answer(), new_turn()
    async with Client(url, interview_id) as client:
        await greeted(client)
        await client.send(type="turn_start", turn_id=turn_id, format="webm")
        for index, (data, _) in enumerate(spoken.chunks):
            await client.send_raw(pack_uplink(index, data))
        await client.send(
            type="turn_end",
            turn_id=turn_id,
            chunks=len(spoken.chunks),
            duration_ms=spoken.duration_ms,
        )
        committed = (await client.until("turn_committed")).body
        assert committed["turn_id"] == turn_id
        await client.seen("utterance_start", lambda body: body["turn_id"] == turn_id)
        await client.seen("transcript", lambda body: body["sequence"] == 3)
        assert any(m.type == "turn_accepted" for m in client.received)
    answer = await records.find_answer(interview_id, turn_id)
    assert answer is not None
    assert answer.sequence == committed["sequence"]
    rows = (await http.get(f"/api/v1/interviews/{interview_id}/recordings")).json()["items"]
    mine = next(row for row in rows if row["turn_id"] == turn_id and row["speaker"] == "candidate")
    path = f"/api/v1/interviews/{interview_id}/recordings/{mine['recording_id']}"
    whole = await http.get(path)
    assert whole.content == b"".join(data for data, _ in spoken.chunks)
    assert whole.headers["content-type"] == "audio/webm"
    part = await http.get(path, headers={"Range": "bytes=10-19"})
    assert part.status_code == 206
    assert part.content == whole.content[10:20]
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole.content)}"
    tail = await http.get(path, headers={"Range": "bytes=-5"})
    assert tail.content == whole.content[-5:]
    assert (await http.get(path, headers={"Range": "bytes=99999999-"})).status_code == 416
    unchanged = await http.get(path, headers={"If-None-Match": whole.headers["etag"]})
    assert unchanged.status_code == 304


async def test_a_typed_answer_sent_again_is_the_same_answer(
    url: str, interview_id: str, temporal: TemporalClient
) -> None:
    turn_id = new_turn()
    async with Client(url, interview_id) as client:
        await greeted(client)
        await client.send(type="answer_text", turn_id=turn_id, text="It is good.")
        first = (await client.until("turn_committed")).body
        await client.seen("transcript", lambda body: body["sequence"] == 3)
        await running(temporal, interview_id, None)
        await client.send(type="answer_text", turn_id=turn_id, text="Something else.")
        again = (await client.until("turn_committed")).body
        assert (again["turn_id"], again["sequence"]) == (turn_id, first["sequence"])
    async with Client(url, interview_id) as other:
        started = await other.hello()
        assert started["snapshot"]["committed_turns"] == [turn_id]
        assert [line["text"] for line in started["snapshot"]["transcript"]][1] == "It is good."


async def test_a_fresh_connection_hears_the_current_question_again(
    url: str, interview_id: str
) -> None:
    async with Client(url, interview_id) as client:
        await greeted(client)
        asked = next(m for m in client.received if m.type == "phase")
        start = next(m for m in client.received if m.type == "utterance_start")
    async with Client(url, interview_id) as other:
        started = await other.hello()
        assert started["resumed_from_seq"] is None
        assert started["seq"] == asked.seq - 1
        assert (await other.next()).raw == asked.raw
        assert (await other.next()).raw == start.raw
        assert (await other.until("audio")).body["sequence"] == start.body["sequence"]


async def test_a_seq_that_is_no_longer_kept_starts_afresh(
    url: str, interview_id: str, redis: Redis, records: Records
) -> None:
    async with Client(url, interview_id) as client:
        await greeted(client)
        last_seq = client.received[-1].seq
    async with asyncio.timeout(10):
        # The greeting's row is written after its sound has been sent.
        while not await records.transcript(interview_id):  # noqa: ASYNC110 the database tells nobody
            await asyncio.sleep(0.02)
    await redis.xtrim(f"intervue:{{{interview_id}}}:out", maxlen=0, approximate=False)
    for bogus in (last_seq, 2**53 - 1, 0):
        async with Client(url, interview_id) as other:
            started = await other.hello(last_seq=bogus)
            assert started["resumed_from_seq"] is None
            assert len(started["snapshot"]["transcript"]) == 1


async def test_an_answer_is_continued_on_another_connection(
    url: str, interview_id: str, records: Records, streams: StreamLog
) -> None:
    spoken, turn_id = await spoken_answer(), new_turn()
    half = len(spoken.chunks) // 2
    async with Client(url, interview_id) as client:
        await greeted(client)
        await client.send(type="turn_start", turn_id=turn_id, format="webm")
        for index, (data, _) in enumerate(spoken.chunks[:half]):
            await client.send_raw(pack_uplink(index, data))
        await client.until("turn_accepted")
    async with Client(url, interview_id) as other:
        pending = (await other.hello())["snapshot"]["pending_turn"]
        assert pending == {"turn_id": turn_id, "next_chunk": half, "ended": False}
        # Begun already: chunks may go on without a `turn_start`, and what is there is skipped.
        for index in range(half - 2, len(spoken.chunks)):
            await other.send_raw(pack_uplink(index, spoken.chunks[index][0]))
        await other.send(type="turn_end", turn_id=turn_id, chunks=len(spoken.chunks))
        await other.until("turn_committed")
    assert await records.find_answer(interview_id, turn_id) is not None
    data, _ = await AudioStream(streams, interview_id, turn_id).collect()
    assert data == b"".join(chunk for chunk, _ in spoken.chunks)


async def test_a_gap_is_asked_for_again(url: str, interview_id: str) -> None:
    spoken, turn_id = await spoken_answer(), new_turn()
    async with Client(url, interview_id) as client:
        await greeted(client)
        await client.send(type="turn_start", turn_id=turn_id, format="webm")
        await client.send_raw(pack_uplink(0, spoken.chunks[0][0]))
        for index in (2, 3, 4):
            await client.send_raw(pack_uplink(index, spoken.chunks[index][0]))
        assert (await client.until("turn_resend")).body["from_chunk"] == 1
        await client.send(type="turn_end", turn_id=turn_id, chunks=len(spoken.chunks))
        assert (await client.until("turn_resend")).body["from_chunk"] == 1
        for index in range(1, len(spoken.chunks)):
            await client.send_raw(pack_uplink(index, spoken.chunks[index][0]))
        await client.send(type="turn_end", turn_id=turn_id, chunks=len(spoken.chunks))
        await client.until("turn_committed")
        assert sum(m.type == "turn_resend" for m in client.received) == 2


async def test_a_cancelled_answer_leaves_nothing(url: str, interview_id: str) -> None:
    turn_id = new_turn()
    async with Client(url, interview_id) as client:
        await greeted(client)
        await client.send(type="turn_start", turn_id=turn_id, format="pcm16")
        await client.send_raw(pack_uplink(0, bytes(3_200)))
        await client.send(type="turn_cancel", turn_id=turn_id)
        discarded = (await client.until("turn_discarded")).body
        assert (discarded["turn_id"], discarded["reason"]) == (turn_id, "cancelled")
    async with Client(url, interview_id) as other:
        snapshot = (await other.hello())["snapshot"]
        assert snapshot["pending_turn"] is None
        assert snapshot["committed_turns"] == []


async def test_an_answer_that_is_not_ended_gives_way_to_the_next(
    url: str, interview_id: str, temporal: TemporalClient, streams: StreamLog
) -> None:
    """What arrived of it is the answer; nothing of it gets into the next one."""
    spoken, first, second = await spoken_answer(), new_turn(), new_turn()
    async with Client(url, interview_id) as client:
        await greeted(client)
        await client.send(type="turn_start", turn_id=first, format="webm")
        for index, (data, _) in enumerate(spoken.chunks):
            await client.send_raw(pack_uplink(index, data))
        await running(temporal, interview_id, first)  # if it still waited, no other could
        await client.send(type="turn_start", turn_id=second, format="webm")
        await client.error("turn.out_of_order")
        for index, (data, _) in enumerate(spoken.chunks[:-1]):
            await client.send_raw(pack_uplink(index, data))
        await client.send(type="turn_end", turn_id=second, chunks=len(spoken.chunks) - 1)
        await client.seen("turn_committed", lambda body: body["turn_id"] == first)
        await client.seen("turn_committed", lambda body: body["turn_id"] == second)
    kept = [await AudioStream(streams, interview_id, turn).collect() for turn in (first, second)]
    whole = b"".join(data for data, _ in spoken.chunks)
    assert [data for data, _ in kept] == [whole, whole[: -len(spoken.chunks[-1][0])]]


async def test_pause_resume_and_end(url: str, interview_id: str) -> None:
    async with Client(url, interview_id) as client:
        await greeted(client)
        await client.send(type="pause")
        await client.until("paused")
    async with Client(url, interview_id) as other:
        assert (await other.hello())["snapshot"]["status"] == "paused"
        await other.send(type="resume")
        await other.until("resumed")
        await other.send(type="end_session")
        ended = (await other.until("session_ended")).body
        assert (ended["outcome"], ended["total_turns"]) == ("ended_by_candidate", 0)
        assert await other.closed() == 1000


async def test_a_finished_interview_says_so_even_without_its_stream(
    url: str, interview_id: str, redis: Redis
) -> None:
    async with Client(url, interview_id) as client:
        await greeted(client)
        await client.send(type="end_session")
        await client.until("session_ended")
    await redis.delete(f"intervue:{{{interview_id}}}:out")
    async with Client(url, interview_id) as other:
        started = await other.hello()
        assert started["snapshot"]["status"] == "completed"
        await other.send(type="answer_text", turn_id=new_turn(), text="One more thing.")
        refused = await other.error("interview.ended")
        assert refused["recoverable"] is False
        ended = (await other.until("session_ended")).body
        assert ended["outcome"] == "ended_by_candidate"
        assert await other.closed() == 1000


async def test_mp3_comes_sentence_by_sentence_and_survives_a_reconnect(
    url: str, interview_id: str
) -> None:
    async with Client(url, interview_id) as client:
        await client.hello(audio="mp3")
        await client.until("transcript")
        first = client.received
        sounds = [m.body for m in first if m.type == "audio_response"]
        assert [sound["sentence"] for sound in sounds] == [0, 1]
        assert not any(m.type == "audio" for m in first)
        start = next(m for m in first if m.type == "utterance_start").body
        assert {sound["utterance_id"] for sound in sounds} == {start["utterance_id"]}
    for cut in range(1, len(first)):
        # Wherever it breaks off, the rest comes, once and whole.
        async with Client(url, interview_id) as other:
            started = await other.hello(audio="mp3", last_seq=first[cut].seq)
            assert started["resumed_from_seq"] == first[cut].seq
            expected = [m.raw for m in first if m.seq > first[cut].seq]
            assert [(await other.next()).raw for _ in expected] == expected
