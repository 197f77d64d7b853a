"""Mutated messages: whatever comes, the connection answers, or can be made again, and the
interview comes to its end.

`FUZZ_MESSAGES` says how many.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from typing import Any

import httpx
import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from websockets.exceptions import ConnectionClosed

from interview.protocol import limits
from interview.protocol.frames import pack_uplink
from tests.integration.api.servers import PATIENCE_S, Client

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

MESSAGES = int(os.environ.get("FUZZ_MESSAGES", "2000"))
A_SEQUENCE = 50
LAST = 2**52
"""Nonce of the ping after a sequence."""
CRASHES = {"connection.crashed", "background.crashed", "request.crashed"}
EXPECTED_CLOSES = {limits.CLOSE_VIOLATION, 1007, 1009}
"""Too much nonsense, text that is no UTF-8, a frame beyond all measure."""

TURN_IDS = st.sampled_from(["turn-0001", "turn-0002", "turn-0003"])
VALID: list[dict[str, Any]] = [
    {"type": "hello", "last_seq": 5, "audio": "mp3"},
    {"type": "turn_start", "turn_id": "turn-0001", "format": "webm", "sample_rate_hz": 16000},
    {
        "type": "turn_start",
        "turn_id": "turn-0002",
        "format": "pcm16",
        "interrupted": {"utterance_id": "u", "heard_ms": 10},
    },
    {"type": "turn_start", "turn_id": "turn-0003", "format": "pcm16", "mode": "hands_free"},
    {"type": "speech_paused", "turn_id": "turn-0003", "chunks": 2},
    {"type": "speech_resumed", "turn_id": "turn-0003"},
    {"type": "turn_end", "turn_id": "turn-0001", "chunks": 2, "duration_ms": 100},
    {"type": "turn_cancel", "turn_id": "turn-0001"},
    {"type": "answer_text", "turn_id": "turn-0003", "text": "I think so."},
    {"type": "playback_complete", "utterance_id": "u"},
    {"type": "pause"},
    {"type": "resume"},
    {"type": "repeat"},
    {"type": "ping", "nonce": 1},
    {"type": "audio", "data": "GkXfow==", "format": "webm"},
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from([2**53, -1, "\0", "9" * 400, "turn-0001", "pcm16", "\ud83d"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=8,
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A valid message with a field or two changed, lost or added; or its text damaged."""
    message = dict(draw(st.sampled_from(VALID)))
    if "turn_id" in message:
        message["turn_id"] = draw(TURN_IDS)
    for _ in range(draw(st.integers(0, 2))):
        key = draw(st.sampled_from([*message, "extra"]))
        if draw(st.booleans()):
            message.pop(key, None)
        else:
            message[key] = draw(JSON)
    text = json.dumps(message)
    if draw(st.integers(0, 4)) == 0:
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.text(max_size=5)) + text[at + draw(st.integers(0, 9)) :]
    return text.encode("utf-8", "replace").decode()


FRAMES = st.one_of(
    st.binary(max_size=200),
    st.builds(pack_uplink, st.integers(0, 4), st.binary(min_size=1, max_size=500)),
    st.builds(pack_uplink, st.integers(0, 2**32 - 1), st.binary(min_size=1, max_size=50)),
)
PRINTABLE = st.characters(exclude_categories=["C", "Z"], include_characters=" ")
ANYTHING = mutated() | mutated() | FRAMES | st.text(PRINTABLE, max_size=40)


@given(sequence=st.lists(ANYTHING, min_size=A_SEQUENCE, max_size=A_SEQUENCE))
@hypothesis.settings(
    max_examples=max(1, MESSAGES // A_SEQUENCE),
    deadline=None,
    database=None,
    phases=[hypothesis.Phase.generate],  # shrinking would hold an interview a step
    # The server is shared by all examples on purpose; sequences are long and slow to make.
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
async def test_nothing_a_client_sends_breaks_anything(
    url: str, http: httpx.AsyncClient, sequence: list[str | bytes]
) -> None:
    created = await http.post("/api/v1/interviews", json={"role": "demo"})
    interview_id = created.raise_for_status().json()["interview_id"]
    with capture_logs() as logs:
        waiting = list(sequence)
        while waiting:
            await _send(url, interview_id, waiting)
        async with Client(url, interview_id) as client:
            pending = (await client.hello())["snapshot"]["pending_turn"]
            assert await client.alive()
            if pending is not None and not pending["ended"]:
                await client.send(type="turn_cancel", turn_id=pending["turn_id"])
            await client.send(type="end_session")
            await client.until("session_ended")
    assert not [line for line in logs if line["event"] in CRASHES]


async def _send(url: str, interview_id: str, waiting: list[str | bytes]) -> None:
    """On one connection, as long as it lasts. What was sent is taken out of `waiting`."""
    async with Client(url, interview_id) as client:
        await client.hello()
        reading = asyncio.create_task(client.closed())
        with contextlib.suppress(ConnectionClosed):
            while waiting:
                await client.send_raw(waiting.pop(0))
            await client.send(type="ping", nonce=LAST)
        async with asyncio.timeout(PATIENCE_S):
            while not (reading.done() or _answered(client)):  # noqa: ASYNC110 - one of two
                await asyncio.sleep(0.005)
        if reading.done():
            assert reading.result() in EXPECTED_CLOSES
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


def _answered(client: Client) -> bool:
    return any(m.type == "pong" and m.body["nonce"] == LAST for m in client.received[-200:])
