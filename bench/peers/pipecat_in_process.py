"""Pipecat without a socket: the same pipeline between an input and an output transport in memory.

Nobody can use it so: there is no client. It is the least that its pipeline takes, from the word
that the answer is over to the first sound at the output transport. Reads the answer as PCM16 16 kHz
from standard input, prints `{"ms": [...]}`. Conversations are in this one process, as is the clock.

    python pipecat_in_process.py CONVERSATIONS TURNS FRAME_MS REST_S < answer.pcm
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from contextlib import suppress

import uvloop
from pipecat.frames.frames import (
    InputAudioRawFrame,
    InputTransportMessageFrame,
    OutputAudioRawFrame,
    StartFrame,
)
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import BaseTransport, TransportParams

import stubs
from pipecat_peer import build, run

WARM_UP_TURNS = 2
PATIENCE_S = 30.0


class Input(BaseInputTransport):
    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def hear(self, pcm16: bytes) -> None:
        frame = InputAudioRawFrame(audio=pcm16, sample_rate=stubs.IN_HZ, num_channels=1)
        await self.push_audio_frame(frame)

    async def told(self, word: str) -> None:
        await self.broadcast_frame(InputTransportMessageFrame, message={"type": word})


class Output(BaseOutputTransport):
    def __init__(self, params: TransportParams) -> None:
        super().__init__(params)
        self.first_sound_at: float | None = None
        self.sounds = asyncio.Event()

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        if self.first_sound_at is None:
            self.first_sound_at = time.perf_counter()
        self.sounds.set()
        # At the pace of its WebSocket transport: twice as fast as it is heard.
        await asyncio.sleep(len(frame.audio) / 2 / stubs.OUT_HZ / 2)
        return True


class Memory(BaseTransport):
    def __init__(self) -> None:
        super().__init__()
        params = TransportParams(audio_in_enabled=True, audio_out_enabled=True)
        self.ear, self.mouth = Input(params), Output(params)

    def input(self) -> Input:
        return self.ear

    def output(self) -> Output:
        return self.mouth


async def converse(
    frames: list[bytes], *, frame_s: float, turns: int, rest_s: float, wait_s: float
) -> list[float]:
    transport = Memory()
    worker = build(transport, "push")
    running = asyncio.create_task(run(worker))
    times: list[float] = []
    await asyncio.sleep(1.0 + wait_s)
    for _ in range(turns + WARM_UP_TURNS):
        await transport.ear.told("start")
        for frame in frames:
            await asyncio.sleep(frame_s)
            await transport.ear.hear(frame)
        transport.mouth.first_sound_at = None
        transport.mouth.sounds.clear()
        ended_at = time.perf_counter()
        await transport.ear.told("stop")
        await asyncio.wait_for(transport.mouth.sounds.wait(), PATIENCE_S)
        assert transport.mouth.first_sound_at is not None
        times.append((transport.mouth.first_sound_at - ended_at) * 1000)
        with suppress(TimeoutError):
            while True:
                transport.mouth.sounds.clear()
                await asyncio.wait_for(transport.mouth.sounds.wait(), rest_s)
    await worker.cancel()
    await running
    return times[WARM_UP_TURNS:]


async def main() -> None:
    conversations, turns, frame_ms, rest_s = (float(word) for word in sys.argv[1:])
    answer, size = sys.stdin.buffer.read(), int(stubs.IN_HZ * frame_ms / 1000) * 2
    frames = [answer[at : at + size] for at in range(0, len(answer), size)]
    spread = random.Random(1)
    results = await asyncio.gather(
        *(
            converse(
                frames,
                frame_s=frame_ms / 1000,
                turns=int(turns),
                rest_s=rest_s,
                wait_s=spread.random() * len(frames) * frame_ms / 1000,
            )
            for _ in range(int(conversations))
        )
    )
    print(json.dumps({"ms": [ms for times in results for ms in times]}))


if __name__ == "__main__":
    uvloop.run(main())
