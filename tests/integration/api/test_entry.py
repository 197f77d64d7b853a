"""What a connection finds when it enters, whatever happened on its way in."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator

import pytest
from redis.asyncio import Redis

from api.dependencies import Services
from api.entry import enter, snapshot
from interview.config import Settings
from interview.domain.phases import Phase
from interview.persistence.records import Records
from interview.protocol.server import PhaseChanged, UtteranceStart
from interview.streams.log import StreamLog
from interview.streams.outbound import OutboundWriter, out_key
from tests.integration.api.servers import Client
from tests.integration.api.test_room import greeted

pytestmark = pytest.mark.integration


@pytest.fixture
async def inside(settings: Settings) -> AsyncGenerator[Services]:
    services = await Services.open(settings)
    yield services
    await services.aclose()


async def _on_record(records: Records, interview_id: str, lines: int) -> None:
    async with asyncio.timeout(10):
        while len(await records.transcript(interview_id)) < lines:  # noqa: ASYNC110 the database tells nobody
            await asyncio.sleep(0.02)


async def test_what_went_on_since_they_were_let_in_is_shown(
    inside: Services, url: str, interview_id: str, records: Records, redis: Redis
) -> None:
    """Redis was slow to answer, and had nothing more to tell in the end."""
    before = await records.get_interview(interview_id)
    async with Client(url, interview_id) as client:
        await greeted(client)
        await client.send(type="answer_text", turn_id=uuid.uuid4().hex, text="It is good.")
        await client.seen("transcript", lambda body: body["sequence"] == 3)
    await _on_record(records, interview_id, 3)
    await redis.delete(out_key(interview_id))
    shown = snapshot(await enter(inside, before, "late", None))
    assert (shown.status, shown.phase, shown.question_id) == ("active", Phase.WARMUP, "lately")
    assert len(shown.transcript) == 3


async def test_a_worker_that_wakes_late_takes_nobody_back_to_its_question(
    url: str, interview_id: str, streams: StreamLog
) -> None:
    """Another one has long done its work; these connections came after that."""
    async with Client(url, interview_id) as client:
        await greeted(client)
        asked = next(m for m in client.received if m.type == "phase").body
        turn = {"turn_id": "woken", "stage": "speak"}
        late, again = (OutboundWriter(streams, interview_id, **turn, epoch=e) for e in (1, 2))
        await late.open()
        await again.open()
        await client.send(type="answer_text", turn_id=uuid.uuid4().hex, text="It is good.")
        end = await client.until("transcript", lambda body: body["sequence"] == 3)
    resuming, afresh = Client(url, interview_id), Client(url, interview_id)
    async with resuming:
        await resuming.hello(last_seq=end.seq)
        await late.send(
            PhaseChanged.model_validate({k: v for k, v in asked.items() if k != "seq"}),
            UtteranceStart(utterance_id="u-1", turn_id="woken", sequence=1),
        )
        assert await resuming.alive()
        await resuming.send(type="answer_text", turn_id=uuid.uuid4().hex, text="A database.")
        await resuming.until("transcript", lambda body: body["sequence"] == 5)
        asked_then = [m.body["question_id"] for m in resuming.received if m.type == "phase"]
        assert asked_then == ["broke"]
    async with afresh:
        await afresh.hello()
        await afresh.until("utterance_start")
        assert [m.body["question_id"] for m in afresh.received if m.type == "phase"] == ["broke"]
