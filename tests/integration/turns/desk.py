"""One turn over real streams and a real database, its stages run and stopped by hand."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from activities.converse import Converse
from activities.judging import Judge
from activities.openers import Openers
from activities.speak import Speak
from activities.speech_cache import SpeechCache
from activities.transcribe import Transcribe
from activities.voice import Voice
from interview.contracts.turns import (
    ConverseInput,
    ConverseResult,
    PrepareSpeechInput,
    SpeakInput,
    SpeakResult,
    TranscribeInput,
    TranscribeResult,
    TurnRef,
)
from interview.domain.directives import Brief
from interview.domain.endpointing import Endpointing
from interview.domain.phases import Phase
from interview.persistence.blobs import FilesystemBlobStore
from interview.persistence.records import Records
from interview.protocol.client import Interruption, TurnMode, UplinkFormat
from interview.protocol.frames import AudioFrame
from interview.protocol.server import SERVER_MESSAGE, Sentence, ServerMessage, Transcript
from interview.streams.audio import (
    AudioChunk,
    AudioEnd,
    AudioPause,
    AudioResume,
    AudioStart,
    AudioStream,
)
from interview.streams.log import Entry, StreamLog
from interview.streams.outbound import OutboundReader, out_key
from tests.fakes.briefs import a_brief
from tests.integration.turns.providers import WordEar, WordModel, WordStt, WordTts

__all__ = ["PROMPT_VERSION", "Desk"]

T = TypeVar("T")

PATIENCE_S = 20.0
PROMPT_VERSION = "1-0123456789ab"


@dataclass
class Desk:
    log: StreamLog
    records: Records
    blobs: FilesystemBlobStore
    interview_id: str
    timeout_s: float = 30.0
    interruption: Interruption | None = None
    openers: bool = False
    brief: Brief = field(default_factory=a_brief)
    mode: TurnMode = "hands_free"
    attempts: int = 5
    phase: Phase = Phase.MAIN_QUESTIONS
    endpointing: Endpointing | None = None
    judge: Judge | None = None
    stt: WordStt = field(default_factory=WordStt)
    model: WordModel = field(default_factory=WordModel)
    last_resort: WordModel = field(default_factory=lambda: WordModel(name="words/last-resort"))
    tts: WordTts = field(default_factory=WordTts)
    answer: TranscribeResult | None = None
    """Known already."""
    turn: TurnRef = field(init=False)
    _chunks: int = 0
    _tasks: list[asyncio.Task[Any]] = field(default_factory=list[asyncio.Task[Any]])

    def __post_init__(self) -> None:
        self.turn = TurnRef(
            interview_id=self.interview_id,
            turn_id=uuid.uuid4().hex,
            turn_number=1,
            kind="audio",
            answer_sequence=2,
            reply_sequence=3,
            phase=self.phase,
            question_id="migration",
        )
        self.audio = AudioStream(self.log, self.interview_id, self.turn.turn_id)

    # The candidate

    async def start(self) -> None:
        await self.audio.start(AudioStart("pcm16", 16_000))

    async def say(self, words: str) -> None:
        await self.audio.append(AudioChunk(self._chunks, words.encode()))
        self._chunks += 1

    async def pause(self) -> None:
        await self.audio.append(AudioPause())

    async def resume(self) -> None:
        await self.audio.append(AudioResume())

    async def end(self, duration_ms: int | None = None) -> None:
        await self.audio.append(AudioEnd(self._chunks, duration_ms))

    # The stages

    def transcribe(self, attempt: int = 1) -> asyncio.Task[TranscribeResult]:
        stage = Transcribe(
            *(self.log, self.records, self.blobs, self.stt, _new_ear, self.timeout_s), self.judge
        )
        request = TranscribeInput(
            turn=self.turn.model_copy(update={"phase": self.phase}),
            language="en",
            max_answer_s=60,
            stall_after_s=60,
            provider_attempts=self.attempts,
            mode=self.mode,
            interruption=self.interruption,
            endpointing=self.endpointing,
        )
        return self._run(stage.run(request, attempt))

    def converse(self, attempt: int = 1) -> asyncio.Task[ConverseResult]:
        stage = Converse(
            *(self.log, self.records, self.model, self.last_resort, self.timeout_s),
            PROMPT_VERSION,
            openers=Openers(self.voice()) if self.openers else None,
        )
        request = ConverseInput(
            turn=self.turn,
            brief=self.brief,
            provider_attempts=self.attempts,
            answer=self.answer,
            interruption=self.interruption,
        )
        return self._run(stage.run(request, attempt))

    def speak(
        self, attempt: int = 1, reply: ConverseResult | None = None
    ) -> asyncio.Task[SpeakResult]:
        """`reply` is given where the workflow knows it, as it does when a stage runs anew."""
        request = SpeakInput(
            turn=self.turn,
            language="en",
            standing=self.brief.standing,
            provider_attempts=self.attempts,
            lines=reply.sentences if reply else None,
            directive=reply.directive if reply else None,
        )
        return self._run(self._speaker().run(request, attempt))

    async def prepare(self, *lines: str) -> None:
        """The sound of fixed lines, and of openers where there are any."""
        await self._speaker().prepare(PrepareSpeechInput(language="en", lines=lines))

    def voice(self) -> Voice:
        """Of a process that has nothing in memory."""
        return Voice(self.tts, SpeechCache(self.blobs), self.timeout_s)

    def _speaker(self) -> Speak:
        openers = Openers(self.voice()) if self.openers else None
        return Speak(self.log, self.records, self.blobs, self.voice(), openers)

    def all(self, attempt: int = 1) -> list[asyncio.Task[Any]]:
        return [self.transcribe(attempt), self.converse(attempt), self.speak(attempt)]

    def _run(self, stage: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.create_task(stage)
        self._tasks.append(task)
        return task

    async def kill(self, *tasks: asyncio.Task[Any]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        await self.kill(*self._tasks)

    async def done(self, task: asyncio.Task[T]) -> T:
        return await asyncio.wait_for(task, PATIENCE_S)

    # What is to be seen

    async def until(self, condition: Callable[[], bool | Awaitable[bool]]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                holds = condition()
                if holds if isinstance(holds, bool) else await holds:
                    return
                await asyncio.sleep(0.005)

    def key(self, name: str) -> str:
        return f"intervue:{{{self.interview_id}}}:turn:{self.turn.stream_id}:{name}"

    async def stream(self, name: str) -> list[Entry]:
        return await self.log.read(self.key(name), b"0-0")

    async def kinds(self, name: str) -> list[str]:
        return [entry.fields[b"k"].decode() for entry in await self.stream(name)]

    async def has(self, name: str, kind: str, times: int = 1) -> bool:
        return (await self.kinds(name)).count(kind) >= times

    async def out(self) -> list[ServerMessage | AudioFrame]:
        """What a bridge relays."""
        seen: list[ServerMessage | AudioFrame] = []
        async for events in OutboundReader(self.log, self.interview_id).events(0):
            for event in events:
                if event.kind == "audio":
                    seen.append(AudioFrame.unpack(event.data))
                else:
                    seen.append(SERVER_MESSAGE.validate_json(event.data))
            break
        return seen

    async def sounded(self) -> bool:
        entries = await self.log.read(out_key(self.interview_id), b"0-0")
        return any(entry.fields[b"k"] == b"audio" for entry in entries)

    async def captions(self) -> list[str]:
        """Each once, as a client shows them, which tells them by their index."""
        shown = {m.index: m.text for m in await self.out() if isinstance(m, Sentence)}
        return [shown[index] for index in sorted(shown)]

    async def sound(self) -> str:
        """First letters of the words that were heard, repeated frames left out."""
        heard: dict[int, bytearray] = {}
        for frame in await self.out():
            if isinstance(frame, AudioFrame):
                pcm = heard.setdefault(frame.sentence, bytearray())
                if frame.offset_samples * 2 == len(pcm):
                    pcm += frame.pcm16
                else:
                    assert frame.offset_samples * 2 < len(pcm), "a hole in the sound"
        return "".join(bytes(heard[i])[::4_800].decode() for i in sorted(heard))

    async def lines(self) -> list[tuple[str, str]]:
        """The transcript on record, which is what the room was told."""
        rows = await self.records.transcript(self.interview_id)
        told = {m.sequence: m.text for m in await self.out() if isinstance(m, Transcript)}
        assert told == {row.sequence: row.text for row in rows if row.sequence > 1}
        return [(row.speaker, row.text) for row in rows if row.sequence > 1]


def _new_ear(_format: UplinkFormat, _rate_hz: int, _limit_s: float) -> WordEar:
    return WordEar()
