"""LiveKit Agents: an `AgentSession` with audio input and output on a socket, without a room.

Hold to talk (`?stop=push`) is its manual turn detection: `commit_user_turn`, with a transcriber
that can be flushed and no endpointing delay, since there is nothing to wait for.

Hands-free is `?stop=vad`, its voice detection alone, and `?stop=model`, what a session does when it
is told nothing: its local model that judges whether a turn is over. Both with the session's own
voice detector (Silero) and delays, and with the language model asked ahead during the wait, which
is its default.
"""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI, WebSocket
from livekit import rtc
from livekit.agents import Agent, AgentSession, llm, stt, tts
from livekit.agents.types import APIConnectOptions
from livekit.agents.voice import io

import stubs

app = FastAPI()
_NO_RETRY = APIConnectOptions(max_retry=0)


def _final() -> stt.SpeechEventType:
    return stt.SpeechEventType.FINAL_TRANSCRIPT


def _event(text: str) -> stt.SpeechEvent:
    return stt.SpeechEvent(type=_final(), alternatives=[stt.SpeechData(language="en", text=text)])


class FlushedStt(stt.STT):
    def __init__(self) -> None:
        super().__init__(
            capabilities=stt.STTCapabilities(
                streaming=True, interim_results=False, manual_flush=True
            )
        )

    async def _recognize_impl(self, buffer: Any, **_: Any) -> stt.SpeechEvent:
        raise NotImplementedError

    def stream(self, **_: Any) -> stt.RecognizeStream:
        return FlushedStream(stt=self, conn_options=_NO_RETRY)


class FlushedStream(stt.RecognizeStream):
    async def _run(self) -> None:
        async for item in self._input_ch:
            if isinstance(item, self._FlushSentinel):
                self._event_ch.send_nowait(_event(await stubs.transcribe()))


class WholeStt(stt.STT):
    """One request a segment; the session cuts the segments with its voice detection."""

    def __init__(self) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=False, interim_results=False))

    async def _recognize_impl(self, buffer: Any, **_: Any) -> stt.SpeechEvent:
        return _event(await stubs.transcribe())


class Tts(tts.TTS):
    def __init__(self) -> None:
        super().__init__(
            capabilities=tts.TTSCapabilities(streaming=False),
            sample_rate=stubs.OUT_HZ,
            num_channels=1,
        )

    def synthesize(self, text: str, **_: Any) -> tts.ChunkedStream:
        return Sentence(tts=self, input_text=text, conn_options=_NO_RETRY)


class Sentence(tts.ChunkedStream):
    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        output_emitter.initialize(
            request_id="stub",
            sample_rate=stubs.OUT_HZ,
            num_channels=1,
            mime_type="audio/pcm",
            frame_size_ms=20,
        )
        async for piece in stubs.synthesize():
            output_emitter.push(piece)
        output_emitter.flush()


class Llm(llm.LLM):
    def chat(self, *, chat_ctx: llm.ChatContext, tools: Any = None, **_: Any) -> llm.LLMStream:
        return Reply(self, chat_ctx=chat_ctx, tools=tools or [], conn_options=_NO_RETRY)


class Reply(llm.LLMStream):
    async def _run(self) -> None:
        async for token in stubs.reply():
            delta = llm.ChoiceDelta(role="assistant", content=token)
            self._event_ch.send_nowait(llm.ChatChunk(id="stub", delta=delta))


class SocketInput(io.AudioInput):
    def __init__(self) -> None:
        super().__init__(label="socket")
        self.frames: asyncio.Queue[rtc.AudioFrame] = asyncio.Queue()

    async def __anext__(self) -> rtc.AudioFrame:
        return await self.frames.get()


class SocketOutput(io.AudioOutput):
    """Sends at once, as its console does; playout is reported when it would be over."""

    def __init__(self, socket: WebSocket) -> None:
        super().__init__(
            label="socket",
            capabilities=io.AudioOutputCapabilities(pause=False),
            sample_rate=stubs.OUT_HZ,
        )
        self._socket = socket
        self._seconds = 0.0

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        if not self._seconds:
            self.on_playback_started(created_at=asyncio.get_running_loop().time())
        self._seconds += frame.duration
        await self._socket.send_bytes(bytes(frame.data))

    def flush(self) -> None:
        super().flush()
        self._finish(interrupted=False)

    def clear_buffer(self) -> None:
        self._finish(interrupted=True)

    def _finish(self, *, interrupted: bool) -> None:
        seconds, self._seconds = self._seconds, 0.0
        if seconds:
            self.on_playback_finished(playback_position=seconds, interrupted=interrupted)


@app.websocket("/")
async def talk(socket: WebSocket, stop: str = "push") -> None:
    await socket.accept()
    session: AgentSession[None]
    if stop == "push":
        session = AgentSession(
            stt=FlushedStt(),
            tts=Tts(),
            llm=Llm(),
            vad=None,
            turn_handling={"turn_detection": "manual", "endpointing": {"min_delay": 0.0}},
        )
    elif stop == "vad":
        session = AgentSession(
            stt=WholeStt(), tts=Tts(), llm=Llm(), turn_handling={"turn_detection": "vad"}
        )
    else:
        session = AgentSession(stt=WholeStt(), tts=Tts(), llm=Llm())
    heard = SocketInput()
    session.input.audio = heard
    session.output.audio = SocketOutput(socket)
    await session.start(Agent(instructions="Interview."))
    try:
        while (message := await socket.receive())["type"] != "websocket.disconnect":
            if (data := message.get("bytes")) is not None:
                frame = rtc.AudioFrame(data, stubs.IN_HZ, 1, len(data) // 2)
                heard.frames.put_nowait(frame)
            elif message["text"] == "stop":
                session.commit_user_turn(transcript_timeout=5.0, stt_flush_duration=0.0)
    finally:
        await session.aclose()
