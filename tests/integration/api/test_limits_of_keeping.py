"""What is kept of an answer that nobody takes, and for how long: not at all, and not for ever."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis
from temporalio.client import Client as Temporal

from activities.records import RecordKeeping
from activities.transcribe import Transcribe
from interview.audio.ear import AnswerEar
from interview.audio.vad import SileroVad
from interview.config import Settings
from interview.contracts.ids import workflow_id
from interview.contracts.interview import EndInput
from interview.contracts.records import CloseInput
from interview.contracts.turns import TranscribeInput, TurnRef
from interview.domain.phases import Phase
from interview.erasing import Erasing
from interview.errors import ConflictError, NotFoundError
from interview.persistence.blobs import build_blob_store
from interview.persistence.database import Database
from interview.persistence.records import Records
from interview.ports import Transcription
from interview.protocol.frames import pack_uplink
from interview.streams.audio import AFTERLIFE_S, AudioChunk, AudioEnd, AudioStart, AudioStream
from interview.streams.log import StreamLog
from interview.streams.outbound import out_key
from tests.integration.api.servers import Client
from tests.integration.api.test_room import greeted, new_turn
from tests.integration.api.voice import spoken_answer
from workflows.interview import InterviewWorkflow

pytestmark = pytest.mark.integration

MB = 1 << 20


async def test_one_connection_cannot_fill_redis(url: str, interview_id: str, redis: Redis) -> None:
    async with Client(url, interview_id) as client:
        await client.hello()
        for number in range(4):
            turn_id = f"turn-{number:08d}"
            await client.send(type="turn_start", turn_id=turn_id, format="pcm16")
            for index in range(100):
                await client.send_raw(pack_uplink(index, bytes(200 * 1024)))
            await client.send(type="turn_cancel", turn_id=turn_id)
        keys = [f"intervue:{{{interview_id}}}:turn:turn-{n:08d}:audio" for n in range(4)]
        async with asyncio.timeout(20):
            # Redis tells nobody.
            while not all([0 < await redis.ttl(key) <= AFTERLIFE_S for key in keys]):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    sizes = [await redis.memory_usage(key) for key in keys]  # pyright: ignore[reportUnknownMemberType] untyped keyword arguments
    assert sum(size or 0 for size in sizes) < MB


async def test_a_committed_answers_sound_does_not_stay_in_redis(
    url: str, interview_id: str, redis: Redis
) -> None:
    spoken, turn_id = await spoken_answer(), new_turn()
    async with Client(url, interview_id) as client:
        await greeted(client)
        await client.send(type="turn_start", turn_id=turn_id, format="webm")
        for index, (data, _) in enumerate(spoken.chunks):
            await client.send_raw(pack_uplink(index, data))
        await client.send(type="turn_end", turn_id=turn_id, chunks=len(spoken.chunks))
        await client.until("turn_committed")
        await client.seen("utterance_end")
    key = f"intervue:{{{interview_id}}}:turn:{turn_id}:audio"
    async with asyncio.timeout(10):
        while await redis.ttl(key) > AFTERLIFE_S:  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.02)


async def test_an_end_after_a_long_pause_leaves_no_key_for_ever(
    url: str, interview_id: str, redis: Redis, temporal: Temporal
) -> None:
    async with Client(url, interview_id) as client:
        await greeted(client)
    key = out_key(interview_id)
    await redis.delete(key)  # its time has come during the pause
    workflow = temporal.get_workflow_handle_for(InterviewWorkflow.run, workflow_id(interview_id))
    await workflow.execute_update(  # pyright: ignore[reportUnknownMemberType] an overload of theirs
        InterviewWorkflow.end_interview, EndInput(outcome="expired")
    )
    await workflow.result()
    assert await redis.xlen(key) >= 1
    assert await redis.ttl(key) > 0


@dataclass
class HeldSpeechToText:
    """Answers when it is let go."""

    name: str = "held/stt"
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def warm(self) -> None: ...

    async def transcribe(
        self, pcm16: bytes, *, language: str, prompt: str = "", timeout_s: float
    ) -> Transcription:
        self.asked.set()
        await self.go.wait()
        return Transcription("Private words.", 1.0)


async def test_no_recording_is_left_by_an_answer_that_was_under_way_at_a_withdrawal(
    settings: Settings,
    interview_id: str,
    database: Database,
    records: Records,
    streams: StreamLog,
    temporal: Temporal,
) -> None:
    blobs, stt = build_blob_store(settings), HeldSpeechToText()
    vad = SileroVad()
    stage = Transcribe(
        streams, records, blobs, stt, lambda f, rate, limit: AnswerEar(vad, f, rate, limit), 15.0
    )
    turn = TurnRef(
        interview_id=interview_id,
        turn_id=new_turn(),
        turn_number=2,
        kind="audio",
        answer_sequence=2,
        reply_sequence=3,
        phase=Phase.INTRODUCTION,
        question_id=None,
    )
    spoken = await spoken_answer()
    audio = AudioStream(streams, interview_id, turn.turn_id)
    await audio.start(AudioStart("webm", 16_000))
    await audio.append(*(AudioChunk(i, data) for i, (data, _) in enumerate(spoken.chunks)))
    await audio.end(AudioEnd(len(spoken.chunks), spoken.duration_ms))
    request = TranscribeInput(
        turn=turn, language="en", max_answer_s=300, stall_after_s=60, provider_attempts=5
    )
    run = asyncio.create_task(stage.run(request, 1))
    await asyncio.wait_for(stt.asked.wait(), 20)
    keeping = RecordKeeping(streams, records, Erasing(database, temporal))
    await keeping.close(CloseInput(interview_id=interview_id, outcome="withdrawn"))
    stt.go.set()
    # Over, or erased already.
    with pytest.raises((ConflictError, NotFoundError)) as refused:
        await run
    assert refused.value.code in ("interview.ended", "interview.not_found")
    folder = Path(settings.blob_url.removeprefix("file://")) / "interviews" / interview_id
    assert not [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost.evil.example"])
async def test_another_sites_name_is_not_served(url: str, host: str) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        refused = await http.get("/api/v1/interviews", headers={"Host": host})
        assert refused.status_code == 421
        assert refused.json()["error"]["code"] == "host.unknown"
        for ours in ("localhost:8000", "127.0.0.1", "[::1]:8000", "192.168.1.7:8000"):
            served = await http.get("/api/v1/interviews", headers={"Host": ours})
            assert served.status_code == 200
