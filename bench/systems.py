"""The systems that are measured side by side: Intervue as it runs, and its peers.

Each is started for its own measurement alone, never two at once. The same answer is given to all of
them in real time, by a microphone that gives the same frames, with the same stub providers; a turn
is measured at the client, over a real socket, from the end of speech to the first byte of sound.
Hold to talk: the client says when speech ends. Peers are sent each frame, Intervue what its page
makes of them (`Upload`); the clock starts when the last of the sound is sent.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Literal, Protocol

import httpx
from websockets.asyncio.client import ClientConnection, connect

from bench.answers import Answer
from bench.caller import PATIENCE_S, Sounded, calling
from bench.stubs import INSTANT, REPLY, Times
from demo.interview import create_interview
from demo.room import Utterance
from launcher.paths import REPOSITORY, Home
from launcher.ports import free_port
from launcher.stack import LocalStack

__all__ = [
    "INTERVUE",
    "INTERVUE_OPENING",
    "Intervue",
    "PEERS",
    "PIPECAT",
    "PIPECAT_IN_PROCESS",
    "REST_S",
    "Round",
    "System",
    "PATIENCE_S",
    "Sounded",
    "ended",
    "measure",
]

REST_S = 0.5
"""Between the reply and the next answer."""
PEERS_FOLDER = REPOSITORY / "bench" / "peers"
PEERS_PYTHON = REPOSITORY / ".intervue" / "peers-venv" / "bin" / "python"


WARM_UP_TURNS = 2
"""Not counted, in one conversation of their own."""

Round = Sequence[tuple[int, int]]
"""How many conversations at once, and how many turns of each."""


class System(Protocol):
    @property
    def name(self) -> str: ...

    async def measured(self, times: Times, answer: Answer, plan: Round) -> list[list[float]]:
        """Starts the system, holds the conversations of each entry of `plan`, and stops it; ms
        from the end of each answer to the first sound, by entry."""
        ...


class _Server(System, Protocol):
    def running(self, times: Times) -> AbstractAsyncContextManager[str]:
        """The URL to converse with."""
        ...

    async def converse(self, url: str, answer: Answer, turns: int) -> list[float]: ...


async def measure(server: _Server, times: Times, answer: Answer, plan: Round) -> list[list[float]]:
    """Conversations that run at once begin at random within one answer's length."""
    spread = random.Random(1)

    async def later(url: str, turns: int) -> list[float]:
        await asyncio.sleep(spread.random() * answer.duration_ms / 1000)
        return await server.converse(url, answer, turns)

    measured: list[list[float]] = []
    async with server.running(times) as url:
        await server.converse(url, answer, WARM_UP_TURNS)
        for conversations, turns in plan:
            results = await asyncio.gather(*(later(url, turns) for _ in range(conversations)))
            measured.append([ms for result in results for ms in result])
    return measured


@dataclass(frozen=True, slots=True)
class Intervue:
    """API, worker, Temporal, PostgreSQL and Valkey as processes of their own. Without `openers`
    it is silent until the reply is there, as its peers are."""

    name: str = "intervue"
    encryption: Literal["on", "off"] = "on"
    openers: Literal["on", "off"] = "off"

    async def measured(self, times: Times, answer: Answer, plan: Round) -> list[list[float]]:
        return await measure(self, times, answer, plan)

    @asynccontextmanager
    async def running(self, times: Times) -> AsyncGenerator[str]:
        async with self.stack(times) as stack:
            yield stack.app_url

    @asynccontextmanager
    async def stack(self, times: Times) -> AsyncGenerator[LocalStack]:
        kind = "instant" if times == INSTANT else "modelled"
        with tempfile.TemporaryDirectory(prefix="intervue-bench-") as folder:
            stack = LocalStack(
                Home(Path(folder)),
                worker_argv=[sys.executable, "-m", "bench.stub_worker", kind],
                env={
                    "SILENCE_NUDGE_S": "600",
                    "LOG_LEVEL": "warning",
                    "ENCRYPTION": self.encryption,
                    "OPENERS": self.openers,
                },
            )
            async with stack:
                yield stack

    async def converse(self, url: str, answer: Answer, turns: int) -> list[float]:
        return [reply.first_ms for reply in await self.replies(url, answer, turns)]

    async def replies(self, url: str, answer: Answer, turns: int) -> list[Sounded]:
        heard: list[Sounded] = []
        while len(heard) < turns:
            heard += await self._interview(url, answer, turns - len(heard))
        return heard

    async def _interview(self, url: str, answer: Answer, most: int) -> list[Sounded]:
        async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
            interview_id = await create_interview(api, "software-engineer", "")
        heard: list[Sounded] = []
        async with calling(url, interview_id) as caller:
            await caller.rest(REST_S)
            while not caller.is_over and len(heard) < most:
                heard.append(await caller.turn(answer))
                await caller.rest(REST_S)
        return heard


def ended(utterance: Utterance | None) -> bool:
    return utterance is not None and utterance.ended


@dataclass(frozen=True, slots=True)
class Peer:
    """A server of `bench/peers`, in its own environment and process."""

    name: str

    async def measured(self, times: Times, answer: Answer, plan: Round) -> list[list[float]]:
        return await measure(self, times, answer, plan)

    @asynccontextmanager
    async def running(self, times: Times) -> AsyncGenerator[str]:
        port = free_port()
        server = await asyncio.create_subprocess_exec(
            *(str(PEERS_PYTHON), "-m", "uvicorn", f"{self.name}_peer:app"),
            *("--port", str(port), "--log-level", "critical", "--loop", "uvloop"),
            *("--ws-per-message-deflate", "0"),
            cwd=PEERS_FOLDER,
            env=_peer_env(times),
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
        async with connect(f"{url}?stop=push", max_size=None, compression=None) as socket:
            await asyncio.sleep(REST_S)
            for _ in range(turns):
                await socket.send("start")
                for frame in answer.frames:
                    await asyncio.sleep(answer.frame_s)
                    await socket.send(frame)
                ended_at = time.perf_counter()
                await socket.send("stop")
                times.append(await _first_sound_ms(socket, ended_at))
                await _quiet(socket, REST_S)
        return times


@dataclass(frozen=True, slots=True)
class PipecatInProcess:
    """Pipecat's pipeline without a socket (`bench/peers/pipecat_in_process.py`)."""

    name: str = "pipecat_in_process"

    async def measured(self, times: Times, answer: Answer, plan: Round) -> list[list[float]]:
        return [await self._run(times, answer, *one) for one in plan]

    async def _run(
        self, times: Times, answer: Answer, conversations: int, turns: int
    ) -> list[float]:
        words = (conversations, turns, answer.frame_s * 1000, REST_S)
        process = await asyncio.create_subprocess_exec(
            *(str(PEERS_PYTHON), "pipecat_in_process.py", *map(str, words)),
            cwd=PEERS_FOLDER,
            env=_peer_env(times),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        printed, _ = await process.communicate(b"".join(answer.frames))
        if process.returncode:
            raise RuntimeError(f"{self.name} ended with {process.returncode}")
        return parse_times(printed.decode())


def parse_times(printed: str) -> list[float]:
    """The times on the last line, whatever was said before. Raises `ValueError`."""
    lines = printed.strip().splitlines()
    if not lines:
        raise ValueError("nothing was printed")
    return [float(ms) for ms in json.loads(lines[-1])["ms"]]


def _peer_env(times: Times) -> dict[str, str]:
    return {
        **os.environ,
        "STUB_TIMES": ",".join(map(str, astuple(times)[:4])),
        "STUB_TOKENS": "|".join(REPLY),
    }


async def _first_sound_ms(socket: ClientConnection, since: float) -> float:
    async with asyncio.timeout(PATIENCE_S):
        while not isinstance(await socket.recv(), bytes):
            pass
    return (time.perf_counter() - since) * 1000


async def _quiet(socket: ClientConnection, seconds: float) -> None:
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


INTERVUE = Intervue()
INTERVUE_OPENING = Intervue("intervue_opening", openers="on")
PIPECAT = Peer("pipecat")
PEERS = (PIPECAT, Peer("livekit"), Peer("naive"))
PIPECAT_IN_PROCESS = PipecatInProcess()
