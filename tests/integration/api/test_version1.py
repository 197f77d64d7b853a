"""Version 1: the guide's messages, all of them and no others."""

from __future__ import annotations

import base64
import uuid
from typing import Any

import pytest

from interview.audio.decode import decode_all
from interview.persistence.records import Records
from tests.integration.api.servers import Client
from tests.integration.api.voice import spoken_answer

pytestmark = pytest.mark.integration

FIELDS = {
    "session_started": {"type", "session_id"},
    "status": {"type", "state"},
    "transcript": {"type", "role", "text", "sequence"},
    "audio_response": {"type", "data", "format"},
    "error": {"type", "code", "message", "recoverable"},
    "session_ended": {"type", "session_id", "total_turns"},
}


async def spoken() -> str:
    answer = await spoken_answer()
    return base64.b64encode(b"".join(data for data, _ in answer.chunks)).decode()


def to_the_letter(client: Client) -> list[dict[str, Any]]:
    for message in client.received:
        assert set(message.body) == FIELDS[message.type]
    return [message.body for message in client.received]


async def test_a_whole_interview_with_the_same_recording_for_every_answer(
    url: str, records: Records
) -> None:
    """A reply in between makes equal bytes another answer."""
    session_id, data = str(uuid.uuid4()), await spoken()
    async with Client(url, session_id, version=1) as client:
        assert (await client.next()).body == {"type": "session_started", "session_id": session_id}
        answers = 0
        while answers < 9:  # the default role's questions
            await client.until("audio_response")
            await client.send(type="playback_complete")
            await client.until("status", lambda body: body["state"] == "ready")
            await client.send(type="audio", data=data, format="webm")
            answers += 1
        await client.until("session_ended")
        assert await client.closed() == 1000
        messages = to_the_letter(client)
    assert messages[-1]["total_turns"] == 9
    lines = [m for m in messages if m["type"] == "transcript"]
    stored = await records.transcript(session_id)
    assert sorted((m["sequence"], m["role"], m["text"]) for m in lines) == [
        (line.sequence, line.speaker, line.text) for line in stored
    ]
    states = {m["state"] for m in messages if m["type"] == "status"}
    assert {"ready", "speaking"} <= states <= {"ready", "processing_stt", "generating", "speaking"}
    first = next(m for m in messages if m["type"] == "audio_response")
    assert len(decode_all(base64.b64decode(first["data"]), limit_s=60)) > 16_000


async def test_a_resent_answer_is_the_same_answer(url: str, records: Records) -> None:
    session_id, data = str(uuid.uuid4()), await spoken()
    async with Client(url, session_id, version=1) as client:
        await client.until("audio_response")
        for _ in range(3):
            await client.send(type="audio", data=data, format="webm")
        await client.until("audio_response")
    async with Client(url, session_id.upper(), version=1) as other:
        # A new connection does not know that the reply was heard.
        await other.until("audio_response")
        await other.send(type="audio", data=data, format="webm")
        await other.until("status", lambda body: body["state"] == "ready")
        await other.send(type="end_session")
        assert (await other.until("session_ended")).body["total_turns"] == 1
    answers = [x for x in await records.transcript(session_id) if x.speaker == "candidate"]
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "audio", "data": "?" * 9}, "audio.invalid_base64"),
        ({"type": "audio", "data": ""}, "audio.empty"),
        (
            {"type": "audio", "data": base64.b64encode(b"ffconcat version 1.0").decode()},
            "audio.unsupported_format",
        ),
        (
            {"type": "audio", "data": base64.b64encode(bytes(8 * 1024 * 1024 + 1)).decode()},
            "audio.too_large",
        ),
        ({"type": "audio", "format": "exe", "data": ""}, "protocol.violation"),
        ({"type": "audio"}, "protocol.violation"),
        ({"type": "ping", "nonce": 1}, "protocol.unknown_message"),
        ({"type": "hello"}, "protocol.unknown_message"),
    ],
)
async def test_each_violation_has_its_code_and_the_interview_goes_on(
    url: str, message: dict[str, Any], code: str
) -> None:
    async with Client(url, str(uuid.uuid4()), version=1) as client:
        await client.send(**message)
        assert (await client.error(code))["recoverable"] is True
        await client.send_raw(b"binary")
        await client.error("protocol.violation")
        await client.send_raw("{")
        await client.error("protocol.malformed_json")
        await client.seen("transcript")
        await client.send(type="end_session")
        await client.until("session_ended")
        to_the_letter(client)


async def test_a_session_id_that_is_no_uuid_is_not_found(url: str) -> None:
    async with Client(url, "my-interview", version=1) as client:
        error = (await client.next()).body
        assert (error["code"], error["recoverable"]) == ("interview.not_found", False)
        assert await client.closed() == 4404
        to_the_letter(client)
