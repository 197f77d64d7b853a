"""Pipecat: its pipeline, aggregators and FastAPI WebSocket transport, as in its guides.

Hold to talk (`?stop=push`): the client's words stand for its voice detector, and the turn ends with
the transcript (`SpeechTimeoutUserTurnStopStrategy` with nothing to wait for), which is the fastest
of what it ships. Its own push-to-talk example (`?stop=example`) ends the turn by
`ExternalUserTurnStopStrategy`; with a transcriber that begins at the end of speech, as ours, that
waits for half a second more, so it is not what Pipecat is measured by.

Hands-free are the strategies that it ships and that need no service: `?stop=smart`, its default,
a model that judges whether a turn is over, and `?stop=timeout`, 0.6 s of silence. Both work on its
Silero voice detection with its own parameters. The parameters of everything else are its defaults
too; the sentence aggregator is the default of its speech synthesis.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator

from fastapi import FastAPI, WebSocket
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InputTransportMessageFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.serializers.base_serializer import FrameSerializer
from pipecat.services.llm_service import LLMService
from pipecat.services.stt_service import SegmentedSTTService
from pipecat.services.tts_service import TTSService
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)
from pipecat.transports.base_transport import BaseTransport
from pipecat.turns.user_start import VADUserTurnStartStrategy
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies, UserTurnStrategies
from pipecat.utils.time import time_now_iso8601
from pipecat.workers.runner import WorkerRunner

import stubs

logger.remove()
logger.add(sys.stderr, level="CRITICAL")  # of stubs it misses the names of models
app = FastAPI()


class Serializer(FrameSerializer):
    async def serialize(self, frame: Frame) -> bytes | None:
        return frame.audio if isinstance(frame, OutputAudioRawFrame) else None

    async def deserialize(self, data: str | bytes) -> Frame:
        if isinstance(data, bytes):
            return InputAudioRawFrame(audio=data, sample_rate=stubs.IN_HZ, num_channels=1)
        return InputTransportMessageFrame(message={"type": data})


class PushToTalk(FrameProcessor):
    """Hands-free clients send no words, and are not concerned."""

    def __init__(self, *, proposes: bool) -> None:
        super().__init__()
        self._proposes = proposes

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, InputTransportMessageFrame):
            await self.push_frame(frame, direction)
        elif frame.message["type"] == "start":
            await self.push_frame(VADUserStartedSpeakingFrame())
            if self._proposes:
                await self.push_frame(ProposedUserStartedSpeakingFrame())
        else:
            await self.push_frame(VADUserStoppedSpeakingFrame())
            if self._proposes:
                await self.push_frame(ProposedUserStoppedSpeakingFrame())


class Stt(SegmentedSTTService):
    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame, None]:
        text = await stubs.transcribe()
        yield TranscriptionFrame(text, "user", time_now_iso8601())


class Llm(LLMService):
    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        await self.push_frame(LLMFullResponseStartFrame())
        async for token in stubs.reply():
            await self.push_frame(LLMTextFrame(token))
        await self.push_frame(LLMFullResponseEndFrame())


class Tts(TTSService):
    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame, None]:
        async for piece in stubs.synthesize():
            yield TTSAudioRawFrame(piece, stubs.OUT_HZ, 1, context_id=context_id)


def _turns(stop: str) -> LLMUserAggregatorParams:
    if stop == "example":
        return LLMUserAggregatorParams(user_turn_strategies=ExternalUserTurnStrategies())
    if stop == "push":
        at_once = SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.0)
        return LLMUserAggregatorParams(
            user_turn_strategies=UserTurnStrategies(
                start=[VADUserTurnStartStrategy()], stop=[at_once]
            )
        )
    strategies = UserTurnStrategies()
    if stop == "timeout":
        strategies = UserTurnStrategies(stop=[SpeechTimeoutUserTurnStopStrategy()])
    return LLMUserAggregatorParams(
        user_turn_strategies=strategies,
        vad_analyzer=SileroVADAnalyzer(sample_rate=stubs.IN_HZ),
    )


def build(transport: BaseTransport, stop: str) -> PipelineWorker:
    aggregators = LLMContextAggregatorPair(LLMContext(), user_params=_turns(stop))
    steps = [
        transport.input(),
        PushToTalk(proposes=stop == "example"),
        Stt(),
        aggregators.user(),
        Llm(),
        Tts(push_start_frame=True, push_stop_frames=True, sample_rate=stubs.OUT_HZ),
        transport.output(),
        aggregators.assistant(),
    ]
    return PipelineWorker(
        Pipeline(steps),
        params=PipelineParams(audio_in_sample_rate=stubs.IN_HZ, audio_out_sample_rate=stubs.OUT_HZ),
        idle_timeout_secs=None,
        enable_rtvi=False,
    )


async def run(worker: PipelineWorker) -> None:
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()


@app.websocket("/")
async def talk(socket: WebSocket, stop: str = "push") -> None:
    await socket.accept()
    transport = FastAPIWebsocketTransport(
        socket,
        FastAPIWebsocketParams(
            audio_in_enabled=True, audio_out_enabled=True, serializer=Serializer()
        ),
    )
    worker = build(transport, stop)

    @transport.event_handler("on_client_disconnected")
    async def gone(*_: object) -> None:
        await worker.cancel()

    await run(worker)
