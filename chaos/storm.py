"""A storm of damaged messages and recordings against the real stack, and what is left after it."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from chaos.candidate import Candidate
from chaos.hold import create
from chaos.mutate import Recording, as_v1, frame, message_v1, message_v2, mutate_bytes, recordings
from chaos.record import Stored
from chaos.stack import ChaosStack
from chaos.stored import read_stored
from chaos.tab import Tab
from demo.voice import Spoken
from interview.domain.phrases import phrases
from interview.protocol import SUBPROTOCOL_V2
from interview.protocol.client import Hello, TurnEnd, TurnStart
from interview.protocol.frames import pack_uplink
from interview.protocol.server import (
    SERVER_MESSAGE,
    ErrorMessage,
    ServerMessage,
    SessionEnded,
    SessionStarted,
    TurnCommitted,
    TurnDiscarded,
    TurnResend,
)

__all__ = ["StormReport", "storm_of_messages", "storm_of_recordings"]

A_CONNECTION = 45
"""Messages before another connection is made: after 50 violations one is closed anyway."""
LANES = 6
RECORDINGS_AN_INTERVIEW = 25
_CHUNK = 16_000
_SETTLE_S = 60.0
_SETTLED_V1 = (
    *('"error"', '"candidate"', '"session_ended"'),
    # What is recognized at once is not told to be under way.
    *(phrases("en").not_heard, phrases("en").not_heard_onward),
)
_CRASHES = (".crashed", "Traceback (most recent call last)")
_INTERNAL_ERROR = 1011


@dataclass
class StormReport:
    messages: int = 0
    recordings: int = 0
    lost_turns: int = 0
    unfinished: int = 0
    server_errors: int = 0
    """Closes with 1011, and answers with 5xx."""
    committed: int = 0
    interviews: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])

    def crashes(self, stack: ChaosStack) -> int:
        """Processes that died, and exceptions nobody had thought of."""
        deaths = stack.restarts("api") + stack.restarts("worker")
        logs = stack.log_of("api") + stack.log_of("worker")
        return deaths + sum(logs.count(sign) for sign in _CRASHES)


async def storm_of_messages(
    stack: ChaosStack, count: int, spoken: Spoken, seed: int, report: StormReport
) -> None:
    """`count` over several interviews at once; then each is held to its end."""
    each = [count // LANES + (n < count % LANES) for n in range(LANES)]
    await asyncio.gather(
        *(
            _message_lane(stack, number, f"{seed}/messages/{lane}", spoken, report)
            for lane, number in enumerate(each)
            if number
        )
    )


async def _message_lane(
    stack: ChaosStack, count: int, seed: str, spoken: Spoken, report: StormReport
) -> None:
    randomness = random.Random(seed)
    interview_id = await create(stack)
    acknowledged: set[str] = set()
    waiting = [_anything(randomness) for _ in range(count)]
    while waiting:
        is_v2 = randomness.random() < 0.75
        batch, waiting = waiting[:A_CONNECTION], waiting[A_CONNECTION:]
        told = await _send_all(stack, interview_id, batch, randomness, is_v2=is_v2, report=report)
        acknowledged |= told
        report.messages += len(batch)
        # An interview takes so many answers; the storm may have given them.
        if (await _status(stack, interview_id, report)) != "active":
            await _settle_accounts(stack, interview_id, acknowledged, spoken, randomness, report)
            interview_id, acknowledged = await create(stack), set[str]()
    await _settle_accounts(stack, interview_id, acknowledged, spoken, randomness, report)


def _anything(randomness: random.Random) -> str | bytes | None:
    """None: a message of the version that is spoken."""
    return frame(randomness) if randomness.random() < 0.3 else None


async def _send_all(
    stack: ChaosStack,
    interview_id: str,
    batch: Sequence[str | bytes | None],
    randomness: random.Random,
    *,
    is_v2: bool,
    report: StormReport,
) -> set[str]:
    """Turns that were acknowledged meanwhile."""
    acknowledged: set[str] = set()
    left = list(batch)
    while left:
        socket = await _connect(stack, interview_id, is_v2=is_v2)
        reading = asyncio.create_task(_read(socket, acknowledged, report))
        try:
            if is_v2:
                await socket.send(Hello(type="hello").model_dump_json())
            while left:
                made = left[0]
                if made is None:
                    made = message_v2(randomness) if is_v2 else message_v1(randomness)
                await socket.send(made)
                left.pop(0)
            await asyncio.sleep(0.05)
        except ConnectionClosed:
            pass
        finally:
            socket.transport.abort()
            await asyncio.gather(reading, return_exceptions=True)
    return acknowledged


async def _connect(stack: ChaosStack, interview_id: str, *, is_v2: bool) -> ClientConnection:
    url = f"{stack.direct_url.replace('http', 'ws', 1)}/ws/interview/{interview_id}"
    async with asyncio.timeout(60):
        while True:
            with suppress(OSError, InvalidHandshake):
                return await connect(
                    url,
                    subprotocols=[Subprotocol(SUBPROTOCOL_V2)] if is_v2 else None,
                    compression=None,
                    max_size=None,
                    ping_interval=None,
                    close_timeout=1.0,
                    proxy=None,
                )
            await asyncio.sleep(0.1)


async def _read(socket: ClientConnection, acknowledged: set[str], report: StormReport) -> None:
    try:
        async for data in socket:
            if isinstance(data, str) and '"turn_committed"' in data:
                message = SERVER_MESSAGE.validate_json(data)
                if isinstance(message, TurnCommitted):
                    acknowledged.add(message.turn_id)
    except ConnectionClosed as closed:
        if closed.rcvd is not None and closed.rcvd.code == _INTERNAL_ERROR:
            report.server_errors += 1
            report.notes.append("closed with 1011")


async def storm_of_recordings(
    stack: ChaosStack, count: int, spoken: Spoken, seed: int, report: StormReport
) -> None:
    """As answers, each in a turn of its own, of both versions."""
    originals = await asyncio.to_thread(recordings, spoken.pcm16)
    left = list(range(count))
    await asyncio.gather(
        *(_recording_lane(stack, left, originals, spoken, seed, report) for _ in range(LANES))
    )


async def _recording_lane(
    stack: ChaosStack,
    left: list[int],
    originals: Sequence[Recording],
    spoken: Spoken,
    seed: int,
    report: StormReport,
) -> None:
    while left:
        interview_id = await create(stack)
        acknowledged: set[str] = set()
        randomness = random.Random(f"{seed}/recordings/{left[-1]}")
        for _ in range(RECORDINGS_AN_INTERVIEW):
            if not left:
                break
            number = left.pop()
            format, data = originals[number % len(originals)]
            damaged = (format, mutate_bytes(data, randomness))
            if randomness.random() < 0.15:
                await _give_v1(stack, interview_id, damaged, report)
            elif not await _give(stack, interview_id, damaged, acknowledged, report):
                left.append(number)  # the interview was over: in the next one
                break
            report.recordings += 1
        await _settle_accounts(stack, interview_id, acknowledged, spoken, randomness, report)


async def _give(
    stack: ChaosStack,
    interview_id: str,
    recording: Recording,
    acknowledged: set[str],
    report: StormReport,
) -> bool:
    """One answer until something has become of it. False: the interview takes none any more."""
    turn_id = uuid.uuid4().hex
    socket = await _connect(stack, interview_id, is_v2=True)
    try:
        async with asyncio.timeout(_SETTLE_S):
            await socket.send(Hello(type="hello").model_dump_json())
            async for data in socket:
                if isinstance(data, bytes):
                    continue
                message = SERVER_MESSAGE.validate_json(data)
                if isinstance(message, SessionStarted):
                    await _send_recording(socket, turn_id, recording)
                elif isinstance(message, TurnResend) and message.turn_id == turn_id:
                    await _send_recording(socket, turn_id, recording, message.from_chunk)
                elif (outcome := _outcome(message, turn_id)) == "committed":
                    acknowledged.add(turn_id)
                    return True
                elif outcome:
                    return outcome == "refused"
    except TimeoutError:
        report.lost_turns += 1
        report.notes.append(f"nothing became of {turn_id} ({recording[0]}) in {interview_id}")
    except ConnectionClosed as closed:
        if closed.rcvd is not None and closed.rcvd.code == _INTERNAL_ERROR:
            report.server_errors += 1
        return False
    finally:
        socket.transport.abort()
    return True


async def _send_recording(
    socket: ClientConnection, turn_id: str, recording: Recording, from_chunk: int = 0
) -> None:
    format, data = recording
    chunks = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)]
    if from_chunk == 0:
        start = {"type": "turn_start", "turn_id": turn_id, "format": format}
        await socket.send(TurnStart.model_validate(start).model_dump_json())
    for index, chunk in enumerate(chunks[from_chunk:], from_chunk):
        await socket.send(pack_uplink(index, chunk))
    end = TurnEnd(type="turn_end", turn_id=turn_id, chunks=len(chunks), duration_ms=1_500)
    await socket.send(end.model_dump_json())


def _outcome(message: ServerMessage, turn_id: str) -> Literal["", "committed", "refused", "over"]:
    """Empty: not yet."""
    match message:
        case SessionEnded():
            return "over"
        case TurnCommitted() if message.turn_id == turn_id:
            return "committed"
        case TurnDiscarded() if message.turn_id == turn_id:
            return "refused"
        case ErrorMessage(code="interview.ended") if message.turn_id == turn_id:
            return "over"
        case ErrorMessage(code="turn.out_of_order") if message.turn_id == turn_id:
            return "refused"
        case _:
            return ""


async def _give_v1(
    stack: ChaosStack, interview_id: str, recording: Recording, report: StormReport
) -> None:
    """Version 1 is told of an error, of its own words, or, where there were none, is spoken to."""
    heard = False
    socket = await _connect(stack, interview_id, is_v2=False)
    try:
        await socket.send(as_v1(recording))
        async with asyncio.timeout(_SETTLE_S):
            async for data in socket:
                heard = heard or '"processing_stt"' in str(data)
                if heard and '"audio_response"' in str(data):
                    return
                if any(sign in str(data) for sign in _SETTLED_V1):
                    return
    except TimeoutError:
        report.lost_turns += 1
        report.notes.append(f"nothing became of a version 1 answer in {interview_id}")
    except ConnectionClosed as closed:
        if closed.rcvd is not None and closed.rcvd.code == _INTERNAL_ERROR:
            report.server_errors += 1
    finally:
        socket.transport.abort()


async def _settle_accounts(
    stack: ChaosStack,
    interview_id: str,
    acknowledged: set[str],
    spoken: Spoken,
    randomness: random.Random,
    report: StormReport,
) -> None:
    """The interview is held to its end, and what was acknowledged in it is there, once."""
    report.interviews.append(interview_id)
    tab = Tab(stack.direct_url, interview_id)
    async with tab:
        await Candidate(tab, spoken, randomness).hold()
    async with httpx.AsyncClient(base_url=stack.direct_url, timeout=20, trust_env=False) as api:
        stored = await read_stored(stack.database_url, api, interview_id)
    if stored.outcome != "completed":
        report.unfinished += 1
        report.notes.append(f"{interview_id} stands at {stored.status}: {tab.record.gave_up}")
    acknowledged |= {said.turn_id for said in tab.record.said if said.outcome == "committed"}
    report.committed += len(acknowledged)
    report.lost_turns += _lost(stored, acknowledged, report)


def _lost(stored: Stored, acknowledged: set[str], report: StormReport) -> int:
    kept = [line.turn_id for line in stored.lines if line.speaker == "candidate"]
    lost = {turn_id for turn_id in acknowledged if kept.count(turn_id) != 1}
    report.notes += [f"{turn_id} is stored {kept.count(turn_id)} times" for turn_id in lost]
    return len(lost)


async def _status(stack: ChaosStack, interview_id: str, report: StormReport) -> str:
    async with httpx.AsyncClient(base_url=stack.direct_url, timeout=20, trust_env=False) as api:
        response = await api.get(f"/api/v1/interviews/{interview_id}")
    if response.status_code >= 500:
        report.server_errors += 1
        return "unknown"
    status = str(response.json()["status"])
    return "active" if status in ("created", "active", "paused") else status
