"""One request to the fake providers, and its answer."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from interview.audio.mp3 import encode_mp3
from interview.audio.wav import wav_file
from tests.fakes import wire
from tests.fakes.behaviours import Behaviour, Body, Cut, ErrorInStream, Hang, Say, Status

if TYPE_CHECKING:
    from tests.fakes.provider_server import FakeProviders

__all__ = ["Exchange", "Receive", "Recorded", "Scope", "Send", "tone_pcm"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

RATE_HZ = 24_000
MS_PER_CHAR = 55
"""About the pace of speech."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request. `json` is empty for a form, whose parts are in `form`."""

    endpoint: str
    headers: dict[str, str]
    json: dict[str, Any]
    form: list[wire.FormPart]

    def field(self, name: str) -> str | None:
        return next((part.data.decode() for part in self.form if part.name == name), None)

    def file(self) -> wire.FormPart:
        return next(part for part in self.form if part.filename)


@dataclass(frozen=True, slots=True)
class Exchange:
    fake: FakeProviders
    endpoint: str
    scope: Scope
    receive: Receive
    send: Send

    async def act(self, request: Recorded, behaviour: Behaviour) -> None:
        match behaviour:
            case Status():
                await self._error(request, behaviour)
            case Body():
                await self.whole(behaviour.data, behaviour.content_type)
            case Hang(after=-1):
                await self._until_gone()
            case _:
                await self._answer(request, behaviour)

    async def whole(
        self,
        data: bytes,
        content_type: str = "application/json",
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        extra = {"content-length": str(len(data)), **(headers or {})}
        await self._start(status, content_type, extra)
        body = b"" if self.scope["method"] == "HEAD" else data
        await self.send({"type": "http.response.body", "body": body})

    async def _error(self, request: Recorded, status: Status) -> None:
        asked = json.dumps(request.json) + str(request.headers)
        message = f"refused: {asked}"
        if request.endpoint == "messages":
            data = wire.anthropic_error(status.code, message, status.type)
        else:
            data = wire.openai_error(
                status.code, message, status.type, status.error_code, status.param
            )
        await self.whole(data, status=status.code, headers=status.headers)

    async def _answer(self, request: Recorded, behaviour: Behaviour) -> None:
        if request.endpoint == "stt":
            await self._streamed([self._transcription(request)], "application/json", behaviour)
        elif request.endpoint == "tts":
            await self._speech(request, behaviour)
        else:
            await self._language(request, behaviour)

    def _transcription(self, request: Recorded) -> bytes:
        fake = self.fake
        text = fake.transcripts.popleft() if fake.transcripts else fake.default_transcript
        answer: dict[str, Any] = {"text": text}
        if any(part.name == "include[]" for part in request.form):
            tokens = re.findall(r"\s*\S+", text)
            answer["logprobs"] = [
                {"token": token, "bytes": list(token.encode()), "logprob": -0.1} for token in tokens
            ]
        return json.dumps(answer).encode()

    async def _speech(self, request: Recorded, behaviour: Behaviour) -> None:
        pcm = tone_pcm(len(request.json["input"]) * MS_PER_CHAR)
        form = request.json.get("response_format", "mp3")
        data, kind = pcm, "audio/pcm"
        if form == "mp3":
            data, kind = encode_mp3(pcm), "audio/mpeg"
        elif form == "wav":
            data, kind = wav_file(pcm, RATE_HZ), "audio/wav"
        size = self.fake.chunk_bytes
        chunks = [data[at : at + size] for at in range(0, len(data), size)]
        await self._streamed(chunks, kind, behaviour)

    async def _language(self, request: Recorded, behaviour: Behaviour) -> None:
        task = wire.task_of(request.json)
        if task is not None:
            await self._structured(request, task, behaviour)
            return
        said = behaviour if isinstance(behaviour, Say) else self._said(request)
        model = str(request.json.get("model"))
        if not request.json.get("stream"):
            output = said.output
            if request.endpoint == "chat":
                await self._streamed(
                    [wire.openai_completion(output, model)], "application/json", behaviour
                )
            else:
                block = {"type": "text", "text": output}
                await self.whole(wire.anthropic_message([block], model, "max_tokens"))
            return
        parts = wire.pieces(said.output, said.piece)
        if request.endpoint == "chat":
            events = wire.openai_chunks(parts, model, said.finish_reason)
        else:
            events = wire.anthropic_events(
                parts, model, as_text=said.as_text, stop_reason=said.finish_reason
            )
        if isinstance(behaviour, ErrorInStream):
            events = [*events[: behaviour.after], _stream_error(request.endpoint, behaviour.type)]
        await self._streamed(events, "text/event-stream; charset=utf-8", behaviour)

    async def _structured(self, request: Recorded, task: str, behaviour: Behaviour) -> None:
        model = str(request.json.get("model"))
        if isinstance(behaviour, Say):
            said = behaviour
        else:
            said = Say(json.dumps(await self.fake.structured(task, request.json)))
        if request.endpoint == "chat":
            body = wire.openai_completion(said.output, model, said.finish_reason)
        elif said.as_text:
            block = {"type": "text", "text": said.output}
            body = wire.anthropic_message([block], model, said.finish_reason or "end_turn")
        else:
            call = {"type": "tool_use", "id": "toolu_fake", "name": task}
            block = {**call, "input": json.loads(said.output)}
            body = wire.anthropic_message([block], model, said.finish_reason or "tool_use")
        await self._streamed([body], "application/json", behaviour)

    def _said(self, request: Recorded) -> Say:
        directive, text = self.fake.reply(request.json)
        return Say(json.dumps({"directive": directive, "reply": text}))

    async def _streamed(self, parts: list[bytes], content_type: str, behaviour: Behaviour) -> None:
        await self._delay()
        await self._start(200, content_type, {})
        for number, part in enumerate(parts):
            if isinstance(behaviour, Hang) and number == behaviour.after:
                await self._until_gone()
                return
            if isinstance(behaviour, Cut) and number == behaviour.after:
                # half of it, and the connection ends without the last chunk
                await self._more(part[: len(part) // 2])
                return
            await self._more(part)
            if self.fake.token_ms and "event-stream" in content_type:
                await asyncio.sleep(self.fake.token_ms / 1000)
        if isinstance(behaviour, Cut | Hang):
            return
        await self.send({"type": "http.response.body", "body": b""})

    async def _delay(self) -> None:
        fake = self.fake
        wait_ms = {"stt": fake.stt_ms, "tts": fake.tts_ms}.get(self.endpoint, fake.ttft_ms)
        if wait_ms:
            await asyncio.sleep(wait_ms / 1000)

    async def _start(self, status: int, content_type: str, headers: dict[str, str]) -> None:
        pairs = {"content-type": content_type, **headers}
        encoded = [(name.encode(), value.encode()) for name, value in pairs.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": encoded})

    async def _more(self, data: bytes) -> None:
        await self.send({"type": "http.response.body", "body": data, "more_body": True})

    async def _until_gone(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass


@lru_cache(maxsize=256)
def tone_pcm(milliseconds: int) -> bytes:
    """PCM16 mono at 24 kHz: a soft 220 Hz."""
    t = np.arange(RATE_HZ * milliseconds // 1000) / RATE_HZ
    return (np.sin(2 * np.pi * 220.0 * t) * 6000).astype("<i2").tobytes()


def _stream_error(endpoint: str, type: str) -> bytes:
    if endpoint == "messages":
        error = {"type": type, "message": "told in the stream"}
        return wire.sse({"type": "error", "error": error}, event="error")
    return wire.sse({"error": {"message": "told in the stream", "type": type, "code": None}})
