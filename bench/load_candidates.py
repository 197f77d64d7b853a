"""The load generator of `bench.load`, a process of its own: many candidates, one event loop.

Each of them enters an interview, listens to the end of what the interviewer says, thinks for a
moment, answers in real time as the page does, and so on until the interview is over. The client
does what a browser's must, and no more: it is on the machine that it loads.

Prints `all entered` when everybody has heard the greeting, and a JSON object last: the turns as
`[end of speech, first sound]` in monotonic seconds, when the first candidate left, and errors.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol

from bench.answers import CHUNK_S
from demo.interview import create_interview
from demo.voice import CandidateVoice, Spoken
from interview.audio.resample import Resampler
from interview.ports import STT_SAMPLE_RATE_HZ, TTS_SAMPLE_RATE_HZ
from interview.protocol import SUBPROTOCOL_V2
from interview.protocol.client import UplinkFormat
from interview.protocol.frames import pack_uplink
from interview.protocol.limits import MAX_FRAME_BYTES

ANSWERS = (
    "I moved the billing service to a new database, step by step, and I wrote the tests for it "
    "first, because nobody remembered all the rules.",
    "We had an outage when a queue filled up. I found the consumer that hung, and then added an "
    "alarm on the oldest message.",
    "The hardest part was the data. Two teams wrote to the same table, so we gave it one owner.",
    "Mostly I work on the service that takes orders. It has a web front and a queue behind it.",
)
"""Six to ten seconds each, as eSpeak says them."""
FORMATS: tuple[UplinkFormat, ...] = ("pcm16", "webm")
"""The page's own, and that of browsers without worklets."""
PATIENCE_S = 60.0
PING_S = 5.0


@dataclass(frozen=True, slots=True)
class Pace:
    """`thought_s`: least and most, from the end of what the interviewer says to the answer."""

    answers: tuple[str, ...]
    thought_s: tuple[float, float]


PACES = {
    "brisk": Pace(ANSWERS, (0.5, 2.5)),
    "calm": Pace((" ".join(ANSWERS), " ".join(reversed(ANSWERS))), (1.0, 4.0)),
}
"""Brisk is harder on everything but the sound: a turn every 15 s, which nobody keeps up for long.

Calm is as people talk: answers of 30 s. In the 138 mock interviews of Naim et al. (Automated
Analysis and Prediction of Job Interview Performance, arXiv:1504.03425) five questions took 4.7
minutes: 56 s a question, of which the answer is most.
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """`frames`: each as it goes on the wire, and seconds of speech it took to record. Packed and
    masked once for all who say it: a browser does that beside its event loop, in native code."""

    frames: list[tuple[bytes, float]]
    duration_ms: int
    format: UplinkFormat

    @classmethod
    def of(cls, spoken: Spoken, format: UplinkFormat) -> Answer:
        chunks = spoken.chunks if format == "webm" else _plain(spoken.pcm16)
        frames = [
            (Frame(Opcode.BINARY, pack_uplink(index, data)).serialize(mask=True), wait_s)
            for index, (data, wait_s) in enumerate(chunks)
        ]
        return cls(frames, spoken.duration_ms, format)


def _plain(pcm16: bytes) -> list[tuple[bytes, float]]:
    """As the page sends it: the last chunk is what is left when speech ends."""
    heard = Resampler(TTS_SAMPLE_RATE_HZ, STT_SAMPLE_RATE_HZ).feed(pcm16)
    step = round(STT_SAMPLE_RATE_HZ * CHUNK_S) * 2
    chunks = [heard[at : at + step] for at in range(0, len(heard), step)]
    return [(chunk, len(chunk) / 2 / STT_SAMPLE_RATE_HZ) for chunk in chunks]


@dataclass(slots=True)
class Candidate:
    """`turns` holds `(end of speech, first sound)` of each reply."""

    url: str
    interview_id: str
    answers: list[Answer]
    thought_s: tuple[float, float]
    errors: Counter[str]
    turns: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    leave: bool = False
    """After this turn."""
    _ended: bool = False
    _awaited: str = ""
    """Turn whose reply is due."""
    _sequence: int = -1
    """Of the utterance that is its reply."""
    _first_sound: float = 0.0
    _sound: asyncio.Event = field(default_factory=asyncio.Event)
    _heard: asyncio.Queue[dict[str, Any] | None] = field(
        default_factory=asyncio.Queue[dict[str, Any] | None]
    )
    """The end of each utterance; None when the interview is over."""

    async def run(self) -> None:
        url = f"{self.url.replace('http', 'ws', 1)}/ws/interview/{self.interview_id}"
        options: dict[str, Any] = {"compression": None, "ping_interval": None, "proxy": None}
        protocols = [Subprotocol(SUBPROTOCOL_V2)]
        try:
            async with connect(
                url, subprotocols=protocols, max_size=MAX_FRAME_BYTES * 8, **options
            ) as socket:
                await socket.send('{"type":"hello"}')
                hearing = asyncio.create_task(self._hear(socket))
                pinging = asyncio.create_task(_ping(socket))
                try:
                    await self._hold(socket)
                finally:
                    pinging.cancel()
                    hearing.cancel()
        except (OSError, ConnectionClosed, TimeoutError) as error:
            if not self._ended:
                self.errors[type(error).__name__] += 1
        finally:
            self.entered.set()

    async def _hold(self, socket: ClientConnection) -> None:
        await self._listen(socket)
        self.entered.set()
        while True:
            await asyncio.sleep(random.uniform(*self.thought_s))
            if self._ended or self.leave:
                return
            await self._answer(socket, random.choice(self.answers))
            if not await self._listen(socket):
                return

    async def _answer(self, socket: ClientConnection, answer: Answer) -> None:
        turn_id = uuid.uuid4().hex
        start = {"type": "turn_start", "turn_id": turn_id, "format": answer.format}
        await socket.send(json.dumps(start | {"sample_rate_hz": 16_000}))
        due = time.monotonic()
        for frame, wait_s in answer.frames:
            due += wait_s
            await asyncio.sleep(due - time.monotonic())
            socket.transport.write(frame)
        self._awaited, self._sequence, self._first_sound = turn_id, -1, 0.0
        ended_at = time.monotonic()
        end = {"type": "turn_end", "turn_id": turn_id, "chunks": len(answer.frames)}
        await socket.send(json.dumps(end | {"duration_ms": answer.duration_ms}))
        async with asyncio.timeout(PATIENCE_S):
            while not self._first_sound and not self._ended:
                self._sound.clear()
                await self._sound.wait()
        self.turns.append((ended_at, self._first_sound))

    async def _listen(self, socket: ClientConnection) -> bool:
        """To the end of the playout. False when the interview is over."""
        async with asyncio.timeout(PATIENCE_S):
            said = await self._heard.get()
        if said is None:
            return False
        await asyncio.sleep(said["duration_ms"] / 1000)
        done = {"type": "playback_complete", "utterance_id": said["utterance_id"]}
        await socket.send(json.dumps(done))
        return True

    async def _hear(self, socket: ClientConnection) -> None:
        async for data in socket:
            if isinstance(data, bytes):
                if not self._first_sound and int.from_bytes(data[4:8], "little") == self._sequence:
                    self._first_sound = time.monotonic()
                    self._sound.set()
                continue
            message = json.loads(data)
            match message["type"]:
                case "utterance_start":
                    if message["turn_id"] == self._awaited:
                        self._sequence = message["sequence"]
                case "utterance_end":
                    self._heard.put_nowait(message)
                case "session_ended":
                    self._ended = True
                    self._sound.set()
                    self._heard.put_nowait(None)
                case "error":
                    self.errors[message["code"]] += 1
                case "turn_discarded" | "turn_resend" | "superseded":
                    self.errors[message["type"]] += 1
                case _:
                    pass


async def _ping(socket: ClientConnection) -> None:
    nonce = 0
    while True:
        await asyncio.sleep(PING_S)
        nonce += 1
        await socket.send(json.dumps({"type": "ping", "nonce": nonce}))


async def run(
    url: str,
    role: str,
    pace: Pace,
    format: UplinkFormat,
    interviews: int,
    ramp_s: float,
    seconds: float | None,
) -> dict[str, Any]:
    voice = CandidateVoice()
    answers = [Answer.of(await voice.say(text), format) for text in pace.answers]
    lengths = ", ".join(f"{a.duration_ms / 1000:.1f}" for a in answers)
    print(f"answers of {lengths} s", flush=True)
    errors: Counter[str] = Counter()
    candidates: list[Candidate] = []
    held: list[asyncio.Task[None]] = []
    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
        began = time.monotonic()
        for number in range(interviews):
            await asyncio.sleep(began + number * ramp_s / interviews - time.monotonic())
            interview_id = await create_interview(api, role, "")
            candidates.append(Candidate(url, interview_id, answers, pace.thought_s, errors))
            held.append(asyncio.create_task(candidates[-1].run()))
        for candidate in candidates:
            await candidate.entered.wait()
    print("all entered", flush=True)
    entered = time.monotonic()
    await asyncio.wait(held, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    left = time.monotonic()
    print("first left", flush=True)
    for candidate in candidates:
        candidate.leave = seconds is not None
    await asyncio.gather(*held)
    return {
        "began": began,
        "entered": entered,
        "left": left,
        "turns": [turn for candidate in candidates for turn in candidate.turns],
        "errors": dict(errors),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load_candidates", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--role", default="software-engineer")
    parser.add_argument("--pace", choices=PACES, default="calm")
    parser.add_argument("--format", choices=FORMATS, default="pcm16")
    parser.add_argument("--interviews", type=int, required=True)
    parser.add_argument("--ramp", type=float, required=True, help="seconds")
    parser.add_argument("--seconds", type=float, help="leave then, not at the interview's end")
    args = parser.parse_args()
    crowd = (args.interviews, args.ramp, args.seconds)
    report = run(args.url, args.role, PACES[args.pace], args.format, *crowd)
    json.dump(uvloop.run(report), sys.stdout)


if __name__ == "__main__":
    main()
