"""Hands-free turns, from the last spoken sample to the first sound of the reply.

The microphone is open all the time. The peers get all of it and find out themselves when a turn is
over; Intervue's voice detection and its wait are the client's, as in a browser.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect

from bench.answers import Answer, Upload
from bench.microphone import Listener, Microphone, Sign
from bench.systems import PATIENCE_S, REST_S, Sounded, ended
from demo.room import Room
from interview.audio.vad import SileroVad
from interview.contracts.interview import Limits
from interview.domain.endpointing import Endpointing
from interview.domain.phases import Phase
from interview.domain.plan import Plan
from interview.persistence.database import Database
from interview.persistence.records import Records
from interview.persistence.rows import NewInterview
from interview.protocol.client import SpeechPaused, SpeechResumed, TurnEnd, TurnStart
from interview.protocol.server import EndpointingChanged, ServerMessage
from launcher.stack import LocalStack

__all__ = ["Heard", "intervue_turns", "peer_turns"]

_BEFORE_ONSET_S = 0.35
"""As the page: before the detector was sure of it, and the longest doubt with it."""
_LONGEST_PRE_ROLL_S = 1.4
_SILENT_S = 2.0
"""After so long without a sound a peer has said all it will."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A turn, in ms. `after_end_ms`: from the end of the endpointing wait, where it is the
    client's. `own_words_ms`: to what follows an opener, from the last spoken sample. None of all:
    a reply came while the candidate still spoke."""

    after_speech_ms: float | None
    after_end_ms: float | None = None
    own_words_ms: float | None = None
    waited_ms: float | None = None
    """From the last spoken sample until the answer was over."""
    told_after_ms: float | None = None
    """From the same to how it sounds being known to the client; None where nothing was said."""
    sounds: str = ""


async def peer_turns(url: str, stop: str, answer: Answer, turns: int) -> list[Heard]:
    """`stop` names the peer's own way to find the end of a turn. Raises `TimeoutError`."""
    heard: list[Heard] = []
    microphone, sounds = Microphone(answer), asyncio.Queue[float]()
    async with connect(f"{url}?stop={stop}", max_size=None, compression=None) as socket:
        beside = [
            asyncio.create_task(_send(socket, microphone)),
            asyncio.create_task(_receive(socket, sounds)),
        ]
        try:
            await asyncio.sleep(2 * REST_S)
            for _ in range(turns):
                spoken_at = await microphone.say()
                first_at = await asyncio.wait_for(sounds.get(), PATIENCE_S)
                early = first_at < spoken_at
                heard.append(Heard(None if early else (first_at - spoken_at) * 1000))
                with suppress(TimeoutError):
                    while True:
                        await asyncio.wait_for(sounds.get(), _SILENT_S)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
    return heard


async def _send(socket: ClientConnection, microphone: Microphone) -> None:
    async for frame in microphone.frames():
        await socket.send(frame)


async def _receive(socket: ClientConnection, sounds: asyncio.Queue[float]) -> None:
    async for message in socket:
        if isinstance(message, bytes):
            sounds.put_nowait(time.perf_counter())


async def intervue_turns(
    stack: LocalStack, plan: Plan, answer: Answer, turns: int, phase: Phase
) -> list[Heard]:
    """Those at which the room waits as in `phase`, of as many interviews as it takes. Raises
    `TimeoutError`."""
    waits = Endpointing()
    heard: list[Heard] = []
    while len(heard) < turns:
        interview_id = await _create(stack, plan, waits)
        inbox: asyncio.Queue[ServerMessage] = asyncio.Queue()
        async with Room(stack.app_url, interview_id, on_message=inbox.put_nowait) as room:
            await room.wait(lambda: ended(room.last_utterance()), PATIENCE_S)
            candidate = _Candidate(room, answer, inbox)
            beside = [
                asyncio.create_task(candidate.listen()),
                asyncio.create_task(candidate.obey()),
            ]
            try:
                was_there = False
                while room.ended is None and len(heard) < turns:
                    await asyncio.sleep(REST_S)
                    is_there = room.endpointing_ms == waits.wait_ms(phase)
                    if room.ended is not None or (was_there and not is_there):
                        break
                    was_there = is_there
                    taken = await candidate.turn()
                    heard += [taken] if is_there else []
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)
    return heard


class _Candidate:
    def __init__(self, room: Room, answer: Answer, inbox: asyncio.Queue[ServerMessage]) -> None:
        self._room = room
        self._inbox = inbox
        self._microphone = Microphone(answer)
        self._listener = Listener(SileroVad().detector(), room.endpointing_ms)
        self._frame_ms = answer.frame_s * 1000
        self._before: deque[bytes] = deque(maxlen=round(_LONGEST_PRE_ROLL_S / answer.frame_s))
        self._turn_id = ""
        self._upload = Upload()
        self._paused_after: int | None = None
        self._told: tuple[str, float] | None = None
        self._ended: asyncio.Queue[tuple[str, float]] = asyncio.Queue()

    async def listen(self) -> None:
        async for frame in self._microphone.frames():
            if self._turn_id:
                await self._send(self._upload.add(frame))
            else:
                self._before.append(frame)
            for sign in self._listener.hear(frame):
                await self._tell(sign)

    async def obey(self) -> None:
        """What is said of the pause that lasts."""
        while True:
            message = await self._inbox.get()
            if not isinstance(message, EndpointingChanged):
                continue
            is_this = (message.turn_id, message.chunks) == (self._turn_id, self._paused_after)
            if is_this and message.usual_ms == self._room.endpointing_ms:
                self._told = (message.sounds, time.perf_counter())
                if (sign := self._listener.wait_otherwise(message.wait_ms)) is not None:
                    await self._tell(sign)

    async def turn(self) -> Heard:
        self._told = None
        self._listener.endpointing_ms = self._room.endpointing_ms
        spoken_at = await self._microphone.say()
        turn_id, ended_at = await asyncio.wait_for(self._ended.get(), PATIENCE_S)
        room = self._room
        await room.wait(lambda: room.settled(turn_id) and ended(room.reply_to(turn_id)), PATIENCE_S)
        reply = room.reply_to(turn_id)
        assert reply is not None, room.errors
        if ended_at < spoken_at:
            return Heard(None)
        after_speech = Sounded.of(reply.sentences_at, reply.captions, spoken_at)
        sounds, told_at = self._told or ("", None)
        return Heard(
            after_speech_ms=after_speech.first_ms,
            after_end_ms=Sounded.of(reply.sentences_at, reply.captions, ended_at).first_ms,
            own_words_ms=after_speech.own_words_ms,
            waited_ms=(ended_at - spoken_at) * 1000,
            told_after_ms=None if told_at is None else (told_at - spoken_at) * 1000,
            sounds=sounds,
        )

    async def _send(self, messages: list[bytes]) -> None:
        for message in messages:
            await self._room.send_raw(message)

    async def _tell(self, sign: Sign) -> None:
        match sign:
            case Sign.STARTED:
                self._turn_id, self._upload = uuid.uuid4().hex, Upload()
                message = TurnStart(
                    type="turn_start", turn_id=self._turn_id, format="pcm16", mode="hands_free"
                )
                await self._room.send_raw(message.model_dump_json())
                pre_roll_ms = self._listener.said_for_ms + _BEFORE_ONSET_S * 1000
                while len(self._before) > round(pre_roll_ms / self._frame_ms):
                    self._before.popleft()
                await self._send(self._upload.add(b"".join(self._before)))
                self._before.clear()
            case Sign.PAUSED:
                await self._send(self._upload.flush())
                self._paused_after = self._upload.chunks
                paused = SpeechPaused(
                    type="speech_paused", turn_id=self._turn_id, chunks=self._paused_after
                )
                await self._room.send_raw(paused.model_dump_json())
            case Sign.RESUMED:
                self._paused_after = None
                resumed = SpeechResumed(type="speech_resumed", turn_id=self._turn_id)
                await self._room.send_raw(resumed.model_dump_json())
            case Sign.ENDED:
                ended_at = time.perf_counter()
                rest = self._upload.flush()
                end = TurnEnd(
                    type="turn_end",
                    turn_id=self._turn_id,
                    chunks=self._upload.chunks,
                    duration_ms=self._upload.duration_ms,
                )
                # What the microphone gives from here on is not of this answer.
                self._turn_id, self._paused_after = "", None
                await self._send(rest)
                await self._room.send_raw(end.model_dump_json())
                self._ended.put_nowait((end.turn_id, ended_at))


async def _create(stack: LocalStack, plan: Plan, endpointing: Endpointing) -> str:
    limits = Limits(endpointing=endpointing, nudge_after_s=600, pause_after_s=1200)
    database = Database(stack.urls["DATABASE_URL"], pool_size=1)
    try:
        new = NewInterview(interview_id=str(uuid.uuid4()), plan=plan, limits=limits)
        return (await Records(database).create_interview(new)).interview_id
    finally:
        await database.close()
