"""The systems that are measured side by side: Intervue as it runs, and its peers.

Each is started for its own measurement alone. The same answer is given to all of them, in the same
frames, with the same stub providers; a turn is measured at the client, over a real socket, from the
end of speech to the first byte of sound.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Protocol

import httpx
from websockets.asyncio.client import ClientConnection, connect

from bench.answers import FRAME_S, Answer
from bench.stubs import INSTANT, REPLY, Times
from demo.interview import create_interview
from demo.room import Room, Utterance
from launcher.paths import REPOSITORY, Home
from launcher.ports import free_port
from launcher.stack import LocalStack

__all__ = ["INTERVUE", "PEERS", "Peer", "System", "converse_with"]

PATIENCE_S = 60.0
REST_S = 1.0
"""Between the reply and the next answer."""
DETECTED_AFTER_S = 0.2
"""The candidate's voice detector says so after this much silence; Pipecat's default."""
_TRAILING_FRAMES = 10
_BETWEEN_S = 2.0
PEERS_PYTHON = REPOSITORY / ".intervue" / "peers-venv" / "bin" / "python"


class System(Protocol):
    @property
    def name(self) -> str: ...

    def running(self, times: Times) -> AbstractAsyncContextManager[str]:
        """The URL to converse with."""
        ...

    async def converse(self, url: str, answer: Answer, turns: int) -> list[float]:
        """Holds one conversation; ms from the end of each answer to the first sound."""
        ...


@dataclass(frozen=True, slots=True)
class Intervue:
    """API, worker, Temporal, PostgreSQL and Valkey as processes of their own."""

    name: str = "intervue"

    @asynccontextmanager
    async def running(self, times: Times) -> AsyncGenerator[str]:
        kind = "instant" if times == INSTANT else "modelled"
        with tempfile.TemporaryDirectory(prefix="intervue-bench-") as folder:
            stack = LocalStack(
                Home(Path(folder)),
                worker_argv=[sys.executable, "-m", "bench.stub_worker", kind],
                env={"SILENCE_NUDGE_S": "600", "LOG_LEVEL": "warning"},
            )
            async with stack:
                yield stack.app_url

    async def converse(self, url: str, answer: Answer, turns: int) -> list[float]:
        times: list[float] = []
        while len(times) < turns:
            times += await self._interview(url, answer, turns - len(times))
        return times

    async def converse_hands_free(
        self, url: str, answer: Answer, wait_ms: int, turns: int
    ) -> list[float]:
        """`turns` answers in phases that end an answer after `wait_ms` of silence, none by hand;
        ms from the last spoken sample to the first sound."""
        times: list[float] = []
        while len(times) < turns:
            async for waited_ms, time_ms in self._hands_free(url, answer):
                if waited_ms == wait_ms:
                    times.append(time_ms)
        return times[:turns]

    async def _hands_free(self, url: str, answer: Answer) -> AsyncGenerator[tuple[int, float]]:
        silence = [bytes(len(answer.frames[0]))] * _TRAILING_FRAMES
        frames = [*answer.frames, *silence]
        heard_at = len(answer.frames) + round(DETECTED_AFTER_S / FRAME_S)
        async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
            interview_id = await create_interview(api, "software-engineer", "")
        async with Room(url, interview_id) as room:
            await room.wait(lambda: _ended(room.last_utterance()), PATIENCE_S)
            while room.ended is None:
                await asyncio.sleep(REST_S)
                if room.ended is not None:
                    return
                waited_ms, turn_id = room.endpointing_ms, uuid.uuid4().hex
                await room.speak(
                    turn_id,
                    [(frame, FRAME_S) for frame in frames],
                    format="pcm16",
                    duration_ms=round(len(frames) * FRAME_S * 1000),
                    hands_free=True,
                    silences=[(heard_at, len(frames))],
                    trailing_ms=round(len(silence) * FRAME_S * 1000),
                )
                since = room.spoken_until
                reply = await _reply(room, turn_id)
                yield waited_ms, (reply - since) * 1000

    async def _interview(self, url: str, answer: Answer, most: int) -> list[float]:
        async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
            interview_id = await create_interview(api, "software-engineer", "")
        times: list[float] = []
        async with Room(url, interview_id) as room:
            await room.wait(lambda: _ended(room.last_utterance()), PATIENCE_S)
            while room.ended is None and len(times) < most:
                await asyncio.sleep(REST_S)
                if room.ended is None:
                    times.append(await _turn(room, answer))
        return times


async def _turn(room: Room, answer: Answer) -> float:
    turn_id = uuid.uuid4().hex
    ended_at = await room.speak(
        turn_id,
        [(frame, FRAME_S) for frame in answer.frames],
        format="pcm16",
        duration_ms=answer.duration_ms,
    )
    return (await _reply(room, turn_id) - ended_at) * 1000


async def _reply(room: Room, turn_id: str) -> float:
    """Waits for the whole reply; `time.perf_counter()` of its first sound."""
    await room.wait(lambda: room.settled(turn_id) and _ended(room.reply_to(turn_id)), PATIENCE_S)
    reply = room.reply_to(turn_id)
    assert reply is not None
    assert reply.first_audio_at is not None
    return reply.first_audio_at


def _ended(utterance: Utterance | None) -> bool:
    return utterance is not None and utterance.ended


@dataclass(frozen=True, slots=True)
class Peer:
    """A server of `bench/peers`, in its own environment and process."""

    name: str

    @asynccontextmanager
    async def running(self, times: Times) -> AsyncGenerator[str]:
        port = free_port()
        env = {
            **os.environ,
            "STUB_TIMES": ",".join(map(str, astuple(times)[:4])),
            "STUB_TOKENS": "|".join(REPLY),
        }
        server = await asyncio.create_subprocess_exec(
            *(str(PEERS_PYTHON), "-m", "uvicorn", f"{self.name}_peer:app"),
            *("--port", str(port), "--log-level", "critical", "--ws-per-message-deflate", "0"),
            cwd=REPOSITORY / "bench" / "peers",
            env=env,
            stderr=asyncio.subprocess.DEVNULL,
        )
        url = f"ws://127.0.0.1:{port}/"
        try:
            await _answers(url)
            yield url
        finally:
            server.terminate()
            await server.wait()

    async def converse(self, url: str, answer: Answer, turns: int) -> list[float]:
        times: list[float] = []
        async with connect(url, max_size=None, compression=None) as socket:
            await asyncio.sleep(REST_S)
            for _ in range(turns):
                await socket.send("start")
                for frame in answer.frames:
                    await asyncio.sleep(FRAME_S)
                    await socket.send(frame)
                await socket.send("stop")
                times.append(await first_sound_ms(socket, time.perf_counter()))
                await quiet(socket, REST_S)
        return times

    async def converse_hands_free(
        self, url: str, answer: Answer, turns: int, strategy: str
    ) -> list[float]:
        """The microphone is always on; ms from the last spoken sample to the first sound."""
        times: list[float] = []
        silence = bytes(len(answer.frames[0]))
        async with connect(f"{url}?stop={strategy}", max_size=None, compression=None) as socket:
            await asyncio.sleep(REST_S)
            for _ in range(turns):
                for frame in answer.frames:
                    await asyncio.sleep(FRAME_S)
                    await socket.send(frame)
                since = time.perf_counter()
                hearing = asyncio.create_task(first_sound_ms(socket, since))
                while not hearing.done():
                    await asyncio.sleep(FRAME_S)
                    await socket.send(silence)
                times.append(hearing.result())
                for _ in range(round(_BETWEEN_S / FRAME_S)):
                    await asyncio.sleep(FRAME_S)
                    await socket.send(silence)
                await quiet(socket, 0.1)
        return times


async def first_sound_ms(socket: ClientConnection, since: float) -> float:
    async with asyncio.timeout(PATIENCE_S):
        while not isinstance(await socket.recv(), bytes):
            pass
    return (time.perf_counter() - since) * 1000


async def quiet(socket: ClientConnection, seconds: float) -> None:
    """Until nothing has come for so long."""
    try:
        while True:
            await asyncio.wait_for(socket.recv(), seconds)
    except TimeoutError:
        pass


async def _answers(url: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                async with connect(url):
                    return
            except OSError:
                await asyncio.sleep(0.1)


async def converse_with(
    system: System, times: Times, answer: Answer, *, conversations: int, turns: int
) -> list[float]:
    """`conversations` at once, begun at random within one answer's length, `turns` each, after
    one turn that warms the system up and is not counted."""
    spread = random.Random(1)

    async def later(url: str) -> list[float]:
        await asyncio.sleep(spread.random() * answer.duration_ms / 1000)
        return await system.converse(url, answer, turns)

    async with system.running(times) as url:
        await system.converse(url, answer, 1)
        results = await asyncio.gather(*(later(url) for _ in range(conversations)))
    return [time for result in results for time in result]


INTERVUE = Intervue()
PEERS = (Peer("pipecat"), Peer("livekit"), Peer("naive"))
