"""A candidate's socket as thin as the clients of the peers: what is measured is the server.

It holds to talk, keeps nothing and does not reconnect. Before the first sound of a reply messages
are taken from the socket unread, as they wait in a page's queue.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.answers import Answer, Upload
from interview.domain.phrases import phrases
from interview.protocol import SUBPROTOCOL_V2

__all__ = ["PATIENCE_S", "Caller", "Sounded", "calling"]

PATIENCE_S = 60.0
OPENERS = phrases("en").openers


@asynccontextmanager
async def calling(url: str, interview_id: str) -> AsyncGenerator[Caller]:
    """Enters, and hears the greeting out. Raises `TimeoutError`."""
    async with connect(
        f"{url.replace('http', 'ws', 1)}/ws/interview/{interview_id}",
        subprotocols=[Subprotocol(SUBPROTOCOL_V2)],
        compression=None,
        max_size=None,
        ping_interval=None,
        proxy=None,
    ) as socket:
        await socket.send('{"type":"hello"}')
        caller = Caller(socket)
        await caller.listen("utterance_end")
        yield caller


@dataclass(frozen=True, slots=True)
class Sounded:
    """A reply, in ms from the end of the answer. `own_words_ms`: to what follows an opener."""

    first_ms: float
    own_words_ms: float

    @classmethod
    def of(
        cls, sentences_at: Mapping[int, float], captions: Mapping[int, str], ended_at: float
    ) -> Sounded:
        """By sentence: the `time.perf_counter()` of its first sound, and its words."""
        own = [at for i, at in sentences_at.items() if captions.get(i) not in OPENERS]
        first_at = min(sentences_at.values())
        return cls((first_at - ended_at) * 1000, (min(own) - ended_at) * 1000)


class Caller:
    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.is_over = False
        """The interview."""
        self._sounds: dict[int, float] = {}
        """By sentence of the reply: when its first was here."""
        self._captions: dict[int, str] = {}

    async def turn(self, answer: Answer) -> Sounded:
        """The reply has been heard out, and the answer is on record. Raises `TimeoutError`."""
        turn_id = uuid.uuid4().hex
        await self._send(type="turn_start", turn_id=turn_id, format="pcm16")
        upload = Upload()
        for frame in answer.frames:
            await asyncio.sleep(answer.frame_s)
            for message in upload.add(frame):
                await self._socket.send(message)
        for message in upload.flush():
            await self._socket.send(message)
        self._sounds, self._captions = {}, {}
        end = {"chunks": upload.chunks, "duration_ms": upload.duration_ms}
        ended_at = time.perf_counter()
        await self._send(type="turn_end", turn_id=turn_id, **end)
        await self.listen("turn_committed", "utterance_end", unread=True)
        return Sounded.of(self._sounds, self._captions, ended_at)

    async def rest(self, seconds: float) -> None:
        """The interview may end meanwhile."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.listen("session_ended")

    async def listen(self, *awaited: str, unread: bool = False) -> None:
        """Until messages of these types have come, or the interview is over. `unread`: what comes
        before the first sound is read behind it."""
        missing = set(awaited)
        waiting: list[str] = []
        async with asyncio.timeout(PATIENCE_S):
            while missing and not self.is_over:
                message = await self._socket.recv()
                if isinstance(message, bytes):
                    sentence = int.from_bytes(message[2:4], "little")
                    self._sounds.setdefault(sentence, time.perf_counter())
                    unread = False
                else:
                    waiting.append(message)
                while waiting and not unread:
                    missing.discard(await self._take(json.loads(waiting.pop(0))))

    async def _take(self, message: dict[str, Any]) -> str:
        match message["type"]:
            case "sentence":
                self._captions[message["index"]] = message["text"]
            case "utterance_end":
                await self._send(type="playback_complete", utterance_id=message["utterance_id"])
            case "session_ended":
                self.is_over = True
            case _:
                pass
        return message["type"]

    async def _send(self, **message: str | int) -> None:
        await self._socket.send(json.dumps(message))
