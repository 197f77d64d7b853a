"""What clients may not do, and that the interview goes on after each of it."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from interview.config import Settings
from interview.protocol import limits
from interview.protocol.frames import pack_uplink
from tests.integration.api.servers import Client, serving

pytestmark = pytest.mark.integration

TURN = "turn-under-test"


async def test_an_unknown_interview_is_not_found(url: str) -> None:
    for unknown in (str(uuid.uuid4()), "no-uuid", str(uuid.uuid4()).upper()):
        async with Client(url, unknown) as client:
            with contextlib.suppress(ConnectionClosed):  # it may be refused before it says so
                await client.send(type="hello")
            error = await client.error("interview.not_found")
            assert error["recoverable"] is False
            assert await client.closed() == limits.CLOSE_NOT_FOUND


async def test_only_known_origins_and_non_browsers_come_in(url: str, interview_id: str) -> None:
    for origin in ("https://evil.example", "null", url.replace("http", "ftp", 1)):
        with pytest.raises(InvalidStatus) as caught:
            await Client(url, interview_id, origin=origin).__aenter__()
        assert caught.value.response.status_code == 403
        assert b'"auth.forbidden"' in (caught.value.response.body or b"")
    for origin in (url, "http://localhost:3000", None):
        async with Client(url, interview_id, origin=origin) as client:
            assert await client.hello()


async def test_without_debug_the_socket_is_closed(settings: Settings, interview_id: str) -> None:
    async with serving(settings.model_copy(update={"debug": False})) as url:
        for version in (1, 2):
            async with Client(url, interview_id, version=version) as client:
                if version == 2:  # which may bring a ticket
                    await client.send(type="hello")
                assert (await client.next()).body["code"] == "auth.missing"
                assert await client.closed() == limits.CLOSE_UNAUTHENTICATED


async def test_hello_comes_first_and_once(url: str, interview_id: str) -> None:
    async with Client(url, interview_id) as client:
        for early in ('{"type":"pause"}', b"\0\0\0\0sound", "{}", "not json"):
            await client.send_raw(early)
            assert (await client.until("error")).body["recoverable"]
        assert [m.body["code"] for m in client.received] == [
            "protocol.hello_missing",
            "protocol.violation",
            "protocol.violation",
            "protocol.malformed_json",
        ]
        await client.hello()
        await client.send(type="hello")
        await client.error("protocol.violation")
        assert await client.alive()


async def test_who_never_says_hello_is_sent_away(
    url: str, interview_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "HELLO_TIMEOUT_S", 0.05)
    async with Client(url, interview_id) as client:
        await client.error("protocol.hello_missing")
        assert await client.closed() == limits.CLOSE_VIOLATION


async def test_who_falls_silent_is_sent_away_and_may_come_back(
    url: str, interview_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CLIENT_SILENCE_TIMEOUT_S", 0.3)
    async with Client(url, interview_id) as client:
        await client.hello()
        await client.error("connection.idle")
        assert await client.closed() == limits.CLOSE_TRY_AGAIN
    monkeypatch.setattr(limits, "CLIENT_SILENCE_TIMEOUT_S", 45.0)
    async with Client(url, interview_id) as other:
        await other.hello()
        assert await other.alive()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ('{"type":"turn_start","turn_id":"short","format":"webm"}', "protocol.violation"),
        (f'{{"type":"turn_start","turn_id":"{TURN}","format":"exe"}}', "protocol.violation"),
        (f'{{"type":"turn_end","turn_id":"{TURN}","chunks":0}}', "turn.out_of_order"),
        (f'{{"type":"turn_cancel","turn_id":"{TURN}"}}', "turn.out_of_order"),
        (f'{{"type":"answer_text","turn_id":"{TURN}","text":" \\n"}}', "protocol.violation"),
        ('{"type":"audio","data":""}', "protocol.unknown_message"),
        ('{"type":"ping","nonce":-1}', "protocol.violation"),
        ('{"type":7}', "protocol.unknown_message"),
        ("{}", "protocol.violation"),
        ("null", "protocol.violation"),
        ("[[[[[[", "protocol.malformed_json"),
        ('{"type":"ping","nonce":' + "9" * 70_000, "message.too_large"),
        (b"", "protocol.violation"),
        (b"\0\0\0\0", "protocol.violation"),
        (pack_uplink(0, b"sound"), "turn.not_started"),
    ],
)
async def test_each_violation_has_its_code(
    url: str, interview_id: str, sent: str | bytes, code: str
) -> None:
    async with Client(url, interview_id) as client:
        await client.hello()
        await client.send_raw(sent)
        assert (await client.error(code))["recoverable"] is True
        assert await client.alive()


async def test_a_frame_beyond_all_measure_ends_the_connection_only(
    url: str, interview_id: str
) -> None:
    async with Client(url, interview_id) as client:
        await client.hello()
        with contextlib.suppress(ConnectionClosed):
            await client.send_raw(bytes(limits.MAX_FRAME_BYTES + 1))
        assert await client.closed() == 1009
    async with Client(url, interview_id) as other:
        await other.hello()
        assert await other.alive()


async def test_too_many_violations_end_the_connection_only(url: str, interview_id: str) -> None:
    async with Client(url, interview_id) as client:
        await client.hello()
        for _ in range(limits.MAX_VIOLATIONS):
            await client.send_raw("nonsense")
        final = await client.error("protocol.too_many_violations")
        assert final["recoverable"] is False
        assert await client.closed() == limits.CLOSE_VIOLATION
        errors = [m.body["code"] for m in client.received if m.type == "error"]
        assert errors.count("protocol.malformed_json") == limits.MAX_VIOLATIONS
    async with Client(url, interview_id) as other:
        await other.hello()
        assert await other.alive()


async def test_a_chunk_or_an_answer_that_is_too_large_ends_the_answer(
    url: str, interview_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_ANSWER_BYTES", 10_000)
    async with Client(url, interview_id) as client:
        await client.hello()
        await client.send(type="turn_start", turn_id="too-large-answer", format="pcm16")
        for index in range(4):
            await client.send_raw(pack_uplink(index, bytes(3_200)))
        error = await client.error("audio.too_large")
        assert error["turn_id"] == "too-large-answer"
        # What arrived is listened to; what still comes of it is passed over in silence.
        await client.send_raw(pack_uplink(4, bytes(3_200)))
        await client.send(type="turn_end", turn_id="too-large-answer", chunks=5)
        await client.until("turn_discarded", lambda body: body["reason"] == "no_speech")
        await client.send(type="turn_start", turn_id="too-large-chunk", format="pcm16")
        await client.send_raw(pack_uplink(0, bytes(limits.MAX_CHUNK_BYTES + 1)))
        assert (await client.error("message.too_large"))["turn_id"] == "too-large-chunk"
        await client.until("turn_discarded", lambda body: body["turn_id"] == "too-large-chunk")
        errors = [m.body for m in client.received if m.type == "error"]
        assert len(errors) == 2


async def test_a_flood_is_slowed_down_and_said_so(
    url: str, interview_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is lost: a burst may be an answer that is sent again."""
    monkeypatch.setattr(limits, "RATE_WINDOW_S", 0.5)
    async with Client(url, interview_id) as client:
        await client.hello()
        loop = asyncio.get_running_loop()
        began = loop.time()
        for nonce in range(300):
            await client.send(type="ping", nonce=nonce)
        await client.until("pong", lambda body: body["nonce"] == 299)
        assert loop.time() - began > (300 - limits.MAX_MESSAGES_PER_S * 0.5) / 210
        answered = [m.body["nonce"] for m in client.received if m.type == "pong"]
        assert answered == list(range(300))
        codes = {m.body["code"] for m in client.received if m.type == "error"}
        assert codes == {"rate.exceeded"}


async def test_the_rest_of_the_room_is_not_disturbed(
    http: httpx.AsyncClient, url: str, interview_id: str
) -> None:
    """After all that, an interview comes to its end."""
    bad: list[dict[str, Any]] = [
        {"type": "turn_end", "turn_id": TURN, "chunks": 3},
        {"type": "dance"},
        {"type": "turn_start", "turn_id": TURN, "format": 3},
    ]
    async with Client(url, interview_id) as client:
        await client.hello()
        for turn in range(4):
            for message in bad:
                await client.send(**message)
            await client.until("transcript", lambda body: body["role"] == "interviewer")
            await client.send(type="answer_text", turn_id=f"answer-{turn}", text="I agree.")
        await client.until("session_ended")
    shown = (await http.get(f"/api/v1/interviews/{interview_id}")).json()
    assert (shown["status"], shown["total_turns"]) == ("completed", 4)
